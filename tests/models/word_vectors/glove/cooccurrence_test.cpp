#include "tenon/models/word_vectors/glove/cooccurrence.hpp"

#include <gtest/gtest.h>

#include <map>
#include <utility>
#include <vector>

#include "tenon/core/generator.hpp"

namespace cooccurrence_test {

using tn::index_t;
using tn::text::TokenStream;
using namespace tn::models::glove;
using Pairs = std::map<std::pair<std::uint32_t, std::uint32_t>, float>;
using Tokens = std::vector<TokenStream::Token>;

constexpr auto mark = TokenStream::sentence_end;

TokenStream stream_of(const Tokens& tokens) {
  TokenStream stream;
  for (const auto token : tokens) stream.append(token);
  return stream;
}

/// Counts in blocks, by several counters in turn.
Pairs count(const TokenStream& tokens, int window, int counters = 1,
            std::size_t most_bytes = std::size_t{1} << 24) {
  const PairOrder order(11);
  std::vector<PairCounter> parts;
  for (int c = 0; c < counters; ++c) parts.emplace_back(window, order, most_bytes);
  for (index_t b = 0; b < tokens.block_count(); ++b)
    parts[static_cast<std::size_t>(b % counters)].count(tokens, b);
  std::vector<PairRuns::Reader> readers;
  for (auto& part : parts) {
    part.finish();
    part.runs().add_readers(readers);
  }
  Pairs pairs;
  for (MergedRuns merged(std::move(readers)); !merged.at_end();) {
    const Cooccurrence c = PairCounter::result(order, merged.next());
    EXPECT_TRUE(pairs.emplace(std::pair(c.i, c.j), c.count).second);
  }
  return pairs;
}

TEST(Cooccurrence, CountsByDistanceInsideSentences) {
  const Pairs pairs = count(stream_of({0, 1, 2, 0, mark, 2, 1, mark}), 2);
  EXPECT_EQ(pairs, (Pairs{{{0, 1}, 1.5f}, {{0, 2}, 1.5f}, {{1, 2}, 2.0f}}));
}

/// Each of two equal words is in the other's window.
TEST(Cooccurrence, AWordBesideItselfCountsTwice) {
  EXPECT_EQ(count(stream_of({3, 3}), 5), (Pairs{{{3, 3}, 2.0f}}));
  EXPECT_EQ(count(stream_of({3, 4, 3}), 5), (Pairs{{{3, 3}, 1.0f}, {{3, 4}, 2.0f}}));
  EXPECT_EQ(count(stream_of({3}), 5), Pairs{});
}

/// By the definition, from all tokens at once.
Pairs by_definition(const Tokens& tokens, int window) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, double> sums;
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    for (std::size_t d = 1; d <= static_cast<std::size_t>(window) && d <= at; ++d) {
      const auto a = tokens[at], b = tokens[at - d];
      if (a == mark || b == mark) break;
      sums[{std::min(a, b), std::max(a, b)}] += (a == b ? 2.0 : 1.0) / static_cast<double>(d);
    }
  }
  Pairs pairs;
  for (const auto& [pair, sum] : sums) pairs[pair] = static_cast<float>(sum);
  return pairs;
}

Tokens random_tokens(int count) {
  tn::Generator random{2};
  Tokens tokens;
  for (int i = 0; i < count; ++i) {
    const auto rank = static_cast<std::uint32_t>(random.below(150));
    tokens.push_back(random.below(50) == 0 ? mark : rank * rank / 50);
  }
  return tokens;
}

TEST(Cooccurrence, EqualsTheDefinitionAcrossBlocks) {
  const Tokens tokens = random_tokens(3 * 4096 + 100);
  for (const int window : {1, 10, 300}) {
    const Pairs got = count(stream_of(tokens), window), want = by_definition(tokens, window);
    ASSERT_EQ(got.size(), want.size());
    for (const auto& [pair, sum] : want)
      ASSERT_NEAR(got.at(pair), sum, 1e-6f * sum);  // one rounding, 2^-31 each
  }
}

TEST(Cooccurrence, NeitherMemoryNorSharingOutChangesABit) {
  const TokenStream stream = stream_of(random_tokens(5 * 4096));
  const Pairs want = count(stream, 10);
  EXPECT_GT(want.size(), 6000u);
  EXPECT_EQ(count(stream, 10, 1, 1), want);  // the smallest table: many runs, all in a file
  EXPECT_EQ(count(stream, 10, 3), want);
  EXPECT_EQ(count(stream, 10, 2, 100000), want);
}

}  // namespace cooccurrence_test
