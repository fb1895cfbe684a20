#pragma once
/// Renaming of a file's arrays by rules with wildcards:
///
///     {"transformer.h.{i}.attn.c_attn.weight", "layers.{i}.attention.in_proj_weight", true}
///
/// `{i}` matches one or more characters other than a dot, `{rest*}` any characters, or none.

#include <algorithm>    // count_if, min
#include <optional>     // optional
#include <string>       // string
#include <string_view>  // string_view
#include <utility>      // pair
#include <vector>       // vector

#include "tenon/core/error.hpp"

namespace TENON_NAMESPACE::io {

/// A rule that renames the names matching `from` to `to`, in which each wildcard stands for the text it
/// matched.
struct KeyRule {
  std::string from, to;    ///< patterns with wildcards
  bool transpose = false;  ///< also transpose the matrix, for weights stored as (in, out)
};

/// A parsed name with wildcards.
class NamePattern {
 public:
  /// Name and matched text of each wildcard.
  using Captures = std::vector<std::pair<std::string_view, std::string_view>>;

  /// Parses a pattern.    throws: ValueError if a brace is not closed
  explicit NamePattern(std::string_view text);

  /// The wildcards' texts if all of `name` matches, each as short as possible, from the left. Names of more
  /// than 512 bytes do not match, so that a hostile file cannot make the search slow.
  std::optional<Captures> match(std::string_view name) const;
  /// Whether all of `name` matches.
  bool matches(std::string_view name) const { return match(name).has_value(); }
  /// The pattern with its wildcards replaced.
  std::string filled(const Captures& captures) const;

  /// Throws ValueError unless `other` contains each wildcard of this pattern exactly once.
  void check_wildcards_of(const NamePattern& other) const;

 private:
  struct Part {
    std::string text;  // the characters themselves, or the wildcard's name
    bool wild = false, spans_dots = false;
  };
  bool match_from(std::size_t part, std::string_view rest, Captures& captures) const;

  static constexpr std::size_t longest_name = 512;
  std::string text_;
  std::vector<Part> parts_;
};

/// A list of rules, of which the first that matches a name applies.
class KeyMap {
 public:
  /// The new name of an array.
  struct Target {
    std::string name;        ///< in the model
    bool transpose = false;  ///< whether to transpose the matrix
  };

  /// Parses rules.
  ///   throws: ValueError if a brace is not closed or `from` does not contain each wildcard of `to` exactly
  ///           once
  explicit KeyMap(const std::vector<KeyRule>& rules);
  /// The new name; `name` itself if no rule matches.
  Target operator()(std::string_view name) const;

 private:
  struct Rule {
    NamePattern from, to;
    bool transpose;
  };
  std::vector<Rule> rules_;
};

// Definitions -----------------------------------------------------------------------------------------------

inline NamePattern::NamePattern(std::string_view text) : text_(text) {
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    if (open > 0) parts_.push_back({std::string(text.substr(0, open))});
    if (open == std::string_view::npos) break;
    const std::size_t close = text.find('}', open);
    check<ValueError>(close != std::string_view::npos, "key_map", "a brace of \"", text_, "\" is not closed");
    std::string_view name = text.substr(open + 1, close - open - 1);
    const bool spans_dots = name.ends_with('*');
    if (spans_dots) name.remove_suffix(1);
    parts_.push_back({std::string(name), true, spans_dots});
    text.remove_prefix(close + 1);
  }
}

inline std::optional<NamePattern::Captures> NamePattern::match(std::string_view name) const {
  Captures captures;
  if (name.size() > longest_name || !match_from(0, name, captures)) return {};
  return captures;
}

inline bool NamePattern::match_from(std::size_t part, std::string_view rest, Captures& captures) const {
  if (part == parts_.size()) return rest.empty();
  const Part& p = parts_[part];
  if (!p.wild) return rest.starts_with(p.text) && match_from(part + 1, rest.substr(p.text.size()), captures);
  const std::size_t most = p.spans_dots ? rest.size() : std::min(rest.find('.'), rest.size());
  for (std::size_t length = p.spans_dots ? 0 : 1; length <= most; ++length) {
    captures.emplace_back(p.text, rest.substr(0, length));
    if (match_from(part + 1, rest.substr(length), captures)) return true;
    captures.pop_back();
  }
  return false;
}

inline std::string NamePattern::filled(const Captures& captures) const {
  std::string text;
  for (const Part& part : parts_) {
    if (!part.wild) text += part.text;
    for (const auto& [name, value] : captures)
      if (part.wild && name == part.text) text += value;
  }
  return text;
}

inline void NamePattern::check_wildcards_of(const NamePattern& other) const {
  for (const Part& part : parts_) {
    if (!part.wild) continue;
    const auto count = std::count_if(other.parts_.begin(), other.parts_.end(),
                                     [&](const Part& p) { return p.wild && p.text == part.text; });
    check<ValueError>(count == 1, "key_map", "{", part.text, "} of \"", text_, "\" occurs ", count,
                      " times in \"", other.text_, "\", not once");
  }
}

inline KeyMap::KeyMap(const std::vector<KeyRule>& rules) {
  for (const KeyRule& rule : rules) {
    rules_.push_back({NamePattern(rule.from), NamePattern(rule.to), rule.transpose});
    rules_.back().to.check_wildcards_of(rules_.back().from);
  }
}

inline KeyMap::Target KeyMap::operator()(std::string_view name) const {
  for (const Rule& rule : rules_)
    if (const auto captures = rule.from.match(name)) return {rule.to.filled(*captures), rule.transpose};
  return {std::string(name)};
}

}  // namespace TENON_NAMESPACE::io
