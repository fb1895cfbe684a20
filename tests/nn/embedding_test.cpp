#include "tenon/nn/embedding.hpp"

#include <gtest/gtest.h>

#include "support/layer_case.hpp"
#include "tenon/ops/index/select.hpp"
#include "tenon/ops/nn/linear.hpp"

namespace embedding_test {

namespace nn = tn::nn;
using support::check_layer;
using support::expect_values;
using support::expect_vector;
using tn::from;
using tn::index_t;

TEST(Embedding, IsALayer) {
  const auto index = from<index_t>({0, 2, 2, 1}, {2, 2});
  check_layer(nn::Embedding<double>(3, 2), {.output = {2, 2, 2}, .state = {"weight"}}, index);
}

TEST(Embedding, PaddingRowBeginsAsZerosAndStaysThere) {
  const nn::Embedding<double> table(3, 2, {.padding_index = -1});
  expect_vector(tn::select(table.weight, 0, 2), {0, 0});
  EXPECT_NE(table.weight.at({0, 0}), 0);
  const auto y = table(from<index_t>({0, 2}));
  expect_values(tn::grad(tn::sum(y), {table.weight})[0], {3, 2}, {1, 1, 0, 0, 0, 0});
}

TEST(Embedding, RowsBeyondMaxNormAreCutWhenLookedUp) {
  const nn::Embedding<double> table(from<double>({3, 4, 6, 8, 0.3, 0.4}, {3, 2}), {.max_norm = 1});
  expect_values(table(from<index_t>({2, 0})), {2, 2}, {0.3, 0.4, 0.6, 0.8}, 1e-6);
  expect_values(table.weight.detach(), {3, 2}, {0.6, 0.8, 6, 8, 0.3, 0.4}, 1e-6);
}

TEST(Embedding, ADecoderSharesTheTable) {
  const nn::Embedding<double> table(from<double>({1, 2, 3, 4}, {2, 2}));
  const auto h = table(from<index_t>({1}));
  const auto y = tn::linear<double>(h, table.weight);
  expect_values(y, {1, 2}, {11, 25});
  // d (w1 w0 + w1 w1) / dw0 = w1, / dw1 = w0 + 2 w1
  expect_values(tn::grad(tn::sum(y), {table.weight})[0], {2, 2}, {3, 4, 7, 10});
}

TEST(EmbeddingBag, IsALayer) {
  const auto index = from<index_t>({0, 2, 2, 1}, {2, 2});
  check_layer(nn::EmbeddingBag<double>(3, 2), {.output = {2, 2}, .state = {"weight"}}, index);
  check_layer(nn::EmbeddingBag<double>(3, 2, {.mode = tn::BagMode::sum, .padding_index = 2}),
              {.output = {3, 2}, .state = {"weight"}}, from<index_t>({0, 2, 2, 1}), from<index_t>({0, 0, 3}));
}

TEST(Embedding, EveryOptionHasItsEffect) {
  const nn::Embedding<double> by_sums(from<double>({3, 4}, {1, 2}), {.max_norm = 3.5, .norm_type = 1});
  expect_values(by_sums(from<index_t>({0})), {1, 2}, {1.5, 2}, 1e-6);
  const nn::Embedding<double> shared(2, 1, {.scale_grad_by_freq = true});
  expect_values(tn::grad(tn::sum(shared(from<index_t>({0, 1, 1, 1}))), {shared.weight})[0], {2, 1}, {1, 1});
}

TEST(EmbeddingBag, EveryOptionHasItsEffect) {
  const auto bag = [](const nn::EmbeddingBagLayerOptions& options) {
    nn::EmbeddingBag<double> layer(3, 1, options);
    layer.weight = from<double>({1, 2, 6}, {3, 1});
    return layer;
  };
  const auto index = from<index_t>({0, 2, 1}), offsets = from<index_t>({0, 2, 3});
  expect_values(bag({})(index, offsets), {3, 1}, {3.5, 2, 0});
  expect_values(bag({.mode = tn::BagMode::sum})(index, offsets), {3, 1}, {7, 2, 0});
  expect_values(bag({.mode = tn::BagMode::max})(index, offsets), {3, 1}, {6, 2, 0});
  expect_values(bag({.include_last_offset = true})(index, offsets), {2, 1}, {3.5, 2});
  expect_values(bag({.padding_index = 2})(index, offsets), {3, 1}, {1, 2, 0});
  EXPECT_EQ((nn::EmbeddingBag<double>(3, 1, {.padding_index = 2}).weight.at({2, 0})), 0);
  expect_values(bag({.max_norm = 2})(index, offsets), {3, 1}, {1.5, 2, 0}, 1e-6);
  expect_values(bag({.mode = tn::BagMode::sum})(index, offsets, from<double>({10, 1, 3})), {3, 1},
                {16, 6, 0});
  nn::EmbeddingBag<double> by_sums(1, 2, {.max_norm = 3.5, .norm_type = 1});
  by_sums.weight = from<double>({3, 4}, {1, 2});
  expect_values(by_sums(from<index_t>({0}, {1, 1})), {1, 2}, {1.5, 2}, 1e-6);
}

}  // namespace embedding_test
