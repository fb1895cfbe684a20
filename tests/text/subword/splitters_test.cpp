#include "tenon/text/subword/splitters.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tenon/core/generator.hpp"
#include "tenon/text/subword/regex.hpp"

namespace tenon::testing {
namespace splitters_test {

using text::Regex;
using text::Span;

// The expressions as they stand in tokenizer.json files.
const std::vector<std::string> patterns = {
    std::string(text::splitters::gpt2_pattern),
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"};

std::vector<Span> by_hand(text::splitters::Splitter next, const std::string& line) {
  std::vector<Span> spans;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t end = next(line, at);
    if (end <= at) break;  // the comparison below fails
    spans.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end)});
    at = end;
  }
  return spans;
}

/// Characters of every class that an expression tells apart, as often as makes runs of them.
std::string random_line(Generator& generator) {
  const std::vector<std::string> alphabet = {"a",
                                             "b",
                                             "S",
                                             "t",
                                             "L",
                                             "e",
                                             "'",
                                             "'s",
                                             "'LL",
                                             "'\xc5\xbf",
                                             "1",
                                             "2",
                                             "\xc2\xb2",
                                             " ",
                                             "  ",
                                             "\n",
                                             "\r\n",
                                             "\t",
                                             "\xc2\xa0",
                                             "\xe2\x80\x83",
                                             "\xc2\x85",
                                             ".",
                                             "/",
                                             "!",
                                             "\xe2\x84\xa2",
                                             "\xf0\x9f\x98\x80",
                                             "\xcc\x88",
                                             "\xe0\xa6\xbe",
                                             "\xc3\x89",
                                             "\xc3\xa9",
                                             "\xc7\x85",
                                             "\xca\xb0",
                                             "\xe4\xb8\xad",
                                             "\xe2\x85\xab"};
  std::string line;
  for (std::uint64_t n = generator.below(24); n > 0; --n) line += alphabet[generator.below(alphabet.size())];
  return line;
}

TEST(Splitters, AgreeWithThePatternsTheyStandFor) {
  for (const std::string& pattern : patterns) {
    const text::splitters::Splitter next = text::splitters::find(pattern);
    ASSERT_NE(next, nullptr) << pattern;
    const Regex regex(pattern);
    Generator generator(1);
    for (int i = 0; i < 3000; ++i) {
      const std::string line = random_line(generator);
      std::vector<Span> want;
      regex.each(line, [&](Span span) { want.push_back(span); });
      ASSERT_EQ(by_hand(next, line), want) << pattern << "\n'" << line << "'";
    }
  }
}

TEST(Splitters, OthersAreNotKnown) {
  EXPECT_EQ(text::splitters::find("\\s+"), nullptr);
}

}  // namespace splitters_test
}  // namespace tenon::testing
