#pragma once
/// The filters, tests and methods that chat templates use.

#include <algorithm>    // clamp, min, reverse, sort
#include <cmath>        // abs
#include <cstdlib>      // strtod, strtoll
#include <ctime>        // localtime_r, strftime, time
#include <string>       // string
#include <string_view>  // string_view
#include <utility>      // exchange, move
#include <vector>       // vector

#include "tenon/text/jinja/value.hpp"

namespace TENON_NAMESPACE::text::jinja {

/// The text without characters of a set, or else whitespace, at its ends.
inline std::string strip(std::string_view text, const Value& chars, bool left, bool right) {
  const std::string set = chars.is<std::string>() ? chars.get<std::string>() : " \t\n\r\f\v";
  if (left) text.remove_prefix(std::min(text.find_first_not_of(set), text.size()));
  if (right) text = text.substr(0, text.find_last_not_of(set) + 1);
  return std::string(text);
}
/// The text with large or with small letters; of ASCII, others stay.
inline std::string cased(std::string text, bool upper) {
  for (char& c : text)
    if (c >= (upper ? 'a' : 'A') && c <= (upper ? 'z' : 'Z')) c = static_cast<char>(c ^ 0x20);
  return text;
}
/// The first letter of the text (or of each word) large, others small.
inline std::string titled(std::string_view text, bool each_word) {
  std::string result = cased(std::string(text), false);
  bool begins = true;
  for (char& c : result) {
    const bool letter = (c >= 'a' && c <= 'z') || (static_cast<unsigned char>(c) & 0x80);
    if (begins && letter && c <= 'z' && c >= 'a') c = static_cast<char>(c ^ 0x20);
    begins = each_word && !letter;
  }
  return result;
}
/// The text with the first `most` of its parts replaced; all if it is negative.
inline std::string replaced(std::string_view text, const std::string& from, const std::string& to,
                            std::int64_t most) {
  require(!from.empty(), "replace needs a text to replace");
  std::string result;
  for (std::size_t at; most != 0 && (at = text.find(from)) != text.npos; --most) {
    (result += text.substr(0, at)) += to;
    text.remove_prefix(at + from.size());
  }
  return result += text;
}
/// The parts between separators, or words between blanks; after `most` of them the rest in one.
inline Value split(std::string_view text, const Value& separator, std::int64_t most) {
  std::vector<Value> parts;
  if (!separator.is<std::string>()) {  // words between blanks
    constexpr std::string_view blanks = " \t\n\r\f\v";
    while (text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size())), !text.empty()) {
      const std::size_t end = most-- == 0 ? text.size() : std::min(text.find_first_of(blanks), text.size());
      parts.emplace_back(std::string(text.substr(0, end)));
      text.remove_prefix(end);
    }
    return make_list(std::move(parts));
  }
  const std::string& by = separator.get<std::string>();
  require(!by.empty(), "split needs a separator");
  for (std::size_t at; most != 0 && (at = text.find(by)) != text.npos; --most) {
    parts.emplace_back(std::string(text.substr(0, at)));
    text.remove_prefix(at + by.size());
  }
  parts.emplace_back(std::string(text));
  return make_list(std::move(parts));
}

/// The elements that a loop goes through.
inline std::vector<Value> elements(const Value& value, std::string_view what) {
  if (value.is<List>()) return *value.get<List>();
  std::vector<Value> result;
  if (value.is<Dict>()) {
    for (const auto& entry : *value.get<Dict>()) result.emplace_back(entry.first);
  } else if (value.is<std::string>()) {
    for (std::string& c : characters(value.get<std::string>())) result.emplace_back(std::move(c));
  } else {
    require(value.is<Undefined>(), what, ": ", printed(value), " has no elements");
  }
  return result;
}
/// The number of elements.
inline Value length(const Value& value) {
  return static_cast<std::int64_t>(elements(value, "length").size());
}
/// The names and values of a dict, in pairs.
inline Value items(const Value& value) {
  require(value.is<Dict>() || value.is<Undefined>(), "items needs a mapping");
  std::vector<Value> pairs;
  if (value.is<Dict>())
    for (const auto& [key, entry] : *value.get<Dict>()) pairs.push_back(make_list({Value(key), entry}));
  return make_list(std::move(pairs));
}
/// A count that may be absent: -1 then.
inline std::int64_t count_argument(const Value& value) {
  return value.is<Undefined>() ? -1 : value.whole("a count");
}

/// Whether text.method(...) is known for strings; `result` is its value.
inline bool string_method(const std::string& text, const std::string& name, const Arguments& a,
                          Value& result) {
  const auto begins_or_ends = [&](const auto& test) {
    if (!a.at(0).is<List>()) return test(a.at(0).string(name));
    bool any = false;
    for (const Value& option : *a.at(0).get<List>()) any = any || test(option.string(name));
    return any;
  };
  if (name == "strip" || name == "lstrip" || name == "rstrip")
    result = strip(text, a.at(0), name != "rstrip", name != "lstrip");
  else if (name == "split")
    result = split(text, a.at(0, "sep"), count_argument(a.at(1, "maxsplit")));
  else if (name == "startswith")
    result = begins_or_ends([&](const std::string& part) { return text.starts_with(part); });
  else if (name == "endswith")
    result = begins_or_ends([&](const std::string& part) { return text.ends_with(part); });
  else if (name == "upper" || name == "lower")
    result = cased(text, name == "upper");
  else if (name == "title" || name == "capitalize")
    result = titled(text, name == "title");
  else if (name == "replace")
    result = replaced(text, a.at(0).string(name), a.at(1).string(name), count_argument(a.at(2)));
  else if (name == "find") {
    const std::size_t at = text.find(a.at(0).string(name));
    result =
        at == text.npos ? std::int64_t{-1} : static_cast<std::int64_t>(characters(text.substr(0, at)).size());
  } else if (name == "join") {
    std::string joined;
    for (const Value& part : elements(a.at(0), name))
      joined += (joined.empty() ? "" : text) + part.string(name);
    result = joined;
  } else
    return false;
  return true;
}
/// Whether dict.method(...) is known; `result` is its value.
inline bool dict_method(const Value& dict, const std::string& name, const Arguments& a, Value& result) {
  if (name == "items")
    result = items(dict);
  else if (name == "keys")
    result = make_list(elements(dict, name));
  else if (name == "values") {
    std::vector<Value> values;
    for (const auto& entry : *dict.get<Dict>()) values.push_back(entry.second);
    result = make_list(std::move(values));
  } else if (name == "get") {
    const Value* const found = dict.find(a.at(0).string("get"));
    result = found ? *found : a.list.size() > 1 ? a.list[1] : Value(None{});
  } else
    return false;
  return true;
}

/// value is name(argument)
inline bool run_test(const Value& v, const std::string& name, const Value& argument) {
  if (name == "defined") return !v.is<Undefined>();
  if (name == "undefined") return v.is<Undefined>();
  if (name == "none") return v.is<None>();
  if (name == "string") return v.is<std::string>();
  if (name == "mapping") return v.is<Dict>();
  if (name == "iterable" || name == "sequence")
    return v.is<List>() || v.is<Dict>() || v.is<std::string>() || (name == "iterable" && v.is<Undefined>());
  if (name == "number") return v.is_number();
  if (name == "integer") return v.is<std::int64_t>();
  if (name == "float") return v.is<double>();
  if (name == "boolean") return v.is<bool>();
  if (name == "true" || name == "false") return v.is<bool>() && v.get<bool>() == (name == "true");
  if (name == "callable") return v.is<Function>();
  if (name == "odd" || name == "even") return (v.whole(name) % 2 != 0) == (name == "odd");
  if (name == "divisibleby") {
    require(argument.whole(name) != 0, "divisibleby 0");
    return v.whole(name) % argument.whole(name) == 0;
  }
  if (name == "eq" || name == "equalto" || name == "sameas") return equal(v, argument);
  if (name == "ne") return !equal(v, argument);
  if (name == "in") {
    if (argument.is<std::string>())
      return argument.get<std::string>().find(v.string("in")) != std::string::npos;
    for (const Value& element : elements(argument, "in"))
      if (equal(element, v)) return true;
    return false;
  }
  require(false, "the test \"", name, "\" is not known");
  return false;
}

/// The entry of a dict; undefined if there is none.
inline Value attribute(const Value& value, const std::string& name) {
  const Value* const found = value.find(name);
  return found ? *found : Value();
}

/// select, reject, selectattr, rejectattr
inline Value selected(const Value& v, const std::string& name, const Arguments& a) {
  const bool of_attribute = name.ends_with("attr"), keep = name.starts_with("select");
  const std::size_t first = of_attribute ? 1 : 0;
  std::vector<Value> result;
  for (const Value& element : elements(v, name)) {
    const Value subject = of_attribute ? attribute(element, a.at(0).string(name)) : element;
    const bool holds = a.list.size() > first ? run_test(subject, a.at(first).string(name), a.at(first + 1))
                                             : subject.truth();
    if (holds == keep) result.push_back(element);
  }
  return make_list(std::move(result));
}
/// The filter join(between, attribute).
inline std::string joined(const Value& v, const Arguments& a) {
  const std::string between = printed(a.at(0, "d"));
  const Value of = a.at(1, "attribute");
  std::string text;
  bool first = true;
  for (const Value& element : elements(v, "join")) {
    if (!std::exchange(first, false)) text += between;
    text += printed(of.is<std::string>() ? attribute(element, of.get<std::string>()) : element);
  }
  return text;
}
/// The filter indent(width, first, blank).
inline std::string indented(const Value& v, const Arguments& a) {
  const Value width = a.at(0, "width");
  const std::string blanks =
      width.is<std::string>()
          ? width.get<std::string>()
          : std::string(
                static_cast<std::size_t>(
                    width.is<Undefined>() ? 4 : std::clamp<std::int64_t>(width.whole("indent"), 0, 1000)),
                ' ');
  std::string text = a.at(1, "first").truth() ? blanks : "";
  const std::string all = printed(v);
  for (std::size_t i = 0; i < all.size(); ++i) {
    text += all[i];
    if (all[i] == '\n' && i + 1 < all.size() && (all[i + 1] != '\n' || a.at(2, "blank").truth()))
      text += blanks;
  }
  return text;
}
/// The filter int: numbers without their fraction, and texts that begin with digits.
inline Value to_whole(const Value& v) {
  if (v.is_number()) return static_cast<std::int64_t>(v.number("int"));
  return std::int64_t{std::strtoll(printed(v).c_str(), nullptr, 10)};
}
/// The filter sort(reverse, attribute=...), of numbers or of texts.
inline Value sorted(const Value& v, const Arguments& a) {
  std::vector<Value> list = elements(v, "sort");
  const Value of = a.at(2, "attribute");
  const auto key = [&](const Value& x) {
    return of.is<std::string>() ? attribute(x, of.get<std::string>()) : x;
  };
  std::sort(list.begin(), list.end(), [&](const Value& x, const Value& y) {
    const Value p = key(x), q = key(y);
    return p.is_number() && q.is_number() ? p.number("sort") < q.number("sort")
                                          : p.string("sort") < q.string("sort");
  });
  if (a.at(0, "reverse").truth()) std::reverse(list.begin(), list.end());
  return make_list(std::move(list));
}

/// value | name(arguments)
inline Value run_filter(const Value& v, const std::string& name, const Arguments& a) {
  Value result;
  if (name == "trim") return strip(printed(v), a.at(0, "chars"), true, true);
  if (name == "default" || name == "d")
    return v.is<Undefined>() || (a.at(1, "boolean").truth() && !v.truth())
               ? (a.list.empty() ? Value("") : a.at(0))
               : v;
  if (name == "tojson") {
    const Value indent = a.at(0, "indent");
    return written(v, {true, indent.is<std::int64_t>() ? static_cast<int>(std::clamp<std::int64_t>(
                                                             indent.get<std::int64_t>(), 0, 100))
                                                       : -1});
  }
  if (name == "length" || name == "count") return length(v);
  if (name == "join") return joined(v, a);
  if (name == "string") return printed(v);
  if (name == "safe" || name == "e" || name == "escape") {
    require(name == "safe", "the filter \"", name, "\" is not known");
    return v;
  }
  if (name == "items") return items(v);
  if (name == "list") return make_list(elements(v, name));
  if (name == "int") return to_whole(v);
  if (name == "float") return v.is_number() ? v.number(name) : std::strtod(printed(v).c_str(), nullptr);
  if (name == "abs")
    return v.is<double>() ? Value(std::abs(v.get<double>())) : Value(std::int64_t{std::abs(v.whole(name))});
  if (name == "indent") return indented(v, a);
  if (name == "sort") return sorted(v, a);
  if (name == "first" || name == "last") {
    const std::vector<Value> list = elements(v, name);
    return list.empty() ? Value() : name == "first" ? list.front() : list.back();
  }
  if (name == "reverse") {
    std::vector<Value> list = elements(v, name);
    std::reverse(list.begin(), list.end());
    return make_list(std::move(list));
  }
  if (name == "unique") {
    std::vector<Value> list;
    for (const Value& element : elements(v, name))
      if (!run_test(element, "in", make_list(list))) list.push_back(element);
    return make_list(std::move(list));
  }
  if (name == "map") {
    std::vector<Value> list;
    const Value of = a.at(9, "attribute");
    for (const Value& element : elements(v, name))
      list.push_back(of.is<std::string>() ? attribute(element, of.get<std::string>())
                                          : run_filter(element, a.at(0).string(name),
                                                       {{a.list.begin() + 1, a.list.end()}, {}}));
    return make_list(std::move(list));
  }
  if (name == "select" || name == "reject" || name == "selectattr" || name == "rejectattr")
    return selected(v, name, a);
  const bool of_text =
      name == "upper" || name == "lower" || name == "title" || name == "capitalize" || name == "replace";
  require(of_text && string_method(printed(v), name, a, result), "the filter \"", name, "\" is not known");
  return result;
}

/// The local time in the words of a format of strftime.
inline std::string strftime_now(const std::string& format) {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  char text[256];
  return {text, std::strftime(text, sizeof text, format.c_str(), &parts)};
}

}  // namespace TENON_NAMESPACE::text::jinja
