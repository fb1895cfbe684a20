#include "tenon/text/subword/normalizer.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace tenon::testing {
namespace normalizer_test {

using namespace text;
using support::expect_error;

std::string normal(const std::string& json, std::string_view text, bool aligned = true) {
  AlignedText all(text, 0, aligned);
  make_normalizer(io::Json::parse(json))->apply(all);
  return all.text();
}
std::string named(const std::string& type) {
  return "{\"type\": \"" + type + "\"}";
}

TEST(Normalizer, Forms) {
  EXPECT_EQ(normal(named("NFC"), "e\u0301a"), "\u00e9a");
  EXPECT_EQ(normal(named("NFD"), "\u00e9a"), "e\u0301a");
  EXPECT_EQ(normal(named("NFKC"), "\ufb01\u00b2"), "fi2");
  EXPECT_EQ(normal(named("NFKD"), "\u00e9\ufb01"), "e\u0301fi");
  EXPECT_EQ(normal(named("NFC"), "\u1112\u1161\u11ab"), "\ud55c") << "Hangul";
  EXPECT_EQ(normal(named("NFD"), "\ud55c"), "\u1112\u1161\u11ab");
  EXPECT_EQ(normal(named("NFC"), "a\u0323\u0307"), normal(named("NFC"), "a\u0307\u0323"))
      << "the order of marks";
}

TEST(Normalizer, Characters) {
  EXPECT_EQ(normal(named("Lowercase"), "\u00c4B\u0130"), "\u00e4bi\u0307");
  EXPECT_EQ(normal(named("StripAccents"), "e\u0301\u0939\u093e"), "e\u0939");
  EXPECT_EQ(normal(named("Nmt"), "a\u200bb\u0001c"), "a bc");
  EXPECT_EQ(normal(named("Strip"), " \t a b\u3000"), "a b");
  EXPECT_EQ(normal(named("Strip"), "  "), "");
  EXPECT_EQ(normal(R"({"type": "Prepend", "prepend": "_"})", "a"), "_a");
  EXPECT_EQ(normal(R"({"type": "Prepend", "prepend": "_"})", ""), "");
  EXPECT_EQ(normal(R"({"type": "Replace", "pattern": {"Regex": " +"}, "content": "-"})", "a  b c"), "a-b-c");
  EXPECT_EQ(normal(R"({"type": "Replace", "pattern": {"String": "."}, "content": ""})", "a.b"), "ab");
  EXPECT_EQ(normal(named("BertNormalizer"), "\u00c9\u4e2d\tX\u0007"), "e \u4e2d  x");
}

TEST(Normalizer, EveryByteKnowsWhereItComesFrom) {
  AlignedText text("x\u00c9y", 10, true);
  make_normalizer(
      io::Json::parse(R"({"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "Lowercase"},
      {"type": "Prepend", "prepend": "_"}]})"))
      ->apply(text);
  EXPECT_EQ(text.text(), "_xe\u0301y");
  EXPECT_EQ(text.origin({1, 2}), (Span{10, 11}));
  EXPECT_EQ(text.origin({2, 5}), (Span{11, 13}));
  EXPECT_EQ(text.origin({5, 6}), (Span{13, 14}));
  EXPECT_EQ(text.origin({0, 6}), (Span{10, 14}));
}

TEST(Normalizer, WhatIsNotKnownIsNamed) {
  expect_error<IoError>([] { normal(named("Magic"), ""); },
                        "[tokenizer] the normalizer 'Magic' is not known");
  expect_error<IoError>([] { normal("{}", ""); }, "[tokenizer] normalizer has no 'type'");
  expect_error<ValueError>(
      [] { normal(R"({"type": "Replace", "pattern": {"Regex": "("}, "content": ""})", ""); },
      "[regex] '(': missing closing parenthesis at byte 1");
}

}  // namespace normalizer_test
}  // namespace tenon::testing
