#include "tenon/text/subword/tokenizer.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "support/expect.hpp"

namespace tenon::testing {
namespace tokenizer_test {

using namespace text;
using support::expect_error;

// Words of letters, a blank as "_", in lower case; [S] and [E] around texts.
constexpr std::string_view small = R"({
  "added_tokens": [{"id": 8, "content": "[S]", "special": true, "normalized": false},
                   {"id": 9, "content": "[E]", "special": true, "normalized": false},
                   {"id": 10, "content": "Big", "single_word": true, "lstrip": true, "normalized": false}],
  "normalizer": {"type": "Lowercase"},
  "pre_tokenizer": {"type": "Metaspace", "replacement": "_", "prepend_scheme": "first", "split": true},
  "post_processor": {"type": "BertProcessing", "cls": ["[S]", 8], "sep": ["[E]", 9]},
  "decoder": {"type": "Metaspace", "replacement": "_", "prepend_scheme": "first"},
  "model": {"type": "BPE", "unk_token": "?", "vocab": {"?": 0, "_": 1, "a": 2, "b": 3, "ab": 4, "_ab": 5, "\u00e9": 6, "_b": 7},
            "merges": ["a b", "_ ab", "_ b"]}})";

Tokenizer tokenizer() {
  return Tokenizer(parts_from_json(small));
}
using Ids = std::vector<index_t>;

TEST(Tokenizer, EncodesAndDecodes) {
  const Tokenizer t = tokenizer();
  EXPECT_EQ(t.encode("AB b", false).ids, (Ids{5, 7}));
  EXPECT_EQ(t.encode("AB b").ids, (Ids{8, 5, 7, 9}));
  EXPECT_EQ(t.ids("AB b"), (Ids{5, 7}));
  EXPECT_EQ(t.decode({8, 5, 7, 9}), "ab b");
  EXPECT_EQ(t.decode({8, 5, 7, 9}, false), "[S] ab b[E]");
  EXPECT_EQ(t.encode("", false).ids, Ids{});
  EXPECT_EQ(t.decode({}), "");
  EXPECT_EQ(t.decode({77, -1}), "") << "numbers that are no tokens";
  EXPECT_EQ(t.vocabulary_size(), 11);
  EXPECT_EQ(t.id("[E]"), 9);
  EXPECT_EQ(t.id("_ab"), 5);
  EXPECT_FALSE(t.id("xyz"));
  EXPECT_EQ(t.token(4), "ab");
  EXPECT_TRUE(t.is_special(8));
  EXPECT_FALSE(t.is_special(10));
}

TEST(Tokenizer, OffsetsAreBytesOfTheOriginal) {
  const Encoding e = tokenizer().encode("\u00c9 ab Big");
  EXPECT_EQ(e.ids, (Ids{8, 1, 6, 5, 10, 9}));
  EXPECT_EQ(e.offsets, (std::vector<Span>{{0, 0}, {0, 0}, {0, 2}, {2, 5}, {5, 9}, {0, 0}}));
  EXPECT_EQ(e.special_tokens_mask, (std::vector<std::uint8_t>{1, 0, 0, 0, 0, 1}));
  EXPECT_EQ(e.attention_mask, (std::vector<std::uint8_t>(6, 1)));
}

TEST(Tokenizer, AddedTokensAreWholeWordsIfTheySaySo) {
  const Tokenizer t = tokenizer();
  EXPECT_EQ(t.ids("Big"), Ids{10});
  EXPECT_EQ(t.ids("Bigb"), (Ids{7, 0, 0, 3}));
  EXPECT_EQ(t.ids("[S]Big"), (Ids{8, 10}));
}

TEST(Tokenizer, Pairs) {
  const Encoding e = tokenizer().encode_pair("ab", "b");
  EXPECT_EQ(e.ids, (Ids{8, 5, 9, 7, 9}));
  EXPECT_EQ(e.type_ids, (Ids{0, 0, 0, 1, 1}));
}

TEST(Tokenizer, TruncationAndPadding) {
  Tokenizer t = tokenizer();
  t.truncation.max_length = 4;
  EXPECT_EQ(t.encode("ab b ab b").ids, (Ids{8, 5, 7, 9}));
  t.truncation.left = true;
  EXPECT_EQ(t.encode("ab b ab ab").ids, (Ids{8, 5, 5, 9}));
  t.truncation.max_length = 5;
  EXPECT_EQ(t.encode_pair("ab b ab b", "b").size(), 5u);
  t.padding = {.enabled = true, .multiple_of = 4, .id = 3};
  const auto batch = t.encode_batch({"ab", "ab b"});
  EXPECT_EQ(batch[0].ids, (Ids{8, 5, 9, 3}));
  EXPECT_EQ(batch[0].attention_mask, (std::vector<std::uint8_t>{1, 1, 1, 0}));
  t.padding.left = true;
  EXPECT_EQ(t.encode_batch({"ab", "ab b"})[0].ids, (Ids{3, 8, 5, 9}));
}

TEST(Tokenizer, TextsMustBeUtf8) {
  expect_error<ValueError>([] { tokenizer().ids("ab\xff"); }, "[tokenizer] the text is not UTF-8 at byte 2");
}

TEST(Tokenizer, ManyThreadsShareOne) {
  const Tokenizer t = tokenizer();
  std::vector<Ids> results(4);
  std::vector<std::thread> threads;
  for (Ids& result : results)
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) result = t.ids("ab b abab b");
    });
  for (std::thread& thread : threads) thread.join();
  for (const Ids& result : results) EXPECT_EQ(result, t.ids("ab b abab b"));
}

/// A byte-level tokenizer whose tokens are single bytes.
Tokenizer bytes() {
  std::string vocabulary;
  for (int b = 0; b < 256; ++b) {
    const char byte = static_cast<char>(b);
    const std::string token = ByteAlphabet::encode({&byte, 1});
    vocabulary += (b > 0 ? ", \"" : "\"") + (token == "\"" || token == "\\" ? "\\" + token : token) +
                  "\": " + std::to_string(b);
  }
  return Tokenizer(parts_from_json(R"({"pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false},
      "decoder": {"type": "ByteLevel"}, "model": {"type": "BPE", "merges": [], "vocab": {)" +
                                   vocabulary + "}}}"));
}

TEST(DecodeStream, NeverYieldsHalfACharacter) {
  const Tokenizer t = bytes();
  const std::string text = "a\u00e9\u4e2d\U0001f600 b";
  DecodeStream stream(t);
  std::string all;
  for (const index_t id : t.ids(text)) {
    const std::string news = stream.push(id);
    EXPECT_EQ(valid_utf8(news), news.size());
    all += news;
  }
  EXPECT_EQ(all + stream.finish(), text);
}

TEST(DecodeStream, FinishYieldsWhatNeverBecameACharacter) {
  DecodeStream stream(bytes());
  EXPECT_EQ(stream.push(0xe4), "");
  EXPECT_EQ(stream.finish(), "\ufffd");
}

TEST(TokenizerJson, WhatIsNotKnownIsNamed) {
  const auto model = [](const std::string& json) {
    return [json] { parts_from_json("{\"model\": " + json + "}"); };
  };
  expect_error<IoError>(model(R"({"type": "Magic", "vocab": {}})"),
                        "[tokenizer] the model 'Magic' is not known");
  expect_error<IoError>(model(R"({"type": "WordLevel", "vocab": {"a": 5000000}})"),
                        "[tokenizer] token number 5000000 lies far from the others");
  expect_error<IoError>(model(R"({"type": "BPE", "vocab": {"a": 0}, "merges": ["a"]})"),
                        "[tokenizer] the merge 'a' is no pair of tokens");
  expect_error<IoError>([] { parts_from_json("{}"); }, "[tokenizer] tokenizer.json has no 'model'");
}

}  // namespace tokenizer_test
}  // namespace tenon::testing
