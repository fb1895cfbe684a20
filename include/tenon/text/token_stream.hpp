#pragma once
/// A text as numbers of words: in memory while it is small, in a temporary file beyond that.

#include <cstdint>  // uint32_t, uint64_t
#include <utility>  // move
#include <vector>   // vector

#include "tenon/text/block_stream.hpp"
#include "tenon/text/hash.hpp"

namespace TENON_NAMESPACE::text {

/// Numbers of words, with marks between sentences.
class TokenStream : public BlockStream<std::uint32_t> {
 public:
  using Token = std::uint32_t;
  /// Stands between sentences. Not a number of a word.
  static constexpr Token sentence_end = 0xfffffffeu;

  /// Blocks kept in memory before all go to a temporary file: 64 MiB.
  static constexpr std::size_t default_memory_blocks = 4096;

  TokenStream() : BlockStream(default_memory_blocks) {}
  explicit TokenStream(std::size_t memory_blocks) : BlockStream(memory_blocks) {}

  /// A number that tells other streams apart.
  std::uint64_t fingerprint() const {
    std::vector<Token> scratch(static_cast<std::size_t>(block_size));
    std::uint64_t h = 0;
    for (index_t b = 0; b < block_count(); ++b) {
      const auto* const bytes = reinterpret_cast<const char*>(block(b, scratch.data()));
      h = hash_bytes({bytes, static_cast<std::size_t>(block_length(b)) * sizeof(Token)}, h);
    }
    return h;
  }

  /// Replaces each word by its new number; words that have none, and sentences left without words, are
  /// dropped.
  void renumber(const std::vector<Token>& renumbered, Token dropped) {
    TokenStream out(memory_blocks());
    std::vector<Token> scratch(static_cast<std::size_t>(block_size));
    bool open_sentence = false;
    const index_t count = block_count();
    for (index_t b = 0; b < count; ++b) {
      const Token* tokens = block(b, scratch.data());
      for (index_t i = 0, n = block_length(b); i < n; ++i) {
        const Token token = tokens[i] == sentence_end ? sentence_end : renumbered[tokens[i]];
        if (token == dropped || (token == sentence_end && !open_sentence)) continue;
        open_sentence = token != sentence_end;
        out.append(token);
      }
      release(b);
    }
    *this = std::move(out);
  }
};

}  // namespace TENON_NAMESPACE::text
