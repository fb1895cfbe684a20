#include "tenon/ops/vision/box_loss.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "support/op_case.hpp"

namespace box_loss_test {

using support::expect_error;
using support::expect_values;
using support::OpCases;
using support::real;
using tn::from;
using tn::Reduction;
using tn::Tensor;

template <class T>
Tensor<T> box(const Tensor<T>& corner, double width) {
  return tn::cat<T>({corner, corner + static_cast<T>(width)}, 1);
}

const OpCases cases{
    {"generalized_box_iou_loss",
     {real({3, 2}), real({3, 2})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       return tn::generalized_box_iou_loss(box(x[0], 3), box(x[1], 2));
     },
     {.fixed = true}},
    {"distance_box_iou_loss",
     {real({3, 2}), real({3, 2})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       return tn::distance_box_iou_loss(box(x[0], 3), box(x[1], 2), {.reduction = Reduction::mean});
     },
     {.fixed = true}},
};

const auto x = from<double>({{0, 0, 2, 3}, {1, 1, 5, 2}, {0, 0, 1, 1}}),
           y = from<double>({{1, 1, 5, 2}, {10, -4, 12, -3}, {0, 0, 1, 1}});

/// The diagonal of the matrix of each with each.
std::vector<double> one_less(const Tensor<double>& matrix) {
  std::vector<double> losses;
  for (tn::index_t i = 0; i < 3; ++i) losses.push_back(1 - matrix.at({i, i}));
  return losses;
}

TEST(BoxLoss, IsOneLessTheOverlap) {
  const tn::BoxLossOptions exact{.eps = 1e-16};
  expect_values(tn::generalized_box_iou_loss(x, y, exact), {3}, one_less(tn::generalized_box_iou(x, y)));
  expect_values(tn::distance_box_iou_loss(x, y, exact), {3}, one_less(tn::distance_box_iou(x, y, 1e-16)));
  expect_values(tn::complete_box_iou_loss(x, y, exact), {3}, one_less(tn::complete_box_iou(x, y, 1e-16)));
}

// By hand: boxes of 4 and 1 that share 1, in a hull of 4; and two of 1 in the corners of one of 9.
TEST(BoxLoss, AddsEpsToEveryDenominator) {
  const auto a = from<double>({{0, 0, 2, 2}, {0, 0, 1, 1}}), b = from<double>({{0, 0, 1, 1}, {2, 2, 3, 3}});
  const double e = 0.5;
  const tn::BoxLossOptions options{.eps = e};
  expect_values(tn::generalized_box_iou_loss(a, b, options), {2}, {1 - 1 / (4 + e), 1 + 7 / (9 + e)});
  const double first = 1 - 1 / (4 + e) + 0.5 / (8 + e), second = 1 + 8 / (18 + e);
  expect_values(tn::distance_box_iou_loss(a, b, options), {2}, {first, second});
  expect_values(tn::complete_box_iou_loss(a, b, options), {2}, {first, second});  // of equal aspect ratios
}

TEST(BoxLoss, BoxesWithoutAreaAreFinite) {
  const auto point = tn::zeros<double>({1, 4});
  expect_values(tn::generalized_box_iou_loss(point, point), {1}, {1});
  expect_values(tn::distance_box_iou_loss(point, point), {1}, {1});
}

TEST(BoxLoss, IsReduced) {
  for (const auto& loss : {tn::generalized_box_iou_loss<double>, tn::distance_box_iou_loss<double>,
                           tn::complete_box_iou_loss<double>}) {
    const auto each = loss(x, y, {}).to_vector();
    const double total = each[0] + each[1] + each[2];
    EXPECT_NEAR(loss(x, y, {.reduction = Reduction::sum}).item(), total, 1e-14);
    EXPECT_NEAR(loss(x, y, {.reduction = Reduction::mean}).item(), total / 3, 1e-14);
  }
}

TEST(BoxLossErrors, SayWhatWasExpected) {
  expect_error<tn::ShapeError>([] { tn::generalized_box_iou_loss(x, tn::zeros<double>({1, 4})); },
                               "[generalized_box_iou_loss] expected targets of shape (3, 4), got (1, 4)");
  const auto five = tn::zeros<double>({1, 5});
  expect_error<tn::ShapeError>([&] { tn::complete_box_iou_loss(five, five); },
                               "[complete_box_iou_loss] expected boxes of shape (N, 4), got (1, 5)");
}

}  // namespace box_loss_test
