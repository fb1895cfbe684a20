#pragma once
/// What a tokenizer makes of a text.

#include <cstdint>  // uint8_t
#include <vector>   // vector

#include "tenon/core/scalar.hpp"
#include "tenon/text/subword/aligned_text.hpp"

namespace TENON_NAMESPACE::text {

/// Tokens of a text or of a pair of texts; all vectors are of one size.
struct Encoding {
  std::vector<index_t> ids{};                       ///< the tokens' numbers
  std::vector<index_t> type_ids{};                  ///< 0 or 1: of which text a token is, as BERT wants it
  std::vector<Span> offsets{};                      ///< bytes of the original text; of special tokens 0, 0
  std::vector<std::uint8_t> special_tokens_mask{};  ///< 1 where a post-processor added the token
  std::vector<std::uint8_t> attention_mask{};       ///< 0 where the token is padding

  /// The number of tokens.
  std::size_t size() const { return ids.size(); }
  /// Appends a token.
  void add(index_t id, index_t type, Span offset, bool special, bool attended = true) {
    ids.push_back(id);
    type_ids.push_back(type);
    offsets.push_back(offset);
    special_tokens_mask.push_back(special);
    attention_mask.push_back(attended);
  }
  /// Appends the tokens of another text, of a type.
  void add(const Encoding& other, index_t type) {
    for (std::size_t i = 0; i < other.size(); ++i)
      add(other.ids[i], type, other.offsets[i], other.special_tokens_mask[i]);
  }
  /// Appends tokens as they are.
  void append(const Encoding& other) {
    const auto join = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
    join(ids, other.ids);
    join(type_ids, other.type_ids);
    join(offsets, other.offsets);
    join(special_tokens_mask, other.special_tokens_mask);
    join(attention_mask, other.attention_mask);
  }
  /// Drops all but `count` tokens, at the end or, with `left`, at the beginning.
  void truncate(std::size_t count, bool left = false) {
    if (size() <= count) return;
    const auto cut = [&](auto& v) {
      const auto drop = static_cast<std::ptrdiff_t>(v.size() - count);
      left ? v.erase(v.begin(), v.begin() + drop) : v.erase(v.end() - drop, v.end());
    };
    cut(ids);
    cut(type_ids);
    cut(offsets);
    cut(special_tokens_mask);
    cut(attention_mask);
  }
};

}  // namespace TENON_NAMESPACE::text
