#pragma once
/// What the tests of word2vec and of glove share.

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "support/program.hpp"
#include "support/temporary_folder.hpp"
#include "tenon/core/generator.hpp"

namespace support {

/// Runs one of the programs that train word vectors in a folder of its own.
class VectorProgram : public testing::Test {
 protected:
  /// variable   of the environment, which may name the program
  VectorProgram(std::string name, const char* variable) : name_(std::move(name)), variable_(variable) {}

  void SetUp() override {
    const char* given = std::getenv(variable_);
    program_ = given ? given : built_program(name_);
    if (program_.empty())
      GTEST_SKIP() << "the program " << name_ << " is not built; " << variable_ << " may name it";
  }

  Outcome run(const std::string& arguments, const std::string& input = "/dev/null") {
    return Process(program_, split(arguments), input).wait();
  }
  /// Words of a command line; @ stands for the test's folder.
  std::vector<std::string> split(const std::string& line) const {
    std::istringstream stream(line);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) {
      if (const auto at = word.find('@'); at != word.npos) word.replace(at, 1, folder_.path() + "/");
      words.push_back(word);
    }
    return words;
  }
  /// The program ends so, says just this on standard error, and leaves these files.
  void expect_failure(const std::string& arguments, int status, const std::string& sentence,
                      const std::vector<std::string>& files) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, status) << arguments << "\n" << outcome.err;
    std::string expected = sentence;
    for (auto at = expected.find('@'); at != expected.npos; at = expected.find('@'))
      expected.replace(at, 1, folder_.path() + "/");
    EXPECT_EQ(outcome.err, name_ + ": " + expected + "\n") << arguments;
    std::vector<std::string> left = folder_.files();
    std::sort(left.begin(), left.end());
    EXPECT_EQ(left, files) << arguments;
  }

  /// Sentences of two worlds that share no word, but for one in so many words that strays (0: none).
  std::string small_text(int sentences = 4000, std::uint64_t strays = 0) const {
    const char* worlds[2][6] = {{"dog", "cat", "horse", "sheep", "cow", "goat"},
                                {"bread", "butter", "cheese", "soup", "wine", "cake"}};
    tn::Generator random(1);
    std::string text;
    for (int i = 0; i < sentences; ++i) {
      const auto home = random.below(2);
      for (int j = 0; j < 8; ++j) {
        const bool stray = strays > 0 && random.below(strays) == 0;
        text += std::string(worlds[stray ? 1 - home : home][random.below(6)]) + (j < 7 ? " " : "\n");
      }
    }
    return text;
  }

  /// Four directions: animals, food, royalty, sex.
  std::string small_vectors() const {
    return "8 4\nman 0 0 0 1\nwoman 0 0 0 -1\nking 0 0 2 1\nqueen 0 0 2 -1\ndog 1 0 0 .5\ncat 1 .1 0 "
           "-.5\nbread 0 1 0 .1\nsoup .1 1 0 -.1\n";
  }

  std::string name_, program_;
  TemporaryFolder folder_;

 private:
  const char* variable_;
};

}  // namespace support
