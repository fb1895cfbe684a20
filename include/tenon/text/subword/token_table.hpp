#pragma once
/// Tokens and their numbers.

#include <algorithm>    // max
#include <cstdint>      // uint32_t
#include <limits>       // numeric_limits
#include <string>       // string
#include <string_view>  // string_view
#include <vector>       // vector

#include "tenon/core/error.hpp"
#include "tenon/text/hash.hpp"

namespace TENON_NAMESPACE::text {

/// The number of a token.
using TokenId = std::uint32_t;
/// Of no token.
inline constexpr TokenId no_token = std::numeric_limits<TokenId>::max();

/// The tokens of a vocabulary, found by their text.
class TokenTable {
 public:
  TokenTable() = default;
  /// Room for about `expected` tokens. Numbers are dense but for gaps, so that a damaged file cannot ask for
  /// much memory.
  explicit TokenTable(std::size_t expected) : most_(2 * expected + (1u << 20)) {}

  /// Sets the token of a number; a later one of the same text or number counts.
  ///   throws: IoError if the number is far larger than the number of tokens
  void set(TokenId id, std::string_view token) {
    check<IoError>(id < most_, "tokenizer", "token number ", id, " lies far from the others");
    if (id >= tokens_.size()) tokens_.resize(id + 1);
    tokens_[id] = token;
    if (slots_.size() <= 2 * (count_ + 1)) grow();
    const std::size_t slot = find_slot(token);
    if (slots_[slot] == no_token) ++count_;
    slots_[slot] = id;
  }
  /// The number of a token, `no_token` if there is none.
  TokenId find(std::string_view token) const { return slots_.empty() ? no_token : slots_[find_slot(token)]; }
  /// The token of a number; empty if there is none.
  std::string_view token(TokenId id) const {
    return id < tokens_.size() ? std::string_view(tokens_[id]) : std::string_view();
  }
  /// One more than the largest number.
  TokenId size() const { return static_cast<TokenId>(tokens_.size()); }

 private:
  std::size_t find_slot(std::string_view token) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = hash_bytes(token) & mask;
    while (slots_[slot] != no_token && tokens_[slots_[slot]] != token) slot = (slot + 1) & mask;
    return slot;
  }
  void grow() {
    const std::vector<TokenId> old = std::move(slots_);
    slots_.assign(std::max<std::size_t>(64, 2 * old.size()), no_token);
    for (const TokenId id : old)
      if (id != no_token) slots_[find_slot(tokens_[id])] = id;
  }

  std::vector<std::string> tokens_{};
  std::vector<TokenId> slots_{};  // a power of two
  std::size_t count_ = 0, most_ = 1u << 20;
};

}  // namespace TENON_NAMESPACE::text
