#include "tenon/nn/weight_norm.hpp"

#include <gtest/gtest.h>

#include "support/layer_case.hpp"
#include "tenon/nn/conv.hpp"
#include "tenon/nn/linear.hpp"
#include "tenon/ops/shape/diagonal.hpp"

namespace weight_norm_test {

namespace nn = tn::nn;
using support::expect_values;
using tn::Shape;

TEST(WeightNorm, WrapsALayer) {
  const auto x = tn::randn<double>({4, 3});
  const nn::Linear<double> linear(3, 2);
  const nn::WeightNorm layer{linear};
  expect_values(layer(x), {4, 2}, linear(x).to_vector());  // it begins with the layer's weight
  EXPECT_EQ(layer.weight_g.shape(), (Shape{2, 1}));
  support::check_layer(layer, {.output = {4, 2}, .state = {"bias", "weight_g", "weight_v"}}, x);
  support::check_layer(nn::WeightNorm(nn::Conv1d<double>(2, 3, 2, {.bias = false}), {}),
                       {.output = {1, 3, 4}, .state = {"weight_g", "weight_v"}},
                       tn::randn<double>({1, 2, 5}));
  const nn::WeightNorm other(nn::ConvTranspose1d<double>(2, 3, 2), 1);
  EXPECT_EQ(other.weight_g.shape(), (Shape{1, 3, 1}));
  support::check_layer(nn::WeightNorm(nn::Bilinear<double>(2, 3, 2)),
                       {.output = {4, 2}, .state = {"bias", "weight_g", "weight_v"}},
                       tn::randn<double>({4, 2}), x);
}

TEST(WeightNorm, IsAMemberLikeAnyOther) {
  struct Net {
    nn::WeightNorm<nn::Linear<float>> in{nn::Linear<float>(3, 2)};
    nn::SpectralNorm<nn::Linear<float>> out{nn::Linear<float>(2, 1)};
  };
  const Net net;
  std::vector<std::string> names;
  for (const auto& named : nn::state(net)) names.push_back(named.name);
  EXPECT_EQ(names, (std::vector<std::string>{"in.bias", "in.weight_g", "in.weight_v", "out.bias",
                                             "out.weight_orig", "out.weight_u", "out.weight_v"}));
  EXPECT_EQ(nn::parameters(net).size(), 5u);
}

TEST(SpectralNorm, WrapsALayer) {
  tn::manual_seed(2);
  nn::SpectralNorm layer(nn::Linear<double>(3, 2));
  nn::eval(layer);  // where the vectors stand still
  support::check_layer(layer, {.output = {4, 2}, .state = {"bias", "weight_orig", "weight_u", "weight_v"}},
                       tn::randn<double>({4, 3}));
  const nn::SpectralNorm turned(nn::ConvTranspose2d<double>(2, 3, 2));
  EXPECT_EQ(turned.weight_u.shape(), (Shape{3}));
  EXPECT_EQ(turned.weight_v.shape(), (Shape{8}));
  const nn::SpectralNorm conv(
      nn::Conv2d<double>(2, 3, 2, {.padding = {1}, .padding_mode = tn::PadMode::circular}));
  EXPECT_EQ(conv(tn::randn<double>({1, 2, 4, 4})).shape(), (Shape{1, 3, 5, 5}));
}

TEST(SpectralNorm, ImprovesItsVectorsInTrainingAlone) {
  tn::manual_seed(3);
  const nn::SpectralNorm layer(nn::Linear<double>(3, 3));
  const auto x = tn::eye<double>(3);
  const auto before = layer.weight_u.to_vector();
  EXPECT_NEAR(tn::norm(layer.weight_u.detach()).item(), 1, 1e-14);
  {
    const tn::NoGrad no_grad;
    (void)layer(x);
    EXPECT_EQ(layer.weight_u.to_vector(), before);
  }
  for (int i = 0; i < 500; ++i) (void)layer(x);
  const auto w = layer.weight().detach();
  // The largest singular value is 1: |W v| = 1, and no vector becomes longer.
  EXPECT_NEAR(tn::norm(tn::matmul(w, layer.weight_v.detach())).item(), 1, 1e-9);
  const auto gram = tn::matmul(tn::transpose(w, 0, 1), w);
  EXPECT_LE(tn::trace(tn::matmul(gram, tn::matmul(gram, gram))).item(), tn::trace(gram).item());
}

}  // namespace weight_norm_test
