/// Reading images at places, pooling, resizing and attention at special points; see
/// support/special_points.hpp.

#include <gtest/gtest.h>

#include "support/special_points.hpp"
#include "tenon/ops/nn/adaptive_pool.hpp"
#include "tenon/ops/nn/attention.hpp"
#include "tenon/ops/nn/embedding_bag.hpp"
#include "tenon/ops/nn/pool.hpp"
#include "tenon/ops/vision/grid_sample.hpp"
#include "tenon/ops/vision/roi.hpp"

namespace special_points_sampling_test {

using support::expect_special_gradients;
using support::inf;
using support::nan;
using tn::GridMode;
using tn::GridPadding;
using tn::index_t;
using tn::Shape;
using X = const tn::Tensor<double>&;
using Vector = std::vector<double>;
using Point = support::SpecialPoint<double>;

/// 0, 1, 2, … in row-major order: it rises by 1 along the last axis, by an extent along the one before.
tn::Tensor<double> ramp(Shape extents) {
  index_t size = 1;
  for (index_t e : extents) size *= e;
  Shape shape{1, 1};
  for (index_t e : extents) shape.push_back(e);
  return reshape(tn::arange<double>(static_cast<double>(size)), shape);
}
/// One place in a ramp, which has as many axes as the place.
Point place(std::string op, Vector x, Shape extents, tn::GridSampleOptions options, Vector gradient) {
  Shape shape{1};
  for (std::size_t i = 0; i < x.size(); ++i) shape.push_back(1);
  shape.push_back(static_cast<index_t>(x.size()));
  return {std::move(op), shape, std::move(x),
          [=](X grid) { return tn::grid_sample(ramp(extents), grid, options); }, std::move(gradient)};
}

TEST(SpecialPoints, GridSampleOnPixels) {
  std::vector<Point> points;
  for (GridPadding padding : {GridPadding::zeros, GridPadding::border, GridPadding::reflection}) {
    const tn::GridSampleOptions corners{.padding = padding, .align_corners = true}, edges{.padding = padding};
    points.push_back(place("grid_sample, corners aligned", {0, 0}, {3, 3}, corners, {1, 3}));
    points.push_back(place("grid_sample", {0, 0}, {3, 3}, edges, {1.5, 4.5}));
    points.push_back(place("grid_sample 3-d, corners aligned", {0, 0, 0}, {3, 3, 3}, corners, {1, 3, 9}));
    points.push_back(place("grid_sample 3-d", {0, 0, 0}, {3, 3, 3}, edges, {1.5, 4.5, 13.5}));
    auto bicubic = corners;
    bicubic.mode = GridMode::bicubic;
    points.push_back(place("grid_sample bicubic, corners aligned", {0, 0}, {5, 5}, bicubic, {3, 15}));
    bicubic.align_corners = false;
    points.push_back(place("grid_sample bicubic", {0, 0}, {5, 5}, bicubic, {3.75, 18.75}));
    points.push_back(place("grid_sample nearest", {0, 0}, {3, 3},
                           {.mode = GridMode::nearest, .padding = padding}, {0, 0}));
    points.push_back(place("grid_sample nearest 3-d", {0, 0, 0.5}, {3, 3, 3},
                           {.mode = GridMode::nearest, .padding = padding, .align_corners = true},
                           {0, 0, 0}));
  }
  expect_special_gradients(points);
}

/// At -1 and 1 the place is the outermost pixel. Zeros follow it; a border does not move; a reflection is
/// taken at its turning point.
TEST(SpecialPoints, GridSampleAtTheEdge) {
  const tn::GridSampleOptions zeros{.align_corners = true},
      border{.padding = GridPadding::border, .align_corners = true},
      reflection{.padding = GridPadding::reflection, .align_corners = true};
  expect_special_gradients<double>({
      place("grid_sample of zeros", {-1, -1}, {3, 3}, zeros, {1, 3}),
      place("grid_sample of zeros", {1, 1}, {3, 3}, zeros, {-8, -8}),
      place("grid_sample of zeros", {0, 1}, {3, 3}, zeros, {1, -7}),
      place("grid_sample of zeros", {-3, 0}, {3, 3}, zeros, {0, 0}),
      place("grid_sample of zeros", {nan, inf}, {3, 3}, zeros, {0, 0}),
      place("grid_sample of a border", {-1, 0}, {3, 3}, border, {0, 3}),
      place("grid_sample of a border", {1, 0}, {3, 3}, border, {0, 3}),
      place("grid_sample of a border", {2, 0}, {3, 3}, border, {0, 3}),
      place("grid_sample of a reflection", {2, 0}, {3, 3}, reflection, {-1, 3}),
      place("grid_sample of a reflection", {1, 0}, {3, 3}, reflection, {0, 3}),
      place("grid_sample of one pixel", {0, 0}, {1, 1}, border, {0, 0}),
  });
}

/// Where a spatial transformer starts: all places are pixels.
TEST(SpecialPoints, GridSampleOfTheIdentity) {
  const auto sample = [](X theta) {
    return tn::grid_sample(ramp({3, 3}), tn::affine_grid(theta, {1, 1, 3, 3}, true), {.align_corners = true});
  };
  expect_special_gradients<double>({
      {"grid_sample of affine_grid", {1, 2, 3}, {1, 0, 0, 0, 1, 0}, sample, {-18, -6, -9, -2, -30, -3}},
  });
}

TEST(SpecialPoints, Pooling) {
  const auto of = [](std::string op, Vector x, std::function<tn::Tensor<double>(X)> f,
                     Vector gradient) -> Point {
    const Shape shape{1, 1, static_cast<index_t>(x.size())};
    return {std::move(op), shape, std::move(x), std::move(f), std::move(gradient)};
  };
  const tn::MaxPoolOptions beyond{.stride = {3}, .ceil_mode = true};
  const tn::AvgPoolOptions mean_beyond{.stride = {3}, .ceil_mode = true};
  expect_special_gradients<double>({
      of("max_pool1d", {1, 1, -inf, -inf}, [](X x) { return tn::max_pool1d(x, {2}); }, {1, 0, 1, 0}),
      of("max_pool1d", {nan, 1}, [](X x) { return tn::max_pool1d(x, {2}); }, {1, 0}),
      of("max_pool1d beyond the end", {1, 2}, [=](X x) { return tn::max_pool1d(x, {3}, beyond); }, {0, 1}),
      of("avg_pool1d beyond the end", {1, 2}, [=](X x) { return tn::avg_pool1d(x, {3}, mean_beyond); },
         {0.5, 0.5}),
      of("adaptive_max_pool1d", {1, 1, 0}, [](X x) { return tn::adaptive_max_pool1d(x, {2}); }, {1, 1, 0}),
      of("lp_pool1d", {0, 0, 3, 4}, [](X x) { return tn::lp_pool1d(x, 2, {2}); }, {0, 0, 0.6, 0.8}),
      of("lp_pool1d of order 3", {0, 0, 0, 2}, [](X x) { return tn::lp_pool1d(x, 3, {2}); }, {0, 0, 0, 1}),
  });
}

TEST(SpecialPoints, ResizingAtPixels) {
  const auto resized = [](tn::Interpolation mode, bool align) {
    return [=](X x) {
      return tn::interpolate(reshape(x, {1, 1, 3, 1}),
                             {.size = {5, 1}, .mode = mode, .align_corners = align});
    };
  };
  expect_special_gradients<double>({
      support::at<double>("interpolate nearest", {0, 0, 0}, resized(tn::Interpolation::nearest, false),
                          {2, 2, 1}),
      support::at<double>("interpolate linear, corners aligned", {0, 0, 0},
                          resized(tn::Interpolation::linear, true), {1.5, 2, 1.5}),
      {"embedding_bag max",
       {2, 1},
       {1, 1},
       [](X x) { return tn::embedding_bag(x, tn::from<index_t>({{0, 1}}), {}, {.mode = tn::BagMode::max}); },
       {1, 0}},
      {"roi_align",
       {1, 1, 2, 2},
       {0, 0, 0, 0},
       [](X x) {
         return tn::roi_align(x, tn::from<double>({{0, 0, 0, 2, 2}}), {2, 2},
                              {.sampling_ratio = 1, .aligned = true});
       },
       {1, 1, 1, 1}},
      {"roi_align beyond the edge",
       {1, 1, 2, 2},
       {0, 0, 0, 0},
       [](X x) {
         return tn::roi_align(x, tn::from<double>({{0, 5, 5, 7, 7}}), {1, 1}, {.sampling_ratio = 1});
       },
       {0, 0, 0, 0}},
  });
}

/// The first of two keys is masked: nothing flows to it.
TEST(SpecialPoints, AttentionOfMaskedKeys) {
  const auto q = tn::from<double>({1, 2}, {1, 1, 1, 2});
  const auto masked = [=](bool by_infinity) {
    return [=](X x) {
      tn::AttentionOptions<double> options;
      if (by_infinity)
        options.mask = tn::from<double>({-inf, 0}, {1, 2});
      else
        options.allowed = tn::from<bool>({false, true}, {1, 2});
      return tn::scaled_dot_product_attention(q, x, x, options);
    };
  };
  expect_special_gradients<double>({
      {"attention, mask", {1, 1, 2, 2}, {1, 2, 3, 4}, masked(true), {0, 0, 1, 1}},
      {"attention, allowed", {1, 1, 2, 2}, {1, 2, 3, 4}, masked(false), {0, 0, 1, 1}},
      {"attention, equal keys",
       {1, 1, 2, 2},
       {0, 0, 0, 0},
       [=](X x) { return tn::scaled_dot_product_attention(q, x, x); },
       {0.5, 0.5, 0.5, 0.5}},
  });
}

}  // namespace special_points_sampling_test
