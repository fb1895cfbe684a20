#include "tenon/data/image.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace image_test {

using support::expect_error;
using support::expect_values;
using tn::index_t;
using tn::Tensor;
using namespace tn::data;

/// 0, 1, 2, … of a shape.
Tensor<std::uint8_t> counting(const tn::Shape& shape) {
  Tensor<std::uint8_t> x = Tensor<std::uint8_t>::empty(shape);
  for (index_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = static_cast<std::uint8_t>(i * 7 % 256);
  return x;
}

TEST(Image, PixelsBecomeScaledPlanes) {
  const auto x = tn::from<std::uint8_t>({0, 51, 102, 153, 204, 255}, {1, 2, 3});
  expect_values(to_planes<float>(x), {3, 1, 2}, {0, 0.6f, 0.2f, 0.8f, 0.4f, 1});
  expect_values(to_planes<double>(x, {.scale = 1}), {3, 1, 2}, {0, 153, 51, 204, 102, 255});
  // (0.6 - 0.5) / 0.25 = 0.4 …
  expect_values(to_planes<double>(x, {.mean = {0.5, 0.2, 1}, .std = {0.25, 1, 2}}), {3, 1, 2},
                {-2, 0.4, 0, 0.6, -0.3, 0}, 1e-15);
}

TEST(Image, EveryPlaceAndNumberOfChannels) {
  for (const index_t channels : {1, 2, 3, 4}) {
    const tn::Shape shape{2, 37, 41, channels};
    const auto x = counting(shape);
    const auto y = to_planes<float>(x, {.scale = 1});
    ASSERT_EQ(y.shape(), (tn::Shape{2, channels, 37, 41}));
    for (index_t n = 0; n < 2; ++n)
      for (index_t h = 0; h < 37; ++h)
        for (index_t w = 0; w < 41; ++w)
          for (index_t c = 0; c < channels; ++c)
            ASSERT_EQ(y.data()[((n * channels + c) * 37 + h) * 41 + w],
                      static_cast<float>(x.data()[((n * 37 + h) * 41 + w) * channels + c]));
  }
}

TEST(Image, PlanesOfBytesAreScaledInPlace) {
  const auto x = tn::from<std::uint8_t>({0, 51, 102, 153}, {2, 1, 2});
  expect_values(scale_planes<double>(x, {.mean = {0.2, 0}, .std = {0.1, 0.5}}), {2, 1, 2}, {-2, 0, 0.8, 1.2},
                1e-15);
  expect_values(scale_planes<float>(x.view(0, {1, 1, 4}, {4, 4, 1})), {1, 1, 4}, {0, 0.2f, 0.4f, 0.6f});
  EXPECT_EQ(scale_planes<float>(counting({5, 1, 28, 28})).shape(), (tn::Shape{5, 1, 28, 28}));
}

TEST(Image, PlanesBecomePixelsAgain) {
  const auto x = counting({2, 5, 6, 3});
  EXPECT_EQ(to_pixels(to_planes<float>(x)).to_vector(), x.to_vector());
  expect_values(to_pixels(tn::from<float>({-1, 2, support::nan, 0.5f}, {1, 2, 2})), {2, 2, 1},
                {0, 255, 0, 128});
}

TEST(Image, GridsShowImagesInRows) {
  const auto x = tn::from<float>({1, 2, 3, 4, 5, 6}, {3, 1, 1, 2});
  expect_values(make_grid(x, 2, 1, 9), {1, 5, 7}, {9, 9, 9, 9, 9, 9, 9,  //
                                                   9, 1, 2, 9, 3, 4, 9,  //
                                                   9, 9, 9, 9, 9, 9, 9,  //
                                                   9, 5, 6, 9, 9, 9, 9,  //
                                                   9, 9, 9, 9, 9, 9, 9});
  EXPECT_EQ(make_grid(counting({4, 3, 2, 2}), 4, 0).shape(), (tn::Shape{3, 2, 8}));
}

TEST(Image, WhatDoesNotFitIsRefused) {
  expect_error<tn::ShapeError>(
      [] { to_planes<float>(counting({4, 4})); },
      "[to_planes] expected an image of three axes, or a batch of them, got shape (4, 4)");
  expect_error<tn::ValueError>([] { to_planes<float>(counting({2, 2, 3}), {.mean = {0.5}}); },
                               "[to_planes] 1 means and 0 deviations for 3 channels");
  expect_error<tn::ValueError>([] { scale_planes<float>(counting({1, 2, 2}), {.std = {0}}); },
                               "[scale_planes] a deviation of 0");
  expect_error<tn::ShapeError>([] { make_grid(counting({1, 2, 2}), 1); },
                               "[make_grid] expected images of shape (N, C, H, W), got (1, 2, 2)");
  expect_error<tn::ValueError>([] { make_grid(counting({1, 1, 2, 2}), 0); },
                               "[make_grid] 0 columns with 2 pixels between them");
}

}  // namespace image_test
