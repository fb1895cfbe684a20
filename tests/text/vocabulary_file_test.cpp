#include "tenon/text/vocabulary_file.hpp"

#include <gtest/gtest.h>

#include "support/temporary_folder.hpp"

namespace {

using support::message_of;
using tn::text::read_vocabulary;
using tn::text::save_vocabulary;
using tn::text::Vocabulary;

TEST(VocabularyFile, IsThatOfWord2Vec) {
  const support::TemporaryFolder folder;
  Vocabulary vocabulary;
  vocabulary.add("the", 12);
  vocabulary.add("été", 3);
  save_vocabulary(folder / "vocab", vocabulary, 4);
  EXPECT_EQ(support::read_file(folder / "vocab"), "</s> 4\nthe 12\nété 3\n");

  const Vocabulary back = read_vocabulary(folder / "vocab", {.min_count = 1});
  EXPECT_EQ(back.fingerprint(), vocabulary.fingerprint());
}

TEST(VocabularyFile, LimitsHoldWhenReading) {
  const support::TemporaryFolder folder;
  const std::string path = folder.write("vocab", "b 2\n</s> 9\na 7\nc 1");
  const Vocabulary vocabulary = read_vocabulary(path, {.min_count = 2});
  ASSERT_EQ(vocabulary.size(), 2);
  EXPECT_EQ(vocabulary.word(0), "a");
  EXPECT_EQ(read_vocabulary(path, {.min_count = 1, .max_size = 1}).size(), 1);
}

TEST(VocabularyFile, ABadLineIsNamed) {
  const support::TemporaryFolder folder;
  for (const char* line :
       {"word", "word x", "word 1x", "word -1", "word 1 2", "word 99999999999999999999999"}) {
    const std::string path = folder.write("vocab", std::string("a 1\n") + line + "\n");
    EXPECT_EQ(message_of<tn::IoError>([&] { read_vocabulary(path, {}); }),
              "[vocabulary] " + path + ", line 2: expected a word and its count");
  }
}

TEST(VocabularyFile, AFolderThatIsNotThereIsNamed) {
  const std::string message =
      message_of<tn::IoError>([] { save_vocabulary("/no/such/folder/v", Vocabulary(), 0); });
  EXPECT_NE(message.find("/no/such/folder/v"), std::string::npos) << message;
}

}  // namespace
