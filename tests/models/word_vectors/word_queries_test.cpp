#include "tenon/models/word_vectors/word_queries.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/temporary_folder.hpp"
#include "tenon/core/generator.hpp"

namespace word_queries_test {

using support::message_of;
using tn::index_t;
using tn::models::Neighbour;
using tn::models::WordQueries;
using tn::models::WordVectors;

/// Gender along y, royalty along x, and two words that belong to neither.
WordQueries royal() {
  return WordQueries(WordVectors({{"man", "woman", "king", "queen", "prince", "carrot", "zero"},
                                  {},
                                  3,
                                  {0, 1, 0, 0, -1, 0, 3, 1, 0, 3, -1, 0, 4, 2, 1, 0, 0, -2, 0, 0, 0}}));
}

WordVectors random_vectors(index_t words, index_t dim) {
  tn::io::WordTable table;
  tn::Generator random(7);
  table.dim = dim;
  for (index_t i = 0; i < words; ++i) table.words.push_back("w" + std::to_string(i));
  for (index_t i = 0; i < words * dim; ++i) table.values.push_back(static_cast<float>(random.normal()));
  return WordVectors(std::move(table));
}

std::vector<std::string> words_of(const WordQueries& queries, const std::vector<Neighbour>& list) {
  std::vector<std::string> words;
  for (const Neighbour& n : list) words.push_back(queries.vectors().word(n.row));
  return words;
}

TEST(WordQueries, SimilarityIsTheCosine) {
  const WordQueries queries = royal();
  EXPECT_FLOAT_EQ(queries.similarity("king", "queen"), 0.8f);
  EXPECT_FLOAT_EQ(queries.similarity("man", "woman"), -1.0f);
  EXPECT_FLOAT_EQ(queries.similarity("king", "king"), 1.0f);
  EXPECT_EQ(queries.similarity("king", "zero"), 0.0f);
}

TEST(WordQueries, NeighboursLeaveTheWordOut) {
  const WordQueries queries = royal();
  EXPECT_EQ(words_of(queries, queries.neighbours("king", 2)), (std::vector<std::string>{"prince", "queen"}));
  EXPECT_EQ(queries.neighbours("king", 1000).size(), 6u);
  EXPECT_EQ(words_of(queries, queries.neighbours("king", 2, 4)), (std::vector<std::string>{"queen", "man"}));
}

TEST(WordQueries, AnalogyLeavesItsWordsOut) {
  const WordQueries queries = royal();
  EXPECT_EQ(words_of(queries, queries.analogy("man", "woman", "king", 1)),
            (std::vector<std::string>{"queen"}));
  EXPECT_EQ(words_of(queries, queries.analogy("man", "king", "woman", 1)),
            (std::vector<std::string>{"queen"}));
}

TEST(WordQueries, OddOneOut) {
  const WordQueries queries = royal();
  EXPECT_EQ(queries.odd_one_out(std::vector<std::string>{"king", "carrot", "queen", "prince"}), 1);
  EXPECT_EQ(message_of<tn::ValueError>([&] { (void)queries.odd_one_out(std::vector<std::string>{"king"}); }),
            "[odd one out] needs two words or more, not 1");
}

TEST(WordQueries, UnknownWordsAreNamed) {
  const WordQueries queries = royal();
  const std::string message = "[word vectors] \"emperor\" is not in the vocabulary of 7 words";
  EXPECT_EQ(message_of<tn::ValueError>([&] { (void)queries.neighbours("emperor", 3); }), message);
  EXPECT_EQ(message_of<tn::ValueError>([&] { (void)queries.similarity("king", "emperor"); }), message);
  EXPECT_EQ(message_of<tn::ValueError>([&] { (void)queries.analogy("man", "king", "emperor", 3); }), message);
}

TEST(WordQueries, BlockedSearchEqualsSortingAll) {
  const WordQueries queries(random_vectors(5003, 17));
  const index_t dim = 17, count = 301, k = 9;
  std::vector<float> questions;
  for (index_t q = 0; q < count; ++q)
    questions.insert(questions.end(), queries.unit(q * 11).begin(), queries.unit(q * 11).end());
  for (const index_t among : {index_t{0}, index_t{100}, index_t{2049}}) {
    const auto answers = queries.nearest(questions, k, among);
    ASSERT_EQ(answers.size(), static_cast<std::size_t>(count));
    for (index_t q = 0; q < count; ++q) {
      std::vector<std::pair<double, index_t>> all;
      for (index_t row = 0; row < (among ? among : 5003); ++row) {
        double dot = 0;
        for (index_t i = 0; i < dim; ++i)
          dot += double{questions[static_cast<std::size_t>(q * dim + i)]} *
                 double{queries.unit(row)[static_cast<std::size_t>(i)]};
        all.emplace_back(-dot, row);
      }
      std::sort(all.begin(), all.end());
      const auto& answer = answers[static_cast<std::size_t>(q)];
      ASSERT_EQ(answer.size(), static_cast<std::size_t>(k));
      for (std::size_t i = 0; i < answer.size(); ++i) EXPECT_NEAR(answer[i].similarity, -all[i].first, 1e-5);
    }
  }
}

TEST(WordQueries, EqualSimilaritiesRankByRow) {
  const WordQueries queries(WordVectors({{"a", "b", "c", "d"}, {}, 1, {1, 2, 3, 4}}));
  EXPECT_EQ(words_of(queries, queries.neighbours("c", 3)), (std::vector<std::string>{"a", "b", "d"}));
}

TEST(WordQueries, RefusesQuestionsThatMakeNoSense) {
  const WordQueries queries = royal();
  EXPECT_EQ(message_of<tn::ValueError>([&] { (void)queries.neighbours("king", 0); }),
            "[nearest] k must be positive, not 0");
  const std::vector<float> four(4);
  EXPECT_EQ(message_of<tn::ShapeError>([&] { (void)queries.nearest(four, 1); }),
            "[nearest] 4 values are not questions of 3 dimensions");
}

TEST(WordQueries, NoWordsNoAnswers) {
  const WordQueries queries{WordVectors{}};
  EXPECT_TRUE(queries.nearest({}, 3).empty());
}

}  // namespace word_queries_test
