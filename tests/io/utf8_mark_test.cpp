#include "tenon/io/utf8_mark.hpp"

#include <gtest/gtest.h>

namespace utf8_mark_test {

using tn::io::without_utf8_mark;

TEST(Utf8Mark, IsLeftOutOnceAndAtTheBeginningOnly) {
  EXPECT_EQ(without_utf8_mark("\xef\xbb\xbfking"), "king");
  EXPECT_EQ(without_utf8_mark("\xef\xbb\xbf"), "");
  EXPECT_EQ(without_utf8_mark("king"), "king");
  EXPECT_EQ(without_utf8_mark(""), "");
  EXPECT_EQ(without_utf8_mark("\xef\xbb"), "\xef\xbb");
  EXPECT_EQ(without_utf8_mark("\xef\xbb\xbf\xef\xbb\xbfking"), "\xef\xbb\xbfking");
  EXPECT_EQ(without_utf8_mark("a\xef\xbb\xbf"), "a\xef\xbb\xbf");
}

}  // namespace utf8_mark_test
