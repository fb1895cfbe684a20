#pragma once
/// Values of Jinja templates, which behave as Python's.

#include <concepts>     // constructible_from, same_as
#include <cstdint>      // int64_t
#include <cstdio>       // snprintf
#include <functional>   // function
#include <memory>       // make_shared, shared_ptr
#include <string>       // stod, stoll, string
#include <string_view>  // string_view
#include <utility>      // move, pair
#include <variant>      // get, get_if, holds_alternative, variant
#include <vector>       // vector

#include "tenon/io/json.hpp"

namespace TENON_NAMESPACE::text::jinja {

/// Throws what is wrong with a template.
template <class... Parts>
void require(bool holds, const Parts&... sentence) {
  check<ValueError>(holds, "chat_template", sentence...);
}

struct Value;
/// A list; copies of a value share it.
using List = std::shared_ptr<std::vector<Value>>;
/// Names and values in the order in which they came; copies of a value share it.
using Dict = std::shared_ptr<std::vector<std::pair<std::string, Value>>>;

struct Arguments;
/// What can be called.
using Function = std::shared_ptr<const std::function<Value(const Arguments&)>>;

/// What a name has that stands for nothing.
struct Undefined {};
/// Python's None.
struct None {};

/// A value.
struct Value {
  std::variant<Undefined, None, bool, std::int64_t, double, std::string, List, Dict, Function> data{};

  Value() = default;
  template <class T>
    requires(!std::same_as<T, Value> && std::constructible_from<decltype(data), T>)
  Value(T value) : data(std::move(value)) {}
  Value(const char* text) : data(std::string(text)) {}

  template <class T>
  bool is() const {
    return std::holds_alternative<T>(data);
  }
  template <class T>
  const T& get() const {
    return std::get<T>(data);
  }
  /// The string that it is.
  ///   throws: ValueError if it is none
  const std::string& string(std::string_view what) const {
    require(is<std::string>(), what, " needs a string");
    return get<std::string>();
  }
  bool is_number() const { return is<bool>() || is<std::int64_t>() || is<double>(); }
  double number(std::string_view what) const {
    require(is_number(), what, " needs numbers");
    return is<double>() ? get<double>() : static_cast<double>(whole(what));
  }
  std::int64_t whole(std::string_view what) const {
    require(is<bool>() || is<std::int64_t>(), what, " needs a whole number");
    return is<bool>() ? (get<bool>() ? 1 : 0) : get<std::int64_t>();
  }
  /// Whether an `if` takes it for true.
  bool truth() const {
    if (const auto* text = std::get_if<std::string>(&data)) return !text->empty();
    if (const auto* list = std::get_if<List>(&data)) return !(*list)->empty();
    if (const auto* dict = std::get_if<Dict>(&data)) return !(*dict)->empty();
    if (is_number()) return number("") != 0;
    return is<Function>();
  }
  /// The entry of a dict; null if there is none, or it is no dict.
  const Value* find(std::string_view name) const {
    if (is<Dict>())
      for (const auto& [key, value] : *get<Dict>())
        if (key == name) return &value;
    return nullptr;
  }
};

/// The arguments of a call.
struct Arguments {
  std::vector<Value> list{};
  std::vector<std::pair<std::string, Value>> named{};

  /// The argument at a position or of a name; undefined if there is neither.
  Value at(std::size_t position, std::string_view name = {}) const {
    if (position < list.size()) return list[position];
    for (const auto& [key, value] : named)
      if (key == name) return value;
    return {};
  }
};

/// A list of these values.
inline Value make_list(std::vector<Value> values) {
  return List(std::make_shared<std::vector<Value>>(std::move(values)));
}
/// A dict of these entries.
inline Value make_dict(std::vector<std::pair<std::string, Value>> entries = {}) {
  return Dict(std::make_shared<std::vector<std::pair<std::string, Value>>>(std::move(entries)));
}
/// What a template calls as a function.
inline Value make_function(std::function<Value(const Arguments&)> function) {
  return Function(std::make_shared<const std::function<Value(const Arguments&)>>(std::move(function)));
}
/// Sets an entry of a dict.
inline void set_entry(const Dict& dict, const std::string& name, Value value) {
  for (auto& [key, old] : *dict)
    if (key == name) {
      old = std::move(value);
      return;
    }
  dict->emplace_back(name, std::move(value));
}

/// The characters of a text in UTF-8.
inline std::vector<std::string> characters(std::string_view text) {
  std::vector<std::string> result;
  for (const char c : text)
    if (!result.empty() && (static_cast<unsigned char>(c) & 0xC0) == 0x80)
      result.back() += c;
    else
      result.emplace_back(1, c);
  return result;
}

/// Python's ==.
inline bool equal(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) return a.number("") == b.number("");
  if (a.data.index() != b.data.index()) return false;
  if (a.is<std::string>()) return a.get<std::string>() == b.get<std::string>();
  if (a.is<List>()) {
    const auto &x = *a.get<List>(), &y = *b.get<List>();
    bool same = x.size() == y.size();
    for (std::size_t i = 0; same && i < x.size(); ++i) same = equal(x[i], y[i]);
    return same;
  }
  if (a.is<Dict>()) {
    bool same = a.get<Dict>()->size() == b.get<Dict>()->size();
    for (const auto& [key, value] : *a.get<Dict>()) {
      const Value* other = b.find(key);
      same = same && other && equal(value, *other);
    }
    return same;
  }
  return !a.is<Function>() || a.get<Function>() == b.get<Function>();
}

/// The shortest text of a number that reads back as the same, as Python writes it.
inline std::string number_text(double value) {
  char text[32];
  for (int digits = 1; digits <= 17; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, value);
    if (std::stod(text) == value) break;
  }
  std::string result = text;
  return result.find_first_of(".eni") == result.npos ? result + ".0" : result;
}

/// A string in quotes: JSON's, or Python's repr.
inline std::string quoted(std::string_view text, bool json) {
  const char quote = json || (text.find('\'') != text.npos && text.find('"') == text.npos) ? '"' : '\'';
  std::string result(1, quote);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == quote || c == '\\')
      (result += '\\') += c;
    else if (c == '\n')
      result += "\\n";
    else if (c == '\r')
      result += "\\r";
    else if (c == '\t')
      result += "\\t";
    else if (json && c == '\b')
      result += "\\b";
    else if (json && c == '\f')
      result += "\\f";
    else if (byte < 0x20 || byte == 0x7F) {
      char code[8];
      std::snprintf(code, sizeof code, json ? "\\u%04x" : "\\x%02x", byte);
      result += json && byte == 0x7F ? std::string(1, c) : code;
    } else
      result += c;
  }
  return result + quote;
}

/// How a value is written: as Python's str, as its repr within lists, or as JSON.
struct Style {
  bool json = false;
  int indent = -1;  // blanks of each level; negative: all in one line
};

inline std::string written(const Value& value, const Style& style, int level = 0);

/// Elements between brackets.
inline std::string bracketed(const std::vector<std::string>& parts, const char* brackets, const Style& style,
                             int level) {
  if (parts.empty()) return brackets;
  const auto line = [&](int depth) {
    return style.indent < 0 ? std::string()
                            : "\n" + std::string(static_cast<std::size_t>(style.indent * depth), ' ');
  };
  std::string text(1, brackets[0]);
  for (std::size_t i = 0; i < parts.size(); ++i)
    text += (i == 0 ? "" : style.indent < 0 ? ", " : ",") + line(level + 1) + parts[i];
  return text + line(level) + brackets[1];
}

/// A value within others.
inline std::string written(const Value& value, const Style& style, int level) {
  require(level < 100, "values nest more than 100 deep");
  if (value.is<None>()) return style.json ? "null" : "None";
  if (value.is<bool>())
    return style.json ? (value.get<bool>() ? "true" : "false") : value.get<bool>() ? "True" : "False";
  if (value.is<std::int64_t>()) return std::to_string(value.get<std::int64_t>());
  if (value.is<double>()) return number_text(value.get<double>());
  if (value.is<std::string>()) return quoted(value.get<std::string>(), style.json);
  std::vector<std::string> parts;
  if (value.is<List>()) {
    for (const Value& element : *value.get<List>()) parts.push_back(written(element, style, level + 1));
    return bracketed(parts, "[]", style, level);
  }
  require(value.is<Dict>(), "tojson: an undefined value or a function is no JSON");
  for (const auto& [key, element] : *value.get<Dict>())
    parts.push_back(quoted(key, style.json) + ": " + written(element, style, level + 1));
  return bracketed(parts, "{}", style, level);
}

/// What `{{ value }}` prints.
inline std::string printed(const Value& value) {
  if (value.is<Undefined>()) return "";
  return value.is<std::string>() ? value.get<std::string>() : written(value, {});
}

/// The value that JSON says.
inline Value from_json(const io::Json& json) {
  using Kind = io::Json::Kind;
  switch (json.kind()) {
    case Kind::null:
      return None{};
    case Kind::boolean:
      return json.text() == "true";
    case Kind::string:
      return json.text();
    case Kind::number: {
      const bool whole = json.text().find_first_of(".eE") == std::string::npos && json.text().size() < 19;
      if (whole) return std::int64_t{std::stoll(json.text())};
      return std::strtod(json.text().c_str(), nullptr);
    }
    case Kind::array: {
      std::vector<Value> list;
      for (const io::Json& element : json.elements()) list.push_back(from_json(element));
      return make_list(std::move(list));
    }
    case Kind::object:
      break;
  }
  std::vector<std::pair<std::string, Value>> entries;
  for (const auto& [name, value] : json.members()) entries.emplace_back(name, from_json(value));
  return make_dict(std::move(entries));
}

}  // namespace TENON_NAMESPACE::text::jinja
