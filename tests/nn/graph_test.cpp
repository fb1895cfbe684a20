#include "tenon/nn/graph.hpp"

#include <gtest/gtest.h>

#include "support/layer_case.hpp"

namespace graph_test {

namespace nn = tn::nn;
using support::expect_values;
using tn::Csr;
using tn::from;
using tn::Tensor;

/// Nodes 0 - 1 - 2, and 3 alone, which hears of itself already.
template <class T>
Csr<T> path() {
  return tn::to_csr(from<T>({0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1}, {4, 4}));
}

/// A layer on the graph, as a layer of its features alone.
template <class Layer>
struct OnPath {
  Layer layer;
  template <class T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return layer(x, nn::with_self_loops(path<T>()));
  }
};

TEST(Graph, AreLayers) {
  const auto x = tn::randn<double>({4, 3});
  support::check_layer(OnPath<nn::GcnConv<double>>{{3, 2}},
                       {.output = {4, 2}, .state = {"layer.weight", "layer.bias"}}, x);
  support::check_layer(
      OnPath<nn::SageConv<double>>{{3, 2}},
      {.output = {4, 2}, .state = {"layer.lin_l.weight", "layer.lin_l.bias", "layer.lin_r.weight"}}, x);
  const std::vector<std::string> gat{"layer.att_src", "layer.att_dst", "layer.bias", "layer.lin.weight"};
  support::check_layer(OnPath<nn::GatConv<double>>{{3, 2, {.heads = 3}}}, {.output = {4, 6}, .state = gat},
                       x);
  support::check_layer(OnPath<nn::GatConv<double>>{{3, 2, {.heads = 3, .concat = false}}},
                       {.output = {4, 2}, .state = gat}, x);
}

TEST(Graph, MatricesThatGather) {
  const double half = 0.5, r = 1 / std::sqrt(6.0), third = 1.0 / 3;  // degrees with loops 2, 3, 2, 1
  expect_values(tn::to_dense(nn::gcn_normalized(path<double>())), {4, 4},
                {half, r, 0, 0, r, third, r, 0, 0, r, half, 0, 0, 0, 0, 1});
  expect_values(tn::to_dense(nn::row_normalized(path<double>())), {4, 4},
                {0, 1, 0, 0, half, 0, half, 0, 0, 1, 0, 0, 0, 0, 0, 1});
}

TEST(GatConv, WeighsNeighboursBySoftmaxOfTheirScores) {
  nn::GatConv<double> layer(1, 1);
  layer.lin.weight = from<double>({1}, {1, 1});
  layer.att_src = from<double>({1}, {1, 1, 1});
  layer.att_dst = from<double>({-1}, {1, 1, 1});
  const auto y = layer(from<double>({1, 2, 3, 4}, {4, 1}), nn::with_self_loops(path<double>()));
  // Scores h_j - h_i, where negative a fifth: node 0 {0, 1}, node 1 {-0.2, 0, 1}, node 2 {-0.2, 0}.
  const double e = std::exp(1), f = std::exp(-0.2);
  expect_values(y, {4, 1}, {(1 + 2 * e) / (1 + e), (f + 2 + 3 * e) / (f + 1 + e), (2 * f + 3) / (f + 1), 4});
}

TEST(Graph, SelfLoopsNeedASquareMatrix) {
  support::expect_error<tn::ShapeError>([] { nn::with_self_loops(tn::to_csr(tn::ones<float>({2, 3}))); },
                                        "[with_self_loops] expected as many rows as columns, got 2 and 3");
}

TEST(Graph, EveryOptionHasItsEffect) {
  EXPECT_FALSE((nn::GcnConv<double>(3, 2, false).bias.defined()));
  EXPECT_FALSE((nn::SageConv<double>(3, 2, false).lin_l.bias.defined()));
  EXPECT_FALSE((nn::GatConv<double>(3, 2, {.bias = false}).bias.defined()));
  const auto gat = [](const nn::GatConvOptions& options) {
    nn::GatConv<double> layer(1, 1, options);
    layer.lin.weight = from<double>({1}, {1, 1});
    layer.att_src = from<double>({1}, {1, 1, 1});
    layer.att_dst = from<double>({-1}, {1, 1, 1});
    return layer;
  };
  const auto x = from<double>({1, 2, 3, 4}, {4, 1});
  const auto a = nn::with_self_loops(path<double>());
  // Scores h_j - h_i, where negative a half: node 0 {0, 1}, node 1 {-0.5, 0, 1}, node 2 {-0.5, 0}.
  const double e = std::exp(1), f = std::exp(-0.5);
  expect_values(gat({.negative_slope = 0.5})(x, a), {4, 1},
                {(1 + 2 * e) / (1 + e), (f + 2 + 3 * e) / (f + 1 + e), (2 * f + 3) / (f + 1), 4});
  expect_values(gat({.dropout = 1})(x, a), {4, 1}, {0, 0, 0, 0});
}

}  // namespace graph_test
