#pragma once
/// A text that is rewritten step by step and remembers where its bytes come from.

#include <algorithm>    // max, min
#include <cstddef>      // size_t
#include <cstdint>      // uint32_t
#include <string>       // string
#include <string_view>  // string_view
#include <utility>      // move
#include <vector>       // vector

#include "tenon/core/config.hpp"

namespace TENON_NAMESPACE::text {

/// Bytes [begin, end) of a text.
struct Span {
  std::uint32_t begin = 0;  ///< the first byte
  std::uint32_t end = 0;    ///< after the last

  bool operator==(const Span&) const = default;
};

/// A text, and for each of its bytes the bytes of the original that it was made of. Without `aligned` only the
/// origin of the first is kept, which takes half the time.
class AlignedText {
 public:
  AlignedText() = default;
  /// A text that is its own original, whose first byte is byte `begin` of a larger one.
  AlignedText(std::string_view original, std::uint32_t begin, bool aligned)
      : text_(original), begin_(begin), aligned_(aligned) {}

  /// The text as it is now.
  const std::string& text() const { return text_; }
  /// Its bytes.
  std::uint32_t size() const { return static_cast<std::uint32_t>(text_.size()); }
  /// Where bytes [span.begin, span.end) come from; without alignment the span itself.
  Span origin(Span span) const {
    if (origins_.empty()) return {span.begin + begin_, span.end + begin_};
    if (span.begin == span.end) {
      const std::uint32_t at = span.begin < size() ? origins_[span.begin].begin : origins_.back().end;
      return {at, at};
    }
    Span all = origins_[span.begin];
    for (std::uint32_t i = span.begin + 1; i < span.end; ++i)
      all = {std::min(all.begin, origins_[i].begin), std::max(all.end, origins_[i].end)};
    return all;
  }

  /// A part of the text, which remembers where it comes from as well.
  AlignedText part(Span span) const {
    AlignedText result(std::string_view(text_).substr(span.begin, span.end - span.begin), begin_ + span.begin,
                       aligned_);
    if (!origins_.empty()) result.origins_.assign(origins_.begin() + span.begin, origins_.begin() + span.end);
    return result;
  }

  class Rewriter;

 private:
  std::string text_{};
  std::uint32_t begin_ = 0;
  bool aligned_ = false;
  std::vector<Span> origins_{};  // empty: each byte is its own
};

/// Makes a new text from parts of the old one, in order.
class AlignedText::Rewriter {
 public:
  explicit Rewriter(AlignedText& text) : from_(text) { text_.reserve(text.text_.size() + 8); }

  /// Takes over bytes [begin, end).
  void keep(std::size_t begin, std::size_t end) {
    note_first(begin, end > begin);
    text_.append(from_.text_, begin, end - begin);
    if (!from_.aligned_) return;
    for (std::size_t i = begin; i < end; ++i) {
      const auto at = static_cast<std::uint32_t>(i);
      origins_.push_back(from_.origin({at, at + 1}));
    }
  }
  /// Puts a text in the place of bytes [begin, end).
  void put(std::string_view text, std::size_t begin, std::size_t end) {
    note_first(begin, !text.empty());
    text_.append(text);
    if (from_.aligned_)
      origins_.resize(text_.size(),
                      from_.origin({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)}));
  }
  /// Bytes of the new text so far.
  std::uint32_t size() const { return static_cast<std::uint32_t>(text_.size()); }
  /// The old text becomes the new one.
  void finish() {
    from_.text_ = std::move(text_);
    from_.origins_ = std::move(origins_);
    if (!from_.aligned_) from_.begin_ += first_;
  }

 private:
  void note_first(std::size_t begin, bool any) {
    if (any && text_.empty()) first_ = static_cast<std::uint32_t>(begin);
  }

  AlignedText& from_;
  std::uint32_t first_ = 0;  // the byte that the first one comes from
  std::string text_{};
  std::vector<Span> origins_{};
};

}  // namespace TENON_NAMESPACE::text
