#pragma once
/// Pre-tokenizers: how a tokenizer splits a text before its model sees the pieces. Names and behaviour are those
/// of Hugging Face's library, https://huggingface.co/docs/tokenizers.

#include <memory>  // shared_ptr
#include <string>  // string
#include <vector>  // vector

#include "tenon/text/subword/aligned_text.hpp"
#include "tenon/text/subword/byte_alphabet.hpp"
#include "tenon/text/subword/pattern.hpp"

namespace TENON_NAMESPACE::text {

/// A text and the pieces of it that a model sees, in order.
struct Pieces {
  AlignedText text{};         ///< the normalized text
  std::vector<Span> spans{};  ///< the pieces; what lies between them is dropped

  /// A piece.
  std::string_view operator[](Span span) const {
    return std::string_view(text.text()).substr(span.begin, span.end - span.begin);
  }
};

/// A step that splits pieces.
class PreTokenizer {
 public:
  virtual ~PreTokenizer() = default;
  /// Splits further.
  virtual void apply(Pieces& pieces) const = 0;
  /// Whether what comes out is written in the alphabet of bytes, so that a model may read the bytes instead.
  virtual bool ends_in_bytes() const { return false; }
  /// apply(), but for the alphabet of bytes at the end.
  virtual void apply_before_bytes(Pieces& pieces) const { apply(pieces); }
};
/// A pre-tokenizer that is shared.
using PreTokenizerRef = std::shared_ptr<const PreTokenizer>;

/// The pre-tokenizer that settings describe.
///   throws: IoError that names a type which is not known, or a setting that is wrong
PreTokenizerRef make_pre_tokenizer(const io::Json& json);

/// What becomes of what a split finds.
enum class SplitBehavior {
  removed,               ///< it is dropped
  isolated,              ///< it is a piece of its own
  merged_with_previous,  ///< it ends the piece before it
  merged_with_next,      ///< it begins the piece after it
  contiguous             ///< neighbouring finds are one piece
};

namespace detail {

inline SplitBehavior split_behavior(const Settings& s, const std::string& missing) {
  const std::string name = s.string("behavior", missing);
  if (name == "Removed") return SplitBehavior::removed;
  if (name == "Isolated") return SplitBehavior::isolated;
  if (name == "MergedWithPrevious") return SplitBehavior::merged_with_previous;
  if (name == "MergedWithNext") return SplitBehavior::merged_with_next;
  if (name == "Contiguous") return SplitBehavior::contiguous;
  fail<IoError>("tokenizer", s.component(), ": the behavior '", name, "' is not known");
}

/// Cuts a span by finds: calls find(text, f) where f(match) is to be called for each. The parts go to `to`.
class Cutter {
 public:
  Cutter(SplitBehavior behavior, bool invert, std::vector<Span>& to)
      : behavior_(behavior), invert_(invert), to_(to) {}

  template <class Find>
  void cut(std::string_view text, Span span, Find&& find) {
    std::uint32_t at = span.begin;
    found_before_ = false;
    first_ = to_.size();
    find(text.substr(span.begin, span.end - span.begin), [&](Span match) {
      part({at, span.begin + match.begin}, invert_);
      part({span.begin + match.begin, span.begin + match.end}, !invert_);
      at = span.begin + match.end;
    });
    part({at, span.end}, invert_);
    pending_ = false;
  }

 private:
  void part(Span part, bool found) {
    if (part.begin == part.end) return;
    const bool first = to_.size() == first_;
    switch (behavior_) {
      case SplitBehavior::removed:
        if (!found) to_.push_back(part);
        break;
      case SplitBehavior::isolated:
        to_.push_back(part);
        break;
      case SplitBehavior::contiguous:
        if (!first && found == found_before_)
          to_.back().end = part.end;
        else
          to_.push_back(part);
        break;
      case SplitBehavior::merged_with_previous:
        if (found && !found_before_ && !first)
          to_.back().end = part.end;
        else
          to_.push_back(part);
        break;
      case SplitBehavior::merged_with_next:
        if (!found && pending_)
          to_.back().end = part.end;
        else
          to_.push_back(part);
        pending_ = found;
        break;
    }
    found_before_ = found;
  }

  SplitBehavior behavior_;
  bool invert_;
  std::vector<Span>& to_;
  std::size_t first_ = 0;
  bool found_before_ = false, pending_ = false;
};

/// Splits at what `find` finds.
template <class Find>
class FindSplit : public PreTokenizer {
 public:
  FindSplit(SplitBehavior behavior, bool invert, Find find)
      : behavior_(behavior), invert_(invert), find_(std::move(find)) {}
  void apply(Pieces& pieces) const override {
    std::vector<Span> parts;
    Cutter cutter(behavior_, invert_, parts);
    for (const Span span : pieces.spans) cutter.cut(pieces.text.text(), span, find_);
    pieces.spans = std::move(parts);
  }

 private:
  SplitBehavior behavior_;
  bool invert_;
  Find find_;
};
template <class Find>
PreTokenizerRef split_at(SplitBehavior behavior, Find find, bool invert = false) {
  return std::make_shared<FindSplit<Find>>(behavior, invert, std::move(find));
}
/// Splits at single characters.
template <class Holds>
PreTokenizerRef split_at_characters(SplitBehavior behavior, Holds holds) {
  return split_at(behavior, [holds](std::string_view text, auto&& f) {
    for (std::size_t at = 0; at < text.size();) {
      const Character c = character_at(text, at);
      if (holds(c.code)) f(Span{static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + c.size)});
      at += c.size;
    }
  });
}
inline PreTokenizerRef split_at_pattern(SplitBehavior behavior, Pattern pattern, bool invert) {
  return split_at(
      behavior, [pattern = std::move(pattern)](std::string_view text, auto&& f) { pattern.each(text, f); },
      invert);
}

class PreTokenizerSequence : public PreTokenizer {
 public:
  explicit PreTokenizerSequence(std::vector<PreTokenizerRef> parts) : parts_(std::move(parts)) {}
  void apply(Pieces& pieces) const override {
    for (const PreTokenizerRef& part : parts_) part->apply(pieces);
  }
  bool ends_in_bytes() const override { return !parts_.empty() && parts_.back()->ends_in_bytes(); }
  void apply_before_bytes(Pieces& pieces) const override {
    for (const PreTokenizerRef& part : parts_)
      part == parts_.back() ? part->apply_before_bytes(pieces) : part->apply(pieces);
  }

 private:
  std::vector<PreTokenizerRef> parts_;
};

/// Rewrites every piece: f(rewriter, span) puts what takes a piece's place.
template <class F>
void rewrite(Pieces& pieces, F&& f) {
  AlignedText::Rewriter rewriter(pieces.text);
  std::vector<Span> spans;
  for (const Span span : pieces.spans) {
    const std::uint32_t begin = rewriter.size();
    f(rewriter, span);
    spans.push_back({begin, rewriter.size()});
  }
  rewriter.finish();
  pieces.spans = std::move(spans);
}

class ByteLevel : public PreTokenizer {
 public:
  ByteLevel(bool add_prefix_space, bool split) : add_prefix_space_(add_prefix_space), split_(split) {}
  bool ends_in_bytes() const override { return true; }
  void apply(Pieces& pieces) const override {
    apply_before_bytes(pieces);
    rewrite(pieces, [&](AlignedText::Rewriter& to, Span span) {
      for (std::size_t at = span.begin; at < span.end; ++at)
        to.put(ByteAlphabet::encode(pieces.text.text().substr(at, 1)), at, at + 1);
    });
  }
  void apply_before_bytes(Pieces& pieces) const override {
    const auto lacks_space = [&](Span span) { return span.begin < span.end && pieces[span].front() != ' '; };
    if (add_prefix_space_ && std::any_of(pieces.spans.begin(), pieces.spans.end(), lacks_space))
      rewrite(pieces, [&](AlignedText::Rewriter& to, Span span) {
        if (lacks_space(span)) to.put(" ", span.begin, span.begin);
        to.keep(span.begin, span.end);
      });
    if (!split_) return;
    std::vector<Span> parts;
    for (const Span span : pieces.spans) {
      const std::string_view text = pieces[span];
      for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = splitters::gpt2(text, at);
        parts.push_back(
            {span.begin + static_cast<std::uint32_t>(at), span.begin + static_cast<std::uint32_t>(end)});
        at = end;
      }
    }
    pieces.spans = std::move(parts);
  }

 private:
  bool add_prefix_space_, split_;
};

class Metaspace : public PreTokenizer {
 public:
  enum class Prepend { always, first, never };
  Metaspace(std::string replacement, Prepend prepend, bool split)
      : replacement_(std::move(replacement)), prepend_(prepend), split_(split) {}

  void apply(Pieces& pieces) const override {
    const std::string& text = pieces.text.text();
    rewrite(pieces, [&](AlignedText::Rewriter& to, Span span) {
      const std::string_view piece = pieces[span];
      const bool wanted =
          prepend_ == Prepend::always || (prepend_ == Prepend::first && pieces.text.origin(span).begin == 0);
      if (wanted && !piece.empty() && piece.front() != ' ' && !piece.starts_with(replacement_))
        to.put(replacement_, span.begin, span.begin);
      std::size_t at = span.begin;
      for (std::size_t i = at; i < span.end; ++i) {
        if (text[i] != ' ') continue;
        to.keep(at, i);
        to.put(replacement_, i, i + 1);
        at = i + 1;
      }
      to.keep(at, span.end);
    });
    if (split_)
      split_at_pattern(SplitBehavior::merged_with_next, Pattern(replacement_), false)->apply(pieces);
  }

 private:
  std::string replacement_;
  Prepend prepend_;
  bool split_;
};

inline Metaspace::Prepend metaspace_prepend(const Settings& s) {
  const std::string scheme =
      s.string("prepend_scheme", s.flag("add_prefix_space", true) ? "always" : "never");
  if (scheme == "always") return Metaspace::Prepend::always;
  if (scheme == "first") return Metaspace::Prepend::first;
  check<IoError>(scheme == "never", "tokenizer", s.component(), ": the prepend_scheme '", scheme,
                 "' is not known");
  return Metaspace::Prepend::never;
}

/// Runs of \w and of what is neither \w nor white space.
struct FindWords {
  template <class F>
  void operator()(std::string_view text, F&& f) const {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t begin = at;
      const bool word = is_word_character(character_at(text, at).code);
      while (at < text.size()) {
        const Character c = character_at(text, at);
        if (is_space(c.code) || is_word_character(c.code) != word) break;
        at += c.size;
      }
      if (at > begin)
        f(Span{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at)});
      else
        at += character_at(text, at).size;
    }
  }
};
inline constexpr FindWords find_words{};

/// White space separates, and every punctuation mark is a piece.
inline PreTokenizerRef bert_pre_tokenizer() {
  return std::make_shared<PreTokenizerSequence>(
      std::vector{split_at_characters(SplitBehavior::removed, is_space),
                  split_at_characters(SplitBehavior::isolated, is_punctuation)});
}

}  // namespace detail

inline PreTokenizerRef make_pre_tokenizer(const io::Json& json) {
  namespace d = tenon::text::detail;
  const Settings s(json, "pre_tokenizer");
  const std::string type = s.type();
  if (type == "Sequence") {
    std::vector<PreTokenizerRef> parts;
    for (const io::Json& part : s.at("pretokenizers").elements()) parts.push_back(make_pre_tokenizer(part));
    return std::make_shared<d::PreTokenizerSequence>(std::move(parts));
  }
  if (type == "ByteLevel")
    return std::make_shared<d::ByteLevel>(s.flag("add_prefix_space", true), s.flag("use_regex", true));
  if (type == "Metaspace")
    return std::make_shared<d::Metaspace>(s.string("replacement", "\xe2\x96\x81"), d::metaspace_prepend(s),
                                          s.flag("split", true));
  if (type == "Split")
    return d::split_at_pattern(d::split_behavior(s, "Isolated"), Pattern(s), s.flag("invert", false));
  if (type == "Whitespace") return d::split_at(SplitBehavior::removed, d::find_words, true);
  if (type == "WhitespaceSplit") return d::split_at_characters(SplitBehavior::removed, is_space);
  if (type == "Punctuation") return d::split_at_characters(d::split_behavior(s, "Isolated"), is_punctuation);
  if (type == "Digits")
    return d::split_at_characters(
        s.flag("individual_digits", false) ? SplitBehavior::isolated : SplitBehavior::contiguous, is_number);
  if (type == "BertPreTokenizer") return d::bert_pre_tokenizer();
  if (type == "CharDelimiterSplit")
    return d::split_at_pattern(SplitBehavior::removed, Pattern(s.string("delimiter")), false);
  fail<IoError>("tokenizer", "the pre-tokenizer '", type, "' is not known");
}

}  // namespace TENON_NAMESPACE::text
