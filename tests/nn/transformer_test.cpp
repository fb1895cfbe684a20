#include "tenon/nn/transformer.hpp"

#include <gtest/gtest.h>

#include "support/layer_case.hpp"

namespace {

namespace nn = tn::nn;
using support::check_layer;
using support::expect_values;

constexpr auto gelu = nn::TransformerLayerOptions::Activation::gelu;

TEST(TransformerEncoderLayer, IsALayer) {
  const std::vector<std::string> names{"self_attn.in_proj_weight",
                                       "self_attn.in_proj_bias",
                                       "self_attn.out_proj.weight",
                                       "self_attn.out_proj.bias",
                                       "linear1.weight",
                                       "linear1.bias",
                                       "linear2.weight",
                                       "linear2.bias",
                                       "norm1.weight",
                                       "norm1.bias",
                                       "norm2.weight",
                                       "norm2.bias"};
  check_layer(
      nn::TransformerEncoderLayer<double>(4, 2, {.dim_feedforward = 5, .dropout = 0, .activation = gelu}),
      {.output = {3, 2, 4}, .state = names}, tn::randn<double>({3, 2, 4}));
}

TEST(Transformer, NamesItsPartsAsPyTorchDoes) {
  const nn::Transformer<double> net(
      4, 2, 1, 2,
      {.dim_feedforward = 3, .dropout = 0, .activation = gelu, .batch_first = true, .norm_first = true});
  std::vector<std::string> names;
  for (const auto& named : nn::state(net).tensors)
    if (named.name.ends_with("weight")) names.push_back(named.name);
  EXPECT_EQ(names, (std::vector<std::string>{"encoder.layers.0.self_attn.in_proj_weight",
                                             "encoder.layers.0.self_attn.out_proj.weight",
                                             "encoder.layers.0.linear1.weight",
                                             "encoder.layers.0.linear2.weight",
                                             "encoder.layers.0.norm1.weight",
                                             "encoder.layers.0.norm2.weight",
                                             "encoder.norm.weight",
                                             "decoder.layers.0.self_attn.in_proj_weight",
                                             "decoder.layers.0.self_attn.out_proj.weight",
                                             "decoder.layers.0.multihead_attn.in_proj_weight",
                                             "decoder.layers.0.multihead_attn.out_proj.weight",
                                             "decoder.layers.0.linear1.weight",
                                             "decoder.layers.0.linear2.weight",
                                             "decoder.layers.0.norm1.weight",
                                             "decoder.layers.0.norm2.weight",
                                             "decoder.layers.0.norm3.weight",
                                             "decoder.layers.1.self_attn.in_proj_weight",
                                             "decoder.layers.1.self_attn.out_proj.weight",
                                             "decoder.layers.1.multihead_attn.in_proj_weight",
                                             "decoder.layers.1.multihead_attn.out_proj.weight",
                                             "decoder.layers.1.linear1.weight",
                                             "decoder.layers.1.linear2.weight",
                                             "decoder.layers.1.norm1.weight",
                                             "decoder.layers.1.norm2.weight",
                                             "decoder.layers.1.norm3.weight",
                                             "decoder.norm.weight"}));
  const tn::NoGrad no_grad;
  const auto src = tn::randn<double>({2, 5, 4}), tgt = tn::randn<double>({2, 3, 4});
  const auto y = net(src, tgt, {.tgt = {.is_causal = true}});
  expect_values(tn::to<double>(
                    nn::to<float>(net)(tn::to<float>(src), tn::to<float>(tgt), {.tgt = {.is_causal = true}})),
                {2, 3, 4}, y.to_vector(), 2e-5);
  // The first target sees nothing of those after it.
  const auto alone = net(src, tn::narrow(tgt, 1, 0, 1), {.tgt = {.is_causal = true}});
  expect_values(tn::narrow(y, 1, 0, 1), {2, 1, 4}, alone.to_vector());
}

TEST(Transformer, MatricesBeginWithinXaviersBound) {
  const nn::Transformer<float> net(16, 2, 1, 1, {.dim_feedforward = 32});
  const double bound = std::sqrt(6.0 / (16 + 32));  // of linear1: (32, 16)
  const double largest = tn::amax(tn::abs(net.encoder.layers[0].linear1.weight.detach())).item();
  EXPECT_LT(largest, bound);
  EXPECT_GT(largest, 0.95 * bound);
}

TEST(TransformerEncoder, DropsOutInTrainingOnly) {
  const nn::TransformerEncoder<float> encoder(
      nn::TransformerEncoderLayer<float>(4, 2, {.dim_feedforward = 3}), 2);
  EXPECT_FALSE(encoder.norm);
  const auto x = tn::randn<float>({3, 2, 4});
  EXPECT_NE(encoder(x).to_vector(), encoder(x).to_vector());
  const tn::NoGrad no_grad;
  EXPECT_EQ(encoder(x).to_vector(), encoder(x).to_vector());
}

}  // namespace
