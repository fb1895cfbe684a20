#include "tenon/nn/fold_batch_norm.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "tenon/models/vision/resnet.hpp"
#include "tenon/nn/activation.hpp"
#include "tenon/nn/sequential.hpp"

namespace fold_batch_norm_test {

namespace nn = tn::nn;
using tn::Tensor;

/// Gives a norm statistics, gains and shifts as after training.
template <class Norm>
void disturb(Norm& norm) {
  const auto shape = norm.running_mean.shape();
  norm.weight = tn::add(tn::rand<float>(shape), 0.5);
  norm.bias = tn::randn<float>(shape);
  norm.running_mean = tn::randn<float>(shape);
  norm.running_var = tn::add(tn::rand<float>(shape), 0.5);
}

template <class Model, class X>
void expect_same_after_folding(Model& model, const X& x, double tolerance) {
  const tn::NoGrad no_grad;
  nn::eval(model);
  const auto before = model(x);
  nn::fold_batch_norm(model);
  support::expect_values(model(x), before.shape(), before.to_vector(), tolerance);
}

TEST(FoldBatchNorm, KeepsTheResultOfASequence) {
  tn::manual_seed(1);
  nn::Sequential net{nn::Conv2d<float>(2, 4, 3, {.bias = false}), nn::BatchNorm2d<float>(4), nn::Relu{},
                     nn::Conv2d<float>(4, 6, 3, {.groups = 2}), nn::BatchNorm2d<float>(6, {.affine = false})};
  disturb(net.get<1>());
  net.get<4>().running_mean = tn::randn<float>({6});
  net.get<4>().running_var = tn::full<float>({6}, 3);
  expect_same_after_folding(net, tn::randn<float>({2, 2, 8, 7}), 1e-5);
  EXPECT_TRUE(net.get<1>().options.folded && net.get<4>().options.folded);
  EXPECT_EQ(nn::state(net).size(), 4u);  // weights and biases of the convolutions
  const auto once = net.get<0>().weight.to_vector();
  nn::fold_batch_norm(net);
  EXPECT_EQ(net.get<0>().weight.to_vector(), once);

  nn::Sequential dense{nn::Linear<float>(3, 5), nn::BatchNorm1d<float>(5)};
  disturb(dense.get<1>());
  expect_same_after_folding(dense, tn::randn<float>({4, 3}), 1e-5);
  EXPECT_TRUE(dense.get<1>().options.folded);
}

TEST(FoldBatchNorm, KeepsTheLogitsOfAResNet) {
  tn::manual_seed(2);
  tn::models::CifarResNet<float> net{
      {.depth = 8, .width = 4, .classes = 5, .shortcut = tn::models::Shortcut::projection}};
  disturb(net.bn1);
  for (auto* stage : {&net.layer1, &net.layer2, &net.layer3})
    for (auto& block : *stage) {
      disturb(block.bn1);
      disturb(block.bn2);
      if (block.downsample) disturb(block.downsample->get<1>());
    }
  expect_same_after_folding(net, tn::randn<float>({2, 3, 16, 16}), 1e-5);
  for (const auto& named : nn::state(net)) EXPECT_EQ(named.name.find("running"), std::string::npos);
}

TEST(FoldBatchNorm, LeavesWhatDoesNotFollowDirectly) {
  const auto halved = [](const Tensor<float>& x) { return tn::mul(x, 0.5); };
  nn::Sequential net{nn::Linear<float>(3, 5), halved, nn::BatchNorm1d<float>(5), nn::BatchNorm1d<float>(5)};
  disturb(net.get<2>());
  expect_same_after_folding(net, tn::randn<float>({4, 3}), 0);
  EXPECT_FALSE(net.get<2>().options.folded || net.get<3>().options.folded);
  struct NormFirst {
    nn::BatchNorm1d<float> bn1{3};
    nn::Linear<float> fc1{3, 3};
    nn::BatchNorm1d<float> bn2{3};
    nn::Linear<float> fc2{3, 2};
    nn::BatchNorm1d<float> bn3{3};  // of other channels
    Tensor<float> operator()(const Tensor<float>& x) const { return fc2(bn2(fc1(bn1(bn3(x))))); }
  } model;
  for (auto* norm : {&model.bn1, &model.bn2, &model.bn3}) disturb(*norm);
  expect_same_after_folding(model, tn::randn<float>({4, 3}), 0);
}

TEST(FoldBatchNorm, RefusesAModelInTraining) {
  nn::Sequential net{nn::Linear<float>(3, 5), nn::BatchNorm1d<float>(5)};
  const auto before = net.get<0>().weight.to_vector();
  support::expect_error<tn::ValueError>(
      [&] { nn::fold_batch_norm(net); },
      "[fold_batch_norm] 1 is in training, where it normalises by the batch: call nn::eval(model) first");
  EXPECT_EQ(net.get<0>().weight.to_vector(), before);
}

}  // namespace fold_batch_norm_test
