#include "tenon/core/error.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "tenon/core/scalar.hpp"
#include "tenon/core/shape.hpp"

namespace error_test {

using support::expect_error;

TEST(Error, MessagesHaveOneFormat) {
  expect_error<tn::ShapeError>([] { tn::fail<tn::ShapeError>("op", "lhs ", tn::Shape{2, 3}, ", axis ", -1); },
                               "[op] lhs (2, 3), axis -1");
  expect_error<tn::ValueError>([] { tn::check<tn::ValueError>(false, "op", "text"); }, "[op] text");
  EXPECT_NO_THROW(tn::check<tn::ValueError>(true, "op", "text"));
}

TEST(Error, EveryKindIsAnErrorAndAStandardException) {
  EXPECT_THROW(tn::fail<tn::ShapeError>("op", ""), tn::Error);
  EXPECT_THROW(tn::fail<tn::IndexError>("op", ""), tn::Error);
  EXPECT_THROW(tn::fail<tn::ValueError>("op", ""), tn::Error);
  EXPECT_THROW(tn::fail<tn::IoError>("op", ""), tn::Error);
  EXPECT_THROW(tn::fail<tn::GraphError>("op", ""), std::exception);
}

TEST(Error, ValuesReadAsOneWouldWriteThem) {
  EXPECT_EQ(tn::join("a", 1, ' ' + std::string("b"), true, false), "a1 btruefalse");
  EXPECT_EQ(tn::join(0.5, " ", 2.0, " ", -1.25f, " ", std::size_t{7}), "0.5 2 -1.25 7");
  EXPECT_EQ(tn::join(1e-8, " ", -1e-9f, " ", 0.1f, " ", 1.0 / 3), "1e-08 -1e-09 0.1 0.333333333333333");
  EXPECT_EQ(tn::join(std::string_view("view"), std::string("string")), "viewstring");
  EXPECT_EQ(tn::join(tn::bfloat16(1.5f), " ", tn::bfloat16(-2.0f)), "1.5 -2");
  EXPECT_EQ(tn::join(), "");
}

struct Loud {};
std::string describe(const Loud&) {
  throw std::runtime_error("formatted");
}

TEST(Error, PiecesAreNotFormattedWhenNothingIsWrong) {
  EXPECT_NO_THROW(tn::check<tn::ValueError>(true, "op", Loud{}));
  EXPECT_THROW(tn::check<tn::ValueError>(false, "op", Loud{}), std::runtime_error);
}

}  // namespace error_test
