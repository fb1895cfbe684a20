#pragma once
/// Models that look words up: WordPiece and WordLevel.

#include <algorithm>  // max
#include <string>     // string

#include "tenon/text/subword/token_model.hpp"
#include "tenon/text/subword/unicode.hpp"

namespace TENON_NAMESPACE::text {

/// WordPiece (Schuster & Nakajima 2012): from the left, the longest token each; a piece that cannot be covered
/// is unknown as a whole.
class WordPieceModel : public TableModel {
 public:
  /// `prefix` begins tokens that do not begin a word; words of more than `most_characters` are unknown.
  WordPieceModel(TokenTable table, const std::string& unknown, std::string prefix,
                 std::uint32_t most_characters)
      : TableModel(std::move(table)), prefix_(std::move(prefix)), most_characters_(most_characters) {
    unknown_ = named("unk_token", unknown);
    for (TokenId id = 0; id < table_.size(); ++id) longest_ = std::max(longest_, table_.token(id).size());
  }

  void tokenize(std::string_view piece, std::uint32_t begin, std::vector<Token>& to) const override {
    const auto size = static_cast<std::uint32_t>(piece.size());
    const std::size_t first = to.size();
    const auto unknown = [&] {
      to.resize(first);
      if (unknown_ != no_token) to.push_back({unknown_, {begin, begin + size}});
    };
    std::uint32_t characters = 0;
    for (std::uint32_t at = 0; at < size; at += static_cast<std::uint32_t>(character_at(piece, at).size))
      ++characters;
    if (characters > most_characters_) return unknown();
    std::string name;
    for (std::uint32_t at = 0; at < size;) {
      TokenId found = no_token;
      name.assign(at > 0 ? prefix_ : "");
      const std::size_t head = name.size();
      auto end = static_cast<std::uint32_t>(std::min<std::size_t>(size, at + longest_));
      name.append(piece.substr(at, end - at));
      for (; end > at; --end) {
        const bool whole = end == size || (static_cast<unsigned char>(piece[end]) & 0xc0) != 0x80;
        if (!whole) continue;
        found = table_.find(std::string_view(name).substr(0, head + end - at));
        if (found != no_token) break;
      }
      if (found == no_token) return unknown();
      to.push_back({found, {begin + at, begin + end}});
      at = end;
    }
  }

 private:
  std::string prefix_;
  std::uint32_t most_characters_;
  TokenId unknown_ = no_token;
  std::size_t longest_ = 0;
};

/// WordLevel: a piece is a token or unknown.
class WordLevelModel : public TableModel {
 public:
  WordLevelModel(TokenTable table, const std::string& unknown) : TableModel(std::move(table)) {
    unknown_ = named("unk_token", unknown);
  }
  void tokenize(std::string_view piece, std::uint32_t begin, std::vector<Token>& to) const override {
    TokenId id = table_.find(piece);
    if (id == no_token) id = unknown_;
    if (id != no_token) to.push_back({id, {begin, begin + static_cast<std::uint32_t>(piece.size())}});
  }

 private:
  TokenId unknown_ = no_token;
};

}  // namespace TENON_NAMESPACE::text
