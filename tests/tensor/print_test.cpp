#include "tenon/tensor/print.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "support/expect.hpp"
#include "tenon/ops/shape/shape.hpp"

namespace print_test {

using tn::from;
using tn::to_string;

TEST(Print, NestedAndAligned) {
  EXPECT_EQ(to_string(from<float>({{1, 20}, {-3, 4}})), "[[ 1., 20.],\n [-3.,  4.]]");
  EXPECT_EQ(to_string(from<float>({{1, 2.5}, {-3.125, 40}})), "[[ 1.0000,  2.5000],\n [-3.1250, 40.0000]]");
  EXPECT_EQ(to_string(tn::reshape(tn::arange<float>(8), {2, 2, 2})),
            "[[[0., 1.],\n  [2., 3.]],\n\n [[4., 5.],\n  [6., 7.]]]");
  EXPECT_EQ(to_string(tn::scalar<double>(0.5)), "0.5000");
  EXPECT_EQ(to_string(from<double>({0.123456789}), {.precision = 8}), "[0.12345679]");
}

TEST(Print, IntegersBooleansAndBfloat16) {
  EXPECT_EQ(to_string(from<std::int64_t>({1, -20, 300})), "[  1, -20, 300]");
  EXPECT_EQ(to_string(from<std::uint8_t>({65, 200})), "[ 65, 200]");
  EXPECT_EQ(to_string(from<bool>({true, false})), "[ true, false]");
  EXPECT_EQ(to_string(from<tn::bfloat16>({tn::bfloat16(1.5f)})), "[1.5000]");
}

TEST(Print, NaNInfinityAndWideRanges) {
  EXPECT_EQ(to_string(from<float>({1, support::nan, -support::inf})), "[  1.,  nan, -inf]");
  EXPECT_EQ(to_string(from<double>({1e-10, 1})), "[1.0000e-10, 1.0000e+00]");
  EXPECT_EQ(to_string(from<double>({1e12})), "[1.0000e+12]");
  EXPECT_EQ(to_string(from<double>({1e-5, 0})), "[1.0000e-05, 0.0000e+00]");
}

TEST(Print, TheMiddleOfLargeTensorsIsLeftOut) {
  EXPECT_EQ(to_string(tn::arange<std::int64_t>(2000)), "[   0,    1,    2, ..., 1997, 1998, 1999]");
  EXPECT_EQ(to_string(tn::reshape(tn::arange<std::int64_t>(30), {10, 3}), {.threshold = 20, .edge = 1}),
            "[[ 0, ...,  2],\n ...,\n [27, ..., 29]]");
  EXPECT_EQ(to_string(tn::arange<std::int64_t>(5), {.threshold = 4, .edge = 3}), "[0, 1, 2, 3, 4]");
}

TEST(Print, ViewsEmptyAndUndefined) {
  EXPECT_EQ(to_string(tn::transpose(from<float>({{1, 2}, {3, 4}}), 0, 1)), "[[1., 3.],\n [2., 4.]]");
  EXPECT_EQ(to_string(tn::zeros<float>({0})), "[]");
  EXPECT_EQ(to_string(tn::zeros<float>({2, 0})), "[[],\n []]");
  EXPECT_EQ(to_string(tn::Tensor<float>{}), "undefined");
}

TEST(Print, IntoStreams) {
  std::ostringstream out;
  out << from<float>({1, 2}) << '!';
  EXPECT_EQ(out.str(), "[1., 2.]!");
}

}  // namespace print_test
