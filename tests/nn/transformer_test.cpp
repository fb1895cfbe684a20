#include "tenon/nn/transformer.hpp"
#include "tenon/ops/index/select.hpp"

#include <gtest/gtest.h>

#include "support/layer_case.hpp"

namespace transformer_test {

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
  for (const auto& named : nn::state(net))
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

/// What a layer is by its parts: the sum of x and a part, normalised before or after.
tn::Tensor<double> by_hand(const nn::TransformerEncoderLayer<double>& layer, const tn::Tensor<double>& x) {
  const auto& o = layer.options;
  const auto feed = [&](const tn::Tensor<double>& y) {
    const auto hidden = layer.linear1(y);
    return layer.linear2(o.activation == gelu ? tn::gelu(hidden) : tn::relu(hidden));
  };
  if (o.norm_first) {
    const auto y = layer.norm1(x), h = x + layer.self_attn(y, y, y);
    return h + feed(layer.norm2(h));
  }
  const auto h = layer.norm1(x + layer.self_attn(x, x, x));
  return layer.norm2(h + feed(h));
}

TEST(TransformerEncoderLayer, EveryOptionHasItsEffect) {
  const auto x = tn::randn<double>({3, 2, 4});
  const auto make = [](nn::TransformerLayerOptions options) {
    options.dim_feedforward = 5;
    return nn::TransformerEncoderLayer<double>(4, 2, options);
  };
  for (const bool norm_first : {false, true})
    for (const auto activation : {nn::TransformerLayerOptions::Activation::relu, gelu}) {
      const auto layer = make({.dropout = 0, .activation = activation, .norm_first = norm_first});
      expect_values(layer(x), {3, 2, 4}, by_hand(layer, x).to_vector());
    }
  auto layer = make({.dropout = 0, .layer_norm_eps = 0.5});
  EXPECT_EQ(layer.norm1.options.eps, 0.5);
  EXPECT_EQ(layer.norm2.options.eps, 0.5);
  const auto y = layer(x);
  layer.options.batch_first = layer.self_attn.options.batch_first = true;
  expect_values(tn::transpose(layer(tn::transpose(x, 0, 1)), 0, 1), {3, 2, 4}, y.to_vector());
  EXPECT_TRUE(make({.batch_first = true}).self_attn.options.batch_first);
  for (const auto& named : nn::state(make({.bias = false})))
    EXPECT_TRUE(named.name.ends_with("weight")) << named.name;
  EXPECT_EQ(make({.dropout = 0.3}).self_attn.options.dropout, 0.3);
  // Where everything is dropped, nothing is added.
  const auto dropped = make({.dropout = 1});
  expect_values(dropped(x), {3, 2, 4}, dropped.norm2(dropped.norm1(x)).to_vector());
  EXPECT_EQ(make({.dropout = 1, .norm_first = true})(x).to_vector(), x.to_vector());
}

TEST(TransformerDecoderLayer, EveryOptionHasItsEffect) {
  const auto x = tn::randn<double>({3, 2, 4}), memory = tn::randn<double>({5, 2, 4});
  for (const bool norm_first : {false, true}) {
    const nn::TransformerDecoderLayer<double> layer(
        4, 2, {.dim_feedforward = 5, .dropout = 0, .layer_norm_eps = 0.5, .norm_first = norm_first});
    for (const auto* norm : {&layer.norm1, &layer.norm2, &layer.norm3}) EXPECT_EQ(norm->options.eps, 0.5);
    const auto part = [&](const tn::Tensor<double>& h, const auto& norm, const auto& of) {
      return norm_first ? h + of(norm(h)) : norm(h + of(h));
    };
    auto h = part(x, layer.norm1, [&](const auto& y) { return layer.self_attn(y, y, y); });
    h = part(h, layer.norm2, [&](const auto& y) { return layer.multihead_attn(y, memory, memory); });
    h = part(h, layer.norm3, [&](const auto& y) { return layer.linear2(tn::relu(layer.linear1(y))); });
    expect_values(layer(x, memory), {3, 2, 4}, h.to_vector());
  }
  const nn::TransformerDecoderLayer<double> layer(4, 2, {.dropout = 0.3, .batch_first = true});
  for (const auto* attention : {&layer.self_attn, &layer.multihead_attn}) {
    EXPECT_EQ(attention->options.dropout, 0.3);
    EXPECT_TRUE(attention->options.batch_first);
  }
}

// A source that is masked everywhere does not matter, nor does a target for those that may not see it.
TEST(Transformer, HandsEachMaskToItsAttention) {
  const nn::Transformer<double> net(4, 2, 1, 1, {.dim_feedforward = 3, .dropout = 0, .batch_first = true});
  const auto src = tn::randn<double>({1, 3, 4}), tgt = tn::randn<double>({1, 2, 4});
  const auto spoiled = [](const tn::Tensor<double>& x, tn::index_t at) {
    auto y = tn::clone(x);
    auto row = tn::select(y, 1, at);
    tn::fill_(row, 5);
    return y;
  };
  const auto last_of_three = tn::from<bool>({false, false, true}, {1, 3});
  const nn::TransformerMasks<double> none, sources{.src = {.key_padding_mask = last_of_three}},
      memory{.memory = {.key_padding_mask = last_of_three}},
      both{.src = {.key_padding_mask = last_of_three}, .memory = {.key_padding_mask = last_of_three}},
      targets{.tgt = {.key_padding_mask = tn::from<bool>({false, true}, {1, 2})}};
  const auto differs = [&](const nn::TransformerMasks<double>& masks) {
    const auto y = net(src, tgt, masks), z = net(spoiled(src, 2), tgt, masks);
    return tn::amax(tn::abs(y - z)).item() > 1e-9;
  };
  EXPECT_TRUE(differs(none));
  EXPECT_TRUE(differs(sources));
  EXPECT_TRUE(differs(memory));
  EXPECT_FALSE(differs(both));
  const auto first = [&](const tn::Tensor<double>& t, const nn::TransformerMasks<double>& masks) {
    return tn::narrow(net(src, t, masks), 1, 0, 1).to_vector();
  };
  EXPECT_NE(first(spoiled(tgt, 1), none), first(tgt, none));
  EXPECT_EQ(first(spoiled(tgt, 1), targets), first(tgt, targets));
}

}  // namespace transformer_test
