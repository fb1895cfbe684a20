#include "tenon/ops/nn/linear.hpp"

#include "support/expect.hpp"
#include "support/kept.hpp"
#include "support/op_case.hpp"

namespace linear_test {

using support::expect_error;
using support::expect_values;
using support::OpCases;
using support::real;
using tn::from;
using tn::zeros;

const OpCases cases{
    {"linear",
     {real({5, 3}), real({4, 3}), real({4})},
     [](const auto& x) { return tn::linear(x[0], x[1], x[2]); },
     {.fixed = true}},
    {"linear_of_vector",
     {real({3}), real({4, 3}), real({4})},
     [](const auto& x) { return tn::linear(x[0], x[1], x[2]); },
     {.fixed = true}},
    {"linear_without_bias",
     {real({2, 2, 3}), real({4, 3})},
     [](const auto& x) { return tn::linear(x[0], x[1]); },
     {.fixed = true}},
    {"bilinear",
     {real({2, 3}), real({2, 4}), real({5, 3, 4}), real({5})},
     [](const auto& x) { return tn::bilinear(x[0], x[1], x[2], x[3]); },
     {.fixed = true}},
};

TEST(Linear, ByHand) {
  const auto x = from<float>({{1, 2}}), w = from<float>({{1, 0}, {0, 1}, {1, 1}});
  expect_values(tn::linear(x, w, from<float>({10, 20, 30})), {1, 3}, {11, 22, 33});
  expect_values(tn::linear(zeros<float>({0, 2}), w, from<float>({10, 20, 30})), {0, 3}, {});
  expect_values(tn::linear(zeros<float>({1, 0}), zeros<float>({2, 0}), from<float>({5, 6})), {1, 2}, {5, 6});
}

TEST(LinearErrors, NameShapes) {
  const auto x = zeros<float>({2, 3});
  expect_error<tn::ShapeError>([&] { tn::linear(x, zeros<float>({3})); },
                               "[linear] expected a weight of shape (out, in), got (3,)");
  expect_error<tn::ShapeError>([&] { tn::linear(x, zeros<float>({4, 2})); },
                               "[linear] x of shape (2, 3) does not fit the weight's shape (4, 2)");
  expect_error<tn::ShapeError>([&] { tn::linear(x, zeros<float>({4, 3}), zeros<float>({3})); },
                               "[linear] bias of shape (3,) does not fit the weight's shape (4, 3)");
  expect_error<tn::ShapeError>([&] { tn::bilinear(x, x, zeros<float>({4, 3})); },
                               "[bilinear] expected a weight of shape (out, in1, in2), got (4, 3)");
  expect_error<tn::ShapeError>([&] { tn::bilinear(x, x, zeros<float>({4, 3, 2})); },
                               "[bilinear] x1 of shape (2, 3) and x2 of shape (2, 3) do not fit the weight's "
                               "shape (4, 3, 2)");
  expect_error<tn::ShapeError>(
      [&] { tn::bilinear(x, zeros<float>({1, 3}), zeros<float>({4, 3, 3})); },
      "[bilinear] x1 of shape (2, 3) and x2 of shape (1, 3) differ outside the last axis");
  expect_error<tn::ShapeError>([&] { tn::bilinear(x, x, zeros<float>({4, 3, 3}), zeros<float>({3})); },
                               "[bilinear] expected a bias of shape (4,)");
}

TEST(Linear, AFrozenLayerKeepsNoInput) {
  const auto x = tn::zeros<float>({2, 3}), w = tn::zeros<float>({4, 3}), b = tn::zeros<float>({4});
  const auto wanted = [](const tn::Tensor<float>& t) { return t.detach().requires_grad_(); };
  EXPECT_EQ(support::kept_inputs(tn::linear(wanted(x), wanted(w), b)), "110");
  EXPECT_EQ(support::kept_inputs(tn::linear(wanted(x), w, b)), "010");
  EXPECT_EQ(support::kept_inputs(tn::linear(x, wanted(w), b)), "100");
  EXPECT_EQ(support::kept_inputs(tn::linear(x, w, wanted(b))), "000");
}

}  // namespace linear_test
