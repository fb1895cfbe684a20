#pragma once
/// Unigram (Kudo 2018, https://arxiv.org/abs/1804.10959): of all ways to cover a piece by tokens, the one whose
/// log-probabilities have the largest sum.

#include <algorithm>  // min
#include <array>      // array
#include <cstdio>     // snprintf
#include <limits>     // numeric_limits
#include <string>     // string
#include <vector>     // vector

#include "tenon/text/subword/byte_trie.hpp"
#include "tenon/text/subword/token_model.hpp"
#include "tenon/text/subword/unicode.hpp"

namespace TENON_NAMESPACE::text {

/// A unigram model.
class UnigramModel : public TableModel {
 public:
  /// `scores`: the logarithms of the tokens' probabilities; `unknown`: the token for characters that are none,
  /// `no_token` for none; `used`: false for tokens that do not stand in texts; `single`: sums are float32, as
  /// SentencePiece's.
  UnigramModel(TokenTable table, std::vector<double> scores, TokenId unknown, bool byte_fallback,
               const std::vector<bool>& used = {}, bool single = false)
      : TableModel(std::move(table)), scores_(std::move(scores)), unknown_(unknown), single_(single) {
    check<IoError>(scores_.size() >= table_.size(), "tokenizer", "there are ", table_.size(), " tokens, but ",
                   scores_.size(), " scores");
    check<IoError>(unknown == no_token || unknown < table_.size(), "tokenizer", "the unknown token ", unknown,
                   " is not in the vocabulary");
    double least = 0;
    for (const double score : scores_) least = std::min(least, score);
    unknown_score_ = least - 10;
    trie_ = ByteTrie(table_, [&](TokenId id) { return used.empty() || used[id]; });
    for (unsigned b = 0; b < 256; ++b) {
      char name[8];
      std::snprintf(name, sizeof name, "<0x%02X>", b);
      fallback_[b] = byte_fallback ? table_.find(name) : no_token;
      all_bytes_ = (b == 0 || all_bytes_) && fallback_[b] != no_token;
    }
  }

  void tokenize(std::string_view piece, std::uint32_t begin, std::vector<Token>& to) const override {
    struct Best {
      double score = -std::numeric_limits<double>::infinity();
      std::uint32_t from = 0;
      TokenId id = no_token;
    };
    const std::size_t size = piece.size();
    std::vector<Best> best(size + 1);
    best[0].score = 0;
    for (std::size_t at = 0; at < size;) {
      const std::size_t character = character_at(piece, at).size;
      const double score = best[at].score;
      bool single = false;
      const auto consider = [&](std::size_t end, double sum, TokenId id) {
        if (single_) sum = static_cast<double>(static_cast<float>(sum));
        if (best[end].id == no_token || sum > best[end].score)
          best[end] = {sum, static_cast<std::uint32_t>(at), id};
      };
      trie_.each_prefix(piece.substr(at), [&](TokenId id, std::size_t bytes) {
        single |= bytes == character;
        consider(at + bytes, score + scores_[id], id);
      });
      if (!single) consider(at + character, score + unknown_score_, unknown_id);
      at += character;
    }
    const std::size_t first = to.size();
    for (std::size_t end = size; end > 0; end = best[end].from)
      to.push_back({best[end].id, {begin + best[end].from, begin + static_cast<std::uint32_t>(end)}});
    std::reverse(to.begin() + static_cast<std::ptrdiff_t>(first), to.end());
    resolve_unknown(piece, begin, first, to);
  }

 private:
  static constexpr TokenId unknown_id = no_token - 1;

  /// Neighbouring unknown characters become one unknown token, or their bytes.
  void resolve_unknown(std::string_view piece, std::uint32_t begin, std::size_t first,
                       std::vector<Token>& to) const {
    std::vector<Token> resolved;
    for (std::size_t i = first; i < to.size(); ++i) {
      if (to[i].id != unknown_id) {
        resolved.push_back(to[i]);
        continue;
      }
      Span span = to[i].span;
      while (i + 1 < to.size() && to[i + 1].id == unknown_id) span.end = to[++i].span.end;
      if (all_bytes_) {
        for (std::uint32_t b = span.begin; b < span.end; ++b)
          resolved.push_back({fallback_[static_cast<unsigned char>(piece[b - begin])], span});
      } else {
        check<ValueError>(unknown_ != no_token, "tokenizer", "'",
                          piece.substr(span.begin - begin, span.end - span.begin),
                          "' cannot be written in tokens, and there is no unknown token");
        resolved.push_back({unknown_, span});
      }
    }
    to.resize(first);
    to.insert(to.end(), resolved.begin(), resolved.end());
  }

  std::vector<double> scores_;
  TokenId unknown_;
  double unknown_score_ = 0;
  ByteTrie trie_{};
  std::array<TokenId, 256> fallback_{};
  bool all_bytes_ = false, single_;
};

}  // namespace TENON_NAMESPACE::text
