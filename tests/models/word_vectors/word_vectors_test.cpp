#include "tenon/models/word_vectors/word_vectors.hpp"

#include <gtest/gtest.h>

#include "support/temporary_folder.hpp"

namespace word_vectors_test {

using support::message_of;
using tn::models::WordVectors;

TEST(WordVectors, FindsEveryWordsRow) {
  tn::io::WordTable table;
  table.dim = 1;
  for (int i = 0; i < 5000; ++i) {
    table.words.push_back("w" + std::to_string(i));
    table.values.push_back(static_cast<float>(i));
  }
  const WordVectors vectors(std::move(table));
  const WordVectors copy = vectors;
  for (int i = 0; i < 5000; ++i) {
    EXPECT_EQ(copy.row("w" + std::to_string(i)), i);
    EXPECT_EQ(copy.vector(i)[0], static_cast<float>(i));
  }
  EXPECT_FALSE(copy.contains("w5000"));
  EXPECT_EQ(message_of<tn::ValueError>([&] { (void)copy.row("w5000"); }),
            "[word vectors] \"w5000\" is not in the vocabulary of 5000 words");
}

TEST(WordVectors, KeepsTheFirstOfTwins) {
  const WordVectors vectors({{"a", "b", "a", "c"}, {4, 3, 2, 1}, 2, {1, 2, 3, 4, 5, 6, 7, 8}});
  EXPECT_EQ(vectors.words(), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(vectors.counts(), (std::vector<tn::index_t>{4, 3, 1}));
  EXPECT_EQ(vectors.values(), (std::vector<float>{1, 2, 3, 4, 7, 8}));
  EXPECT_EQ(vectors.row("c"), 2);
}

TEST(WordVectors, NoneIsEmpty) {
  const WordVectors vectors;
  EXPECT_EQ(vectors.size(), 0);
  EXPECT_FALSE(vectors.contains("a"));
}

TEST(WordVectors, RefusesPartsThatDoNotFit) {
  EXPECT_EQ(message_of<tn::ValueError>([] { WordVectors({{"a"}, {}, 2, {1, 2, 3}}); }),
            "[word vectors] 1 words of 2 dimensions need 2 values, not 3");
  EXPECT_EQ(message_of<tn::ValueError>([] { WordVectors({{"a"}, {1, 2}, 1, {1}}); }),
            "[word vectors] 1 words but 2 counts");
  EXPECT_EQ(message_of<tn::ValueError>([] { WordVectors({{"a"}, {}, 0, {}}); }),
            "[word vectors] the dimension must be positive, not 0");
}

}  // namespace word_vectors_test
