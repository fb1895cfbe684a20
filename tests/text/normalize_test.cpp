#include "tenon/text/normalize.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace normalize_test {

using tn::text::append_utf8;
using tn::text::decode_utf8;
using tn::text::to_lower;

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  tn::text::split_punctuation(text, [&](std::string_view word) { words.emplace_back(word); });
  return words;
}
using Words = std::vector<std::string>;

TEST(Utf8, EveryCharacterComesBack) {
  for (std::uint32_t c = 0; c <= 0x10ffff; ++c) {
    if (c >= 0xd800 && c < 0xe000) continue;
    std::string bytes;
    append_utf8(bytes, c);
    const auto back = decode_utf8(bytes);
    ASSERT_TRUE(back.valid && back.value == c && back.bytes == static_cast<int>(bytes.size())) << c;
  }
}

TEST(Utf8, WhatIsNotUtf8StandsForItself) {
  for (const std::string bytes : {"\x80", "\xc3", "\xc0\xaf", "\xe2\x82", "\xe2\x28\xa1", "\xed\xa0\x80",
                                  "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff"}) {
    const auto c = decode_utf8(bytes);
    EXPECT_FALSE(c.valid);
    EXPECT_EQ(c.bytes, 1);
  }
  EXPECT_EQ(to_lower(std::string_view("A\xff\xfe"
                                      "B\xc3")),
            "a\xff\xfe"
            "b\xc3");
}

TEST(Lowercase, LettersOfSeveralScripts) {
  EXPECT_EQ(to_lower(std::string_view("HELLO World-42")), "hello world-42");
  EXPECT_EQ(to_lower(std::string_view("ÀÉÎÕÜÝÞ×ß Straße")), "àéîõüýþ×ß straße");
  EXPECT_EQ(to_lower(std::string_view("ĀĐĘĞŁŃŐŘŞŤŮŹŻŽŸ")), "āđęğłńőřşťůźżžÿ");
  EXPECT_EQ(to_lower(std::string_view("ƠƯȘȚǍ ẠỆỮ")), "ơưșțǎ ạệữ");
  EXPECT_EQ(to_lower(std::string_view("ΆΈΉΊΌΎΏ ΑΒΓΔΩΪΫ")), "άέήίόύώ αβγδωϊϋ");
  EXPECT_EQ(to_lower(std::string_view("ЀЁЉЏ АБВЯ ҐӀӢ")), "ѐёљџ абвя ґӏӣ");
  EXPECT_EQ(to_lower(std::string_view("ԱՖ")), "աֆ");
  EXPECT_EQ(to_lower(std::string_view("日本語 العربية")), "日本語 العربية");
}

TEST(Lowercase, EveryScriptThatHasTwoCases) {
  EXPECT_EQ(to_lower(std::string_view("STRAẞE")), "straße");
  EXPECT_EQ(to_lower(std::string_view("ƏƆƐƁ ǅ Ⱥ")), "əɔɛɓ ǆ ⱥ");                // rarer Latin
  EXPECT_EQ(to_lower(std::string_view("ἈἙἮὈὛὮ ᾺΈ ᾼῌῼ Ῥ")), "ἀἑἦὀὓὦ ὰέ ᾳῃῳ ῥ");  // polytonic Greek
  EXPECT_EQ(to_lower(std::string_view("ＡＢＺ")), "ａｂｚ");
  EXPECT_EQ(to_lower(std::string_view("ႠჅ ᲐᲺ")), "ⴀⴥ აჺ");  // Georgian
  EXPECT_EQ(to_lower(std::string_view("ᎠᏵ ⰀⲀ Ꙁ Ꞌ Ⅷ Ⓐ")), "ꭰᏽ ⰰⲁ ꙁ ꞌ ⅷ ⓐ");
  EXPECT_EQ(to_lower(std::string_view("𐐀𐒰𐲀𑢠𖹀𞤀")),
            "𐐨𐓘𐳀𑣀𖹠𞤢");                                                 // beyond 16 bits
  EXPECT_EQ(to_lower(std::string_view("\u212a\u212b\u2126")), "kåω");  // Kelvin, Ångström, Ohm
}

TEST(Lowercase, OneCharacterForOneWhateverStandsAround) {
  EXPECT_EQ(to_lower(std::string_view("ΟΔΟΣ Σ ὈΔΥΣΣΕΎΣ")), "οδοσ σ ὀδυσσεύσ");
  EXPECT_EQ(to_lower(std::string_view("οδος ß ŉ İI ı")), "οδος ß ŉ ii ı");
}

TEST(Lowercase, LowerLettersStay) {
  for (std::uint32_t c = 0; c <= 0x10ffff; ++c) ASSERT_EQ(to_lower(to_lower(c)), to_lower(c)) << c;
}

TEST(Punctuation, BecomesWordsOfItsOwn) {
  EXPECT_EQ(split("Hello,"), (Words{"Hello", ","}));
  EXPECT_EQ(split("(\"Wait...\")"), (Words{"(", "\"", "Wait", ".", ".", ".", "\"", ")"}));
  EXPECT_EQ(split("“No”—she"), (Words{"“", "No", "”", "—", "she"}));
  EXPECT_EQ(split(""), Words{});
  EXPECT_EQ(split("!"), Words{"!"});
}

TEST(Punctuation, StaysInsideWordsAndNumbers) {
  EXPECT_EQ(split("don't"), Words{"don't"});
  EXPECT_EQ(split("l’été"), Words{"l’été"});
  EXPECT_EQ(split("well-known."), (Words{"well-known", "."}));
  EXPECT_EQ(split("1,234.5,"), (Words{"1,234.5", ","}));
  EXPECT_EQ(split("dogs'"), (Words{"dogs", "'"}));
  EXPECT_EQ(split("-5"), (Words{"-", "5"}));
  EXPECT_EQ(split("a--b"), (Words{"a", "-", "-", "b"}));
  EXPECT_EQ(split("e.g."), (Words{"e", ".", "g", "."}));
}

TEST(Punctuation, WideSpacesSeparate) {
  EXPECT_EQ(split("a\u00a0b\u3000c"), (Words{"a", "b", "c"}));
}

}  // namespace normalize_test
