#include "tenon/io/word2vec_format.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstring>

#include "support/temporary_folder.hpp"

namespace word2vec_format_test {

using support::message_of;
using support::read_file;
using support::TemporaryFolder;
using tn::io::WordTable;

std::string bytes_of(std::initializer_list<float> values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.begin(), bytes.size());
  return bytes;
}

WordTable load(const std::string& content) {
  TemporaryFolder folder;
  tn::io::InputFile file(folder.write("vectors", content));
  return tn::io::read_word2vec(file);
}

/// What follows the file's name in the refusal.
std::string refusal(const std::string& content) {
  const std::string message = message_of<tn::IoError>([&] { load(content); });
  const std::string name = "/vectors: ";
  const auto at = message.find(name);
  return at == std::string::npos ? "not refused: " + message : message.substr(at + name.size());
}

const WordTable sample{{"king", "café"}, {}, 3, {0.1f, -2.5f, 1e-7f, 1.0f / 3, 1e10f, -0.0f}};

std::string written(void (*write)(tn::io::AtomicFile&, const WordTable&), const WordTable& table) {
  TemporaryFolder folder;
  tn::io::AtomicFile file(folder / "out");
  write(file, table);
  file.commit();
  return read_file(folder / "out");
}

// What word2vec.c prints: fprintf "%s ", "%lf " and "\n" ----------------------------------------------------

TEST(Word2VecFormat, TextIsWord2VecCs) {
  EXPECT_EQ(written(tn::io::write_word2vec_text, sample),
            "2 3\nking 0.100000 -2.500000 0.000000 \ncafé 0.333333 10000000000.000000 -0.000000 \n");
}

TEST(Word2VecFormat, BinaryIsWord2VecCs) {
  EXPECT_EQ(
      written(tn::io::write_word2vec_binary, sample),
      "2 3\nking " + bytes_of({0.1f, -2.5f, 1e-7f}) + "\ncafé " + bytes_of({1.0f / 3, 1e10f, -0.0f}) + "\n");
}

TEST(Word2VecFormat, LongestFloatFitsInText) {
  const WordTable table{{"w"}, {}, 1, {-3.4028235e38f}};
  EXPECT_EQ(written(tn::io::write_word2vec_text, table),
            "1 1\nw -340282346638528859811704183484516925440.000000 \n");
}

TEST(Word2VecFormat, BinaryRoundTripKeepsEveryBit) {
  const WordTable back = load(written(tn::io::write_word2vec_binary, sample));
  EXPECT_EQ(back.words, sample.words);
  EXPECT_EQ(back.dim, 3);
  for (std::size_t i = 0; i < sample.values.size(); ++i)
    EXPECT_EQ(std::bit_cast<std::uint32_t>(back.values[i]), std::bit_cast<std::uint32_t>(sample.values[i]));
}

TEST(Word2VecFormat, TextRoundTripKeepsSixDecimals) {
  const WordTable back = load(written(tn::io::write_word2vec_text, sample));
  EXPECT_EQ(back.words, sample.words);
  EXPECT_EQ(back.values, (std::vector<float>{0.1f, -2.5f, 0, 0.333333f, 1e10f, 0}));
}

// What gensim writes: shortest digits and no blank at the end; no newline between rows
// ----------------------------------

TEST(Word2VecFormat, ReadsGensimsText) {
  const WordTable table = load("2 3\nking 0.1 -2.5 1e-07\ncafé 0.33333334 10000000000.0 -0.0\n");
  EXPECT_EQ(table.words, sample.words);
  EXPECT_EQ(table.values, sample.values);
  EXPECT_TRUE(table.counts.empty());
}

TEST(Word2VecFormat, ReadsGensimsBinary) {
  const WordTable table =
      load("2 3\nking " + bytes_of({0.1f, -2.5f, 1e-7f}) + "café " + bytes_of({1.0f / 3, 1e10f, -0.0f}));
  EXPECT_EQ(table.words, sample.words);
  EXPECT_EQ(table.values, sample.values);
}

TEST(Word2VecFormat, ReadsWindowsLinesAndTabs) {
  const WordTable table = load("2 2\r\na\t1 2\r\nb  3   4 \r\n\r\n");
  EXPECT_EQ(table.words, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(table.values, (std::vector<float>{1, 2, 3, 4}));
}

TEST(Word2VecFormat, LastLineNeedsNoNewline) {
  EXPECT_EQ(load("1 2\na 1 2").values, (std::vector<float>{1, 2}));
}

TEST(Word2VecFormat, NumbersTooSmallForAFloatAreZero) {
  EXPECT_EQ(load("1 2\na 1e-60 -1e-60\n").values, (std::vector<float>{0, 0}));
}

TEST(Word2VecFormat, KeepsDuplicatesAsTheFileHasThem) {
  EXPECT_EQ(load("2 1\na 1\na 2\n").words, (std::vector<std::string>{"a", "a"}));
}

// What GloVe writes: no header -----------------------------------------------------------------------------

TEST(Word2VecFormat, ReadsTextWithoutAHeader) {
  for (const char* text : {"king 1.0 0.5 0.2\nqueen 0.9 0.6 1e-1\n", "king 1.0 0.5 0.2\nqueen 0.9 0.6 1e-1",
                           "king 1.0 0.5 0.2 \r\nqueen\t0.9  0.6 1e-1\r\n\r\n\n",
                           "\xef\xbb\xbfking 1 0.5 0.2\nqueen 0.9 0.6 0.1\n"}) {
    const WordTable table = load(text);
    EXPECT_EQ(table.words, (std::vector<std::string>{"king", "queen"})) << text;
    EXPECT_EQ(table.dim, 3) << text;
    EXPECT_EQ(table.values, (std::vector<float>{1, 0.5f, 0.2f, 0.9f, 0.6f, 0.1f})) << text;
  }
  EXPECT_EQ(load(", 1 2\n1 3 4\n2 -5 6\n").words, (std::vector<std::string>{",", "1", "2"}));
  EXPECT_EQ(load("2 0.5 -3\n").words, std::vector<std::string>{"2"});
}

TEST(Word2VecFormat, WordsWithBlanksAreGloVes) {
  const WordTable table = load("the 1 2\n. . . 3 4\nat name@domain.com 5 6\n1 7 8\n");
  EXPECT_EQ(table.words, (std::vector<std::string>{"the", ". . .", "at name@domain.com", "1"}));
  EXPECT_EQ(table.values, (std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST(Word2VecFormat, RefusesWhatDoesNotFitWithoutAHeader) {
  EXPECT_EQ(refusal("king 1.0 0.5 0.2\nqueen 0.9 0.6\n"), "line 2 holds 2 numbers, not the 3 of line 1");
  EXPECT_EQ(refusal("king 1.0 0.5 0.2\nqueen 0.9 0.6 0.1 0.7\n"), "line 2 goes on after its 3 numbers");
  EXPECT_EQ(refusal("king 1.0 0.5 0.2\nqueen 0.9 x 0.1\n"), "line 2: value 2 is not a number");
  EXPECT_EQ(refusal("king 1.0 0.5 0.2\nqueen 0.9 nan 0.1\n"), "line 2: value 2 is not a number");
  EXPECT_EQ(refusal("king 1.0 0.5 0.2\n\nqueen 0.9 0.6 0.1\n"), "line 2 should hold a word and 3 numbers");
  EXPECT_EQ(refusal("king 1.0 0.5 0.2\n 0.9 0.6 0.1\n"), "line 2 should hold a word and 3 numbers");
  EXPECT_EQ(refusal("king 1.0 inf 0.2\nqueen 0.9 0.6 0.1\n").find("line 1 should say"), 0u);
}

TEST(Word2VecFormat, AMarkOfUtf8ComesBeforeTheHeader) {
  EXPECT_EQ(load("\xef\xbb\xbf" + std::string("1 2\na 1 2\n")).values, (std::vector<float>{1, 2}));
  EXPECT_EQ(load("\xef\xbb\xbf" + written(tn::io::write_word2vec_binary, sample)).words, sample.words);
}

TEST(Word2VecFormat, ReadsAPipe) {
  TemporaryFolder folder;
  const std::string file = folder.write("in", "2 1\na 1\nb 2\n");
  FILE* pipe = ::popen(("cat " + file).c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  tn::io::InputFile input("/dev/fd/" + std::to_string(::fileno(pipe)));
  EXPECT_EQ(tn::io::read_word2vec(input).values, (std::vector<float>{1, 2}));
  ::pclose(pipe);
}

// Files that are not what they say --------------------------------------------------------------------------

TEST(Word2VecFormat, RefusesBadHeaders) {
  EXPECT_EQ(refusal(""), "the file is empty");
  const std::string expected = "line 1 should say how many words and dimensions follow, as in \"71291 200\"";
  for (const char* header : {"\n", "words\n", "3\n", "3 2 1\n", "-3 2\n", "3 -2\n", "0 5\n", "5 0\n",
                             "99999999999999999999 5\n", "{}", "\xff\xfe\x01 2\n"})
    EXPECT_EQ(refusal(header), expected) << header;
  EXPECT_EQ(refusal(std::string(3 << 20, 'x')), expected);
}

TEST(Word2VecFormat, RefusesHeadersThatPromiseTooMuch) {
  EXPECT_EQ(refusal("1000000 300\na 1 2\n"),
            "truncated, or its first line is wrong: it announces 1000000 words of 300 dimensions, which do "
            "not fit the "
            "6 bytes that follow");
  EXPECT_EQ(refusal("9999999999999 300\na 1 2\n"),
            "line 1 announces 9999999999999 words of 300 dimensions, more than this format is used for");
  EXPECT_EQ(refusal("2 9999999999\na 1 2\n"),
            "line 1 announces 2 words of 9999999999 dimensions, more than this format is used for");
}

TEST(Word2VecFormat, RefusesTruncatedText) {
  EXPECT_EQ(refusal("2 3\nabcdefghi 1 2 3\n"), "truncated: it ends at word 2 of 2");
  EXPECT_EQ(refusal("2 3\nabcdefghi 1 2 3\nb 1 2"),
            "line 3 holds 2 numbers, not the 3 that line 1 announces");
  EXPECT_EQ(refusal("2 3\nabcdefghi 1 2 3\nb"), "line 3 should hold a word and 3 numbers");
}

TEST(Word2VecFormat, RefusesTruncatedBinary) {
  std::string content = written(tn::io::write_word2vec_binary, sample);
  for (std::size_t cut = 3; cut < content.size() - 4; ++cut) {
    const std::string message = refusal(content.substr(0, content.size() - cut));
    EXPECT_NE(message.find(cut >= content.size() - 3 ? "line 1" : "truncated"), std::string::npos) << message;
  }
}

TEST(Word2VecFormat, RefusesMoreThanAnnounced) {
  EXPECT_EQ(refusal("1 2\na 1 2\nb 3 4\n"), "it goes on after the 1 words that line 1 announces");
  EXPECT_EQ(refusal("1 2\na 1 2 3\n"), "line 2 goes on after its 2 numbers");
  EXPECT_EQ(refusal(written(tn::io::write_word2vec_binary, sample) + "x"),
            "it goes on after the 2 words that line 1 announces");
}

TEST(Word2VecFormat, RefusesWhatIsNotANumber) {
  for (const char* token : {"nan", "inf", "-inf", "1e39", "x", "1.5x", "--1", "0x10", "1-2", "1.5.5"})
    EXPECT_EQ(refusal("1 2\na 1 " + std::string(token) + "\n").find("line 2"), 0u) << token;
  EXPECT_EQ(refusal("1 2\na 1 nan\n"), "line 2: value 2 is not a number");
  EXPECT_EQ(refusal("1 2\na 1-2\n"), "line 2: value 1 is not a number");
  EXPECT_EQ(refusal("1 2\nabc " + bytes_of({1.5f, std::bit_cast<float>(0x7fc00000u)}) + "\n"),
            "value 2 of word 1 is not a number");
}

TEST(Word2VecFormat, RefusesBinaryGarbageForWords) {
  const std::string garbage(200'000, '\x01');
  EXPECT_EQ(refusal("3 2\nabc " + bytes_of({1.5f, 2.25f}) + "\n" + garbage),
            "word 2 has more than 4096 bytes: not a file of word vectors?");
  EXPECT_EQ(refusal("2 2\nabc " + bytes_of({1.5f, 2.25f}) + "\n " + bytes_of({1.5f, 2.25f}) + "\n"),
            "word 2 is empty");
}

TEST(Word2VecFormat, RefusesWordsThatTheFormatsCannotSay) {
  for (const char* word : {"", "new york", "a\nb", "a\tb"}) {
    const WordTable table{{word}, {}, 1, {1}};
    EXPECT_NE(message_of<tn::ValueError>([&] { written(tn::io::write_word2vec_text, table); }), "");
    EXPECT_NE(message_of<tn::ValueError>([&] { written(tn::io::write_word2vec_binary, table); }), "");
  }
}

}  // namespace word2vec_format_test
