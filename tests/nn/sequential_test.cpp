#include "tenon/nn/sequential.hpp"

#include <gtest/gtest.h>

#include "support/layer_case.hpp"
#include "tenon/nn/any_module.hpp"
#include "tenon/nn/linear.hpp"

namespace sequential_test {

namespace nn = tn::nn;
using support::expect_values;
using tn::Tensor;

struct Tanh {
  template <class T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return tn::tanh(x);
  }
};

TEST(Sequential, IsALayerNamedByPositions) {
  const nn::Sequential net{nn::Linear<double>(3, 4), Tanh{}, nn::Linear<double>(4, 2, false)};
  support::check_layer(net, {.output = {5, 2}, .state = {"0.weight", "0.bias", "2.weight"}},
                       tn::randn<double>({5, 3}));
}

TEST(Sequential, ModulesByPosition) {
  nn::Sequential net{nn::Linear<float>(1, 1, false), Tanh{}};
  net.get<0>().weight = tn::from<float>({2}, {1, 1});
  expect_values(net(tn::from<float>({0.5}, {1, 1})), {1, 1}, {std::tanh(1.0f)});
  const auto& constant = net;
  EXPECT_EQ(constant.get<0>().weight.at({0, 0}), 2);
}

TEST(AnyModule, ASequenceMadeAtRunTime) {
  std::vector<nn::AnyModule<float>> layers;
  layers.push_back(nn::Linear<float>(2, 3));
  layers.push_back(Tanh{});
  layers.push_back(nn::Linear<float>(3, 1, false));
  const auto x = tn::randn<float>({4, 2});
  Tensor<float> y = x;
  for (const auto& layer : layers) y = layer(y);
  EXPECT_EQ(y.shape(), (tn::Shape{4, 1}));
  std::vector<std::string> names;
  for (const auto& named : nn::named_parameters(layers)) names.push_back(named.name);
  EXPECT_EQ(names, (std::vector<std::string>{"0.weight", "0.bias", "2.weight"}));
}

TEST(AnyModule, CopiesHaveWeightsOfTheirOwn) {
  const nn::AnyModule<float> layer = nn::Linear<float>(2, 1);
  const nn::AnyModule<float> copy = layer;
  const auto* held = layer.get<nn::Linear<float>>();
  ASSERT_NE(held, nullptr);
  EXPECT_NE(held->weight.data(), copy.get<nn::Linear<float>>()->weight.data());
  EXPECT_EQ(held->weight.to_vector(), copy.get<nn::Linear<float>>()->weight.to_vector());
  EXPECT_EQ(layer.get<Tanh>(), nullptr);
  support::expect_error<tn::ValueError>([] { nn::AnyModule<float>()(tn::zeros<float>({1})); },
                                        "[any_module] it holds no module");
}

}  // namespace sequential_test
