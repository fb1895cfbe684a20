#include "tenon/nn/activation.hpp"

#include <gtest/gtest.h>

#include "support/layer_case.hpp"
#include "tenon/nn/sequential.hpp"

namespace activation_test {

namespace nn = tn::nn;
using support::expect_vector;

const tn::Tensor<double> x = tn::from<double>({-2, -0.5, 0.5, 2});

// The numbers are PyTorch's, to seven digits.
template <class Layer>
void expect_torch(const Layer& layer, const std::vector<double>& values) {
  expect_vector(layer(x), values, 1e-7);
}

TEST(Activation, ComputesWhatItsNameSays) {
  expect_torch(nn::Relu{}, {0, 0, 0.5, 2});
  expect_vector(nn::Relu6{}(tn::mul(x, 4)), {0, 0, 2, 6});
  expect_torch(nn::LeakyRelu{.slope = 0.2}, {-0.4, -0.1, 0.5, 2});
  expect_torch(nn::Elu{}, {-0.8646647, -0.3934693, 0.5, 2});
  expect_torch(nn::Selu{}, {-1.5201665, -0.6917582, 0.5253505, 2.101402});
  expect_torch(nn::Celu{}, {-0.8646647, -0.3934693, 0.5, 2});
  expect_torch(nn::Gelu{}, {-0.0455003, -0.1542688, 0.3457312, 1.9544997});
  expect_torch(nn::GeluTanh{}, {-0.0454023, -0.1542860, 0.3457140, 1.9545977});
  expect_torch(nn::Silu{}, {-0.2384058, -0.1887703, 0.3112297, 1.7615942});
  expect_torch(nn::Mish{}, {-0.2525015, -0.2207438, 0.3752452, 1.9439590});
  expect_torch(nn::Sigmoid{}, {0.1192029, 0.3775407, 0.6224593, 0.8807971});
  expect_torch(nn::LogSigmoid{}, {-2.1269280, -0.9740770, -0.4740770, -0.1269280});
  expect_torch(nn::Tanh{}, {-0.9640276, -0.4621172, 0.4621172, 0.9640276});
  expect_torch(nn::Tanhshrink{}, {-1.0359724, -0.0378828, 0.0378828, 1.0359724});
}

TEST(Activation, ComputesWhatItsMembersSay) {
  expect_torch(nn::Softplus{}, {0.1269280, 0.4740770, 0.9740770, 2.1269280});
  expect_torch(nn::Softplus{.beta = 2, .threshold = 0.5}, {0.0090749, 0.1566308, 0.5, 2});
  expect_torch(nn::Softsign{}, {-2.0 / 3, -1.0 / 3, 1.0 / 3, 2.0 / 3});
  expect_torch(nn::Softshrink{}, {-1.5, 0, 0, 1.5});
  expect_torch(nn::Hardshrink{}, {-2, 0, 0, 2});
  expect_torch(nn::Hardtanh{}, {-1, -0.5, 0.5, 1});
  expect_torch(nn::Hardtanh{.low = 0, .high = 1.5}, {0, 0, 0.5, 1.5});
  expect_torch(nn::Hardsigmoid{}, {1.0 / 6, 2.5 / 6, 3.5 / 6, 5.0 / 6});
  expect_torch(nn::Hardswish{}, {-1.0 / 3, -1.25 / 6, 1.75 / 6, 5.0 / 3});
  expect_torch(nn::Threshold{.limit = 0.1, .value = 20}, {20, 20, 0.5, 2});
  expect_torch(nn::Glu{}, {-1.2449187, -0.4403985});
  expect_torch(nn::Softmax{}, {0.0138385, 0.0620197, 0.1685871, 0.7555547});
  expect_torch(nn::Softmin{.axis = 0}, {0.7555547, 0.1685871, 0.0620197, 0.0138385});
  expect_torch(nn::LogSoftmax{}, {-4.2803030, -2.7803030, -1.7803030, -0.2803030});
  const auto image = tn::reshape(tn::cat<double>({x, x}), {1, 2, 2, 2});
  expect_vector(tn::flatten(nn::Softmax2d{}(image)), std::vector<double>(8, 0.5));
}

TEST(Activation, RandomSlopesAreTheirMeanInEvaluation) {
  EXPECT_NE(nn::Rrelu{}(x).to_vector(), nn::Rrelu{}(x).to_vector());
  const tn::NoGrad no_grad;
  expect_torch(nn::Rrelu{}, {-0.4583333, -0.1145833, 0.5, 2});
}

TEST(Activation, StandsAmongModulesWithoutANameInTheirState) {
  const nn::Sequential net{nn::Relu{}, nn::Prelu<double>(1), nn::LeakyRelu{}};
  ASSERT_EQ(nn::state(net).size(), 1u);
  EXPECT_EQ(nn::state(net)[0].name, "1.weight");
}

TEST(Prelu, IsALayer) {
  support::check_layer(nn::Prelu<double>(3), {.output = {2, 3}, .state = {"weight"}},
                       tn::randn<double>({2, 3}));
  expect_vector(nn::Prelu<double>(1)(x), {-0.5, -0.125, 0.5, 2});
}

TEST(Activation, EveryMemberHasItsEffect) {
  expect_torch(nn::Elu{.alpha = 2}, {-1.7293294, -0.7869387, 0.5, 2});
  expect_torch(nn::Celu{.alpha = 2}, {-1.2642411, -0.4423984, 0.5, 2});
  expect_torch(nn::Softshrink{.lambda = 1}, {-1, 0, 0, 1});
  expect_torch(nn::Hardshrink{.lambda = 0.25}, {-2, -0.5, 0.5, 2});
  expect_vector(nn::Prelu<double>(1, 0.5)(x), {-1, -0.25, 0.5, 2});
  const auto columns = [](const auto& layer, const std::vector<double>& values) {
    return tn::flatten(layer(tn::from(values, {2, 2})));
  };
  expect_vector(columns(nn::Glu{.axis = 0}, {1, 2, 3, 4}), {0.9525741, 1.9640276}, 1e-7);
  const double log3 = std::log(3.0);
  expect_vector(columns(nn::Softmax{.axis = 0}, {0, 1, log3, 1}), {0.25, 0.5, 0.75, 0.5});
  expect_vector(columns(nn::Softmin{.axis = 0}, {0, 1, -log3, 1}), {0.25, 0.5, 0.75, 0.5});
  expect_vector(columns(nn::LogSoftmax{.axis = 0}, {0, 1, log3, 1}),
                {std::log(0.25), std::log(0.5), std::log(0.75), std::log(0.5)});
  const nn::Rrelu slopes{.options = {.lower = 0.3, .upper = 0.5}};
  const auto drawn = slopes(x).to_vector();
  EXPECT_TRUE(drawn[0] <= -0.6 && drawn[0] >= -1) << drawn[0];
  const tn::NoGrad no_grad;
  expect_torch(slopes, {-0.8, -0.2, 0.5, 2});
}

}  // namespace activation_test
