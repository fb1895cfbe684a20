#include "tenon/nn/torch_names.hpp"

#include <gtest/gtest.h>

namespace torch_names_test {

namespace nn = tn::nn;

template <class A, class B>
inline constexpr bool same = std::is_same_v<A, B>;
static_assert(same<nn::ReLU, nn::Relu> && same<nn::ReLU6, nn::Relu6> && same<nn::LeakyReLU, nn::LeakyRelu>);
static_assert(same<nn::RReLU, nn::Rrelu> && same<nn::ELU, nn::Elu> && same<nn::SELU, nn::Selu>);
static_assert(same<nn::CELU, nn::Celu> && same<nn::GELU, nn::Gelu> && same<nn::SiLU, nn::Silu>);
static_assert(same<nn::GLU, nn::Glu> && same<nn::PReLU<float>, nn::Prelu<float>>);
static_assert(same<nn::RNN<float>, nn::Rnn<float>> && same<nn::GRU<float>, nn::Gru<float>>);
static_assert(same<nn::LSTM<float>, nn::Lstm<float>> && same<nn::RNNCell<float>, nn::RnnCell<float>>);
static_assert(same<nn::GRUCell<float>, nn::GruCell<float>> && same<nn::LSTMCell<float>, nn::LstmCell<float>>);
static_assert(same<nn::RMSNorm<float>, nn::RmsNorm<float>>);
static_assert(same<nn::LPPool1d, nn::LpPool1d> && same<nn::LPPool2d, nn::LpPool2d>);
static_assert(same<nn::GCNConv<float>, nn::GcnConv<float>> && same<nn::SAGEConv<float>, nn::SageConv<float>>);
static_assert(same<nn::GATConv<float>, nn::GatConv<float>>);

TEST(TorchNames, MakeTheSameLayers) {
  const nn::LSTM<float> lstm(3, 5);
  EXPECT_EQ(tn::nn::parameters(lstm).size(), 4u);
  EXPECT_EQ(nn::LeakyReLU{.slope = 0.5}(tn::full<float>({}, -2.0f)).item(), -1);
}

}  // namespace torch_names_test
