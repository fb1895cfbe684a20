#include "tenon/ops/nn/adaptive_pool.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"

namespace adaptive_pool_test {

using support::expect_error;
using support::expect_values;
using support::OpCases;
using support::real;
using tn::from;

const OpCases cases{
    {"adaptive_avg_pool1d",
     {real({2, 3, 7})},
     [](const auto& x) { return tn::adaptive_avg_pool1d(x[0], {3}); },
     {.fixed = true}},
    {"adaptive_avg_pool2d",
     {real({2, 3, 7, 6})},
     [](const auto& x) { return tn::adaptive_avg_pool2d(x[0], {1, 4}); },
     {.fixed = true}},
    {"adaptive_avg_pool3d",
     {real({1, 2, 4, 6, 3})},
     [](const auto& x) { return tn::adaptive_avg_pool3d(x[0], {2, 3, 1}); },
     {.fixed = true}},
    {"adaptive_max_pool2d",
     {real({2, 3, 7, 6})},
     [](const auto& x) { return tn::adaptive_max_pool2d(x[0], {3, 2}); },
     {.fixed = true}},
};

template <class T>
class AdaptivePool : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(AdaptivePool, Reals);

TYPED_TEST(AdaptivePool, BinsMayOverlap) {
  using T = TypeParam;
  const auto x = from<T>({{1, 2, 3, 4, 6}});
  expect_values(tn::adaptive_avg_pool1d(x, {3}), {1, 3}, {1.5, 3, 5});
  expect_values(tn::adaptive_avg_pool1d(x, {1}), {1, 1}, {T(3.2)});
  expect_values(tn::adaptive_avg_pool1d(x, {-1}), {1, 5}, {1, 2, 3, 4, 6});
  const auto [y, where] = tn::adaptive_max_pool1d_with_indices(x, {3});
  expect_values(y, {1, 3}, {2, 4, 6});
  expect_values(where, {1, 3}, {1, 3, 4});
  expect_values(tn::adaptive_max_pool1d_with_indices(from<T>({{1, 2, 3, 4}}), {2}).indices, {1, 2}, {1, 3});
}

TEST(AdaptivePoolErrors, SayWhatWasExpected) {
  const auto x = tn::zeros<float>({2, 3, 4});
  expect_error<tn::ValueError>([&] { tn::adaptive_avg_pool1d(x, {-2}); },
                               "[adaptive_avg_pool1d] output size (-2,) is not in [-1, 1073741824)");
  expect_error<tn::ShapeError>([&] { tn::adaptive_max_pool1d(tn::zeros<float>({2, 3, 0}), {2}); },
                               "[adaptive_max_pool1d] nothing to pool in shape (2, 3, 0)");
}

}  // namespace adaptive_pool_test
