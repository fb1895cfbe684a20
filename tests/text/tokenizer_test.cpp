#include "tenon/text/tokenizer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace tokenizer_test {

using tn::text::StringReader;
using tn::text::TextReader;
using tn::text::TokenizerOptions;
using Words = std::vector<std::string>;

/// Words, with "|" for the end of a line.
Words tokens(TextReader& reader, const TokenizerOptions& options = {}) {
  Words words;
  tn::text::tokenize(
      reader, options, [&](std::string_view word) { words.emplace_back(word); },
      [&] { words.push_back("|"); });
  return words;
}
Words tokens(const std::string& text, const TokenizerOptions& options = {}) {
  StringReader reader(text);
  return tokens(reader, options);
}

/// Gives a text out in small pieces.
struct Dripping : TextReader {
  std::string text;
  std::size_t piece, position = 0;
  Dripping(std::string t, std::size_t p) : text(std::move(t)), piece(p) {}
  std::size_t read(char* buffer, std::size_t capacity) override {
    const std::size_t count = std::min({piece, capacity, text.size() - position});
    std::copy_n(text.data() + position, count, buffer);
    position += count;
    return count;
  }
};

TEST(Tokenizer, SplitsAtWhiteSpace) {
  EXPECT_EQ(tokens("the quick\tfox\r\njumps  \n\n end"),
            (Words{"the", "quick", "fox", "|", "jumps", "|", "|", "end"}));
  EXPECT_EQ(tokens(""), Words{});
  EXPECT_EQ(tokens(" \n "), Words{"|"});
  EXPECT_EQ(tokens("x"), Words{"x"});
}

TEST(Tokenizer, TheMarkOfUtf8IsNoPartOfTheText) {
  EXPECT_EQ(tokens("\xef\xbb\xbfking queen \xef\xbb\xbfking"), (Words{"king", "queen", "\xef\xbb\xbfking"}));
  EXPECT_EQ(tokens("\xef\xbb\xbf\nking"), (Words{"|", "king"}));
  EXPECT_EQ(tokens(" \xef\xbb\xbfking"), Words{"\xef\xbb\xbfking"});
  EXPECT_EQ(tokens("\xef\xbb\xbf"), Words{});
  EXPECT_EQ(tokens("\xef\xbb\xbfKing, no", {.lowercase = true, .split_punctuation = true}),
            (Words{"king", ",", "no"}));
  for (const std::size_t piece : {1u, 2u, 3u, 4u}) {
    Dripping reader("\xef\xbb\xbfking queen", piece);
    EXPECT_EQ(tokens(reader), (Words{"king", "queen"})) << piece;
  }
}

TEST(Tokenizer, WordsMayLieAcrossReads) {
  std::string text;
  for (int i = 0; i < 300; ++i)
    text += std::string(static_cast<std::size_t>(i % 9), 'a') + "é" + (i % 7 ? " " : "\n");
  const Words want = tokens(text);
  for (std::size_t piece = 1; piece < 40; ++piece) {
    Dripping reader(text, piece);
    EXPECT_EQ(tokens(reader), want);
  }
}

TEST(Tokenizer, LongWordsAreCutBetweenCharacters) {
  EXPECT_EQ(tokens(std::string(1000, 'a') + " b"), (Words{std::string(100, 'a'), "b"}));
  std::string accents = "x";
  for (int i = 0; i < 100; ++i) accents += "é";
  EXPECT_EQ(tokens(accents)[0].size(), 99u);  // 1 + 49 * 2: the next would end beyond 100
  EXPECT_EQ(tokens(std::string(200, '\x80'))[0].size(), 100u);
}

TEST(Tokenizer, ARunWithoutEndNeedsLittleMemory) {
  struct Endless : TextReader {
    std::size_t left = std::size_t{1} << 30;
    std::size_t read(char* buffer, std::size_t capacity) override {
      const std::size_t count = std::min(capacity, left);
      std::fill_n(buffer, count, 'a');
      left -= count;
      return count;
    }
  } reader;
  EXPECT_EQ(tokens(reader), Words{std::string(100, 'a')});
}

TEST(Tokenizer, ControlCharactersSeparate) {
  EXPECT_EQ(tokens(std::string("a\0b\x01"
                               "c\x7f",
                               6)),
            (Words{"a", "b", "c\x7f"}));
}

TEST(Tokenizer, LowersAndSplitsOnRequest) {
  EXPECT_EQ(tokens("Hello, World!", {.lowercase = true}), (Words{"hello,", "world!"}));
  EXPECT_EQ(tokens("Hello, World!", {.split_punctuation = true}), (Words{"Hello", ",", "World", "!"}));
  EXPECT_EQ(tokens("Don't!", {.lowercase = true, .split_punctuation = true}), (Words{"don't", "!"}));
}

}  // namespace tokenizer_test
