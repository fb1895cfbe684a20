#include "tenon/models/word_vectors/word_map.hpp"

#include <gtest/gtest.h>

#include "models/word_vectors/three_topics.hpp"
#include "support/temporary_folder.hpp"

namespace word_map_test {

using namespace tn::models;
using tn::testing::three_topics;
using tn::testing::topic_examples;

TEST(WordMap, IsWellFormedAndAlwaysTheSame) {
  const WordQueries queries = three_topics();
  WordMapOptions options;
  options.title = "1 < 2 & \"3\"";
  const auto topics = gather_topics(queries, topic_examples);
  const std::string svg = word_map_svg(queries, topics, options);
  EXPECT_EQ(svg, word_map_svg(three_topics(), topics, options));
  EXPECT_TRUE(svg.starts_with("<svg "));
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  EXPECT_NE(svg.find("1 &lt; 2 &amp; \"3\""), svg.npos);
  EXPECT_NE(svg.find("first &amp; best"), svg.npos);
  EXPECT_NE(svg.find("a0  (1000 times)\n"), svg.npos);
  const auto count = [&](std::string_view what) {
    std::size_t n = 0;
    for (std::size_t at = svg.find(what); at != svg.npos; at = svg.find(what, at + 1)) ++n;
    return n;
  };
  EXPECT_EQ(count("<g class=\"word"), 48u);
  EXPECT_EQ(count("<title>"), 48u);
  EXPECT_EQ(count("<text"), count("</text>"));
  EXPECT_EQ(count("http"), 1u);  // the name space: nothing is fetched
}

TEST(WordMap, OneTopicAndNoCountsSuffice) {
  const std::string svg = word_map_svg(three_topics(false), {{"few", {"a0", "b1", "c2"}}});
  EXPECT_NE(svg.find(">a0</text>"), svg.npos);
  EXPECT_EQ(svg.find("times)"), svg.npos);
}

TEST(WordMap, NeedsThreeWords) {
  const WordQueries queries = three_topics();
  EXPECT_EQ(
      support::message_of<tn::ValueError>([&] { word_map_svg(queries, {{"few", {"a0", "b1", "nowhere"}}}); }),
      "[word map] needs three words of its topics or more, the vocabulary has 2");
}

TEST(WordMap, EqualVectorsDoNotBreakIt) {
  const WordQueries queries(WordVectors({{"a", "b", "c"}, {}, 2, {1, 1, 1, 1, 1, 1}}));
  EXPECT_EQ(word_map_svg(queries, {{"same", {"a", "b", "c"}}}).find("nan"), std::string::npos);
}

}  // namespace word_map_test
