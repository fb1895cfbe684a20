#include "tenon/ops/vision/box.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"

namespace box_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
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
    {"box_iou",
     {real({2, 2}), real({3, 2})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       const auto box = [](const Tensor<T>& corner) { return tn::cat<T>({corner, corner + T(3)}, 1); };
       return tn::box_iou(box(x[0]), box(x[1]));
     },
     {.fixed = true}},
};

TEST(Box, IntersectionOverUnion) {
  const auto a = from<double>({{0, 0, 2, 2}}), b = from<double>({{1, 1, 3, 3}, {0, 0, 2, 1}, {5, 5, 6, 6}});
  expect_values(tn::box_iou(a, b), {1, 3}, {1.0 / 7, 0.5, 0});
}

TEST(Box, SuppressionKeepsTheBest) {
  const auto boxes = from<float>({{0, 0, 2, 2}, {0, 0, 2, 1.9f}, {5, 5, 6, 6}, {0, 1, 2, 3}});
  const auto scores = from<float>({0.5, 0.9f, 0.1f, 0.5});
  expect_vector(tn::nms(boxes, scores, 0.5), {1, 3, 2});
  expect_vector(tn::nms(boxes, scores, 1), {1, 0, 3, 2});
  expect_vector(tn::nms(boxes, scores, 0.1), {1, 2});
  expect_vector(tn::nms(tn::zeros<float>({0, 4}), tn::zeros<float>({0}), 0.5), {});
}

TEST(Box, OverlapsOfExactlyTheThresholdAndEqualScores) {
  const auto boxes = from<float>({{0, 0, 1, 1}, {0, 0, 1, 2}});  // half of each other
  expect_vector(tn::nms(boxes, from<float>({1, 1}), 0.5), {0, 1});
  expect_vector(tn::nms(boxes, from<float>({1, 1}), 0.49), {0});
  expect_vector(tn::nms(boxes, from<float>({1, 2}), 0.49), {1});
}

TEST(Box, AlignedFeaturesAverageTheirBins) {
  const auto x = reshape(tn::arange<double>(16), {1, 1, 4, 4});
  const auto box = from<double>({{0, 0, 0, 4, 4}});
  expect_values(tn::roi_align(x, box, {2}, {.aligned = true}), {1, 1, 2, 2}, {2.5, 4.5, 10.5, 12.5});
  expect_values(tn::roi_align(x, box, {1}, {.sampling_ratio = 1, .aligned = true}), {1, 1, 1, 1}, {7.5});
  expect_values(tn::roi_align(x, from<double>({{0, 1, 1, 1, 1}}), {1}, {.sampling_ratio = 1}), {1, 1, 1, 1},
                {7.5});
}

TEST(BoxErrors, SayWhatWasExpected) {
  const auto x = tn::zeros<float>({1, 2, 4, 4});
  expect_error<tn::ShapeError>([&] { tn::box_iou(tn::zeros<float>({2, 3}), tn::zeros<float>({2, 4})); },
                               "[box_iou] expected boxes of shape (N, 4), got (2, 3)");
  expect_error<tn::ShapeError>([&] { tn::nms(tn::zeros<float>({2, 4}), tn::zeros<float>({3}), 0.5); },
                               "[nms] expected one score for each of 2 boxes, got shape (3,)");
  expect_error<tn::IndexError>([&] { tn::roi_align(x, from<float>({{1, 0, 0, 1, 1}}), {2}); },
                               "[roi_align] box 0 names image 1 of 1");
  expect_error<tn::ValueError>([&] { tn::roi_align(x, from<float>({{0, 0, support::nan, 1, 1}}), {2}); },
                               "[roi_align] box 0 is not finite or too large");
  expect_error<tn::ShapeError>([&] { tn::roi_align(x(0), from<float>({{0, 0, 0, 1, 1}}), {2}); },
                               "[roi_align] expected x (N, C, H, W), got shape (2, 4, 4)");
}

}  // namespace box_test
