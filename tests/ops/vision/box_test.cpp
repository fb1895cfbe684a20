#include "tenon/ops/vision/box.hpp"

#include <array>
#include <numbers>

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"

namespace box_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::OpCases;
using support::real;
using tn::BoxFormat;
using tn::from;
using tn::index_t;
using tn::Tensor;

const OpCases cases{
    {"box_iou",
     {real({2, 2}), real({3, 2})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       const auto box = [](const Tensor<T>& corner) { return tn::cat<T>({corner, corner + T(3)}, 1); };
       return tn::box_iou(box(x[0]), box(x[1]));
     },
     {.fixed = true}},
    {"generalized_box_iou",
     {real({2, 2}), real({3, 2})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       const auto box = [](const Tensor<T>& corner) { return tn::cat<T>({corner, corner + T(3)}, 1); };
       return tn::generalized_box_iou(box(x[0]), box(x[1]));
     },
     {.fixed = true}},
    {"distance_box_iou",
     {real({2, 2}), real({3, 2})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       const auto box = [](const Tensor<T>& corner) { return tn::cat<T>({corner, corner + T(3)}, 1); };
       return tn::distance_box_iou(box(x[0]), box(x[1]));
     },
     {.fixed = true}},
    {"box_area",
     {real({3, 4})},
     []<class T>(const std::vector<Tensor<T>>& x) { return tn::box_area(x[0]); },
     {.fixed = true}},
    {"box_convert",
     {real({3, 4})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       return tn::box_convert(tn::square(x[0]), BoxFormat::cxcywh, BoxFormat::xywh);
     },
     {.fixed = true}},
    {"clip_boxes_to_image",
     {real({3, 4})},
     []<class T>(const std::vector<Tensor<T>>& x) { return tn::clip_boxes_to_image(x[0], 1, 1); },
     {.fixed = true}},
};

using Box = std::array<double, 4>;

double iou_of(const Box& a, const Box& b) {
  const double w = std::max(0.0, std::min(a[2], b[2]) - std::max(a[0], b[0])),
               h = std::max(0.0, std::min(a[3], b[3]) - std::max(a[1], b[1]));
  return w * h / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - w * h);
}
double hull_side(const Box& a, const Box& b, std::size_t axis) {
  return std::max(a[axis + 2], b[axis + 2]) - std::min(a[axis], b[axis]);
}
double generalized_of(const Box& a, const Box& b) {
  const double iou = iou_of(a, b), hull = hull_side(a, b, 0) * hull_side(a, b, 1);
  const double areas = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]);
  return iou - (hull - areas / (1 + iou)) / hull;  // iou = i / (areas - i)
}
double distance_of(const Box& a, const Box& b) {
  const double x = (a[0] + a[2] - b[0] - b[2]) / 2, y = (a[1] + a[3] - b[1] - b[3]) / 2;
  return iou_of(a, b) -
         (x * x + y * y) / (std::pow(hull_side(a, b, 0), 2) + std::pow(hull_side(a, b, 1), 2) + 1e-7);
}
double complete_of(const Box& a, const Box& b) {
  const auto angle = [](const Box& box) { return std::atan((box[2] - box[0]) / (box[3] - box[1])); };
  const double v = 4 / (std::numbers::pi * std::numbers::pi) * std::pow(angle(a) - angle(b), 2);
  return distance_of(a, b) - v / (1 - iou_of(a, b) + v + 1e-7) * v;
}

// Apart, touching, overlapping, one inside the other, equal.
const std::vector<Box> some{{0, 0, 2, 3}, {1, 1, 5, 2}, {0.5, 0.5, 1.5, 1.5}, {10, -4, 12, -3}, {2, 0, 3, 3}};

Tensor<double> as_tensor(const std::vector<Box>& boxes) {
  std::vector<double> all;
  for (const Box& box : boxes) all.insert(all.end(), box.begin(), box.end());
  return from(all, {static_cast<index_t>(boxes.size()), 4});
}

TEST(Box, EachWithEachByTheFormulas) {
  const auto each = [](auto f) {
    std::vector<double> values;
    for (const Box& a : some)
      for (const Box& b : some) values.push_back(f(a, b));
    return values;
  };
  const auto x = as_tensor(some);
  expect_values(tn::box_iou(x, x), {5, 5}, each(iou_of));
  expect_values(tn::generalized_box_iou(x, x), {5, 5}, each(generalized_of));
  expect_values(tn::distance_box_iou(x, x), {5, 5}, each(distance_of));
  expect_values(tn::complete_box_iou(x, x), {5, 5}, each(complete_of));
  for (const auto& none :
       {tn::box_iou(x, tn::zeros<double>({0, 4})), tn::complete_box_iou(x, tn::zeros<double>({0, 4}))})
    EXPECT_EQ(none.shape(), (tn::Shape{5, 0}));
}

// alpha is a constant in the gradient, so central differences would find another one.
TEST(Box, TheGradientOfTheCompleteOverlapLeavesAlphaAlone) {
  auto a = as_tensor({some[0]});
  a.requires_grad_();
  const auto b = as_tensor({some[1]});
  const auto got = tn::grad(tn::sum(tn::complete_box_iou(a, b)), {a})[0];

  const auto angle = [](const Box& box) { return std::atan((box[2] - box[0]) / (box[3] - box[1])); };
  const double turn = angle(some[0]) - angle(some[1]), scale = 4 / (std::numbers::pi * std::numbers::pi);
  const double v = scale * turn * turn, alpha = v / (1 - iou_of(some[0], some[1]) + v + 1e-7);
  const auto f = [&](Box box) {
    return distance_of(box, some[1]) - alpha * scale * std::pow(angle(box) - angle(some[1]), 2);
  };
  for (std::size_t i = 0; i < 4; ++i) {
    Box up = some[0], down = some[0];
    up[i] += 1e-5, down[i] -= 1e-5;
    EXPECT_NEAR(got.to_vector()[i], (f(up) - f(down)) / 2e-5, 1e-8) << i;
  }
}

TEST(Box, FormatsAreConverted) {
  const auto corners = from<double>({{1, 2, 4, 8}, {-1, 0, -1, 0}}),
             sizes = from<double>({{1, 2, 3, 6}, {-1, 0, 0, 0}}),
             centres = from<double>({{2.5, 5, 3, 6}, {-1, 0, 0, 0}});
  const std::vector<std::pair<BoxFormat, Tensor<double>>> forms{
      {BoxFormat::xyxy, corners}, {BoxFormat::xywh, sizes}, {BoxFormat::cxcywh, centres}};
  for (const auto& [format, x] : forms)
    for (const auto& [other, y] : forms)
      expect_values(tn::box_convert(x, format, other), {2, 4}, y.to_vector());
  EXPECT_EQ(tn::box_convert(tn::zeros<float>({0, 4}), BoxFormat::xywh, BoxFormat::xyxy).shape(),
            (tn::Shape{0, 4}));
}

TEST(Box, AreClippedAndSortedOutBySize) {
  const auto x = from<float>({{-1, -2, 3, 9}, {1, 1, 1.5, 20}, {8, 0, 9, 2}});
  expect_values(tn::clip_boxes_to_image(x, 7, 5), {3, 4}, {0, 0, 3, 7, 1, 1, 1.5, 7, 5, 0, 5, 2});
  expect_vector(tn::remove_small_boxes(x, 1), {0, 2});
  expect_vector(tn::remove_small_boxes(x, 100), {});
  expect_vector(tn::box_area(x), {44, 9.5, 2});
}

TEST(Box, IntersectionOverUnion) {
  const auto a = from<double>({{0, 0, 2, 2}}), b = from<double>({{1, 1, 3, 3}, {0, 0, 2, 1}, {5, 5, 6, 6}});
  expect_values(tn::box_iou(a, b), {1, 3}, {1.0 / 7, 0.5, 0});
}

TEST(BoxErrors, SayWhatWasExpected) {
  const auto three = tn::zeros<float>({2, 3}), four = tn::zeros<float>({2, 4});
  expect_error<tn::ShapeError>([&] { tn::box_iou(three, four); },
                               "[box_iou] expected boxes of shape (N, 4), got (2, 3)");
  expect_error<tn::ShapeError>([&] { tn::complete_box_iou(four, three); },
                               "[complete_box_iou] expected boxes of shape (N, 4), got (2, 3)");
  expect_error<tn::ShapeError>([&] { tn::box_convert(four(0), BoxFormat::xyxy, BoxFormat::xyxy); },
                               "[box_convert] expected boxes of shape (N, 4), got (4,)");
  expect_error<tn::ShapeError>([&] { tn::remove_small_boxes(three, 1); },
                               "[remove_small_boxes] expected boxes of shape (N, 4), got (2, 3)");
}

TEST(MasksToBoxes, FindsTheFirstAndLastColumnsAndRows) {
  auto masks = tn::zeros<bool>({2, 4, 5});
  bool* const inside = masks.mutable_data();
  inside[1 * 5 + 3] = inside[2 * 5 + 1] = inside[20 + 3 * 5 + 4] = true;
  expect_values(tn::masks_to_boxes(masks), {2, 4}, {1, 1, 3, 2, 4, 3, 4, 3});
  expect_values(tn::masks_to_boxes<double>(tn::transpose(masks, 1, 2)), {2, 4}, {1, 1, 2, 3, 3, 4, 3, 4});
  EXPECT_EQ(tn::masks_to_boxes(tn::zeros<bool>({0, 4, 5})).shape(), (tn::Shape{0, 4}));
  expect_error<tn::ValueError>([] { tn::masks_to_boxes(tn::zeros<bool>({1, 2, 2})); },
                               "[masks_to_boxes] mask 0 is empty");
  expect_error<tn::ShapeError>([] { tn::masks_to_boxes(tn::zeros<bool>({2, 2})); },
                               "[masks_to_boxes] expected masks of shape (N, H, W), got (2, 2)");
}

}  // namespace box_test
