#include "tenon/text/vocabulary.hpp"

#include <gtest/gtest.h>

#include <string>

namespace vocabulary_test {

using tn::text::Vocabulary;

TEST(Vocabulary, CountsWords) {
  Vocabulary vocabulary;
  EXPECT_EQ(vocabulary.add("b"), 0u);
  EXPECT_EQ(vocabulary.add("a"), 1u);
  EXPECT_EQ(vocabulary.add("b"), 0u);
  EXPECT_EQ(vocabulary.add(""), 2u);
  EXPECT_EQ(vocabulary.size(), 3);
  EXPECT_EQ(vocabulary.count(0), 2u);
  EXPECT_EQ(vocabulary.total(), 4u);
  EXPECT_EQ(vocabulary.word(1), "a");
  EXPECT_EQ(vocabulary.find("a"), 1u);
  EXPECT_EQ(vocabulary.find("c"), Vocabulary::unknown);
}

TEST(Vocabulary, FindsEachOfManyWords) {
  Vocabulary vocabulary;
  const auto word = [](std::uint32_t i) { return std::string(i % 23, 'x') + std::to_string(i); };
  for (std::uint32_t i = 0; i < 100000; ++i) ASSERT_EQ(vocabulary.add(word(i)), i);
  for (std::uint32_t i = 0; i < 100000; ++i) {
    ASSERT_EQ(vocabulary.find(word(i)), i);
    ASSERT_EQ(vocabulary.word(i), word(i));
  }
}

TEST(Vocabulary, PrunesByCountAndSize) {
  Vocabulary vocabulary;
  vocabulary.add("rare", 1);
  vocabulary.add("often", 9);
  vocabulary.add("early", 5);
  vocabulary.add("late", 5);
  Vocabulary smaller = vocabulary;
  EXPECT_EQ(vocabulary.prune(2), (std::vector<Vocabulary::Id>{Vocabulary::unknown, 0, 1, 2}));
  EXPECT_EQ(vocabulary.size(), 3);
  EXPECT_EQ(vocabulary.word(1), "early");  // equal counts keep their order
  EXPECT_EQ(vocabulary.count(0), 9u);
  EXPECT_EQ(vocabulary.find("late"), 2u);
  EXPECT_EQ(vocabulary.find("rare"), Vocabulary::unknown);

  smaller.prune(1, 2);
  EXPECT_EQ(smaller.size(), 2);
  EXPECT_EQ(smaller.word(1), "early");
}

TEST(Vocabulary, FingerprintsTellWordsCountsAndOrder) {
  const auto make = [](std::initializer_list<std::pair<const char*, int>> words) {
    Vocabulary vocabulary;
    for (const auto& [word, count] : words) vocabulary.add(word, static_cast<std::uint64_t>(count));
    return vocabulary.fingerprint();
  };
  const auto base = make({{"a", 2}, {"b", 1}});
  EXPECT_EQ(make({{"a", 2}, {"b", 1}}), base);
  EXPECT_NE(make({{"a", 2}, {"c", 1}}), base);
  EXPECT_NE(make({{"a", 2}, {"b", 2}}), base);
  EXPECT_NE(make({{"b", 1}, {"a", 2}}), base);
  EXPECT_NE(make({{"a", 2}}), base);
}

TEST(Vocabulary, KeepsWordsThatOccurExactlyOftenEnough) {
  Vocabulary words;
  words.add("rare", 4);
  words.add("enough", 5);
  words.add("often", 6);
  words.prune(5);
  ASSERT_EQ(words.size(), 2);
  EXPECT_EQ(words.word(0), "often");
  EXPECT_EQ(words.word(1), "enough");
}

}  // namespace vocabulary_test
