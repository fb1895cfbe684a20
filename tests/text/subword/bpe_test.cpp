#include "tenon/text/subword/bpe.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace tenon::testing {
namespace bpe_test {

using namespace text;
using support::expect_error;

/// A model over the letters a to e, with the joins of `merges`.
BpeModel model(const std::vector<std::pair<std::string_view, std::string_view>>& merges,
               BpeOptions options = {}) {
  TokenTable table;
  TokenId id = 0;
  for (const char* letter : {"a", "b", "c", "d", "e", "?"}) table.set(id++, letter);
  for (const auto& [left, right] : merges) table.set(id++, std::string(left) + std::string(right));
  return BpeModel(table, merges, std::move(options));
}
std::string tokens(const BpeModel& bpe, std::string_view piece) {
  std::vector<Token> found;
  bpe.tokenize(piece, 0, found);
  std::string all;
  std::uint32_t at = 0;
  for (const Token& token : found) {
    EXPECT_GE(token.span.begin, at);
    at = token.span.end;
    (all += all.empty() ? "" : " ") += bpe.token(token.id);
  }
  return all;
}

TEST(Bpe, JoinsInTheOrderOfLearning) {
  EXPECT_EQ(tokens(model({{"b", "c"}, {"a", "b"}}), "abc"), "a bc");
  EXPECT_EQ(tokens(model({{"a", "b"}, {"b", "c"}}), "abc"), "ab c");
  EXPECT_EQ(tokens(model({{"a", "a"}}), "aaaaa"), "aa aa a") << "of equal pairs the first is joined";
  EXPECT_EQ(tokens(model({{"a", "b"}, {"ab", "c"}, {"d", "abc"}}), "dabcd"), "dabc d");
  EXPECT_EQ(tokens(model({}), ""), "");
}

TEST(Bpe, UnknownCharacters) {
  EXPECT_EQ(tokens(model({}), "axyb"), "a b") << "without an unknown token they are dropped";
  EXPECT_EQ(tokens(model({}, {.unknown = "?"}), "axyb"), "a ? ? b");
  EXPECT_EQ(tokens(model({}, {.unknown = "?", .fuse_unknown = true}), "axyb"), "a ? b");
}

TEST(Bpe, APieceThatIsATokenNeedsNoMerges) {
  const std::vector<std::pair<std::string_view, std::string_view>> merges = {
      {"b", "c"}, {"a", "b"}, {"ab", "c"}};
  EXPECT_EQ(tokens(model(merges), "abc"), "a bc");
  EXPECT_EQ(tokens(model(merges, {.ignore_merges = true}), "abc"), "abc");
}

TEST(Bpe, LongPiecesAreJoinedAsShortOnesAre) {
  // Nothing joins across c, so that parts of a long piece must come out as they do alone.
  const BpeModel bpe = model({{"a", "b"}, {"b", "a"}, {"ab", "ab"}, {"d", "d"}, {"abab", "d"}, {"dd", "a"}});
  const std::string part = "ababddaabbdabdddabab";
  std::string piece = part, want = tokens(bpe, part);
  for (int i = 0; i < 20; ++i) {
    piece += "c" + part;
    want += " c " + tokens(bpe, part);
  }
  EXPECT_EQ(tokens(bpe, piece), want);
}

TEST(Bpe, ScoresOrderThePairs) {
  TokenTable table;
  std::vector<double> scores;
  const auto add = [&](const char* token, double score) {
    table.set(static_cast<TokenId>(scores.size()), token);
    scores.push_back(score);
  };
  for (const char* letter : {"a", "b", "c"}) add(letter, 0);
  add("ab", -2);
  add("bc", -1);
  EXPECT_EQ(tokens(BpeModel(table, scores, {}), "abc"), "a bc");
}

TEST(Bpe, MergesMustBeOfTokens) {
  TokenTable table;
  table.set(0, "a");
  expect_error<IoError>([&] { BpeModel(table, {{"a", "b"}}, {}); },
                        "[tokenizer] a merge needs the token 'b', which is not in the vocabulary");
  expect_error<IoError>([&] { BpeModel(table, std::vector<double>{0}, {.unknown = "?"}); },
                        "[tokenizer] the unk_token '?' is not in the vocabulary");
}

}  // namespace bpe_test
}  // namespace tenon::testing
