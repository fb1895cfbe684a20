#pragma once
/// Tokenizers of SentencePiece (Kudo & Richardson 2018, https://arxiv.org/abs/1808.06226): from its .model files,
/// or from a vocabulary with scores, as llama2.c's and GGUF files hold it.

#include <cmath>   // isnan
#include <memory>  // make_shared
#include <string>  // string
#include <vector>  // vector

#include "tenon/text/subword/bpe.hpp"
#include "tenon/text/subword/tokenizer_parts.hpp"
#include "tenon/text/subword/unigram.hpp"
#include "tenon/text/subword/wire_format.hpp"

namespace TENON_NAMESPACE::text {

/// What a piece of a SentencePiece vocabulary is; the numbers are the files'.
enum class PieceKind { normal = 1, unknown = 2, control = 3, user_defined = 4, unused = 5, byte = 6 };

/// A SentencePiece vocabulary and how texts are prepared for it.
struct SentencePieceVocabulary {
  std::vector<std::string> pieces{};      ///< the tokens, by number
  std::vector<double> scores{};           ///< logarithms of probabilities, or the order of merges
  std::vector<PieceKind> kinds{};         ///< what each is; empty: all are normal
  bool bpe = false;                       ///< byte-pair encoding instead of unigram
  bool byte_fallback = false;             ///< unknown characters are written as bytes
  bool add_dummy_prefix = true;           ///< a blank is put before a text
  bool remove_extra_whitespaces = false;  ///< blanks at the ends and repeated ones are dropped
  bool escape_whitespaces = true;         ///< blanks are written as U+2581
  std::string char_map{};                 ///< the map of characters, see CharMap
};

namespace detail {

inline constexpr std::string_view blank_mark = "\xe2\x96\x81";  // U+2581

/// Of each place the longest entry of a map is applied.
class LongestCharMap : public Normalizer {
 public:
  explicit LongestCharMap(const std::string& blob) : map_(blob) {}
  void apply(AlignedText& text) const override {
    AlignedText::Rewriter rewriter(text);
    const std::string_view all = text.text();
    for (std::size_t at = 0; at < all.size();) {
      const auto match = map_.longest(all.substr(at));
      const std::size_t end = at + (match ? match->size : character_at(all, at).size);
      if (match)
        rewriter.put(match->replacement, at, end);
      else
        rewriter.keep(at, end);
      at = end;
    }
    rewriter.finish();
  }

 private:
  CharMap map_;
};

/// Blanks at the ends and repeated ones are dropped, one is put before the text, and all are marked.
class BlankNormalizer : public Normalizer {
 public:
  BlankNormalizer(bool remove_extra, bool prefix, bool mark)
      : remove_extra_(remove_extra), prefix_(prefix), mark_(mark ? blank_mark : " ") {}
  void apply(AlignedText& text) const override {
    const std::string_view all = text.text();
    std::size_t begin = 0, end = all.size();
    while (remove_extra_ && begin < end && all[begin] == ' ') ++begin;
    while (remove_extra_ && end > begin && all[end - 1] == ' ') --end;
    AlignedText::Rewriter rewriter(text);
    if (prefix_ && begin < end) rewriter.put(mark_, begin, begin);
    std::size_t kept = begin;
    for (std::size_t i = begin; i < end; ++i) {
      if (all[i] != ' ') continue;
      rewriter.keep(kept, i);
      kept = i + 1;
      if (!remove_extra_ || all[i - 1] != ' ') rewriter.put(mark_, i, i + 1);
    }
    rewriter.keep(kept, end);
    rewriter.finish();
  }

 private:
  bool remove_extra_, prefix_;
  std::string_view mark_;
};

}  // namespace detail

/// The tokenizer of a vocabulary.
///   throws: IoError if its parts do not fit each other
inline TokenizerParts parts_from_sentencepiece(const SentencePieceVocabulary& v) {
  namespace d = tenon::text::detail;
  check<IoError>(v.scores.size() == v.pieces.size() && (v.kinds.empty() || v.kinds.size() == v.pieces.size()),
                 "tokenizer", v.pieces.size(), " pieces have ", v.scores.size(), " scores and ",
                 v.kinds.size(), " kinds");
  TokenizerParts parts;
  TokenTable table(v.pieces.size());
  std::vector<bool> used(v.pieces.size(), true);
  TokenId unknown = no_token;
  for (TokenId id = 0; id < v.pieces.size(); ++id) {
    check<IoError>(!std::isnan(v.scores[id]), "tokenizer", "the score of piece ", id, " is no number");
    table.set(id, v.pieces[id]);
    const PieceKind kind = v.kinds.empty() ? PieceKind::normal : v.kinds[id];
    if (kind == PieceKind::unknown) unknown = id;
    if (kind == PieceKind::user_defined) parts.added.push_back({.id = id, .content = v.pieces[id]});
    if (kind == PieceKind::control || kind == PieceKind::unknown) parts.special.push_back(id);
    used[id] = kind == PieceKind::normal || kind == PieceKind::user_defined;
  }
  if (v.bpe) {
    BpeOptions options{.fuse_unknown = true, .byte_fallback = v.byte_fallback};
    if (unknown != no_token) options.unknown = v.pieces[unknown];
    parts.model = std::make_shared<BpeModel>(std::move(table), v.scores, options);
  } else {
    parts.model =
        std::make_shared<UnigramModel>(std::move(table), v.scores, unknown, v.byte_fallback, used, true);
  }
  std::vector<NormalizerRef> steps;
  if (!v.char_map.empty()) steps.push_back(std::make_shared<d::LongestCharMap>(v.char_map));
  steps.push_back(std::make_shared<d::BlankNormalizer>(v.remove_extra_whitespaces, v.add_dummy_prefix,
                                                       v.escape_whitespaces));
  parts.normalizer = std::make_shared<d::NormalizerSequence>(std::move(steps));
  const std::uint32_t dummy = v.add_dummy_prefix ? 1 : 0;
  parts.decoder = d::decoding([dummy](std::vector<std::string>& tokens) {
    for (std::string& token : tokens) d::replace_all(token, d::blank_mark, " ");
    d::decode_byte_fallback(tokens);
    tokens = {d::joined(tokens)};
    d::strip_decoder(" ", dummy, 0)->apply(tokens);
  });
  return parts;
}

/// The vocabulary in the bytes of a .model file.
///   throws: IoError if they are damaged, or the model is one of words or characters
inline SentencePieceVocabulary read_sentencepiece(std::string_view file) {
  SentencePieceVocabulary v;
  v.remove_extra_whitespaces = true;
  const auto piece = [&](std::string_view message) {
    std::string text;
    double score = 0;
    auto kind = PieceKind::normal;
    each_field(message, [&](const WireField& f) {
      if (f.number == 1) text = f.bytes;
      if (f.number == 2) score = static_cast<double>(f.real());
      if (f.number == 3 && f.value >= 1 && f.value <= 6) kind = static_cast<PieceKind>(f.value);
    });
    check<IoError>(valid_utf8(text) == text.size(), "tokenizer", "piece ", v.pieces.size(), " is not UTF-8");
    v.pieces.push_back(std::move(text));
    v.scores.push_back(score);
    v.kinds.push_back(kind);
    v.byte_fallback |= kind == PieceKind::byte;
  };
  const auto trainer = [&](const WireField& f) {
    if (f.number != 3) return;
    check<IoError>(f.value == 1 || f.value == 2, "tokenizer",
                   "a SentencePiece model of words or characters is not supported, only unigram and BPE");
    v.bpe = f.value == 2;
  };
  const auto normalizer = [&](const WireField& f) {
    if (f.number == 2) v.char_map = f.bytes;
    if (f.number == 3) v.add_dummy_prefix = f.value != 0;
    if (f.number == 4) v.remove_extra_whitespaces = f.value != 0;
    if (f.number == 5) v.escape_whitespaces = f.value != 0;
  };
  each_field(file, [&](const WireField& f) {
    if (f.number == 1) piece(f.bytes);
    if (f.number == 2) each_field(f.bytes, trainer);
    if (f.number == 3) each_field(f.bytes, normalizer);
  });
  check<IoError>(!v.pieces.empty(), "tokenizer", "the file has no pieces: it is no SentencePiece model");
  return v;
}

/// The vocabulary in the bytes of llama2.c's tok*.bin, https://github.com/karpathy/llama2.c.
///   throws: IoError if they are damaged
inline SentencePieceVocabulary read_llama2c(std::string_view file) {
  SentencePieceVocabulary v;
  v.bpe = v.byte_fallback = true;
  v.escape_whitespaces = false;
  const auto take = [&](std::size_t size) {
    check<IoError>(size <= file.size(), "tokenizer", "the file is cut off or damaged");
    const std::string_view bytes = file.substr(0, size);
    file.remove_prefix(size);
    return bytes;
  };
  take(4);  // the length of the longest token
  while (!file.empty()) {
    float score = 0;
    std::int32_t size = 0;
    std::memcpy(&score, take(4).data(), 4);
    std::memcpy(&size, take(4).data(), 4);
    check<IoError>(size >= 0, "tokenizer", "the file is cut off or damaged");
    const std::string_view text = take(static_cast<std::size_t>(size));
    check<IoError>(valid_utf8(text) == text.size(), "tokenizer", "token ", v.pieces.size(), " is not UTF-8");
    const std::size_t id = v.pieces.size();
    v.pieces.emplace_back(text);
    v.scores.push_back(static_cast<double>(score));
    v.kinds.push_back(id == 0        ? PieceKind::unknown
                      : id < 3       ? PieceKind::control
                      : id < 3 + 256 ? PieceKind::byte
                                     : PieceKind::normal);
  }
  return v;
}

}  // namespace TENON_NAMESPACE::text
