#include "tenon/models/word_topics.hpp"

#include <gtest/gtest.h>

#include "tenon/core/generator.hpp"

namespace {

using namespace tn::models;

/// Thirty words around each of three directions, "a0" … "c29", and ten that belong nowhere.
WordQueries three_topics() {
  tn::Generator random(5);
  tn::io::WordTable table;
  table.dim = 8;
  for (int i = 0; i < 100; ++i) {
    const int topic = i % 10 == 9 ? 3 : i % 3;
    table.words.push_back(std::string(1, "abcx"[topic]) + std::to_string(i));
    table.counts.push_back(1000 - i);
    for (int j = 0; j < 8; ++j)
      table.values.push_back(static_cast<float>((j == topic) + 0.1 * random.normal()));
  }
  return WordQueries(WordVectors(std::move(table)));
}

const std::vector<WordTopic> examples = {
    {"first & best", {"a0", "a3"}}, {"second", {"b1", "nowhere"}}, {"third", {"c2"}}, {"gone", {"nowhere"}}};

TEST(WordTopics, FillUpWithTheirMostFrequentWords) {
  const auto topics = gather_topics(three_topics(), examples, {.words = 5});
  ASSERT_EQ(topics.size(), 3u);
  EXPECT_EQ(topics[2].name, "third");
  for (const WordTopic& topic : topics) {
    EXPECT_EQ(topic.words.size(), 5u);
    for (const std::string& word : topic.words) EXPECT_EQ(word[0], topic.words[0][0]);
  }
}

TEST(WordTopics, OfUnknownWordsThereAreNone) {
  EXPECT_TRUE(gather_topics(three_topics(), {{"gone", {"nowhere"}}}).empty());
  EXPECT_TRUE(gather_topics(three_topics(), {}).empty());
}

}  // namespace
