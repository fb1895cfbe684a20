#include "tenon/ops/nn/fold.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"

namespace fold_test {

using support::expect_error;
using support::expect_values;
using support::OpCases;
using support::real;
using tn::from;
using tn::reshape;

const OpCases cases{
    {"unfold",
     {real({2, 3, 5, 6})},
     [](const auto& x) {
       return tn::unfold(x[0], {3, 2}, {.dilation = {1, 2}, .padding = {1}, .stride = {2}});
     },
     {.fixed = true}},
    {"fold", {real({2, 8, 12})}, [](const auto& x) { return tn::fold(x[0], {4, 5}, {2}); }, {.fixed = true}},
    {"pixel_shuffle",
     {real({2, 8, 3, 2})},
     [](const auto& x) { return tn::pixel_shuffle(x[0], 2); },
     {.fixed = true}},
    {"pixel_unshuffle",
     {real({2, 2, 6, 4})},
     [](const auto& x) { return tn::pixel_unshuffle(x[0], 2); },
     {.fixed = true}},
    {"channel_shuffle",
     {real({2, 6, 3})},
     [](const auto& x) { return tn::channel_shuffle(x[0], 3); },
     {.fixed = true}},
};

TEST(Fold, AddsUpWhatUnfoldReads) {
  const auto x = reshape(tn::arange<float>(1, 10), {1, 1, 3, 3});
  const auto columns = tn::unfold(x, {2});
  expect_values(columns, {1, 4, 4}, {1, 2, 4, 5, 2, 3, 5, 6, 4, 5, 7, 8, 5, 6, 8, 9});
  expect_values(tn::fold(columns, {3, 3}, {2}), {1, 1, 3, 3}, {1, 4, 3, 8, 20, 12, 7, 16, 9});
  expect_values(tn::unfold(x(0), {3}, {.padding = {1}, .stride = {2}})(0), {4}, {0, 0, 0, 5});
  expect_values(tn::fold(columns(0), {3, 3}, {2})(0, 1), {3}, {8, 20, 12});
}

TEST(PixelShuffle, TurnsChannelsIntoSquares) {
  const auto x = reshape(tn::arange<float>(8), {4, 1, 2});
  const auto y = tn::pixel_shuffle(x, 2);
  expect_values(y, {1, 2, 4}, {0, 2, 1, 3, 4, 6, 5, 7});
  expect_values(tn::pixel_unshuffle(y, 2), {4, 1, 2}, {0, 1, 2, 3, 4, 5, 6, 7});
}

TEST(FoldErrors, SayWhatWasExpected) {
  const auto x = tn::zeros<float>({1, 2, 4, 4}), columns = tn::zeros<float>({1, 8, 4});
  expect_error<tn::ShapeError>([&] { tn::unfold(x(0, 0), {2}); },
                               "[unfold] expected x of 4 axes, or 3 without a batch, got shape (4, 4)");
  expect_error<tn::ShapeError>(
      [&] { tn::unfold(x, {5}); },
      "[unfold] a kernel of (5, 5) with dilation (1, 1) does not fit shape (1, 2, 4, "
      "4) with padding (0, 0)");
  expect_error<tn::ShapeError>(
      [&] { tn::fold(columns, {4, 4}, {2}); },
      "[fold] an image of (4, 4) under this kernel has 9 windows of 4 elements a channel, which columns of "
      "shape (1, 8, 4) do not fit");
  expect_error<tn::ValueError>([&] { tn::fold(columns, {4}, {2}); },
                               "[fold] expected the image's height and width, got (4,)");
  expect_error<tn::ShapeError>([&] { tn::pixel_shuffle(x, 2); },
                               "[pixel_shuffle] 2 channels are no multiple of 2 squared");
  expect_error<tn::ValueError>([&] { tn::pixel_shuffle(x, 0); }, "[pixel_shuffle] factor 0 is not positive");
  expect_error<tn::ShapeError>(
      [&] { tn::pixel_unshuffle(x, 3); },
      "[pixel_unshuffle] planes of shape (1, 2, 4, 4) do not fall into squares of 3");
}

TEST(ChannelShuffle, DealsGroupsOut) {
  expect_values(tn::channel_shuffle(from<float>({{1, 2, 3, 4, 5, 6}}), 2), {1, 6}, {1, 4, 2, 5, 3, 6});
  expect_values(tn::channel_shuffle(from<bool>({{true, false}}), 1), {1, 2}, {true, false});
  EXPECT_EQ(tn::channel_shuffle(tn::zeros<float>({0, 4, 2, 2}), 2).shape(), (tn::Shape{0, 4, 2, 2}));
  expect_error<tn::ShapeError>([] { tn::channel_shuffle(tn::zeros<float>({2, 5}), 2); },
                               "[channel_shuffle] 5 channels do not fall into 2 groups");
  expect_error<tn::ShapeError>([] { tn::channel_shuffle(tn::zeros<float>({2}), 2); },
                               "[channel_shuffle] expected x of shape (N, C, ...), got (2,)");
  expect_error<tn::ValueError>([] { tn::channel_shuffle(tn::zeros<float>({2, 4}), 0); },
                               "[channel_shuffle] the number of groups is 0, expected at least 1");
}

}  // namespace fold_test
