#pragma once
/// What a component looks for in a text: a string or a regular expression.

#include <optional>     // optional
#include <string>       // string
#include <string_view>  // string_view

#include "tenon/text/subword/regex.hpp"
#include "tenon/text/subword/settings.hpp"
#include "tenon/text/subword/splitters.hpp"

namespace TENON_NAMESPACE::text {

/// A string or a regular expression; a well-known one is looked for by hand-written code.
class Pattern {
 public:
  explicit Pattern(Regex regex) : regex_(std::move(regex)) {}
  /// A string, found as it is.
  explicit Pattern(std::string literal) : literal_(std::move(literal)) {}
  /// The setting `pattern`: {"String": …} or {"Regex": …}.
  explicit Pattern(const Settings& settings) {
    const Settings s(settings.at("pattern"), settings.component());
    if (s.find("Regex")) {
      const std::string& expression = s.string("Regex");
      splitter_ = splitters::find(expression);
      if (!splitter_) regex_.emplace(expression);
    } else {
      literal_ = s.string("String");
    }
  }

  /// Calls f(span) for each match that is not empty.
  template <class F>
  void each(std::string_view text, F&& f) const {
    if (regex_) return regex_->each(text, f);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t begin = splitter_          ? at
                                : literal_.empty() ? std::string_view::npos
                                                   : text.find(literal_, at);
      if (begin == std::string_view::npos) return;
      at = splitter_ ? splitter_(text, at) : begin + literal_.size();
      f(Span{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at)});
    }
  }
  /// The hand-written splitter, whose pieces cover the text; null where there is none.
  splitters::Splitter splitter() const { return splitter_; }

 private:
  std::string literal_{};
  std::optional<Regex> regex_{};
  splitters::Splitter splitter_ = nullptr;
};

}  // namespace TENON_NAMESPACE::text
