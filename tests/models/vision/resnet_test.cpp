#include "tenon/models/vision/resnet.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "support/expect.hpp"
#include "tenon/autograd/grad.hpp"
#include "tenon/backend/conv_algorithm.hpp"
#include "tenon/data/cifar10.hpp"
#include "tenon/data/image.hpp"
#include "tenon/io/model_file.hpp"
#include "tenon/io/npy.hpp"
#include "tenon/nn/convert.hpp"
#include "tenon/nn/fold_batch_norm.hpp"
#include "tenon/ops/loss/loss.hpp"
#include "tenon/optim/sgd.hpp"

namespace resnet_test {

namespace nn = tn::nn;
using support::expect_error;
using tn::models::BasicBlock;
using tn::models::CifarResNet;
using tn::models::Shortcut;

// The block's numbers are tested by the golden harness.
TEST(BasicBlock, ProjectsOnlyWhereShapesDiffer) {
  EXPECT_FALSE(BasicBlock<float>(4, 4).downsample);
  EXPECT_TRUE(BasicBlock<float>(4, 4, 2).downsample);
  EXPECT_TRUE(BasicBlock<float>(4, 8).downsample);
  EXPECT_FALSE(BasicBlock<float>(4, 8, 2, Shortcut::zeros).downsample);
  expect_error<tn::ValueError>([] { BasicBlock<float>(8, 4, 1, Shortcut::zeros); },
                               "[basic_block] channels of zeros cannot make 4 of 8");
}

TEST(BasicBlock, ShortcutOfZerosTakesEveryOtherPixelIntoTheMiddle) {
  BasicBlock<double> block(2, 4, 2, Shortcut::zeros);
  for (auto* conv : {&block.conv1, &block.conv2}) conv->weight = tn::zeros<double>(conv->weight.shape());
  const auto x = tn::arange<double>(30);
  const auto y = block(tn::reshape(x, {1, 2, 3, 5}));  // relu of 0 plus the shortcut
  ASSERT_EQ(y.shape(), (tn::Shape{1, 4, 2, 3}));
  std::vector<double> expected(24, 0.0);
  const std::vector<double> seen{0, 2, 4, 10, 12, 14, 15, 17, 19, 25, 27, 29};
  std::copy(seen.begin(), seen.end(), expected.begin() + 6);
  support::expect_values(y, {1, 4, 2, 3}, expected);
}

TEST(CifarResNet, HasTheLayersOfThePaper) {
  const CifarResNet<float> net{{}};
  EXPECT_EQ(nn::parameter_count(net), 269722);
  EXPECT_EQ(nn::parameter_count(CifarResNet<float>{{.depth = 32}}), 464154);  // He et al.: 0.46 M
  EXPECT_EQ(nn::parameters(net).size(), 3u + 9 * 6 + 2);
  // A projection for each of the two blocks that change extents: 16 x 32 and 32 x 64 weights, 2 x (32 + 64).
  EXPECT_EQ(nn::parameter_count(CifarResNet<float>{{.shortcut = Shortcut::projection}}),
            269722 + 512 + 2048 + 192);
  expect_error<tn::ValueError>([] { CifarResNet<float>{{.depth = 18}}; },
                               "[cifar_resnet] expected a depth of 8, 14, 20, 26, …, got 18");
}

TEST(CifarResNet, ConvertsToAnotherScalarType) {
  const CifarResNet<float> net{{.depth = 8, .channels = 1, .width = 4, .classes = 3}};
  const auto x = tn::randn<float>({2, 1, 9, 8});
  const tn::NoGrad no_grad;
  const auto y = net(x);
  ASSERT_EQ(y.shape(), (tn::Shape{2, 3}));
  support::expect_values(tn::to<float>(nn::to<double>(net)(tn::to<double>(x))), {2, 3}, y.to_vector(), 1e-4);
}

/// Losses of a ResNet-8 over some steps from the same beginning, with the convolutions computed in one way.
std::vector<float> losses_of_training(tn::ConvAlgorithm algorithm) {
  tn::manual_seed(3);
  CifarResNet<float> net{{.depth = 8, .classes = 4}};
  const auto images = tn::randn<float>({16, 3, 32, 32});
  const auto labels = tn::randint<tn::index_t>(0, 4, {16});
  tn::optim::Sgd<float> sgd(nn::parameters(net), {.lr = 0.05, .momentum = 0.9});
  std::vector<float> losses;
  tn::set_conv_algorithm(algorithm);
  for (int step = 0; step < 8; ++step) {
    const auto loss = tn::cross_entropy(net(images), labels);
    sgd.step(tn::grad(loss, sgd.parameters()));
    losses.push_back(loss.item());
  }
  tn::set_conv_algorithm(tn::ConvAlgorithm::automatic);
  return losses;
}

// LeNet-5 has no convolution that Winograd's algorithm computes. Here each of the eight steps carries its
// error of about 1e-6 on.
TEST(CifarResNet, TrainsAlikeWithWinogradAndWithout) {
  const auto direct = losses_of_training(tn::ConvAlgorithm::direct),
             winograd = losses_of_training(tn::ConvAlgorithm::winograd);
  EXPECT_LT(direct.back(), 0.8 * direct.front());
  EXPECT_NE(direct, winograd);  // both ways were taken
  for (std::size_t step = 0; step < direct.size(); ++step)
    EXPECT_NEAR(winograd[step], direct[step], 1e-3 * direct.front()) << "step " << step;
}

TEST(CifarResNet, PublishedWeightsGiveThePublishedAnswers) {
  const char* data = std::getenv("TENON_DATA");
  if (!data) GTEST_SKIP() << "TENON_DATA does not name the folder of data sets";
  const std::string folder = std::string(data) + "/pretrained/resnet20-cifar10/";
  CifarResNet<float> net{{}};
  // The file was made before PyTorch counted batches.
  tn::io::load(folder + "resnet20.safetensors", net, {.ignore = {"{any*}.num_batches_tracked"}});
  const auto [pixels, labels] = tn::data::read_cifar10({folder + "batch200.bin"}).tensors();
  const auto images =
      tn::data::scale_planes<float>(pixels, {.mean = {0.485, 0.456, 0.406}, .std = {0.229, 0.224, 0.225}});
  const tn::NoGrad no_grad;
  const auto scores = net(images);
  const auto expected = tn::io::load_npy<float>(folder + "batch200_logits.npy");
  support::expect_values(scores, {200, 10}, expected.to_vector(), 1e-4);
  EXPECT_EQ(tn::sum(tn::to<tn::index_t>(tn::eq(tn::argmax(scores, 1), labels))).item(), 160);
  nn::fold_batch_norm(net);  // moves roundings of 19 convolutions: more than 1e-5, within the same 1e-4
  support::expect_values(net(images), {200, 10}, scores.to_vector(), 1e-4);
}

}  // namespace resnet_test
