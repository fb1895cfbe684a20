#include "tenon/nn/conv.hpp"

#include <gtest/gtest.h>

#include "support/layer_case.hpp"

namespace conv_test {

namespace nn = tn::nn;
using support::check_layer;
using support::expect_error;
using support::expect_values;
using tn::from;

TEST(Conv, IsALayer) {
  const auto x = tn::randn<double>({2, 4, 7});
  check_layer(nn::Conv1d<double>(4, 6, 3, {.stride = {2}, .padding = {1}, .groups = 2}),
              {.output = {2, 6, 4}, .state = {"weight", "bias"}}, x);
  const auto image = tn::randn<double>({2, 2, 4, 5});
  check_layer(nn::Conv2d<double>(2, 3, {3, 2}, {.dilation = {1, 2}, .bias = false}),
              {.output = {2, 3, 2, 3}, .state = {"weight"}}, image);
}

TEST(ConvTranspose, IsALayer) {
  const auto x = tn::randn<double>({1, 4, 2, 3});
  check_layer(nn::ConvTranspose2d<double>(
                  4, 2, 3, {.stride = {2}, .padding = {1}, .output_padding = {1}, .groups = 2}),
              {.output = {1, 2, 4, 6}, .state = {"weight", "bias"}}, x);
}

TEST(Conv, ThereIsOneForEachNumberOfAxes) {
  const auto cube = tn::ones<float>({1, 2, 3, 4, 5});
  const nn::Conv3d<float> conv(2, 3, 2);
  EXPECT_EQ(conv(cube).shape(), (tn::Shape{1, 3, 2, 3, 4}));
  EXPECT_EQ(conv.macs({}, {1, 3, 2, 3, 4}), 72 * 16);
  EXPECT_EQ(nn::ConvTranspose3d<float>(2, 3, 2)(cube).shape(), (tn::Shape{1, 3, 4, 5, 6}));
  const nn::ConvTranspose1d<float> transposed(2, 3, 4);
  EXPECT_EQ(transposed(tn::ones<float>({1, 2, 5})).shape(), (tn::Shape{1, 3, 8}));
  EXPECT_EQ(transposed.macs({1, 2, 5}, {}), 10 * 12);
}

/// One channel, kernel 1, 10, 100, …, without a bias: what it sees can be read off.
nn::Conv1d<double> reader(tn::index_t kernel, nn::ConvLayerOptions options) {
  options.bias = false;
  nn::Conv1d<double> conv(1, 1, kernel, options);
  std::vector<double> powers{1};
  while (static_cast<tn::index_t>(powers.size()) < kernel) powers.push_back(10 * powers.back());
  conv.weight = from(powers, {1, 1, kernel});
  return conv;
}

TEST(Conv, PadsAsAsked) {
  const auto x = from<double>({1, 2, 3, 4}, {1, 1, 4});
  const auto read = [&](tn::index_t kernel, const nn::ConvLayerOptions& options) {
    return reader(kernel, options)(x).to_vector();
  };
  using tn::PadMode;
  using Numbers = std::vector<double>;
  EXPECT_EQ(read(3, {.padding = {1}}), (Numbers{210, 321, 432, 43}));
  EXPECT_EQ(read(3, {.padding = {2}, .padding_mode = PadMode::reflect}),
            (Numbers{123, 212, 321, 432, 343, 234}));
  EXPECT_EQ(read(3, {.padding = {1}, .padding_mode = PadMode::circular}), (Numbers{214, 321, 432, 143}));
  EXPECT_EQ(read(3, {.stride = {2}, .padding = {1}, .padding_mode = PadMode::replicate}),
            (Numbers{211, 432}));
  // An odd one out goes to the end.
  EXPECT_EQ(read(2, {.same = true}), (Numbers{21, 32, 43, 4}));
  EXPECT_EQ(read(2, {.same = true, .padding_mode = PadMode::replicate}), (Numbers{21, 32, 43, 44}));
  EXPECT_EQ(read(2, {.dilation = {3}, .same = true, .padding_mode = PadMode::circular}),
            (Numbers{34, 41, 12, 23}));
}

TEST(Conv, PadsEachAxisByItsOwnAmount) {
  nn::Conv2d<double> conv(1, 1, {3, 1},
                          {.padding = {1, 0}, .bias = false, .padding_mode = tn::PadMode::circular});
  conv.weight = from<double>({1, 10, 100}, {1, 1, 3, 1});
  expect_values(conv(from<double>({1, 2, 3, 4, 5, 6}, {1, 1, 3, 2})), {1, 1, 3, 2},
                {315, 426, 531, 642, 153, 264});
}

TEST(Conv, BeginsWithinOneOverTheRootOfWhatItSumsUp) {
  const nn::Conv2d<double> conv(8, 100, {2, 4}, {.groups = 4});  // 2 channels of 8
  for (const auto& x : {conv.weight, conv.bias}) {
    EXPECT_LT(tn::amax(tn::abs(x.detach())).item(), 0.25);
    EXPECT_GT(tn::amax(tn::abs(x.detach())).item(), 0.22);
  }
  const nn::ConvTranspose1d<double> transposed(100, 4, 4);  // PyTorch counts its outputs
  EXPECT_LT(tn::amax(tn::abs(transposed.weight.detach())).item(), 0.25);
  EXPECT_GT(tn::amax(tn::abs(transposed.weight.detach())).item(), 0.22);
}

TEST(Conv, OneSeedGivesTheSameWeights) {
  tn::Generator first(7), second(7), third(8);
  const nn::Conv2d<float> a(1, 2, 3, {}, first), b(1, 2, 3, {}, second), c(1, 2, 3, {}, third);
  EXPECT_EQ(a.weight.to_vector(), b.weight.to_vector());
  EXPECT_NE(a.weight.to_vector(), c.weight.to_vector());
}

TEST(Conv, SaysWhatIsWrong) {
  expect_error<tn::ValueError>([] { nn::Conv2d<float>(3, 4, 3, {.groups = 2}); },
                               "[conv] 3 and 4 channels do not fall into 2 groups");
  const auto x = tn::ones<float>({1, 1, 4, 4, 4});
  const auto padded = [&](const nn::ConvLayerOptions& options) { nn::Conv3d<float>(1, 1, 3, options)(x); };
  using tn::PadMode;
  expect_error<tn::ValueError>([&] { padded({.padding = {1, 1}, .padding_mode = PadMode::reflect}); },
                               "[conv3d] padding (1, 1) is not one number or 3");
  expect_error<tn::ValueError>([&] { padded({.dilation = {1, 1}, .padding_mode = PadMode::reflect}); },
                               "[conv3d] dilation (1, 1) is not one number or 3");
  expect_error<tn::ValueError>(
      [&] { padded({.padding = {1}, .same = true, .padding_mode = PadMode::reflect}); },
      "[conv3d] padding (1,) is given besides same");
  expect_error<tn::ValueError>(
      [&] { padded({.stride = {2}, .same = true, .padding_mode = PadMode::reflect}); },
      "[conv3d] padding to the same extents needs stride 1, got (2, 2, 2)");
  expect_error<tn::ValueError>([] { nn::Conv2d<float>(0, 4, 3); },
                               "[conv] expected positive numbers of channels, got 0 and 4");
  expect_error<tn::ValueError>([] { nn::Conv3d<float>(1, 1, {3, 3}); },
                               "[conv] expected a kernel of one number or 3, got (3, 3)");
  expect_error<tn::ValueError>([] { nn::ConvTranspose2d<float>(1, 1, 0); },
                               "[conv_transpose] expected positive extents of the kernel, got (0,)");
}

// Each input at its place, each further weight so many places later.
TEST(ConvTranspose, EveryOptionHasItsEffect) {
  const auto x = from<double>({1, 2}, {1, 1, 2});
  const auto values = [&](nn::ConvTransposeLayerOptions options) {
    options.bias = false;
    nn::ConvTranspose1d<double> conv(1, 1, 2, options);
    EXPECT_FALSE(conv.bias.defined());
    conv.weight = from<double>({1, 10}, {1, 1, 2});
    return conv(x).to_vector();
  };
  using Numbers = std::vector<double>;
  EXPECT_EQ(values({}), (Numbers{1, 12, 20}));
  EXPECT_EQ(values({.dilation = {2}}), (Numbers{1, 2, 10, 20}));
  EXPECT_EQ(values({.stride = {3}}), (Numbers{1, 10, 0, 2, 20}));
  EXPECT_EQ(values({.padding = {1}}), (Numbers{12}));
  EXPECT_EQ(values({.stride = {2}, .output_padding = {1}}), (Numbers{1, 10, 2, 20, 0}));
  nn::ConvTranspose1d<double> groups(2, 2, 1, {.groups = 2});  // each channel for itself
  groups.weight = from<double>({3, 5}, {2, 1, 1});
  groups.bias = from<double>({100, 200});
  expect_values(groups(from<double>({1, 2}, {1, 2, 1})), {1, 2, 1}, {103, 210});
}

TEST(Conv, EveryOptionHasItsEffect) {
  const auto x = from<double>({1, 2, 3, 4}, {1, 1, 4});
  const auto read = [&](const nn::ConvLayerOptions& options) { return reader(2, options)(x).to_vector(); };
  using Numbers = std::vector<double>;
  EXPECT_EQ(read({}), (Numbers{21, 32, 43}));
  EXPECT_EQ(read({.stride = {2}}), (Numbers{21, 43}));
  EXPECT_EQ(read({.padding = {1}}), (Numbers{10, 21, 32, 43, 4}));
  EXPECT_EQ(read({.dilation = {2}}), (Numbers{31, 42}));
  nn::Conv1d<double> groups(2, 2, 1, {.groups = 2});
  groups.weight = from<double>({3, 5}, {2, 1, 1});
  groups.bias = from<double>({100, 200});
  expect_values(groups(from<double>({1, 2}, {1, 2, 1})), {1, 2, 1}, {103, 210});
  EXPECT_FALSE((nn::Conv3d<float>(1, 1, 1, {.bias = false}).bias.defined()));
  EXPECT_FALSE((nn::ConvTranspose3d<float>(1, 1, 1, {.bias = false}).bias.defined()));
}

}  // namespace conv_test
