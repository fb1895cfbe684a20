#include "tenon/ops/nn/fractional_pool.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"

namespace fractional_pool_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::nan;
using support::OpCases;
using support::real;
using tn::from;
using tn::index_t;

const OpCases cases{
    {"fractional_max_pool2d",
     {real({2, 2, 5, 6})},
     [](const auto& x) {
       using T = typename std::decay_t<decltype(x[0])>::value_type;
       return tn::fractional_max_pool2d(x[0], {2}, {3, 4}, tn::full<T>({2, 2, 2}, T(0.4)));
     },
     {.fixed = true}},
    {"fractional_max_pool3d",
     {real({2, 4, 5, 3})},
     [](const auto& x) {
       using T = typename std::decay_t<decltype(x[0])>::value_type;
       return tn::fractional_max_pool3d(x[0], {2, 3, 1}, {2}, tn::full<T>({1, 2, 3}, T(0.7)));
     },
     {.fixed = true}},
};

TEST(FractionalMaxPool, WindowsBeginAtRoundedMultiples) {
  const tn::detail::FractionalAxis axis{10, 2, 5};  // a = 2
  EXPECT_EQ(axis.starts(0.0), (std::vector<index_t>{0, 2, 4, 6, 8}));
  const tn::detail::FractionalAxis uneven{9, 2, 5};  // a = 1.75
  EXPECT_EQ(uneven.starts(0.0), (std::vector<index_t>{0, 1, 3, 5, 7}));
  EXPECT_EQ(uneven.starts(0.5), (std::vector<index_t>{0, 2, 4, 6, 7}));
  EXPECT_EQ((tn::detail::FractionalAxis{9, 2, 1}.starts(0.5)), (std::vector<index_t>{7}));
}

TEST(FractionalMaxPool, SamplesAreOfWidthAndHeight) {
  const auto x = tn::reshape(tn::arange<double>(20), {1, 4, 5});
  // Rows begin at 0 and 2; columns at 0, floor(1.75 * 1.5) - floor(0.75 * 1.5) = 1 and 3.
  const auto [y, where] =
      tn::fractional_max_pool2d_with_indices(x, {2}, {2, 3}, from<double>({0.75, 0}, {1, 1, 2}));
  expect_values(y, {1, 2, 3}, {6, 7, 9, 16, 17, 19});
  EXPECT_EQ(where.to_vector(), (std::vector<index_t>{6, 7, 9, 16, 17, 19}));
}

TEST(FractionalMaxPool, NaNWins) {
  const auto x = from<float>({1, nan, 2, 3}, {1, 1, 4});
  expect_values(tn::fractional_max_pool2d(x, {1, 2}, {1, 2}, tn::zeros<float>({1, 1, 2})), {1, 1, 2},
                {nan, 3});
  EXPECT_EQ(tn::fractional_max_pool2d(tn::zeros<float>({0, 2, 3, 3}), {2}, {2}, tn::zeros<float>({0, 2, 2}))
                .shape(),
            (tn::Shape{0, 2, 2, 2}));
}

TEST(FractionalMaxPoolErrors, NameTheShapes) {
  const auto x = tn::zeros<float>({1, 2, 4, 4}), samples = tn::zeros<float>({1, 2, 2});
  expect_error<tn::ShapeError>([&] { tn::fractional_max_pool2d(x, {2}, {4}, samples); },
                               "[fractional_max_pool2d] 4 windows of 2 do not fit in shape (1, 2, 4, 4)");
  expect_error<tn::ShapeError>([&] { tn::fractional_max_pool2d(x, {2}, {2}, tn::zeros<float>({2, 2})); },
                               "[fractional_max_pool2d] expected samples of shape (1, 2, 2), got (2, 2)");
  expect_error<tn::ShapeError>(
      [&] { tn::fractional_max_pool2d(samples(0), {2}, {2}, samples); },
      "[fractional_max_pool2d] expected x of 4 axes, or 3 without a batch, got shape (2, 2)");
  expect_error<tn::ValueError>([&] { tn::fractional_max_pool2d(x, {2}, {2}, tn::ones<float>({1, 2, 2})); },
                               "[fractional_max_pool2d] sample 1 is outside [0, 1)");
  expect_error<tn::ValueError>([&] { tn::fractional_max_pool2d(x, {2}, {}, samples); },
                               "[fractional_max_pool2d] expected the extents of kernel and result");
}

}  // namespace fractional_pool_test
