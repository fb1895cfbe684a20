#include "tenon/ops/inplace.hpp"

#include "support/expect.hpp"
#include "tenon/ops/shape.hpp"

namespace {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using tn::from;

TEST(Inplace, FillCopyAddOnViews) {
  auto x = tn::zeros<float>({2, 3});
  auto column = x(tn::all, 1);
  tn::fill_(column, 5);
  expect_values(x, {2, 3}, {0, 5, 0, 0, 5, 0});
  tn::copy_(x, from<float>({1, 2, 3}));
  expect_values(x, {2, 3}, {1, 2, 3, 1, 2, 3});
  tn::add_(x, from<float>({{10}, {20}}));
  expect_values(x, {2, 3}, {11, 12, 13, 21, 22, 23});
  auto turned = tn::transpose(x, 0, 1);
  tn::add_(turned, from<float>({100, 200}));
  expect_values(x, {2, 3}, {111, 112, 113, 221, 222, 223});
  auto indices = tn::zeros<std::int64_t>({2});
  tn::fill_(indices, 7);
  expect_vector(indices, {7, 7});
}

TEST(Inplace, EveryWriteCounts) {
  auto x = tn::zeros<float>({2});
  const auto version = x.version();
  tn::fill_(x, 1);
  EXPECT_GT(x.version(), version);
  const auto view = x(tn::range(0, 1));
  EXPECT_EQ(view.version(), x.version());
}

TEST(Inplace, AddToItself) {
  auto x = from<float>({1, 2, 3});
  tn::add_(x, x);
  expect_vector(x, {2, 4, 6});
}

TEST(InplaceErrors, LeavesOnlyUnderNoGradAndResultsNever) {
  auto leaf = from<float>({1, 2}).requires_grad_();
  auto result = leaf * 2;
  const std::string of_leaf = "a leaf that requires a gradient is written in place only under NoGrad";
  const std::string of_result = "the result of a recorded operation cannot be written in place";
  expect_error<tn::GraphError>([&] { tn::fill_(leaf, 0); }, "[fill_] " + of_leaf);
  expect_error<tn::GraphError>([&] { tn::copy_(leaf, from<float>({0, 0})); }, "[copy_] " + of_leaf);
  expect_error<tn::GraphError>([&] { tn::add_(result, leaf); }, "[add_] " + of_result);
  const tn::NoGrad no_grad;
  tn::add_(leaf, from<float>({10, 20}));
  expect_vector(leaf, {11, 22});
  expect_error<tn::GraphError>([&] { tn::fill_(result, 0); }, "[fill_] " + of_result);
}

TEST(InplaceErrors, StretchedTensorsHaveNoElementsOfTheirOwn) {
  auto x = tn::expand(from<float>({{1}, {2}}), {2, 3});
  const std::string text =
      "a stretched tensor, whose elements share memory, cannot be written in place: shape (2, 3)";
  expect_error<tn::ValueError>([&] { tn::fill_(x, 0); }, "[fill_] " + text);
  expect_error<tn::ValueError>([&] { tn::copy_(x, tn::zeros<float>({2, 3})); }, "[copy_] " + text);
  expect_error<tn::ValueError>([&] { tn::add_(x, x); }, "[add_] " + text);
}

TEST(InplaceErrors, TheSourceMustBroadcast) {
  auto x = tn::zeros<float>({2});
  expect_error<tn::ShapeError>([&] { tn::copy_(x, tn::zeros<float>({3})); },
                               "[copy_] shapes do not broadcast: (2,) and (3,)");
  expect_error<tn::ShapeError>(
      [&] {
        tn::add_(x, tn::zeros<float>({3, 2}));
      },
      "[add_] shape (3, 2) does not broadcast to (2,)");
}

}  // namespace
