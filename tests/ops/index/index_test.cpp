#include "tenon/ops/index/index.hpp"
#include "tenon/ops/nn/embedding.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"

namespace index_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::OpCases;
using support::real;
using tn::from;
using tn::index_t;
using tn::Tensor;

const OpCases cases{
    {"index_select",
     {real({4, 3})},
     [](const auto& x) { return tn::index_select(x[0], 0, from<index_t>({2, 0, 2, -1})); },
     {.fixed = true}},
    {"index_select_inner",
     {real({3, 4, 5})},
     [](const auto& x) { return tn::index_select(x[0], 1, from<index_t>({3, 3, 1})); },
     {.fixed = true}},
    {"index_add",
     {real({3, 4}), real({3, 5})},
     [](const auto& x) { return tn::index_add(x[0], 1, from<index_t>({3, 0, 3, -4, 1}), x[1]); },
     {.fixed = true}},
    {"gather",
     {real({3, 4})},
     [](const auto& x) { return tn::gather(x[0], 1, from<index_t>({{3, 0, 0}, {1, 2, -1}})); },
     {.fixed = true}},
    {"scatter_add",
     {real({3, 4}), real({2, 5})},
     [](const auto& x) { return tn::scatter_add(x[0], 0, from<index_t>({{2, 0, 1}, {2, 2, -3}}), x[1]); },
     {.fixed = true}},
    {"embedding",
     {real({5, 3})},
     [](const auto& x) { return tn::embedding(x[0], from<index_t>({{4, 0}, {4, 1}})); },
     {.fixed = true}},
    {"embedding_large",  // enough rows for its gradient to be cut into parts
     {real({50, 16})},
     [](const auto& x) {
       tn::Generator generator(3);
       return tn::embedding(x[0], tn::randint(0, 50, {5000}, generator));
     },
     {.fixed = true, .tolerance = 1e-3}},
};

TEST(IndexSelect, TakesEntriesInAnyOrder) {
  const auto x = from<float>({{1, 2, 3}, {4, 5, 6}});
  expect_values(tn::index_select(x, 0, from<index_t>({1, 1, 0})), {3, 3}, {4, 5, 6, 4, 5, 6, 1, 2, 3});
  expect_values(tn::index_select(x, -1, from<index_t>({-1, 0})), {2, 2}, {3, 1, 6, 4});
  expect_values(tn::index_select(tn::transpose(x, 0, 1), 0, from<index_t>({2})), {1, 2}, {3, 6});
  EXPECT_EQ(tn::index_select(x, 0, from<index_t>({})).shape(), (tn::Shape{0, 3}));
  EXPECT_EQ(tn::index_select(tn::zeros<float>({2, 0}), 0, from<index_t>({1, 0, 1})).shape(),
            (tn::Shape{3, 0}));
  expect_vector(tn::index_select(from<bool>({true, false}), 0, from<index_t>({1, 0})), {false, true});
  expect_vector(tn::index_select(from<std::int64_t>({5, 6, 7}), 0, from<index_t>({2, 1})), {7, 6});
}

TEST(IndexSelect, IndicesMayBeViews) {
  const auto index = tn::slice(from<index_t>({0, 9, 1, 9, 0}), 0, tn::range({}, {}, 2));
  expect_vector(tn::index_select(from<float>({5, 7}), 0, index), {5, 7, 5});
}

TEST(IndexAdd, RepeatsAddUp) {
  const auto x = from<float>({{1, 2}, {3, 4}});
  expect_values(tn::index_add(x, 0, from<index_t>({1, 1}), from<float>({{10, 20}, {30, 40}})), {2, 2},
                {1, 2, 43, 64});
  expect_values(x, {2, 2}, {1, 2, 3, 4});
}

TEST(Gather, PicksAlongAnAxis) {
  const auto x = from<float>({{1, 2, 3}, {4, 5, 6}});
  expect_values(tn::gather(x, 1, from<index_t>({{2, 0}, {1, -1}})), {2, 2}, {3, 1, 5, 6});
  expect_values(tn::gather(x, 0, from<index_t>({{1, 0, 1}})), {1, 3}, {4, 2, 6});
  EXPECT_EQ(tn::gather(x, 1, tn::zeros<index_t>({2, 0})).shape(), (tn::Shape{2, 0}));
}

TEST(ScatterAdd, AddsAtPositions) {
  const auto x = tn::zeros<double>({2, 3});
  const auto index = from<index_t>({{0, 0}, {2, 2}});
  expect_values(tn::scatter_add(x, 1, index, from<double>({{1, 2, 99}, {3, 4, 99}})), {2, 3},
                {3, 0, 0, 0, 0, 7});
  expect_values(tn::scatter_add(x, 0, from<index_t>({{1, 0, 1}}), from<double>({{1, 2, 3}})), {2, 3},
                {0, 2, 0, 1, 0, 3});
}

TEST(Embedding, RowsOfATable) {
  const auto weight = from<float>({{1, 2}, {3, 4}, {5, 6}});
  expect_values(tn::embedding(weight, from<index_t>({{2, 0}, {0, 1}})), {2, 2, 2}, {5, 6, 1, 2, 1, 2, 3, 4});
  expect_values(tn::embedding(weight, tn::scalar<index_t>(1)), {2}, {3, 4});
  EXPECT_EQ(tn::embedding(weight, tn::zeros<index_t>({0, 4})).shape(), (tn::Shape{0, 4, 2}));
}

TEST(Embedding, PaddingAndFrequency) {
  auto weight = from<double>({{1, 2}, {3, 4}, {5, 6}}).requires_grad_();
  const auto index = from<index_t>({0, 2, 0, 1});
  const auto gradient = [&](const tn::EmbeddingOptions<double>& options) {
    return tn::grad(tn::sum(tn::embedding(weight, index, options)), {weight})[0];
  };
  expect_values(gradient({}), {3, 2}, {2, 2, 1, 1, 1, 1});
  expect_values(gradient({.padding_index = 0}), {3, 2}, {0, 0, 1, 1, 1, 1});
  expect_values(gradient({.padding_index = -1}), {3, 2}, {2, 2, 1, 1, 0, 0});
  expect_values(gradient({.scale_grad_by_freq = true}), {3, 2}, {1, 1, 1, 1, 1, 1});
  expect_values(gradient({.padding_index = 1, .scale_grad_by_freq = true}), {3, 2}, {1, 1, 0, 0, 1, 1});
}

TEST(Embedding, RenormTouchesOnlyLongRowsThatAreLookedUp) {
  auto weight = from<double>({{3, 4}, {30, 40}, {0.3, 0.4}});
  tn::embedding_renorm_(weight, from<index_t>({0, 2, 0}), 1);
  expect_values(weight, {3, 2}, {3 / (5 + 1e-7), 4 / (5 + 1e-7), 30, 40, 0.3, 0.4});
}

TEST(Embedding, RenormByNormsOfAnyOrder) {
  const auto renormed = [](double max_norm, double p) {
    auto weight = from<double>({{3, -4}, {0.1, 0.2}, {0, 0}});
    tn::embedding_renorm_(weight, from<index_t>({0, 1, 2, 0}), max_norm, p);
    return weight;
  };
  constexpr double infinity = std::numeric_limits<double>::infinity();
  expect_values(renormed(1, infinity), {3, 2}, {0.75, -1, 0.1, 0.2, 0, 0}, 1e-6);
  expect_values(renormed(0.25, infinity), {3, 2}, {0.1875, -0.25, 0.1, 0.2, 0, 0}, 1e-6);
  expect_values(renormed(0.1, infinity), {3, 2}, {0.075, -0.1, 0.05, 0.1, 0, 0}, 1e-6);
  expect_values(renormed(0.35, 1), {3, 2}, {0.15, -0.2, 0.1, 0.2, 0, 0}, 1e-6);
  // (sqrt 3 + sqrt 4)^2 = 13.9282; (sqrt 0.1 + sqrt 0.2)^2 = 0.582843
  const double half = std::pow(std::sqrt(3.0) + 2, 2);
  expect_values(renormed(0.6, 0.5), {3, 2}, {1.8 / half, -2.4 / half, 0.1, 0.2, 0, 0}, 1e-6);
  const double third = std::cbrt(27 + 64);
  expect_values(renormed(1, 3), {3, 2}, {3 / third, -4 / third, 0.1, 0.2, 0, 0}, 1e-6);
  // Powers that a double does not hold: 4^1000.
  expect_values(renormed(1, 1000), {3, 2}, {0.75, -1, 0.1, 0.2, 0, 0}, 1e-6);
  auto steps = tn::transpose(from<float>({{3, 1}, {4, 0}}), 0, 1);  // rows of a view: (3, 4) and (1, 0)
  tn::embedding_renorm_(steps, from<index_t>({0}), 2, infinity);
  expect_values(steps, {2, 2}, {1.5, 2, 1, 0}, 1e-6);
}

TEST(IndexErrors, NameTheIndex) {
  const auto x = tn::zeros<float>({2, 3});
  expect_error<tn::IndexError>([&] { tn::index_select(x, 1, from<index_t>({0, 3})); },
                               "[index_select] index 3 is outside extent 3");
  expect_error<tn::IndexError>([&] { tn::index_select(x, 0, from<index_t>({-3})); },
                               "[index_select] index -3 is outside extent 2");
  expect_error<tn::ShapeError>(
      [&] { tn::index_select(x, 0, tn::zeros<index_t>({1, 1})); },
      "[index_select] expected a vector of indices into an axis, got shape (1, 1) for (2, 3)");
  expect_error<tn::ShapeError>([&] { tn::index_add(x, 0, from<index_t>({1}), tn::zeros<float>({2, 3})); },
                               "[index_add] expected a source of shape (1, 3), got (2, 3)");
  expect_error<tn::IndexError>([&] { tn::gather(x, 1, tn::full<index_t>({2, 1}, 3)); },
                               "[gather] index 3 is outside extent 3 of axis 1");
  expect_error<tn::ShapeError>([&] { tn::gather(x, 1, from<index_t>({0})); },
                               "[gather] index of shape (1,) and tensor of shape (2, 3) differ in rank");
  expect_error<tn::ShapeError>([&] { tn::gather(x, 1, tn::zeros<index_t>({3, 1})); },
                               "[gather] index of shape (3, 1) exceeds shape (2, 3) on axis 0");
  expect_error<tn::ShapeError>(
      [&] { tn::scatter_add(x, 1, tn::zeros<index_t>({2, 2}), tn::zeros<float>({2, 1})); },
      "[scatter_add] index of shape (2, 2) exceeds the source's shape (2, 1)");
  expect_error<tn::IndexError>([&] { tn::embedding(x, from<index_t>({2})); },
                               "[embedding] index 2 is outside extent 2");
  expect_error<tn::IndexError>([&] { tn::embedding(x, from<index_t>({{0, -1}})); },
                               "[embedding] index -1 is outside extent 2");
  auto table = tn::ones<float>({2, 3});
  expect_error<tn::IndexError>([&] { tn::embedding_renorm_(table, from<index_t>({-1}), 1); },
                               "[embedding_renorm_] index -1 is outside extent 2");
  for (double p : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN()})
    EXPECT_THROW(tn::embedding_renorm_(table, from<index_t>({0}), 1, p), tn::ValueError) << p;
  expect_error<tn::ValueError>([&] { tn::embedding_renorm_(table, from<index_t>({0}), 1, 0); },
                               "[embedding_renorm_] expected a norm of positive order, got 0");
  expect_error<tn::ShapeError>([] { tn::embedding(tn::zeros<float>({2}), from<index_t>({0})); },
                               "[embedding] expected a table of shape (V, D), got (2,)");
  expect_error<tn::IndexError>([&] { tn::embedding(x, from<index_t>({0}), {.padding_index = 2}); },
                               "[embedding] padding index 2 is outside a table of 2 rows");
}

}  // namespace index_test
