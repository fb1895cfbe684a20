#include "tenon/text/vocabulary_file.hpp"

#include <gtest/gtest.h>

#include "support/gzip.hpp"
#include "support/temporary_folder.hpp"

namespace vocabulary_file_test {

using namespace tn::text;
using support::message_of;
using support::TemporaryFolder;

TEST(VocabularyFile, RoundTrips) {
  TemporaryFolder folder;
  Vocabulary vocabulary;
  vocabulary.add("the", 100);
  vocabulary.add("café", 7);
  write_vocabulary(folder / "v", vocabulary);
  EXPECT_EQ(support::read_file(folder / "v"), "the 100\ncafé 7\n");
  const Vocabulary back = read_vocabulary(folder / "v");
  ASSERT_EQ(back.size(), 2);
  EXPECT_EQ(back.word(1), "café");
  EXPECT_EQ(back.count(1), 7u);
}

TEST(VocabularyFile, MayBeginWithTheMarkOfUtf8AndBeCompressed) {
  TemporaryFolder folder;
  const Vocabulary read = read_vocabulary(folder.write("v.gz", support::gzip("\xef\xbb\xbfthe 100\nof 7\n")));
  ASSERT_EQ(read.size(), 2);
  EXPECT_EQ(read.word(0), "the");
}

TEST(VocabularyFile, IsSortedAndLimited) {
  TemporaryFolder folder;
  const std::string path = folder.write("v", "</s> 0\nrare 1\r\nfrequent\t90\nmiddle 50\n");
  const Vocabulary all = read_vocabulary(path, {.min_count = 1});
  ASSERT_EQ(all.size(), 3);
  EXPECT_EQ(all.word(0), "frequent");
  EXPECT_EQ(all.word(2), "rare");
  EXPECT_EQ(read_vocabulary(path, {.min_count = 5}).size(), 2);
  EXPECT_EQ(read_vocabulary(path, {.min_count = 1, .max_size = 1}).size(), 1);
}

TEST(VocabularyFile, RefusesLinesThatDoNotFit) {
  TemporaryFolder folder;
  const auto refusal = [&](const std::string& content) {
    const std::string path = folder.write("v", content);
    const std::string message = message_of<tn::IoError>([&] { read_vocabulary(path); }),
                      prefix = "[vocabulary] " + path;
    return message.starts_with(prefix) ? message.substr(prefix.size()) : "not refused: " + message;
  };
  for (const char* line : {"word\n", "word \n", " 5\n", "word x\n", "word -5\n", "word 5 6\n", "\n",
                           "word 99999999999999999999\n"})
    EXPECT_EQ(refusal(line), ", line 1: expected a word and its count") << line;
  EXPECT_EQ(refusal("a 9\na 8\n"), ", line 2: the word stands twice");
  EXPECT_EQ(refusal("a 9\nb 8\n" + std::string(2 << 20, 'x')), ", line 3: too long for a word and its count");
  EXPECT_EQ(refusal("a 2\n"), " has no word that occurred 5 times");
  EXPECT_EQ(refusal(""), " has no word that occurred 5 times");
}

}  // namespace vocabulary_file_test
