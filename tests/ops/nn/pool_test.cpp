#include "tenon/ops/nn/pool.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"

namespace pool_test {

using support::expect_error;
using support::expect_values;
using support::inf;
using support::nan;
using support::OpCases;
using support::positive;
using support::real;
using tn::from;
using tn::index_t;
using tn::reshape;

const OpCases cases{
    {"max_pool1d",
     {real({2, 3, 9})},
     [](const auto& x) { return tn::max_pool1d(x[0], {3}, {.stride = {2}, .padding = {1}}); },
     {.fixed = true}},
    {"max_pool2d",
     {real({2, 2, 7, 8})},
     [](const auto& x) {
       return tn::max_pool2d(x[0], {3, 2},
                             {.stride = {2}, .padding = {1}, .dilation = {1, 2}, .ceil_mode = true});
     },
     {.fixed = true}},
    {"max_pool3d",
     {real({2, 4, 4, 5})},
     [](const auto& x) { return tn::max_pool3d(x[0], {2}); },
     {.fixed = true}},
    {"avg_pool1d",
     {real({2, 3, 9})},
     [](const auto& x) { return tn::avg_pool1d(x[0], {3}); },
     {.fixed = true}},
    {"avg_pool2d",
     {real({2, 2, 7, 8})},
     [](const auto& x) {
       return tn::avg_pool2d(x[0], {3, 2},
                             {.stride = {2}, .padding = {1}, .ceil_mode = true, .count_include_pad = false});
     },
     {.fixed = true}},
    {"avg_pool3d",
     {real({1, 2, 4, 4, 5})},
     [](const auto& x) { return tn::avg_pool3d(x[0], {2}, {.stride = {1}, .divisor_override = 3}); },
     {.fixed = true}},
    {"lp_pool2d",
     {positive({2, 2, 5, 4})},
     [](const auto& x) { return tn::lp_pool2d(x[0], 3, {2}, {.ceil_mode = true}); },
     {.fixed = true}},
    {"max_unpool1d",
     {real({2, 3})},
     [](const auto& x) { return tn::max_unpool1d(x[0], from<index_t>({{0, 2, 5}, {1, 3, 4}}), {6}); },
     {.fixed = true}},
};

template <class T>
class Pool : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(Pool, Reals);

TYPED_TEST(Pool, MaximaAndWhereTheyStand) {
  using T = TypeParam;
  const auto x = reshape(from<T>({1, 5, 2, 4, 3, 9, 9, 0, 7, 7, 1, 8}), {1, 3, 4});
  const auto [y, where] = tn::max_pool2d_with_indices(x, {2}, {.stride = {1, 2}});
  expect_values(y, {1, 2, 2}, {9, 9, 9, 9});
  expect_values(where, {1, 2, 2}, {5, 6, 5, 6});
  expect_values(tn::max_pool2d(x, {2}, {.ceil_mode = true}), {1, 2, 2}, {9, 9, 7, 8});
  expect_values(tn::max_pool1d(x(0), {3}, {.stride = {1}, .padding = {1}, .dilation = {2}}), {3, 2},
                {5, 2, 9, 9, 8, 7});
}

TYPED_TEST(Pool, NaNWinsAndMinusInfinityIsANumber) {
  using T = TypeParam;
  const auto x = from<T>({{1, nan, 3, -inf, -inf, -inf}});
  expect_values(tn::max_pool1d(x, {2}), {1, 3}, {nan, 3, -inf});
}

TYPED_TEST(Pool, OfEqualElementsTheFirstHasTheGradient) {
  using T = TypeParam;
  auto x = from<T>({{2, 2, 1, 3, 3, 3}}).requires_grad_();
  const auto y = tn::max_pool1d(x, {3});
  expect_values(tn::grad(y, {x}, {.output_gradient = tn::ones<T>({1, 2})})[0], {1, 6}, {1, 0, 0, 1, 0, 0});
}

TYPED_TEST(Pool, MeansDivideByWhatTheyCount) {
  using T = TypeParam;
  const auto x = from<T>({{2, 4, 6, 8, 10}});
  expect_values(tn::avg_pool1d(x, {2}), {1, 2}, {3, 7});
  expect_values(tn::avg_pool1d(x, {2}, {.padding = {1}}), {1, 3}, {1, 5, 9});
  expect_values(tn::avg_pool1d(x, {2}, {.padding = {1}, .count_include_pad = false}), {1, 3}, {2, 5, 9});
  expect_values(tn::avg_pool1d(x, {2}, {.ceil_mode = true}), {1, 3}, {3, 7, 10});
  expect_values(tn::avg_pool1d(x, {2}, {.divisor_override = 4}), {1, 2}, {1.5, 3.5});
  expect_values(tn::lp_pool1d(from<T>({{3, 4, 0, 5}}), 2, {2}), {1, 2}, {5, 5});
}

TYPED_TEST(Pool, TheLastWindowMayBeLongerThanTheInput) {
  using T = TypeParam;
  const auto x = reshape(from<T>({1, 2}), {1, 1, 2});
  expect_values(tn::max_pool1d(x, {3}, {.stride = {3}, .ceil_mode = true}), {1, 1, 1}, {2});
  expect_values(tn::avg_pool1d(x, {3}, {.stride = {3}, .ceil_mode = true}), {1, 1, 1}, {1.5});
  expect_values(tn::avg_pool1d(x, {3}, {.stride = {3}, .ceil_mode = true, .divisor_override = 6}), {1, 1, 1},
                {0.5});
  expect_values(tn::lp_pool1d(x, 1, {3}, {.stride = {3}, .ceil_mode = true}), {1, 1, 1}, {4.5});
  // padding before and behind; the window begins in it
  expect_values(tn::max_pool1d(x, {5}, {.stride = {5}, .padding = {1}, .ceil_mode = true}), {1, 1, 1}, {2});
  expect_values(tn::avg_pool1d(x, {5}, {.stride = {5}, .padding = {1}, .ceil_mode = true}), {1, 1, 1},
                {0.75});
  expect_values(
      tn::avg_pool1d(x, {5}, {.stride = {5}, .padding = {1}, .ceil_mode = true, .count_include_pad = false}),
      {1, 1, 1}, {1.5});
  // dilation: of elements 0 and 2 there is only the first
  expect_values(tn::max_pool1d(x, {2}, {.stride = {2}, .dilation = {2}, .ceil_mode = true}), {1, 1, 1}, {1});
  // a second window would begin behind the input and what precedes it
  expect_values(tn::max_pool1d(from<T>({{1, 2, 3}}), {2}, {.padding = {1}, .ceil_mode = true}), {1, 2},
                {1, 3});
  expect_values(tn::avg_pool1d(from<T>({{1, 2, 3}}), {2},
                               {.padding = {1}, .ceil_mode = true, .count_include_pad = false}),
                {1, 2}, {1, 2.5});
  expect_values(tn::max_pool1d(from<T>({{1, 2, 3}}), {1}, {.stride = {3}, .ceil_mode = true}), {1, 1}, {1});
  const auto plane = reshape(from<T>({1, 2, 3, 4}), {1, 2, 2});
  expect_values(tn::max_pool2d(plane, {3}, {.ceil_mode = true}), {1, 1, 1}, {4});
  expect_values(tn::avg_pool2d(plane, {3, 1}, {.ceil_mode = true}), {1, 1, 2}, {2, 3});
  const auto volume = reshape(from<T>({1, 2, 3, 4, 5, 6, 7, 8}), {1, 2, 2, 2});
  expect_values(tn::max_pool3d(volume, {3}, {.ceil_mode = true}), {1, 1, 1, 1}, {8});
  expect_values(tn::avg_pool3d(volume, {3}, {.ceil_mode = true}), {1, 1, 1, 1}, {4.5});
  expect_values(tn::lp_pool2d(plane, 1, {3}, {.ceil_mode = true}), {1, 1, 1}, {22.5});
  const auto [y, where] = tn::max_pool2d_with_indices(plane, {3}, {.ceil_mode = true});
  expect_values(where, {1, 1, 1}, {3});
}

TYPED_TEST(Pool, GradientsOfAWindowLongerThanTheInput) {
  using T = TypeParam;
  auto x = reshape(from<T>({1, 4, 3, 2}), {1, 2, 2}).requires_grad_();
  const auto gradient = [&](const tn::Tensor<T>& y) { return tn::grad(sum(y), {x})[0]; };
  expect_values(gradient(tn::max_pool2d(x, {3}, {.ceil_mode = true})), {1, 2, 2}, {0, 1, 0, 0});
  expect_values(gradient(tn::avg_pool2d(x, {3}, {.ceil_mode = true})), {1, 2, 2}, {0.25, 0.25, 0.25, 0.25});
}

TEST(PoolErrors, AKernelMustFitWithinAStride) {
  const auto x = tn::ones<float>({1, 1, 2});
  const std::string text =
      "a kernel of (3,) with dilation (1,) does not fit shape (1, 1, 2) with padding (0,)";
  expect_error<tn::ShapeError>([&] { tn::max_pool1d(x, {3}, {.stride = {3}}); }, "[max_pool1d] " + text);
  expect_error<tn::ShapeError>([&] { tn::max_pool1d(x, {3}, {.stride = {1}, .ceil_mode = true}); },
                               "[max_pool1d] " + text);
  expect_error<tn::ShapeError>([&] { tn::avg_pool1d(x, {3}, {.stride = {1}, .ceil_mode = true}); },
                               "[avg_pool1d] " + text);
}

// A window may begin within the padding before the input, but not behind its end; what it covers beyond the
// padding is not counted. The numbers are PyTorch's.
TYPED_TEST(Pool, CeilModeWithPadding) {
  using T = TypeParam;
  const auto three = from<T>({{1, 2, 3}}), four = from<T>({{1, 2, 3, 4}});
  expect_values(tn::max_pool1d(three, {2}, {.padding = {1}, .ceil_mode = true}), {1, 2}, {1, 3});
  expect_values(tn::avg_pool1d(three, {2}, {.padding = {1}, .ceil_mode = true}), {1, 2}, {0.5, 2.5});
  expect_values(tn::avg_pool1d(three, {2}, {.padding = {1}, .ceil_mode = true, .count_include_pad = false}),
                {1, 2}, {1, 2.5});
  expect_values(tn::max_pool1d(four, {3}, {.stride = {2}, .padding = {1}, .ceil_mode = true}), {1, 3},
                {2, 4, 4});
  expect_values(tn::avg_pool1d(four, {3}, {.stride = {2}, .padding = {1}, .ceil_mode = true}), {1, 3},
                {1, 3, 2});
  expect_values(
      tn::avg_pool1d(four, {3},
                     {.stride = {2}, .padding = {1}, .ceil_mode = true, .count_include_pad = false}),
      {1, 3}, {1.5, 3, 4});
  expect_values(
      tn::avg_pool1d(four, {3}, {.stride = {2}, .padding = {1}, .ceil_mode = true, .divisor_override = 2}),
      {1, 3}, {1.5, 4.5, 2});
  // Each axis for itself: rows by windows of one, columns as above.
  const auto grid = reshape(from<T>({1, 2, 3, 4, 5, 6}), {1, 2, 3});
  expect_values(tn::max_pool2d(grid, {1, 2}, {.stride = {1, 2}, .padding = {0, 1}, .ceil_mode = true}),
                {1, 2, 2}, {1, 3, 4, 6});
  expect_values(tn::avg_pool2d(grid, {1, 2}, {.stride = {1, 2}, .padding = {0, 1}, .ceil_mode = true}),
                {1, 2, 2}, {0.5, 2.5, 2, 5.5});
}

TYPED_TEST(Pool, UnpoolingPutsMaximaBack) {
  using T = TypeParam;
  const auto x = reshape(from<T>({1, 2, 3, 4, 8, 7, 6, 5}), {1, 2, 4});
  const auto [y, where] = tn::max_pool2d_with_indices(x, {1, 2});
  expect_values(tn::max_unpool2d(y, where, {2, 4}), {1, 2, 4}, {0, 2, 0, 4, 8, 0, 6, 0});
}

TEST(PoolErrors, SayWhatWasExpected) {
  const auto x = tn::zeros<float>({2, 3, 4});
  expect_error<tn::ShapeError>(
      [&] { tn::max_pool3d(x, {2}); },
      "[max_pool3d] expected x of 5 axes, or 4 without a batch, got shape (2, 3, 4)");
  expect_error<tn::ValueError>([&] { tn::avg_pool1d(x, {}); }, "[avg_pool1d] expected the kernel's extents");
  expect_error<tn::ValueError>([&] { tn::max_pool1d(x, {2}, {.padding = {2}}); },
                               "[max_pool1d] padding (2,) is more than half of kernel (2,)");
  expect_error<tn::ShapeError>(
      [&] { tn::max_pool1d(x, {5}); },
      "[max_pool1d] a kernel of (5,) with dilation (1,) does not fit shape (2, 3, 4) "
      "with padding (0,)");
  expect_error<tn::ValueError>([&] { tn::avg_pool1d(x, {2}, {.divisor_override = 0}); },
                               "[avg_pool1d] the divisor is 0");
  expect_error<tn::ValueError>([&] { tn::lp_pool1d(x, 0, {2}); },
                               "[lp_pool1d] the norm of order 0 is not one of windows");
  expect_error<tn::IndexError>([&] { tn::max_unpool1d(x, tn::full<index_t>({2, 3, 4}, 9), {8}); },
                               "[max_unpool1d] index 9 is outside a plane of 8 elements");
  expect_error<tn::ShapeError>(
      [&] { tn::max_unpool1d(x, tn::zeros<index_t>({2, 3}), {8}); },
      "[max_unpool1d] indices of shape (2, 3) do not belong to x of shape (2, 3, 4)");
}

TEST(MaxUnpool, OfElementsThatShareAPositionTheLastStays) {
  auto x = from<double>({{3, 3, 5}}).requires_grad_();
  const auto y = tn::max_unpool1d(x, from<index_t>({{1, 1, 2}}), 4);
  expect_values(y, {1, 4}, {0, 3, 5, 0});
  expect_values(tn::grad(tn::sum(y), {x})[0], {1, 3}, {0, 1, 1});
  EXPECT_EQ(tn::max_unpool1d(tn::zeros<float>({0, 3}), tn::zeros<index_t>({0, 3}), 4).shape(),
            (tn::Shape{0, 4}));
}

}  // namespace pool_test
