#include "tenon/ops/vision/grid_sample.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"

namespace grid_sample_test {

using support::between;
using support::expect_error;
using support::expect_values;
using support::OpCases;
using support::real;
using tn::from;
using tn::GridMode;
using tn::GridPadding;
using tn::reshape;

const OpCases cases{
    {"grid_sample",
     {real({2, 3, 4, 5}), between(-1.3, 1.3, {2, 3, 2, 2})},
     [](const auto& x) { return tn::grid_sample(x[0], x[1]); },
     {.fixed = true}},
    {"grid_sample_border",
     {real({2, 3, 4, 5}), between(-1.3, 1.3, {2, 3, 2, 2})},
     [](const auto& x) {
       return tn::grid_sample(x[0], x[1], {.padding = GridPadding::border, .align_corners = true});
     },
     {.fixed = true}},
    {"grid_sample_reflection",
     {real({2, 3, 4, 5}), between(-2.9, 2.9, {2, 3, 2, 2})},
     [](const auto& x) { return tn::grid_sample(x[0], x[1], {.padding = GridPadding::reflection}); },
     {.fixed = true}},
    {"grid_sample_bicubic",
     {real({2, 3, 4, 5}), between(-1.3, 1.3, {2, 3, 2, 2})},
     [](const auto& x) { return tn::grid_sample(x[0], x[1], {.mode = GridMode::bicubic}); },
     {.fixed = true}},
    {"grid_sample_3d",
     {real({1, 2, 3, 4, 5}), between(-1.3, 1.3, {1, 2, 2, 3, 3})},
     [](const auto& x) { return tn::grid_sample(x[0], x[1]); },
     {.fixed = true}},
    {"affine_grid",
     {real({2, 2, 3})},
     [](const auto& x) { return tn::affine_grid(x[0], {2, 1, 3, 4}); },
     {.fixed = true}},
};

TEST(GridSample, TheIdentityGivesTheImageBack) {
  const auto x = reshape(tn::arange<double>(12), {1, 1, 3, 4});
  const auto theta = from<double>({{1, 0, 0}, {0, 1, 0}});
  for (const bool corners : {false, true}) {
    const auto grid = tn::affine_grid(tn::unsqueeze(theta, 0), {1, 1, 3, 4}, corners);
    for (const GridMode mode : {GridMode::bilinear, GridMode::nearest, GridMode::bicubic})
      expect_values(tn::grid_sample(x, grid, {.mode = mode, .align_corners = corners}), {1, 1, 3, 4},
                    x.to_vector());
  }
}

TEST(GridSample, WhatStandsOutside) {
  const auto x = reshape(from<double>({1, 2, 3, 4}), {1, 1, 1, 4});
  const auto grid = reshape(from<double>({-1.5, 0, 1.5, 0, -1, 0}), {1, 1, 3, 2});  // pixels -1.5, 4.5, -0.5
  expect_values(tn::grid_sample(x, grid), {1, 1, 1, 3}, {0, 0, 0.5});
  expect_values(tn::grid_sample(x, grid, {.padding = GridPadding::border}), {1, 1, 1, 3}, {1, 4, 1});
  expect_values(tn::grid_sample(x, grid, {.padding = GridPadding::reflection}), {1, 1, 1, 3}, {1.5, 3.5, 1});
  expect_values(tn::grid_sample(x, tn::full<double>({1, 1, 1, 2}, support::nan)), {1, 1, 1, 1}, {0});
  expect_values(tn::grid_sample(x, tn::full<double>({1, 1, 1, 2}, 1e30), {.padding = GridPadding::border}),
                {1, 1, 1, 1}, {4});
}

// Pixels -0.5, 0.5, 1.5, 2.5 and 3.5 of four: halves go to the even neighbour, as in PyTorch; the last lies
// outside.
TEST(GridSample, NearestTakesTheEvenOneOfTwoThatAreEquallyFar) {
  const auto x = reshape(from<double>({1, 2, 3, 4}), {1, 1, 1, 4});
  const auto grid = reshape(from<double>({-1, 0, -0.5, 0, 0, 0, 0.5, 0, 1, 0}), {1, 1, 5, 2});
  expect_values(tn::grid_sample(x, grid, {.mode = GridMode::nearest}), {1, 1, 1, 5}, {1, 1, 3, 3, 0});
}

TEST(GridSampleErrors, SayWhatWasExpected) {
  const auto x = tn::zeros<float>({1, 2, 3, 4});
  expect_error<tn::ShapeError>(
      [&] { tn::grid_sample(x, tn::zeros<float>({1, 5, 5, 3})); },
      "[grid_sample] expected x (N, C, H, W) and a grid (N, h, w, 2), or both with a depth, got (1, 2, 3, 4) "
      "and (1, 5, 5, 3)");
  expect_error<tn::ShapeError>(
      [&] { tn::grid_sample(tn::zeros<float>({1, 2, 0, 4}), tn::zeros<float>({1, 5, 5, 2})); },
      "[grid_sample] nothing to sample in x of shape (1, 2, 0, 4)");
  expect_error<tn::ShapeError>(
      [&] { tn::affine_grid(tn::zeros<float>({1, 2, 2}), {1, 1, 3, 4}); },
      "[affine_grid] expected theta (N, 2, 3) for (N, C, H, W), or (N, 3, 4) with a depth, got (1, 2, 2) for "
      "(1, 1, 3, 4)");
}

}  // namespace grid_sample_test
