#include "tenon/models/word_vectors/word2vec/window.hpp"

#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace window_test {

using tn::index_t;
using namespace tn::models::word2vec;
using tn::models::Word2VecOptions;
using tn::models::word_vectors::FastRandom;
using tn::models::word_vectors::RowMatrix;
using Token = tn::text::TokenStream::Token;
constexpr Token mark = tn::text::TokenStream::sentence_end;

/// Windows by word instead of by row.
struct Seen {
  std::vector<Token> inputs;
  std::vector<std::vector<Token>> lists;
  std::vector<std::vector<float>> labels;
};

struct Fixture {
  Word2VecOptions options;
  Word2VecTables tables;
  Word2VecModel model;
  WindowStream stream;

  Fixture(const std::vector<std::uint64_t>& counts, const Word2VecOptions& o)
      : options(o),
        tables(counts, options),
        model(static_cast<index_t>(counts.size()), options),
        stream(options, tables, model) {}

  Token word(const RowMatrix& matrix, const float* row) const {
    return static_cast<Token>((row - matrix.row(0)) / matrix.stride());
  }
  std::vector<Seen> windows(const std::vector<Token>& tokens, std::uint64_t seed = 1) {
    std::vector<Seen> all;
    stream.open(tokens.data(), static_cast<index_t>(tokens.size()), FastRandom(seed, 0));
    const RowMatrix& targets = options.hs ? model.nodes : model.outputs;
    while (const Window* w = stream.next()) {
      Seen seen;
      for (index_t i = 0; i < w->input_count; ++i)
        seen.inputs.push_back(word(model.vectors, w->inputs[static_cast<std::size_t>(i)]));
      for (index_t l = 0; l < w->list_count; ++l) {
        seen.lists.emplace_back();
        seen.labels.emplace_back();
        for (index_t k = l * w->list_length; k < (l + 1) * w->list_length; ++k) {
          seen.lists.back().push_back(word(targets, w->outputs[static_cast<std::size_t>(k)]));
          seen.labels.back().push_back(w->labels[static_cast<std::size_t>(k)]);
        }
      }
      all.push_back(seen);
    }
    return all;
  }
};

const std::vector<std::uint64_t> even_counts(10, 100);

TEST(Windows, OfWidthOneHoldTheNeighboursWithinTheSentence) {
  Fixture f(even_counts, {.size = 4, .window = 1, .sample = 0});
  const auto windows = f.windows({0, 1, 2, mark, 3, mark, 4, 5});
  ASSERT_EQ(windows.size(), 5u);  // a sentence of one word has none
  EXPECT_EQ(windows[0].inputs, (std::vector<Token>{1}));
  EXPECT_EQ(windows[1].inputs, (std::vector<Token>{0, 2}));
  EXPECT_EQ(windows[2].inputs, (std::vector<Token>{1}));
  EXPECT_EQ(windows[3].inputs, (std::vector<Token>{5}));
  EXPECT_EQ(windows[4].inputs, (std::vector<Token>{4}));
  EXPECT_EQ(windows[4].lists[0][0], 5u);  // the centre
}

TEST(Windows, RadiusIsDrawnEvenly) {
  Fixture f(even_counts, {.size = 4, .window = 5, .sample = 0});
  std::map<std::size_t, int> sizes;
  std::vector<Token> tokens(900, 1);
  for (std::uint64_t seed = 0; seed < 50; ++seed)
    for (const Seen& w : f.windows(tokens, seed)) ++sizes[w.inputs.size()];
  for (std::size_t radius = 1; radius <= 5; ++radius) EXPECT_NEAR(sizes[2 * radius], 9000, 400);
}

TEST(Windows, NeighboursShareNegatives) {
  Word2VecOptions options{.size = 4, .negative = 3, .shared_negatives = 2, .window = 2, .sample = 0};
  Fixture f(even_counts, options);
  const auto windows = f.windows({0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  ASSERT_EQ(windows.size(), 10u);
  int kept = 0, changed = 0;
  for (std::size_t i = 0; i + 1 < windows.size(); ++i) {
    const auto &a = windows[i].lists[0], &b = windows[i + 1].lists[0];
    for (std::size_t k = 1; k <= 3; ++k) {
      EXPECT_NE(a[k], a[0]);
      if (i % 2 == 0 && a[k] != b[0]) {
        EXPECT_EQ(b[k], a[k]);  // the second window of a pair, but for its own centre
        ++kept;
      }
      changed += i % 2 == 1 && b[k] != a[k];
    }
  }
  EXPECT_GT(kept, 5);
  EXPECT_GT(changed, 5);
}

TEST(Windows, NegativesAreSharedOrOwn) {
  Word2VecOptions options{.size = 4, .negative = 3, .window = 2, .sample = 0};
  const std::vector<Token> tokens = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  for (const index_t shared : {1, 0}) {
    options.shared_negatives = shared;
    Fixture f(even_counts, options);
    for (const Seen& w : f.windows(tokens)) {
      EXPECT_EQ(w.lists.size(), shared ? 1 : w.inputs.size());
      for (std::size_t l = 0; l < w.lists.size(); ++l) {
        EXPECT_EQ(w.labels[l], (std::vector<float>{1, 0, 0, 0}));
        EXPECT_EQ(w.lists[l][0], w.lists[0][0]);
        for (int k = 1; k <= 3; ++k) EXPECT_NE(w.lists[l][static_cast<std::size_t>(k)], w.lists[l][0]);
      }
    }
  }
}

TEST(Windows, TheTreeGivesItsPath) {
  Fixture f(even_counts, {.size = 4, .hs = true, .negative = 0, .window = 1, .sample = 0});
  const auto windows = f.windows({4, 7});
  ASSERT_EQ(windows.size(), 2u);
  const auto path = f.tables.tree->path(4);
  ASSERT_EQ(windows[0].lists[0].size(), path.size());
  for (std::size_t i = 0; i < path.size(); ++i) {
    EXPECT_EQ(windows[0].lists[0][i], path[i].node);
    EXPECT_EQ(windows[0].labels[0][i], path[i].code == 0 ? 1.0f : 0.0f);
  }
}

TEST(Windows, FrequentWordsAreThinnedOut) {
  std::vector<std::uint64_t> counts(100, 10);
  counts[0] = 99010;  // 0.99 of the text
  Word2VecOptions options{.size = 4, .window = 1, .sample = 0.01};
  const double keep = std::sqrt(0.01 / 0.99011) + 0.01 / 0.99011;
  Fixture f(counts, options);
  EXPECT_NEAR(Word2VecTables::keep_probability(0.99, 0.01), std::sqrt(0.01 / 0.99) + 0.01 / 0.99, 1e-12);
  EXPECT_EQ(Word2VecTables::keep_probability(0.005, 0.01), 1.0);
  const std::vector<Token> frequent(500000, 0);  // each word that stays is a centre, all sentences being long
  EXPECT_NEAR(static_cast<double>(f.windows(frequent).size()), keep * 500000, 1500);
  EXPECT_EQ(f.windows(std::vector<Token>(1000, 5)).size(), 1000u);
}

TEST(Windows, LongSentencesAreCutAtAThousandWords) {
  Fixture f(even_counts, {.size = 4, .window = 1, .sample = 0});
  std::vector<Token> tokens(2500, 1);
  int ends = 0;
  for (const Seen& w : f.windows(tokens)) ends += w.inputs.size() == 1;
  EXPECT_EQ(ends, 6);  // two for each of three sentences
}

TEST(Windows, AVocabularyOfOneWordHasNoNegatives) {
  Fixture f({10}, {.size = 4, .window = 1});
  for (const Seen& w : f.windows({0, 0, 0})) EXPECT_EQ(w.lists[0].size(), 1u);
}

TEST(Windows, AWordThatIsNearlyTheWholeTextStillHasOtherNegatives) {
  Fixture f({1000000000000, 1}, {.size = 4, .negative = 2, .window = 1, .sample = 0});
  for (const Seen& w : f.windows({0, 0, 0})) EXPECT_EQ(w.lists[0], (std::vector<Token>{0, 1, 1}));
}

TEST(Windows, EmptyBlocksHaveNone) {
  Fixture f(even_counts, {.size = 4});
  EXPECT_TRUE(f.windows({}).empty());
  EXPECT_TRUE(f.windows({mark, mark}).empty());
  EXPECT_TRUE(f.windows({1}).empty());
}

TEST(WindowStream, TellsWhereInTheBlockAWindowStands) {
  Word2VecOptions options;
  options.sample = 0;
  options.window = 1;
  Fixture fixture(even_counts, options);
  const std::vector<Token> tokens{1, 2, 3, mark, 4, mark, 5, 6};  // 4 stands alone; a mark at both ends
  fixture.stream.open(tokens.data(), 8, FastRandom(1, 0));
  std::vector<double> positions;
  while (const Window* window = fixture.stream.next()) positions.push_back(window->position);
  EXPECT_EQ(positions, (std::vector<double>{0.1, 0.2, 0.3, 0.7, 0.8}));
}

}  // namespace window_test
