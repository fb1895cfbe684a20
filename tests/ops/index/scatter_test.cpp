#include "tenon/ops/index/scatter.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"

namespace scatter_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::OpCases;
using support::real;
using tn::from;
using tn::index_t;
using tn::ScatterReduce;
using tn::Tensor;

template <class T>
Tensor<T> reduced(const std::vector<Tensor<T>>& x, ScatterReduce reduce, bool include_self) {
  return tn::scatter_reduce(x[0], 0, from<index_t>({{2, 0, 1}, {2, 2, -3}}), x[1], reduce, include_self);
}

const OpCases cases{
    {"index_fill",
     {real({3, 4})},
     [](const auto& x) { return tn::index_fill(x[0], 1, from<index_t>({3, 0, 3}), 5); },
     {.fixed = true}},
    {"index_copy",  // position 3 is written twice
     {real({3, 4}), real({3, 3})},
     [](const auto& x) { return tn::index_copy(x[0], 1, from<index_t>({3, 0, -1}), x[1]); },
     {.fixed = true}},
    {"scatter",
     {real({3, 4}), real({2, 5})},
     [](const auto& x) { return tn::scatter(x[0], 0, from<index_t>({{2, 0, 1}, {2, 2, -3}}), x[1]); },
     {.fixed = true}},
    {"scatter_value",
     {real({3, 4})},
     [](const auto& x) { return tn::scatter(x[0], 0, from<index_t>({{2, 0, 1}, {2, 2, -3}}), 7); },
     {.fixed = true}},
    {"scatter_sum",
     {real({3, 4}), real({2, 5})},
     [](const auto& x) { return reduced(x, ScatterReduce::sum, false); },
     {.fixed = true}},
    {"scatter_mean",
     {real({3, 4}), real({2, 5})},
     [](const auto& x) { return reduced(x, ScatterReduce::mean, true); },
     {.fixed = true}},
    {"scatter_prod",
     {real({3, 4}), real({2, 5})},
     [](const auto& x) { return reduced(x, ScatterReduce::prod, true); },
     {.fixed = true}},
    {"scatter_prod_new",
     {real({3, 4}), real({2, 5})},
     [](const auto& x) { return reduced(x, ScatterReduce::prod, false); },
     {.fixed = true}},
    {"scatter_amax",
     {real({3, 4}), real({2, 5})},
     [](const auto& x) { return reduced(x, ScatterReduce::amax, true); },
     {.fixed = true}},
    {"scatter_amin_new",
     {real({3, 4}), real({2, 5})},
     [](const auto& x) { return reduced(x, ScatterReduce::amin, false); },
     {.fixed = true}},
    {"index",
     {real({3, 4, 2})},
     [](const auto& x) { return tn::index(x[0], {from<index_t>({{0}, {-1}}), from<index_t>({3, 0, 3})}); },
     {.fixed = true}},
    {"index_put",
     {real({3, 4, 2}), real({3, 1})},
     [](const auto& x) {
       return tn::index_put(x[0], {from<index_t>({{0}, {-1}}), from<index_t>({3, 0, 3})}, x[1]);
     },
     {.fixed = true}},
    {"index_put_accumulate",
     {real({3, 4, 2}), real({3, 1})},
     [](const auto& x) {
       return tn::index_put(x[0], {from<index_t>({{0}, {-1}}), from<index_t>({3, 0, 3})}, x[1], true);
     },
     {.fixed = true}},
    {"put",
     {real({3, 4}), real({3})},
     [](const auto& x) { return tn::put(x[0], from<index_t>({11, 0, -1}), x[1]); },
     {.fixed = true}},
    {"masked_scatter",
     {real({2, 3}), real({5})},
     [](const auto& x) { return tn::masked_scatter(x[0], from<bool>({true, false, true}), x[1]); },
     {.fixed = true}},
};

TEST(IndexFill, AndIndexCopy) {
  const auto x = from<float>({{1, 2, 3}, {4, 5, 6}});
  expect_values(tn::index_fill(x, -1, from<index_t>({0, -1}), 9), {2, 3}, {9, 2, 9, 9, 5, 9});
  expect_values(tn::index_copy(x, 0, from<index_t>({1}), from<float>({{7, 8, 9}})), {2, 3},
                {1, 2, 3, 7, 8, 9});
  expect_values(x, {2, 3}, {1, 2, 3, 4, 5, 6});
}

TEST(Scatter, WritesTheLastOfSeveral) {
  const auto x = tn::zeros<float>({2, 3});
  expect_values(tn::scatter(x, 1, from<index_t>({{2, 2}, {0, 1}}), from<float>({{1, 2}, {3, 4}})), {2, 3},
                {0, 0, 2, 3, 4, 0});
  expect_values(tn::scatter(x, 0, from<index_t>({{1, 0}}), 5), {2, 3}, {0, 5, 0, 5, 0, 0});
  auto source = from<double>({{1, 2}, {3, 4}}).requires_grad_();
  const auto y = tn::scatter(tn::zeros<double>({2, 3}), 1, from<index_t>({{2, 2}, {0, 1}}), source);
  expect_values(tn::grad(tn::sum(y), {source})[0], {2, 2}, {0, 1, 1, 1});
}

TEST(ScatterReduce, EveryReduction) {
  const auto x = from<float>({10, 20, 30});
  const auto index = from<index_t>({0, 0, 2});
  const auto source = from<float>({1, 3, 50});
  const auto with = [&](ScatterReduce reduce, bool self) {
    return tn::scatter_reduce(x, 0, index, source, reduce, self);
  };
  expect_vector(with(ScatterReduce::sum, true), {14, 20, 80});
  expect_vector(with(ScatterReduce::sum, false), {4, 20, 50});
  expect_vector(with(ScatterReduce::prod, true), {30, 20, 1500});
  expect_vector(with(ScatterReduce::prod, false), {3, 20, 50});
  expect_vector(with(ScatterReduce::mean, true), {14.f / 3, 20, 40});
  expect_vector(with(ScatterReduce::mean, false), {2, 20, 50});
  expect_vector(with(ScatterReduce::amax, true), {10, 20, 50});
  expect_vector(with(ScatterReduce::amax, false), {3, 20, 50});
  expect_vector(with(ScatterReduce::amin, true), {1, 20, 30});
  expect_vector(with(ScatterReduce::amin, false), {1, 20, 50});
  expect_vector(tn::scatter_reduce(from<index_t>({5, 6}), 0, from<index_t>({1}), from<index_t>({9}),
                                   ScatterReduce::amax, false),
                {5, 9});
}

TEST(ScatterReduce, ProductsWithZerosHaveGradients) {
  auto x = from<double>({2, 2, 2}).requires_grad_();
  auto source = from<double>({0, 5, 0, 0, 3}).requires_grad_();
  const auto y = tn::scatter_reduce(x, 0, from<index_t>({0, 0, 1, 1, 2}), source, ScatterReduce::prod);
  const auto g = tn::grad(tn::sum(y), {x, source});
  expect_vector(g[0], {0, 0, 3});
  expect_vector(g[1], {10, 0, 0, 0, 2});
}

TEST(ScatterReduce, EqualExtremaShareTheGradient) {
  auto x = from<double>({4, 1}).requires_grad_();
  auto source = from<double>({4, 4, 3, support::nan}).requires_grad_();
  const auto y = tn::scatter_reduce(x, 0, from<index_t>({0, 0, 0, 1}), source, ScatterReduce::amax);
  expect_vector(y, {4, support::nan});
  const auto g = tn::grad(y, {x, source}, {.output_gradient = from<double>({3, 0})});
  expect_vector(g[0], {1, 0});
  expect_vector(g[1], {1, 1, 0, 0});
}

TEST(Index, AsNumPyDoes) {
  const auto x = tn::reshape(tn::arange<float>(12), {3, 4});
  expect_vector(tn::index(x, {from<index_t>({0, 2}), from<index_t>({1, -1})}), {1, 11});
  expect_values(tn::index(x, {from<index_t>({{0}, {2}}), from<index_t>({1, 3})}), {2, 2}, {1, 3, 9, 11});
  expect_values(tn::index(x, {from<index_t>({-1})}), {1, 4}, {8, 9, 10, 11});
  expect_values(tn::index_put(x, {from<index_t>({1, 1})}, tn::scalar<float>(5)), {3, 4},
                {0, 1, 2, 3, 5, 5, 5, 5, 8, 9, 10, 11});
  expect_values(tn::index_put(tn::zeros<float>({2, 2}), {from<index_t>({1, 1}), from<index_t>({0, 0})},
                              from<float>({1, 2}), true),
                {2, 2}, {0, 0, 3, 0});
}

TEST(Put, InTheFlattenedTensor) {
  const auto x = tn::zeros<float>({2, 2});
  expect_values(tn::put(x, from<index_t>({3, -1, 0}), from<float>({1, 2, 3})), {2, 2}, {3, 0, 0, 2});
  expect_values(tn::put(x, from<index_t>({3, -1, 0}), from<float>({1, 2, 3}), true), {2, 2}, {3, 0, 0, 3});
  expect_values(tn::masked_scatter(x, from<bool>({{true, false}, {true, true}}), from<float>({1, 2, 3, 4})),
                {2, 2}, {1, 0, 2, 3});
}

TEST(ScatterErrors, NameTheShapes) {
  const auto x = tn::zeros<float>({2, 3});
  expect_error<tn::ShapeError>(
      [&] { tn::index_fill(x, 0, tn::zeros<index_t>({1, 1}), 0); },
      "[index_fill] expected a vector of indices into an axis, got shape (1, 1) for (2, 3)");
  expect_error<tn::IndexError>([&] { tn::index_fill(x, 0, from<index_t>({2}), 0); },
                               "[index_fill] index 2 is outside extent 2");
  expect_error<tn::ShapeError>([&] { tn::index_copy(x, 0, from<index_t>({0}), x); },
                               "[index_copy] expected a source of shape (1, 3), got (2, 3)");
  expect_error<tn::ShapeError>([&] { tn::scatter(x, 0, tn::zeros<index_t>({1, 4}), x); },
                               "[scatter] index of shape (1, 4) exceeds the source's shape (2, 3)");
  expect_error<tn::ShapeError>([&] { tn::scatter(x, 0, from<index_t>({0}), x); },
                               "[scatter] index of shape (1,) and source of shape (2, 3) differ in rank");
  expect_error<tn::IndexError>([&] { tn::scatter(x, 0, tn::full<index_t>({1, 3}, -3), x); },
                               "[scatter] index -3 is outside extent 2 of axis 0");
  expect_error<tn::ShapeError>(
      [&] { tn::scatter_reduce(x, 0, tn::zeros<index_t>({2, 4}), x, ScatterReduce::sum); },
      "[scatter_reduce] index of shape (2, 4) exceeds the source's shape (2, 3)");
  expect_error<tn::ValueError>(
      [&] {
        const auto i = from<index_t>({0});
        tn::scatter_reduce(i, 0, i, i, ScatterReduce::mean);
      },
      "[scatter_reduce] a mean needs float or double");
  expect_error<tn::ShapeError>([&] { tn::index(x, {}); }, "[index] 0 indices for a tensor of shape (2, 3)");
  expect_error<tn::IndexError>([&] { tn::index(x, {from<index_t>({0}), from<index_t>({3})}); },
                               "[index] index 3 is outside extent 3");
  expect_error<tn::ShapeError>([&] { tn::index_put(x, {from<index_t>({0})}, tn::zeros<float>({2})); },
                               "[index_put] shapes do not broadcast: (2,) and (1, 3)");
  expect_error<tn::ShapeError>([&] { tn::put(x, from<index_t>({0}), x); },
                               "[put] index of shape (1,) and source of shape (2, 3) differ in size");
  expect_error<tn::ShapeError>([&] { tn::masked_scatter(x, tn::scalar(true), tn::zeros<float>({5})); },
                               "[masked_scatter] a source of shape (5,) does not fill 6 places");
}

TEST(IndexPutInPlace, WritesAndAccumulates) {
  auto x = tn::zeros<float>({3, 2});
  const std::vector<tn::Tensor<tn::index_t>> rows{from<tn::index_t>({0, -1, 0})};
  tn::index_put_(x, rows, from<float>({{1, 2}, {3, 4}, {5, 6}}));
  expect_values(x, {3, 2}, {5, 6, 0, 0, 3, 4});
  tn::index_put_(x, rows, tn::scalar(10.f), true);
  expect_values(x, {3, 2}, {25, 26, 0, 0, 13, 14});
  tn::index_put_<float>(x, {from<tn::index_t>({1, 2}), from<tn::index_t>({0, 1})}, from<float>({7, 8}));
  expect_values(x, {3, 2}, {25, 26, 7, 0, 13, 8});
  auto turned = tn::transpose(x, 0, 1);
  tn::index_put_<float>(turned, {from<tn::index_t>({1})}, from<float>({1, 2, 3}));
  expect_values(x, {3, 2}, {25, 1, 7, 2, 13, 3});
  tn::index_put_<float>(x, {from<tn::index_t>({0, 1})}, x(tn::range(1, 3)));  // written while it is read
  expect_values(x, {3, 2}, {7, 2, 13, 3, 13, 3});
  const auto version = x.version();
  tn::index_put_<float>(x, {tn::zeros<tn::index_t>({0})}, tn::scalar(1.f));
  EXPECT_GT(x.version(), version);
  auto flags = tn::zeros<bool>({2});
  tn::index_put_<bool>(flags, {from<tn::index_t>({1})}, tn::scalar(true));
  expect_vector(flags, {false, true});
}

TEST(IndexPutInPlace, Errors) {
  auto x = tn::zeros<float>({3, 2});
  expect_error<tn::ShapeError>(
      [&] { tn::index_put_<float>(x, {from<tn::index_t>({0})}, tn::zeros<float>({2, 2})); },
      "[index_put_] values of shape (2, 2) do not broadcast to (1, 2)");
  expect_error<tn::IndexError>([&] { tn::index_put_<float>(x, {from<tn::index_t>({3})}, tn::scalar(0.f)); },
                               "[index_put_] index 3 is outside extent 3");
  x.requires_grad_();
  expect_error<tn::GraphError>(
      [&] { tn::index_put_<float>(x, {from<tn::index_t>({0})}, tn::scalar(0.f)); },
      "[index_put_] a leaf that requires a gradient is written in place only under NoGrad");
  const tn::NoGrad no_grad;
  tn::index_put_<float>(x, {from<tn::index_t>({0})}, tn::scalar(1.f));
  expect_values(x.detach(), {3, 2}, {1, 1, 0, 0, 0, 0});
}

}  // namespace scatter_test
