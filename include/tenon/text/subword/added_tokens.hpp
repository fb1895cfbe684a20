#pragma once
/// Tokens that are found in a text before anything else is done to it, such as <|endoftext|>.

#include <algorithm>    // lower_bound, max, sort
#include <array>        // array
#include <string>       // string
#include <string_view>  // string_view
#include <vector>       // vector

#include "tenon/text/subword/byte_trie.hpp"
#include "tenon/text/subword/normalizer.hpp"

namespace TENON_NAMESPACE::text {

/// A token beside those of the model.
struct AddedToken {
  TokenId id = 0;            ///< its number
  std::string content{};     ///< its text
  bool special = false;      ///< decoding may skip it
  bool single_word = false;  ///< found only where no letter, digit or underscore is next to it
  bool lstrip = false;       ///< takes white space on its left
  bool rstrip = false;       ///< takes white space on its right
  bool normalized = false;   ///< looked for in the normalized text
};

/// The added tokens of a tokenizer.
class AddedTokens {
 public:
  AddedTokens() = default;
  /// `normalizer` may be null.
  AddedTokens(std::vector<AddedToken> tokens, const NormalizerRef& normalizer) : tokens_(std::move(tokens)) {
    std::sort(tokens_.begin(), tokens_.end(), by_id);
    TokenTable plain(tokens_.size()), normal(tokens_.size());
    for (TokenId i = 0; i < tokens_.size(); ++i) {
      const AddedToken& token = tokens_[i];
      if (token.content.empty()) continue;
      if (!token.normalized) {
        plain.set(i, token.content);
        continue;
      }
      AlignedText content(token.content, 0, false);
      if (normalizer) normalizer->apply(content);
      normal.set(i, content.text());
    }
    finders_[0] = Finder(std::move(plain));
    finders_[1] = Finder(std::move(normal));
  }

  /// The tokens.
  const std::vector<AddedToken>& tokens() const { return tokens_; }
  /// What decoding puts for a token: as texts have it when it is found.
  std::string_view decoded(const AddedToken& token) const {
    return token.normalized ? finders_[1].table.token(static_cast<TokenId>(&token - tokens_.data()))
                            : token.content;
  }
  /// The token of a number; null if there is none.
  const AddedToken* find(TokenId id) const {
    const auto at = std::lower_bound(tokens_.begin(), tokens_.end(), AddedToken{.id = id}, by_id);
    return at != tokens_.end() && at->id == id ? &*at : nullptr;
  }

  /// Calls f(span, token) for the parts of a text: token is null between the tokens that are found.
  template <class F>
  void split(std::string_view text, bool normalized, F&& f) const {
    const Finder& finder = finders_[normalized ? 1 : 0];
    std::uint32_t done = 0;
    const auto emit = [&](std::uint32_t begin, std::uint32_t end, const AddedToken* token) {
      if (begin < end) f(Span{begin, end}, token);
    };
    const auto size = static_cast<std::uint32_t>(text.size());
    for (std::uint32_t at = 0; at < size;) {
      const auto [index, bytes] = finder.longest(text, at);
      if (index == no_token) {
        at = finder.next(text, at + 1);
        continue;
      }
      const AddedToken& token = tokens_[index];
      Span span{at, at + bytes};
      at = span.end;
      if (token.single_word && !stands_alone(text, span)) continue;
      if (token.lstrip) span.begin = std::max(done, without_space_before(text, span.begin));
      if (token.rstrip) span.end = past_space(text, span.end);
      if (span.begin < done) continue;  // an earlier token took the white space
      emit(done, span.begin, nullptr);
      emit(span.begin, span.end, &token);
      done = span.end;
      at = std::max(at, done);
    }
    emit(done, size, nullptr);
  }

 private:
  /// The tokens that texts are searched for.
  struct Finder {
    Finder() = default;
    explicit Finder(TokenTable tokens) : table(std::move(tokens)), trie(table, [](TokenId) { return true; }) {
      for (TokenId i = 0; i < table.size(); ++i)
        if (!table.token(i).empty()) begins[static_cast<unsigned char>(table.token(i).front())] = any = true;
    }
    std::pair<TokenId, std::uint32_t> longest(std::string_view text, std::uint32_t at) const {
      std::pair<TokenId, std::uint32_t> found{no_token, 0};
      if (begins[static_cast<unsigned char>(text[at])])
        trie.each_prefix(text.substr(at), [&](TokenId id, std::size_t size) {
          found = {id, static_cast<std::uint32_t>(size)};
        });
      return found;
    }
    /// The next place where a token may begin.
    std::uint32_t next(std::string_view text, std::uint32_t at) const {
      const auto size = static_cast<std::uint32_t>(text.size());
      if (!any) return size;
      while (at < size && !begins[static_cast<unsigned char>(text[at])]) ++at;
      return at;
    }
    TokenTable table{};
    ByteTrie trie{};
    std::array<bool, 256> begins{};
    bool any = false;
  };

  static bool by_id(const AddedToken& a, const AddedToken& b) { return a.id < b.id; }
  static std::uint32_t before(std::string_view text, std::uint32_t at) {
    do --at;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80);
    return at;
  }
  static std::uint32_t without_space_before(std::string_view text, std::uint32_t at) {
    while (at > 0 && is_space(character_at(text, before(text, at)).code)) at = before(text, at);
    return at;
  }
  static std::uint32_t past_space(std::string_view text, std::uint32_t at) {
    while (at < text.size()) {
      const Character c = character_at(text, at);
      if (!is_space(c.code)) break;
      at += static_cast<std::uint32_t>(c.size);
    }
    return at;
  }
  static bool stands_alone(std::string_view text, Span span) {
    const bool left =
        span.begin == 0 || !is_word_character(character_at(text, before(text, span.begin)).code);
    return left && (span.end == text.size() || !is_word_character(character_at(text, span.end).code));
  }

  std::vector<AddedToken> tokens_{};
  std::array<Finder, 2> finders_{};  // in the text as it is, and in the normalized one
};

}  // namespace TENON_NAMESPACE::text
