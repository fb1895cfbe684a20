#include "tenon/ops/vision/interpolate.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"

namespace interpolate_test {

using support::expect_error;
using support::expect_values;
using support::OpCases;
using support::real;
using tn::from;
using tn::Interpolation;
using tn::reshape;

const OpCases cases{
    {"interpolate_nearest",
     {real({2, 3, 4, 5})},
     [](const auto& x) { return tn::interpolate(x[0], {.scale_factor = {1.5, 2}}); },
     {.fixed = true}},
    {"interpolate_linear",
     {real({2, 3, 5})},
     [](const auto& x) { return tn::interpolate(x[0], {.size = {8}, .mode = Interpolation::linear}); },
     {.fixed = true}},
    {"interpolate_bilinear",
     {real({2, 3, 4, 5})},
     [](const auto& x) {
       return tn::interpolate(x[0], {.size = {7, 3}, .mode = Interpolation::linear, .align_corners = true});
     },
     {.fixed = true}},
    {"interpolate_trilinear",
     {real({1, 2, 3, 2, 4})},
     [](const auto& x) {
       return tn::interpolate(x[0], {.scale_factor = {2}, .mode = Interpolation::linear});
     },
     {.fixed = true}},
    {"interpolate_bicubic",
     {real({2, 2, 4, 5})},
     [](const auto& x) { return tn::interpolate(x[0], {.size = {6, 9}, .mode = Interpolation::bicubic}); },
     {.fixed = true}},
    {"interpolate_area",
     {real({2, 2, 5, 6})},
     [](const auto& x) { return tn::interpolate(x[0], {.size = {3, 4}, .mode = Interpolation::area}); },
     {.fixed = true}},
};

const tn::Tensor<double> ramp = reshape(from<double>({0, 10, 20, 30}), {1, 1, 4});

// The numbers are PyTorch 1.13's.
TEST(Interpolate, ModesAlongOneAxis) {
  expect_values(tn::interpolate(ramp, {.size = {6}}), {1, 1, 6}, {0, 0, 10, 20, 20, 30});
  expect_values(tn::interpolate(ramp, {.size = {6}, .mode = Interpolation::nearest_exact}), {1, 1, 6},
                {0, 10, 10, 20, 30, 30});
  expect_values(tn::interpolate(ramp, {.size = {2}, .mode = Interpolation::linear}), {1, 1, 2}, {5, 25});
  expect_values(tn::interpolate(ramp, {.size = {3}, .mode = Interpolation::linear, .align_corners = true}),
                {1, 1, 3}, {0, 15, 30});
  expect_values(tn::interpolate(ramp, {.size = {2}, .mode = Interpolation::area}), {1, 1, 2}, {5, 25});
  expect_values(tn::interpolate(ramp, {.scale_factor = {1.3}, .mode = Interpolation::linear}), {1, 1, 5},
                {0, 85.0 / 13, 185.0 / 13, 285.0 / 13, 385.0 / 13});
}

// Positions 1 and 3, 0 and 2, or exactly between two entries: entry floor(k r), and floor((k + 1/2) r).
TEST(Interpolate, NearestWhereTwoEntriesAreEquallyFar) {
  expect_values(tn::interpolate(ramp, {.size = {2}}), {1, 1, 2}, {0, 20});
  expect_values(tn::interpolate(ramp, {.size = {2}, .mode = Interpolation::nearest_exact}), {1, 1, 2},
                {10, 30});
  const auto five = reshape(from<double>({0, 10, 20, 30, 40}), {1, 1, 5});
  expect_values(tn::interpolate(five, {.size = {2}}), {1, 1, 2}, {0, 20});
  expect_values(tn::interpolate(five, {.size = {2}, .mode = Interpolation::nearest_exact}), {1, 1, 2},
                {10, 30});
  expect_values(tn::interpolate(ramp, {.size = {8}}), {1, 1, 8}, {0, 0, 10, 10, 20, 20, 30, 30});
  expect_values(tn::interpolate(ramp, {.size = {8}, .mode = Interpolation::nearest_exact}), {1, 1, 8},
                {0, 0, 10, 10, 20, 20, 30, 30});
}

TEST(Interpolate, BicubicKeepsWhatItNeedNotMove) {
  const auto x = reshape(tn::arange<double>(16), {1, 1, 4, 4});
  expect_values(tn::interpolate(x, {.size = {4}, .mode = Interpolation::bicubic})(0, 0, 1), {4},
                {4, 5, 6, 7});
  expect_values(
      tn::interpolate(x, {.size = {4, 7}, .mode = Interpolation::bicubic, .align_corners = true})(0, 0, 0),
      {7}, {0, 0.40625, 1, 1.5, 2, 2.59375, 3});
}

TEST(InterpolateErrors, SayWhatWasExpected) {
  const auto call = [](const tn::InterpolateOptions& options) {
    return [=] { tn::interpolate(ramp, options); };
  };
  expect_error<tn::ValueError>(call({}), "[interpolate] expected either a size or scale factors");
  expect_error<tn::ValueError>(call({.size = {2}, .scale_factor = {2}}),
                               "[interpolate] expected either a size or scale factors");
  expect_error<tn::ValueError>(call({.size = {0}}), "[interpolate] size (0,) leaves nothing");
  expect_error<tn::ValueError>(call({.size = {2, 3}}), "[interpolate] size (2, 3) is not one number or 1");
  expect_error<tn::ValueError>(call({.scale_factor = {0.1}}),
                               "[interpolate] scale factor 0.1 leaves nothing or too much of extent 4");
  expect_error<tn::ValueError>(call({.size = {2}, .align_corners = true}),
                               "[interpolate] corners are aligned in the modes linear and bicubic only");
  expect_error<tn::ShapeError>(call({.size = {2}, .mode = Interpolation::bicubic}),
                               "[interpolate] the mode bicubic expects x of 4 axes, got shape (1, 1, 4)");
  expect_error<tn::ShapeError>([] { tn::interpolate(tn::zeros<float>({2, 3}), {.size = {2}}); },
                               "[interpolate] expected x of 3 to 5 axes, got shape (2, 3)");
  expect_error<tn::ShapeError>([] { tn::interpolate(tn::zeros<float>({1, 1, 0}), {.size = {2}}); },
                               "[interpolate] nothing to resize in shape (1, 1, 0)");
}

}  // namespace interpolate_test
