#include "tenon/ops/vision/roi.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/tensor/create.hpp"

namespace roi_test {

using support::expect_error;
using support::expect_values;
using support::OpCases;
using support::real;
using tn::from;
using tn::index_t;
using tn::reshape;
using tn::Tensor;

const OpCases cases{
    {"roi_align",
     {real({2, 3, 6, 7})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       return tn::roi_align(x[0], from<T>({{0, 0.5, 1, 4, 5.5}, {1, 1, 0, 6, 3}}), {2, 3},
                            {.spatial_scale = 0.9});
     },
     {.fixed = true}},
    {"roi_pool",
     {real({2, 3, 6, 7})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       return tn::roi_pool(x[0], from<T>({{0, 0.5, 1, 4, 5.5}, {1, 1, 0, 60, 3}}), {2, 3}, 0.9);
     },
     {.fixed = true}},
};

TEST(RoiAlign, AlignedFeaturesAverageTheirBins) {
  const auto x = reshape(tn::arange<double>(16), {1, 1, 4, 4});
  const auto box = from<double>({{0, 0, 0, 4, 4}});
  expect_values(tn::roi_align(x, box, {2}, {.aligned = true}), {1, 1, 2, 2}, {2.5, 4.5, 10.5, 12.5});
  expect_values(tn::roi_align(x, box, {1}, {.sampling_ratio = 1, .aligned = true}), {1, 1, 1, 1}, {7.5});
  expect_values(tn::roi_align(x, from<double>({{0, 1, 1, 1, 1}}), {1}, {.sampling_ratio = 1}), {1, 1, 1, 1},
                {7.5});
}

/// The bins of torchvision's loop for one box of an image of one channel, each the largest of its pixels.
std::vector<double> pooled(const std::vector<double>& x, int height, int width,
                           const std::vector<double>& box, int rows, int columns) {
  const int left = static_cast<int>(std::round(box[0])), top = static_cast<int>(std::round(box[1])),
            right = static_cast<int>(std::round(box[2])), bottom = static_cast<int>(std::round(box[3]));
  const double h = std::max(bottom - top + 1, 1) / static_cast<double>(rows),
               w = std::max(right - left + 1, 1) / static_cast<double>(columns);
  std::vector<double> bins;
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < columns; ++j) {
      double most = -1e300;
      for (int y = 0; y < height; ++y)
        for (int v = 0; v < width; ++v)
          if (y - top >= std::floor(i * h) && y - top < std::ceil((i + 1) * h) &&
              v - left >= std::floor(j * w) && v - left < std::ceil((j + 1) * w))
            most = std::max(most, x[static_cast<std::size_t>(y * width + v)]);
      bins.push_back(most == -1e300 ? 0 : most);
    }
  return bins;
}

TEST(RoiPool, IsTorchvisionsLoop) {
  std::vector<double> x;
  for (int i = 0; i < 42; ++i) x.push_back(std::sin(1.7 * i));
  const auto image = from(x, {1, 1, 6, 7});
  for (const std::vector<double>& box : {std::vector<double>{0, 0, 6, 5},
                                         {1.4, 0.6, 4.5, 3},
                                         {-3, -2, 2, 9},
                                         {3, 3, 3, 3},
                                         {5, 4, 1, 1},
                                         {20, 20, 30, 30}}) {
    const auto row = from<double>({0, box[0], box[1], box[2], box[3]}, {1, 5});
    expect_values(tn::roi_pool(image, row, {2, 3}), {1, 1, 2, 3}, pooled(x, 6, 7, box, 2, 3));
    expect_values(tn::roi_pool(image, row, {1}), {1, 1, 1, 1}, pooled(x, 6, 7, box, 1, 1));
  }
}

TEST(RoiPool, ScalesBoxesAndChoosesImages) {
  const auto x = reshape(tn::arange<float>(2 * 2 * 4 * 4), {2, 2, 4, 4});
  expect_values(tn::roi_pool(x, from<float>({{1, 0, 0, 2, 2}, {0, 2, 2, 6, 6}}), {1}, 0.5), {2, 2, 1, 1},
                {37, 53, 15, 31});
  EXPECT_EQ(tn::roi_pool(x, tn::zeros<float>({0, 5}), {2}).shape(), (tn::Shape{0, 2, 2, 2}));
  auto holed = tn::clone(x);
  holed.mutable_data()[5] = support::nan;
  expect_values(tn::roi_pool(holed, from<float>({{0, 0, 0, 3, 3}}), {2, 1}), {1, 2, 2, 1},
                {support::nan, 15, 23, 31});
}

TEST(RoiErrors, SayWhatWasExpected) {
  const auto x = tn::zeros<float>({1, 2, 4, 4});
  expect_error<tn::IndexError>([&] { tn::roi_align(x, from<float>({{1, 0, 0, 1, 1}}), {2}); },
                               "[roi_align] box 0 names image 1 of 1");
  expect_error<tn::ValueError>([&] { tn::roi_align(x, from<float>({{0, 0, support::nan, 1, 1}}), {2}); },
                               "[roi_align] box 0 is not finite or too large");
  expect_error<tn::ShapeError>([&] { tn::roi_align(x(0), from<float>({{0, 0, 0, 1, 1}}), {2}); },
                               "[roi_align] expected x (N, C, H, W), got shape (2, 4, 4)");
  expect_error<tn::ValueError>([&] { tn::roi_pool(x, from<float>({{0, 0, 0, 1, 1}}), {}); },
                               "[roi_pool] expected the result's extents");
  expect_error<tn::IndexError>([&] { tn::roi_pool(x, from<float>({{-1, 0, 0, 1, 1}}), {2}); },
                               "[roi_pool] box 0 names image -1 of 1");
}

}  // namespace roi_test
