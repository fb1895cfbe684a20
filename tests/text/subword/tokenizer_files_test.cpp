#include "tenon/text/subword/tokenizer_files.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>

#include "support/expect.hpp"
#include "support/temporary_folder.hpp"
#include "tenon/text/subword/tokenizer.hpp"

namespace tenon::testing {
namespace tokenizer_files_test {

using namespace text;
using support::expect_error;
using support::TemporaryFolder;
using Ids = std::vector<index_t>;

TEST(TokenizerFiles, Gpt2) {
  const TemporaryFolder folder;
  folder.write("vocab.json", R"({"a": 0, "b": 1, "ab": 2, "\u0120": 3, "\u0120ab": 4})");
  folder.write("merges.txt", "#version: 0.2\na b\n\u0120 ab\n");
  const Tokenizer t = Tokenizer::load(folder.path());
  EXPECT_EQ(t.ids("ab abb"), (Ids{2, 4, 1}));
  EXPECT_EQ(t.decode({2, 4, 1}), "ab abb");
  std::filesystem::remove(folder / "merges.txt");
  EXPECT_THROW(Tokenizer::load(folder.path()), IoError);
}

TEST(TokenizerFiles, Bert) {
  const TemporaryFolder folder;
  folder.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\nplay\n##ing\n.\n");
  const Tokenizer t = Tokenizer::load(folder.path());
  EXPECT_EQ(t.encode("Playing .x").ids, (Ids{2, 4, 5, 6, 1, 3}));
  EXPECT_EQ(t.decode({2, 4, 5, 6, 3}), "playing.");
}

/// A field of a protocol buffer.
std::string field(int number, std::string_view bytes) {
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(bytes.size())} +
         std::string(bytes);
}
std::string number(int field, int value) {
  return {static_cast<char>(field << 3), static_cast<char>(value)};
}
std::string piece(std::string_view text, float score, int kind = 1) {
  std::string bits(4, '\0');
  std::memcpy(bits.data(), &score, 4);
  return field(1, field(1, text) + std::string{'\x15'} + bits + number(3, kind));
}
/// A model whose trainer's settings are `trainer`.
std::string model(const std::string& trainer) {
  return piece("<unk>", 0, 2) + piece("<s>", 0, 3) + piece("\u2581", -3) + piece("a", -2) + piece("b", -2) +
         piece("\u2581ab", -4) + piece("ab", -3) + piece("ba", -1) + field(2, trainer);
}

TEST(TokenizerFiles, SentencePieceUnigram) {
  const TemporaryFolder folder;
  folder.write("spiece.model", model(number(3, 1)));
  const Tokenizer t = Tokenizer::load(folder.path());
  EXPECT_EQ(t.ids("ab  a "), (Ids{5, 2, 3})) << "blanks at the ends and repeated ones are dropped";
  EXPECT_EQ(t.ids("aba"), (Ids{2, 3, 7})) << "-3 - 2 - 1 is more than -4 - 2";
  EXPECT_EQ(t.ids("axyb"), (Ids{2, 3, 0, 4})) << "unknown characters are one token";
  EXPECT_EQ(t.decode({1, 5, 2, 3}), "ab a");
  EXPECT_EQ(t.ids("<s>"), (Ids{2, 0})) << "control tokens are not found in texts";
}

TEST(TokenizerFiles, SentencePieceBpe) {
  const TemporaryFolder folder;
  folder.write("tokenizer.model", model(number(3, 2)));
  EXPECT_EQ(Tokenizer::load(folder.path()).ids("aba"), (Ids{2, 3, 7}));
  EXPECT_EQ(Tokenizer::load(folder.path()).ids("ab"), Ids{5});
}

TEST(TokenizerFiles, Llama2c) {
  std::string file(4, '\0');
  const auto add = [&](float score, std::string_view text) {
    const auto size = static_cast<std::int32_t>(text.size());
    file.append(reinterpret_cast<const char*>(&score), 4)
        .append(reinterpret_cast<const char*>(&size), 4)
        .append(text);
  };
  for (const char* text : {"<unk>", "\n<s>\n", "\n</s>\n"}) add(0, text);
  for (int b = 0; b < 256; ++b) {
    char name[8];
    std::snprintf(name, sizeof name, "<0x%02X>", b);
    add(0, name);
  }
  for (const char* text : {" ", "a", "b"}) add(-9, text);
  add(-1, "ab");
  add(-2, " ab");
  const TemporaryFolder folder;
  folder.write("tok.bin", file);
  const Tokenizer t = Tokenizer::load(folder.path());
  EXPECT_EQ(t.ids("ab\u00e9"), (Ids{263, 3 + 0xc3, 3 + 0xa9}));
  EXPECT_EQ(t.decode({1, 263, 3 + 0xc3, 3 + 0xa9}), "ab\u00e9");
}

TEST(TokenizerFiles, DamagedFilesAreSentences) {
  const TemporaryFolder folder;
  const std::string path = folder / "spiece.model";
  const auto expect = [&](const std::string& bytes, const std::string& sentence) {
    folder.write("spiece.model", bytes);
    expect_error<IoError>([&] { Tokenizer::load(path); },
                          "[tokenizer] '" + path + "': [tokenizer] " + sentence);
  };
  expect("", "the file has no pieces: it is no SentencePiece model");
  expect(model(number(3, 1)).substr(0, 31), "the file is cut off or damaged");
  expect(model(number(3, 4)),
         "a SentencePiece model of words or characters is not supported, only unigram and BPE");
  std::filesystem::remove(path);
  expect_error<IoError>(
      [&] { Tokenizer::load(folder.path()); },
      "[tokenizer] '" + folder.path() + "' has no tokenizer.json, .model, vocab.json, vocab.txt or tok*.bin");
}

}  // namespace tokenizer_files_test
}  // namespace tenon::testing
