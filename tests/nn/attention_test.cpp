#include "tenon/nn/attention.hpp"

#include <gtest/gtest.h>

#include "support/layer_case.hpp"

namespace attention_test {

namespace nn = tn::nn;
using support::check_layer;
using support::expect_values;

TEST(MultiheadAttention, IsALayer) {
  const auto q = tn::randn<double>({3, 2, 4});
  check_layer(
      nn::MultiheadAttention<double>(4, 2),
      {.output = {3, 2, 4}, .state = {"in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"}},
      q, q, q);
}

TEST(MultiheadAttention, KeysAndValuesOfOtherExtents) {
  const nn::MultiheadAttention<double> layer(
      4, 2,
      {.bias = false, .add_bias_kv = true, .add_zero_attn = true, .kdim = 3, .vdim = 5, .batch_first = true});
  check_layer(
      layer,
      {.output = {2, 3, 4},
       .state = {"q_proj_weight", "k_proj_weight", "v_proj_weight", "bias_k", "bias_v", "out_proj.weight"}},
      tn::randn<double>({2, 3, 4}), tn::randn<double>({2, 6, 3}), tn::randn<double>({2, 6, 5}));
  // Two projections of 6 queries, those of 12 keys and values, and 2 * 3 * 6 pairs twice.
  EXPECT_EQ(layer.macs({2, 6, 3}, {2, 3, 4}), 6 * 2 * 16 + 12 * 4 * (3 + 5) + 36 * 2 * 4);
}

TEST(MultiheadAttention, MasksSayWhatMayBeAttendedTo) {
  const nn::MultiheadAttention<double> layer(4, 2);
  const auto x = tn::randn<double>({3, 1, 4});
  const tn::Tensor<bool> future =
      tn::from<bool>({false, true, true, false, false, true, false, false, false}, {3, 3});
  const auto causal = layer.with_weights(x, x, x, {.is_causal = true});
  const auto forbidden = layer.with_weights(x, x, x, {.forbidden = future});
  expect_values(forbidden.weights, {1, 3, 3}, causal.weights.to_vector());
  EXPECT_EQ(causal.weights.at({0, 0, 0}), 1);
  EXPECT_EQ(causal.weights.at({0, 1, 2}), 0);
  expect_values(layer(x, x, x, {.is_causal = true}), {3, 1, 4}, causal.output.to_vector());
  const auto padded =
      layer.with_weights(x, x, x, {.key_padding_mask = tn::from<bool>({false, false, true}, {1, 3})}, false);
  EXPECT_EQ(padded.weights.shape(), (tn::Shape{1, 2, 3, 3}));
  EXPECT_EQ(padded.weights.at({0, 1, 0, 2}), 0);
}

TEST(MultiheadAttention, WeightsAreDroppedInTrainingOnly) {
  const nn::MultiheadAttention<double> layer(4, 2, {.dropout = 0.5});
  const auto x = tn::randn<double>({8, 1, 4});
  EXPECT_NE(layer(x, x, x).to_vector(), layer(x, x, x).to_vector());
  const tn::NoGrad no_grad;
  EXPECT_EQ(layer(x, x, x).to_vector(), layer(x, x, x).to_vector());
}

TEST(MultiheadAttention, WidthIsThatOfAllHeads) {
  support::expect_error<tn::ValueError>([] { nn::MultiheadAttention<float>(5, 2); },
                                        "[multihead_attention] width 5 does not divide into 2 heads");
}

TEST(MultiheadAttention, HandsOnAllThatItIsTold) {
  const auto x = tn::randn<double>({2, 3, 4});  // batch first
  const auto check = [&](const nn::AttentionLayerOptions& options, const nn::AttentionMasks<double>& masks,
                         tn::MultiHeadOptions<double> how) {
    const nn::MultiheadAttention<double> layer(4, 2, options);
    how.heads = 2;
    how.batch_first = options.batch_first;
    const tn::MultiHeadWeights<double> weights{.in_proj = layer.in_proj_weight,
                                               .in_proj_bias = layer.in_proj_bias,
                                               .out_proj = layer.out_proj.weight,
                                               .out_proj_bias = layer.out_proj.bias,
                                               .bias_k = layer.bias_k,
                                               .bias_v = layer.bias_v};
    const auto want = tn::multi_head_attention<double>(x, x, x, weights, how);
    expect_values(layer(x, x, x, masks), {2, 3, 4}, want.output.to_vector());
    const auto got = layer.with_weights(x, x, x, masks);
    expect_values(got.weights, want.weights.shape(), want.weights.to_vector());
    expect_values(got.output, {2, 3, 4}, want.output.to_vector());
  };
  check({}, {}, {});
  check({.batch_first = true}, {}, {});
  check({.add_bias_kv = true}, {}, {});
  check({.add_zero_attn = true}, {}, {.add_zero_attn = true});
  check({.bias = false}, {}, {});
  const auto added = tn::randn<double>({3, 3});
  const auto forbidden = tn::from<bool>({true, false, false, false, false, true, false, true, false}, {3, 3});
  const auto padding = tn::from<bool>({false, true, false, false, false, true}, {2, 3});
  check({.batch_first = true}, {.added = added}, {.mask = added});
  check({.batch_first = true}, {.forbidden = forbidden}, {.forbidden = forbidden});
  check({.batch_first = true}, {.key_padding_mask = padding}, {.key_padding_mask = padding});
  check({.batch_first = true}, {.is_causal = true}, {.is_causal = true});
  const nn::MultiheadAttention<double> dropped(4, 2, {.dropout = 1, .bias = false});
  for (const double value : dropped(x, x, x)) EXPECT_EQ(value, 0);
}

}  // namespace attention_test
