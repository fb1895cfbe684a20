#pragma once
/// Byte-pair encoding (Sennrich et al. 2016, https://arxiv.org/abs/1508.07909): the characters of a piece are
/// joined pair by pair, the pair that was learned first first, and of equal ones the first in the text.

#include <algorithm>  // min, sort
#include <array>      // array
#include <cstdio>     // snprintf
#include <limits>     // numeric_limits
#include <queue>      // priority_queue
#include <string>     // string
#include <utility>    // pair
#include <vector>     // vector

#include "tenon/text/subword/byte_alphabet.hpp"
#include "tenon/text/subword/token_model.hpp"

namespace TENON_NAMESPACE::text {

/// Settings of a `BpeModel`.
struct BpeOptions {
  std::string unknown{};  ///< the token for characters that are none; empty: they are dropped
  std::string continuing_subword_prefix{};  ///< begins tokens that do not begin a piece
  std::string end_of_word_suffix{};         ///< ends tokens that end a piece
  bool fuse_unknown = false;                ///< neighbouring unknown characters are one token
  bool byte_fallback = false;               ///< bytes of unknown characters are tokens <0x00> to <0xFF>
  bool ignore_merges = false;               ///< a piece that is a token is not built from others
  bool bytes = false;  ///< tokens are written in the alphabet of bytes, and pieces are the bytes themselves
};

/// Pairs of tokens, the order in which they were learned, and what they become.
class MergeTable {
 public:
  /// A pair's place in the order, the first being 0, and the token that it becomes.
  struct Merge {
    std::uint32_t rank;  ///< `never` if there is no such pair
    TokenId id;          ///< the token that the pair becomes
  };
  /// The rank of what is no pair.
  static constexpr std::uint32_t never = std::numeric_limits<std::uint32_t>::max();

  MergeTable() = default;
  explicit MergeTable(std::size_t count) {
    std::size_t slots = 16;
    while (slots < 2 * count) slots *= 2;
    slots_.assign(slots, {empty, {never, no_token}});
    maybe_.assign(slots / 8, 0);
  }
  /// Adds a pair, at most `count` in all. A pair that is there keeps its rank.
  void add(TokenId left, TokenId right, Merge merge) {
    const std::uint64_t h = fold_product(key(left, right));
    maybe_[bit(h) / 64] |= std::uint64_t{1} << (bit(h) % 64);
    Slot& slot = slots_[place(key(left, right))];
    if (slot.first == empty) slot = {key(left, right), merge};
  }
  /// What becomes of a pair.
  Merge find(TokenId left, TokenId right) const {
    if (slots_.empty()) return {never, no_token};
    const std::uint64_t h = fold_product(key(left, right));
    const bool maybe = maybe_[bit(h) / 64] >> (bit(h) % 64) & 1;
    return maybe ? slots_[place(key(left, right))].second : Merge{never, no_token};
  }

 private:
  using Slot = std::pair<std::uint64_t, Merge>;
  static constexpr std::uint64_t empty = std::numeric_limits<std::uint64_t>::max();
  static std::uint64_t key(TokenId left, TokenId right) { return std::uint64_t{left} << 32 | right; }
  std::size_t place(std::uint64_t key) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = fold_product(key) & mask;
    while (slots_[at].first != empty && slots_[at].first != key) at = (at + 1) & mask;
    return at;
  }

  std::size_t bit(std::uint64_t hash) const { return hash >> 20 & (64 * maybe_.size() - 1); }

  std::vector<Slot> slots_{};
  std::vector<std::uint64_t>
      maybe_{};  // eight bits a slot, near where the slots are far: most pairs are none
};

/// A byte-pair encoding.
class BpeModel : public TableModel {
 public:
  /// `merges`: pairs of tokens in the order in which they were learned.
  ///   throws: IoError if a pair or what it becomes is not in the table
  BpeModel(TokenTable table, const std::vector<std::pair<std::string_view, std::string_view>>& merges,
           BpeOptions options)
      : TableModel(std::move(table)), options_(std::move(options)), merges_(merges.size()) {
    unknown_ = named("unk_token", options_.unknown);
    std::uint32_t rank = 0;
    std::string joined;
    for (const auto& [left, right] : merges) {
      joined = left;
      joined += right.substr(std::min(right.size(), options_.continuing_subword_prefix.size()));
      const TokenId first = existing(left), second = existing(right);
      merges_.add(first, second, {rank++, existing(joined)});
    }
    name_bytes();
  }
  /// Two tokens are joined where what they make is one, that of the best score first.
  BpeModel(TokenTable table, const std::vector<double>& scores, BpeOptions options)
      : TableModel(std::move(table)), options_(std::move(options)) {
    unknown_ = named("unk_token", options_.unknown);
    std::vector<TokenId> order;
    for (TokenId id = 0; id < table_.size(); ++id) order.push_back(id);
    std::sort(order.begin(), order.end(),
              [&](TokenId a, TokenId b) { return scores[a] != scores[b] ? scores[a] > scores[b] : a < b; });
    std::vector<std::pair<std::pair<TokenId, TokenId>, MergeTable::Merge>> pairs;
    std::uint32_t rank = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (i > 0 && scores[order[i]] != scores[order[i - 1]]) ++rank;
      const std::string_view token = table_.token(order[i]);
      for (std::size_t at = 1; at < token.size(); ++at) {
        const TokenId left = table_.find(token.substr(0, at)), right = table_.find(token.substr(at));
        if (left != no_token && right != no_token) pairs.push_back({{left, right}, {rank, order[i]}});
      }
    }
    merges_ = MergeTable(pairs.size());
    for (const auto& [pair, merge] : pairs) merges_.add(pair.first, pair.second, merge);
    name_bytes();
  }

  void tokenize(std::string_view piece, std::uint32_t begin, std::vector<Token>& to) const override {
    if (piece.empty()) return;
    if (options_.ignore_merges) {
      const TokenId whole = table_.find(options_.bytes ? ByteAlphabet::encode(piece) : std::string(piece));
      if (whole != no_token)
        return to.push_back({whole, {begin, begin + static_cast<std::uint32_t>(piece.size())}});
    }
    const std::size_t first = to.size();
    characters(piece, begin, to);
    constexpr std::size_t short_piece = 64;
    const std::size_t count = to.size() - first;
    const std::size_t left =
        count <= short_piece ? merge_short(to.data() + first, count) : merge_long(to.data() + first, count);
    to.resize(first + left);
  }

 private:
  TokenId existing(std::string_view token) const {
    const TokenId id = table_.find(token);
    check<IoError>(id != no_token, "tokenizer", "a merge needs the token '", token,
                   "', which is not in the vocabulary");
    return id;
  }

  /// Looks up the tokens of single bytes.
  void name_bytes() {
    for (unsigned b = 0; b < 256; ++b) {
      char name[8];
      std::snprintf(name, sizeof name, "<0x%02X>", b);
      fallback_[b] = options_.byte_fallback ? table_.find(name) : no_token;
      const char byte = static_cast<char>(b);
      bytes_[b] = options_.bytes ? table_.find(ByteAlphabet::encode({&byte, 1})) : no_token;
    }
  }

  /// The tokens of single characters.
  void characters(std::string_view piece, std::uint32_t begin, std::vector<Token>& to) const {
    if (options_.bytes) {
      for (std::uint32_t i = 0; i < piece.size(); ++i)
        if (const TokenId id = bytes_[static_cast<unsigned char>(piece[i])]; id != no_token)
          to.push_back({id, {begin + i, begin + i + 1}});
      return;
    }
    const bool plain = options_.continuing_subword_prefix.empty() && options_.end_of_word_suffix.empty();
    std::string name;
    Span unknown{};  // not yet taken over
    const auto add_unknown = [&] {
      if (unknown.end > unknown.begin) to.push_back({unknown_, unknown});
      unknown = {};
    };
    for (std::size_t at = 0; at < piece.size();) {
      const std::size_t size = character_at(piece, at).size;
      const std::string_view character = piece.substr(at, size);
      const Span span{begin + static_cast<std::uint32_t>(at), begin + static_cast<std::uint32_t>(at + size)};
      std::string_view text = character;
      if (!plain) {
        name = at > 0 ? options_.continuing_subword_prefix : "";
        name += character;
        if (at + size == piece.size()) name += options_.end_of_word_suffix;
        text = name;
      }
      at += size;
      if (const TokenId id = table_.find(text); id != no_token) {
        add_unknown();
        to.push_back({id, span});
      } else if (options_.byte_fallback && add_bytes(text, span, to)) {
        continue;
      } else if (unknown_ != no_token) {
        if (unknown.end > unknown.begin && options_.fuse_unknown) {
          unknown.end = span.end;
        } else {
          add_unknown();
          unknown = span;
        }
      }
    }
    add_unknown();
  }
  bool add_bytes(std::string_view text, Span span, std::vector<Token>& to) const {
    for (const char c : text)
      if (fallback_[static_cast<unsigned char>(c)] == no_token) return false;
    for (const char c : text) to.push_back({fallback_[static_cast<unsigned char>(c)], span});
    return true;
  }

  /// Merges what may be merged; returns how many tokens are left. The ranks of all pairs are looked through for
  /// each merge, which is fastest for words.
  std::size_t merge_short(Token* tokens, std::size_t count) const {
    MergeTable::Merge merge[64];
    for (std::size_t i = 0; i + 1 < count; ++i) merge[i] = merges_.find(tokens[i].id, tokens[i + 1].id);
    while (count > 1) {
      std::size_t best = 0;
      for (std::size_t i = 1; i + 1 < count; ++i)
        if (merge[i].rank < merge[best].rank) best = i;
      if (merge[best].rank == MergeTable::never) break;
      tokens[best] = {merge[best].id, {tokens[best].span.begin, tokens[best + 1].span.end}};
      for (std::size_t i = best + 1; i + 1 < count; ++i) {
        tokens[i] = tokens[i + 1];
        merge[i] = merge[i + 1];
      }
      --count;
      if (best > 0) merge[best - 1] = merges_.find(tokens[best - 1].id, tokens[best].id);
      if (best + 1 < count) merge[best] = merges_.find(tokens[best].id, tokens[best + 1].id);
    }
    return count;
  }

  /// The same by a heap of pairs and a list of tokens, O(n log n).
  std::size_t merge_long(Token* tokens, std::size_t count) const {
    struct Candidate {
      std::uint32_t rank, at;
      TokenId left, right, id;
      bool operator<(const Candidate& o) const { return rank != o.rank ? rank > o.rank : at > o.at; }
    };
    constexpr auto none = std::numeric_limits<std::uint32_t>::max();
    std::vector<std::uint32_t> previous(count), next(count);
    std::priority_queue<Candidate> queue;
    const auto consider = [&](std::uint32_t at) {
      if (at == none || next[at] == none) return;
      const MergeTable::Merge m = merges_.find(tokens[at].id, tokens[next[at]].id);
      if (m.rank != MergeTable::never) queue.push({m.rank, at, tokens[at].id, tokens[next[at]].id, m.id});
    };
    for (std::uint32_t i = 0; i < count; ++i) {
      previous[i] = i > 0 ? i - 1 : none;
      next[i] = i + 1 < count ? i + 1 : none;
    }
    for (std::uint32_t i = 0; i < count; ++i) consider(i);
    while (!queue.empty()) {
      const Candidate c = queue.top();
      queue.pop();
      const std::uint32_t right = tokens[c.at].id == c.left ? next[c.at] : none;
      if (right == none || tokens[right].id != c.right) continue;  // one of them has been merged meanwhile
      tokens[c.at] = {c.id, {tokens[c.at].span.begin, tokens[right].span.end}};
      tokens[right].id = no_token;
      next[c.at] = next[right];
      if (next[c.at] != none) previous[next[c.at]] = c.at;
      consider(previous[c.at]);
      consider(c.at);
    }
    std::size_t left = 0;
    for (std::uint32_t i = 0; i != none; i = next[i]) tokens[left++] = tokens[i];
    return left;
  }

  BpeOptions options_;
  MergeTable merges_;
  TokenId unknown_ = no_token;
  std::array<TokenId, 256> fallback_{}, bytes_{};
};

}  // namespace TENON_NAMESPACE::text
