#pragma once
/// A text as word numbers, in memory while it is small, otherwise in a temporary file.

#include <cstdint>  // uint32_t, uint64_t
#include <utility>  // move
#include <vector>   // vector

#include "tenon/text/block_stream.hpp"
#include "tenon/text/hash.hpp"

namespace TENON_NAMESPACE::text {

/// A stream of word numbers, with marks between sentences.
class TokenStream : public BlockStream<std::uint32_t> {
 public:
  /// The number of a word.
  using Token = std::uint32_t;
  /// The mark between sentences, which is no word's number.
  static constexpr Token sentence_end = 0xfffffffeu;

  /// The number of blocks kept in memory, 64 MiB, before a temporary file is used.
  static constexpr std::size_t default_memory_blocks = 4096;

  /// An empty stream that keeps up to 64 MiB in memory.
  TokenStream() : BlockStream(default_memory_blocks) {}
  /// An empty stream that keeps up to `memory_blocks` blocks in memory.
  explicit TokenStream(std::size_t memory_blocks) : BlockStream(memory_blocks) {}

  /// A hash of the stream.
  std::uint64_t fingerprint() const {
    std::vector<Token> scratch(static_cast<std::size_t>(block_size));
    std::uint64_t h = 0;
    for (index_t b = 0; b < block_count(); ++b) {
      const auto* const bytes = reinterpret_cast<const char*>(block(b, scratch.data()));
      h = hash_bytes({bytes, static_cast<std::size_t>(block_length(b)) * sizeof(Token)}, h);
    }
    return h;
  }

  /// Replaces each word number n by renumbered[n]. Words whose new number is `dropped`, and sentences without
  /// words, are removed.
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
