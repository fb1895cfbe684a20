#include "tenon/train/metrics/edit_distance.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace edit_distance_test {

using tn::train::CharacterErrorRate;
using tn::train::edit_distance;
using tn::train::ErrorRate;
using tn::train::WordErrorRate;

TEST(EditDistance, OfTheTextbooksPairs) {
  const auto distance = [](const std::string& a, const std::string& b) {
    EXPECT_EQ(edit_distance(a, b), edit_distance(b, a));
    return edit_distance(a, b);
  };
  EXPECT_EQ(distance("kitten", "sitting"), 3);
  EXPECT_EQ(distance("intention", "execution"), 5);
  EXPECT_EQ(distance("flaw", "lawn"), 2);
  EXPECT_EQ(distance("", "abc"), 3);
  EXPECT_EQ(distance("", ""), 0);
  EXPECT_EQ(distance("same", "same"), 0);
}

TEST(EditDistance, OfNumbers) {
  EXPECT_EQ(edit_distance(std::vector{1, 2, 3, 4}, std::vector{1, 3, 4, 5}), 2);
}

TEST(WordErrorRate, IsEditsOverTheWordsOfAllReferences) {
  WordErrorRate rate;
  rate.add("the cat  sat on\tmat", "the cat sat on the mat");  // one left out of six
  EXPECT_DOUBLE_EQ(rate.value(), 1.0 / 6);
  rate.add("a dog", "the dog barked ");  // one replaced, one left out, of three
  EXPECT_DOUBLE_EQ(rate.value(), 3.0 / 9);
  EXPECT_EQ(rate.edits(), 3);
  EXPECT_EQ(rate.symbols(), 9);
}

TEST(WordErrorRate, OfEmptyTexts) {
  WordErrorRate rate;
  EXPECT_TRUE(std::isnan(rate.value()));
  rate.add("", "  ");
  EXPECT_TRUE(std::isnan(rate.value()));
  rate.add("noise", "");
  EXPECT_EQ(rate.value(), HUGE_VAL);
  rate.add("", "word");
  EXPECT_EQ(rate.value(), 2);
}

TEST(CharacterErrorRate, CountsCharactersNotBytes) {
  CharacterErrorRate rate;
  rate.add("Zürich", "Zurich");  // one of six, although ü takes two bytes
  EXPECT_DOUBLE_EQ(rate.value(), 1.0 / 6);
  rate.add("a b", "ab");
  EXPECT_DOUBLE_EQ(rate.value(), 2.0 / 8);
}

}  // namespace edit_distance_test
