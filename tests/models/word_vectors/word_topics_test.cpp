#include "tenon/models/word_vectors/word_topics.hpp"

#include <gtest/gtest.h>

#include "models/word_vectors/three_topics.hpp"

namespace word_topics_test {

using namespace tn::models;
using tn::testing::three_topics;
using tn::testing::topic_examples;

TEST(WordTopics, FillUpWithTheirMostFrequentWords) {
  const auto topics = gather_topics(three_topics(), topic_examples, {.words = 5});
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

}  // namespace word_topics_test
