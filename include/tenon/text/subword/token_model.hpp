#pragma once
/// What all models of tokens have in common.

#include <array>        // array
#include <cstring>      // memcmp, memcpy
#include <memory>       // shared_ptr
#include <string_view>  // string_view
#include <vector>       // vector

#include "tenon/text/subword/aligned_text.hpp"
#include "tenon/text/subword/token_table.hpp"

namespace TENON_NAMESPACE::text {

/// A token, and the bytes of a text that it stands for.
struct Token {
  TokenId id;  ///< its number
  Span span;   ///< where it stands
};

/// What was found for short pieces, so that frequent words are looked up once. A place holds one piece; the
/// next that belongs there takes it.
class PieceCache {
 public:
  /// Appends the tokens of a piece that begins at `begin`; false if it is not known.
  bool find(std::string_view piece, std::uint32_t begin, std::vector<Token>& to) const {
    const Entry& e = entries_[place(piece)];
    if (e.size != piece.size() || std::memcmp(e.piece, piece.data(), piece.size()) != 0) return false;
    std::uint32_t at = 0;
    for (int i = 0; i < e.count; ++i) {
      to.push_back({e.id[i], {begin + at, begin + e.end[i]}});
      at = e.end[i];
    }
    return true;
  }
  /// Remembers tokens that cover a piece which begins at `begin`, if they are few.
  void add(std::string_view piece, std::uint32_t begin, const Token* tokens, std::size_t count) {
    if (piece.size() > sizeof(Entry::piece) || count > most) return;
    Entry& e = entries_[place(piece)];
    std::uint32_t at = begin;
    for (std::size_t i = 0; i < count; ++i) {
      if (tokens[i].span.begin != at) {
        e.size = 0;
        return;
      }
      at = tokens[i].span.end;
      e.id[i] = tokens[i].id;
      e.end[i] = static_cast<unsigned char>(at - begin);
    }
    e.size = static_cast<unsigned char>(piece.size());
    e.count = static_cast<unsigned char>(count);
    std::memcpy(e.piece, piece.data(), piece.size());
  }

 private:
  static constexpr std::size_t most = 6, places = std::size_t{1} << 14;
  struct Entry {
    char piece[32];
    TokenId id[most];
    unsigned char end[most], size, count;
  };
  static std::size_t place(std::string_view piece) { return hash_bytes(piece) & (places - 1); }

  std::vector<Entry> entries_ = std::vector<Entry>(places);
};

/// A model: the tokens of a piece of text.
class TokenModel {
 public:
  virtual ~TokenModel() = default;
  /// Appends the tokens of a piece that begins at byte `begin`.
  virtual void tokenize(std::string_view piece, std::uint32_t begin, std::vector<Token>& to) const = 0;
  /// The number of a token, `no_token` if there is none.
  virtual TokenId id(std::string_view token) const = 0;
  /// The token of a number; empty if there is none.
  virtual std::string_view token(TokenId id) const = 0;
  /// One more than the largest number.
  virtual TokenId size() const = 0;
};
/// A model that is shared.
using TokenModelRef = std::shared_ptr<const TokenModel>;

/// A model that keeps its tokens in a table.
class TableModel : public TokenModel {
 public:
  explicit TableModel(TokenTable table) : table_(std::move(table)) {}
  TokenId id(std::string_view token) const override { return table_.find(token); }
  std::string_view token(TokenId id) const override { return table_.token(id); }
  TokenId size() const override { return table_.size(); }

 protected:
  /// The number of a token that a setting names; `no_token` if it names none.
  ///   throws: IoError if the vocabulary lacks it
  TokenId named(const char* setting, std::string_view token) const {
    if (token.empty()) return no_token;
    const TokenId found = table_.find(token);
    check<IoError>(found != no_token, "tokenizer", "the ", setting, " '", token,
                   "' is not in the vocabulary");
    return found;
  }
  TokenTable table_;
};

}  // namespace TENON_NAMESPACE::text
