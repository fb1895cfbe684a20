#include "tenon/nn/error_path.hpp"

#include "support/expect.hpp"
#include "tenon/autograd/grad.hpp"
#include "tenon/graph/anomaly.hpp"
#include "tenon/nn/activation.hpp"
#include "tenon/nn/attention.hpp"
#include "tenon/nn/linear.hpp"
#include "tenon/nn/recurrent.hpp"
#include "tenon/nn/sequential.hpp"
#include "tenon/ops/elementwise/unary.hpp"

namespace error_path_test {

namespace nn = tn::nn;
using support::expect_error;
using tn::Tensor;

struct Attention {
  nn::Linear<float> fc1{32, 32}, fc2{31, 8};
};
struct Block {
  Attention attn;
  Tensor<float> operator()(const Tensor<float>& x) const { return attn.fc2(attn.fc1(x)); }
};
struct Net {
  std::vector<Block> blocks = std::vector<Block>(2);
  nn::Lstm<float> memory{4, 2};
  nn::Sequential<nn::Linear<float>, nn::Relu> tail{nn::Linear<float>(2, 2), nn::Relu{}};
  Tensor<float> operator()(const Tensor<float>& x) const { return blocks[1](x); }
};

TEST(ErrorPath, NamesTheLayer) {
  const Net net;
  const auto x = tn::zeros<float>({3, 32});
  const std::string message = "[linear] x of shape (3, 32) does not fit the weight's shape (8, 31)";
  expect_error<tn::ShapeError>([&] { nn::with_paths(net, [&] { net(x); }); },
                               "blocks.1.attn.fc2: " + message);
  expect_error<tn::ShapeError>([&] { net(x); }, message);
  expect_error<tn::ShapeError>(
      [&] { nn::with_paths(net, [&] { net.memory(tn::zeros<float>({1, 1, 3})); }); },
      "memory: [lstm] the input of shape (1, 1, 3) has 3 features, the weights are for 4");
  expect_error<tn::ShapeError>([&] { nn::with_paths(net, [&] { net.tail(x); }); },
                               "tail.0: [linear] x of shape (3, 32) does not fit the weight's shape (2, 2)");
}

TEST(ErrorPath, OthersStayAsTheyAre) {
  const Net net;
  const nn::Linear<float> stranger(2, 2);
  expect_error<tn::ShapeError>([&] { nn::with_paths(net, [&] { stranger(tn::zeros<float>({3})); }); },
                               "[linear] x of shape (3,) does not fit the weight's shape (2, 2)");
  expect_error<tn::ValueError>([&] { nn::with_paths(net, [] { tn::fail<tn::ValueError>("op", "why"); }); },
                               "[op] why");
  EXPECT_EQ(nn::with_paths(net, [] { return 3; }), 3);
}

TEST(AnomalyMode, NamesOperationAndLayerOfTheForwardPass) {
  Net net;
  tn::fill_(net.blocks[1].attn.fc1.bias.requires_grad_(false), INFINITY);
  const tn::AnomalyMode search;
  const auto forward = [&] { net.blocks[1].attn.fc1(tn::ones<float>({1, 32})); };
  expect_error<tn::ValueError>([&] { nn::with_paths(net, forward); },
                               "blocks.1.attn.fc1: [linear] the forward pass made an infinity: element 0 of "
                               "a tensor of shape (1, 32)");
}

struct Root {
  nn::Linear<double> layer{2, 1};
  Tensor<double> operator()(const Tensor<double>& x) const { return tn::sqrt(layer(x)); }
};

TEST(AnomalyMode, NamesOperationOfTheBackwardPass) {
  Root net;
  net.layer.weight = tn::zeros<double>({1, 2});
  net.layer.bias = tn::zeros<double>({1});
  const auto loss = [&] { return tn::reshape(net(tn::ones<double>({1, 2})), {}); };
  EXPECT_NO_THROW(tn::backward(loss()));
  const tn::AnomalyMode search;
  expect_error<tn::ValueError>(
      [&] { tn::backward(loss()); },
      "[sqrt] the backward pass made an infinity: element 0 of a tensor of shape (1, 1)");
}

TEST(AnomalyMode, EndsWithItsScope) {
  {
    const tn::AnomalyMode search;
  }
  auto x = tn::from<float>({-1}).requires_grad_();
  EXPECT_NO_THROW(static_cast<void>(tn::log(x)));
  const tn::AnomalyMode search;
  expect_error<tn::ValueError>([&] { static_cast<void>(tn::log(x)); },
                               "[log] the forward pass made a NaN: element 0 of a tensor of shape (1,)");
}

}  // namespace error_path_test
