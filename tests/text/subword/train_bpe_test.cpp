#include "tenon/text/subword/train_bpe.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "tenon/text/subword/tokenizer.hpp"

namespace tenon::testing {
namespace train_bpe_test {

using namespace text;
using support::expect_error;

std::vector<std::string> merges(const std::string& json) {
  std::vector<std::string> all;
  const io::Json parsed = io::Json::parse(json);
  for (const io::Json& merge : parsed.find("model")->find("merges")->elements())
    all.push_back(merge.elements()[0].text() + " " + merge.elements()[1].text());
  return all;
}

TEST(TrainBpe, JoinsTheMostFrequentPair) {
  StringReader reader("hug hug pug pun bun bun hugs");
  // u g occurs 4 times, then h ug and u n 3 times; of equal ones that of the smaller numbers comes first.
  EXPECT_EQ(merges(train_bpe(reader, {.min_frequency = 2, .byte_level = false})),
            (std::vector<std::string>{"u g", "h ug", "u n", "b un"}));
}

TEST(TrainBpe, ItsFileIsATokenizer) {
  std::string text;
  for (int i = 0; i < 20; ++i)
    text += "the cat sat on the mat, \"and\" the\tdog \u00e9t\u00e9 \\ \u4e2d\u6587\n";
  StringReader reader(text);
  const Tokenizer t(parts_from_json(train_bpe(reader, {.vocab_size = 300, .special_tokens = {"<|end|>"}})));
  EXPECT_EQ(t.id("<|end|>"), 0);
  EXPECT_LE(t.vocabulary_size(), 300);
  EXPECT_LT(t.ids(text).size(), text.size() / 2);
  EXPECT_EQ(t.decode(t.ids(text)), text);
  EXPECT_EQ(t.ids("<|end|>"), std::vector<index_t>{0});
  EXPECT_EQ(t.decode(t.ids("never seen: \U0001f600")), "never seen: \U0001f600");
}

TEST(TrainBpe, TheVocabularyIsAsLargeAsAskedFor) {
  StringReader reader("abababab abababab cdcd cdcd efef efef");
  const std::string json = train_bpe(reader, {.vocab_size = 259, .min_frequency = 1});
  EXPECT_EQ(merges(json).size(), 3u);
}

TEST(TrainBpe, TextsMustBeUtf8) {
  StringReader reader("ab\xff");
  expect_error<ValueError>([&] { train_bpe(reader); }, "[train_bpe] a line is not UTF-8 at its byte 2");
}

}  // namespace train_bpe_test
}  // namespace tenon::testing
