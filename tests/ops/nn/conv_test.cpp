#include "tenon/ops/nn/conv.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"

namespace conv_test {

using support::expect_error;
using support::expect_values;
using support::OpCases;
using support::real;
using tn::from;
using tn::reshape;

const OpCases cases{
    {"conv1d",
     {real({2, 3, 7}), real({4, 3, 3}), real({4})},
     [](const auto& x) { return tn::conv1d(x[0], x[1], x[2], {.stride = {2}, .padding = {1}}); },
     {.fixed = true}},
    {"conv2d",
     {real({2, 3, 5, 6}), real({4, 3, 3, 2}), real({4})},
     [](const auto& x) {
       return tn::conv2d(x[0], x[1], x[2], {.stride = {1, 2}, .padding = {1, 0}, .dilation = {2, 1}});
     },
     {.fixed = true}},
    {"conv2d_same",
     {real({2, 2, 4, 5}), real({10, 2, 4, 3})},
     [](const auto& x) { return tn::conv2d(x[0], x[1], {}, {.same = true}); },
     {.fixed = true}},
    {"conv2d_depthwise",
     {real({2, 4, 5, 6}), real({8, 1, 3, 3}), real({8})},
     [](const auto& x) { return tn::conv2d(x[0], x[1], x[2], {.padding = {1}, .groups = 4}); },
     {.fixed = true}},
    {"conv2d_many_channels",
     {real({2, 10, 5, 6}), real({12, 10, 3, 3})},
     [](const auto& x) { return tn::conv2d(x[0], x[1], {}, {.padding = {1}}); },
     {.fixed = true}},
    {"conv3d",
     {real({2, 2, 3, 4, 5}), real({3, 2, 2, 3, 2}), real({3})},
     [](const auto& x) { return tn::conv3d(x[0], x[1], x[2], {.stride = {1, 2, 2}, .padding = {1}}); },
     {.fixed = true}},
    {"conv_transpose1d",
     {real({2, 3, 4}), real({3, 4, 3}), real({4})},
     [](const auto& x) {
       return tn::conv_transpose1d(x[0], x[1], x[2], {.stride = {3}, .padding = {1}, .output_padding = {2}});
     },
     {.fixed = true}},
    {"conv_transpose2d",
     {real({2, 4, 3, 4}), real({4, 3, 3, 2}), real({6})},
     [](const auto& x) {
       return tn::conv_transpose2d(
           x[0], x[1], x[2],
           {.stride = {2}, .padding = {0, 1}, .output_padding = {1, 0}, .groups = 2, .dilation = {1, 2}});
     },
     {.fixed = true}},
    {"conv_transpose3d",
     {real({2, 2, 2, 3, 2}), real({2, 3, 2, 2, 3})},
     [](const auto& x) { return tn::conv_transpose3d(x[0], x[1], {}, {.stride = {2, 1, 2}}); },
     {.fixed = true}},
};

template <class T>
class Conv : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(Conv, Reals);

TYPED_TEST(Conv, SlidesTheKernelWithoutTurningIt) {
  using T = TypeParam;
  const auto x = reshape(tn::arange<T>(5), {1, 1, 5}), w = reshape(from<T>({1, 10, 100}), {1, 1, 3});
  expect_values(tn::conv1d(x, w), {1, 1, 3}, {210, 321, 432});
  expect_values(tn::conv1d(x, w, from<T>({0.5})), {1, 1, 3}, {210.5, 321.5, 432.5});
  expect_values(tn::conv1d(x, w, {}, {.stride = {2}, .padding = {1}}), {1, 1, 3}, {100, 321, 43});
  expect_values(tn::conv1d(x, w, {}, {.dilation = {2}}), {1, 1, 1}, {420});
  expect_values(tn::conv1d(x, w, {}, {.same = true}), {1, 1, 5}, {100, 210, 321, 432, 43});
  // An even kernel: the odd zero goes to the end.
  expect_values(tn::conv1d(x, reshape(from<T>({1, 10}), {1, 1, 2}), {}, {.same = true}), {1, 1, 5},
                {10, 21, 32, 43, 4});
  // Without a batch.
  expect_values(tn::conv1d(x(0), w), {1, 3}, {210, 321, 432});
  expect_values(tn::conv1d(tn::zeros<T>({0, 1, 5}), w), {0, 1, 3}, {});
}

TYPED_TEST(Conv, TransposedSpreadsEachElementOverAKernel) {
  using T = TypeParam;
  const auto x = reshape(from<T>({1, 2, 3}), {1, 1, 3}), w = reshape(from<T>({1, 10}), {1, 1, 2});
  expect_values(tn::conv_transpose1d(x, w), {1, 1, 4}, {1, 12, 23, 30});
  expect_values(tn::conv_transpose1d(x, w, from<T>({5}), {.stride = {3}}), {1, 1, 8},
                {6, 15, 5, 7, 25, 5, 8, 35});
  expect_values(tn::conv_transpose1d(x, w, {}, {.stride = {2}, .padding = {1}, .output_padding = {1}}),
                {1, 1, 5}, {10, 2, 20, 3, 30});
  expect_values(tn::conv_transpose1d(x(0), w), {1, 4}, {1, 12, 23, 30});
}

TYPED_TEST(Conv, GroupsSeeTheirOwnChannels) {
  using T = TypeParam;
  const auto x = reshape(from<T>({1, 2, 10, 20}), {1, 2, 2}), w = reshape(from<T>({1, 2, 3, 4}), {4, 1, 1});
  expect_values(tn::conv1d(x, w, {}, {.groups = 2}), {1, 4, 2}, {1, 2, 2, 4, 30, 60, 40, 80});
}

TEST(ConvErrors, SayWhatWasExpected) {
  const auto x = tn::zeros<float>({2, 4, 5, 6}), w = tn::zeros<float>({6, 4, 3, 3});
  const auto conv = [](const tn::Tensor<float>& a, const tn::Tensor<float>& b, const tn::ConvOptions& o,
                       const tn::Tensor<float>& bias = {}) { return [=] { tn::conv2d(a, b, bias, o); }; };
  expect_error<tn::ShapeError>(conv(x(0, 0), w, {}),
                               "[conv2d] expected x of 4 axes, or 3 without a batch, got shape (5, 6)");
  expect_error<tn::ShapeError>(conv(x, w(0), {}),
                               "[conv2d] expected a weight of 4 axes, got shape (4, 3, 3)");
  expect_error<tn::ShapeError>(
      conv(x, w, {.groups = 2}),
      "[conv2d] weight of shape (6, 4, 3, 3) with 2 groups expects 8 channels, got x "
      "of shape (2, 4, 5, 6)");
  expect_error<tn::ShapeError>(conv(x, w, {.groups = 4}),
                               "[conv2d] weight of shape (6, 4, 3, 3) does not fall into 4 groups");
  expect_error<tn::ValueError>(conv(x, w, {.groups = 0}), "[conv2d] expected at least one group, got 0");
  expect_error<tn::ValueError>(conv(x, w, {.stride = {0}}), "[conv2d] stride (0,) is not in [1, 1073741824)");
  expect_error<tn::ValueError>(conv(x, w, {.padding = {1, -1}}),
                               "[conv2d] padding (1, -1) is not in [0, 1073741824)");
  expect_error<tn::ValueError>(conv(x, w, {.dilation = {1, 1, 1}}),
                               "[conv2d] dilation (1, 1, 1) is not one number or 2");
  expect_error<tn::ValueError>(conv(x, w, {.stride = {2}, .same = true}),
                               "[conv2d] padding to the same extents needs stride 1, got (2, 2)");
  expect_error<tn::ValueError>(conv(x, w, {.padding = {1}, .same = true}),
                               "[conv2d] padding (1,) is given besides same");
  expect_error<tn::ShapeError>(
      conv(x, w, {.dilation = {3}}),
      "[conv2d] a kernel of (3, 3) with dilation (3, 3) does not fit shape (2, 4, 5, "
      "6) with padding (0, 0)");
  expect_error<tn::ShapeError>(conv(x, w, {}, tn::zeros<float>({4})),
                               "[conv2d] expected a bias of shape (6,), got (4,)");
  expect_error<tn::ShapeError>(conv(x, tn::zeros<float>({6, 4, 0, 3}), {}),
                               "[conv2d] no kernel in weight of shape (6, 4, 0, 3)");
}

TEST(ConvTransposeErrors, SayWhatWasExpected) {
  const auto x = tn::zeros<float>({1, 2, 3}), w = tn::zeros<float>({2, 4, 3});
  expect_error<tn::ValueError>(
      [&] { tn::conv_transpose1d(x, w, {}, {.stride = {2}, .output_padding = {2}}); },
      "[conv_transpose1d] output padding (2,) is not below stride (2,) or dilation (1,)");
  expect_error<tn::ShapeError>([&] { tn::conv_transpose1d(x, w, {}, {.padding = {3}}); },
                               "[conv_transpose1d] x of shape (1, 2, 3) leaves nothing of axis 2");
  expect_error<tn::ShapeError>(
      [&] { tn::conv_transpose1d(x, tn::zeros<float>({3, 4, 3})); },
      "[conv_transpose1d] weight of shape (3, 4, 3) with 1 groups expects 3 channels, "
      "got x of shape (1, 2, 3)");
}

}  // namespace conv_test
