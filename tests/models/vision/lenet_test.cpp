#include "tenon/models/vision/lenet.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "support/expect.hpp"
#include "tenon/data/idx.hpp"
#include "tenon/data/image.hpp"
#include "tenon/io/model_file.hpp"
#include "tenon/io/npy.hpp"

namespace lenet_test {

namespace nn = tn::nn;
using tn::models::LeNet5;
using tn::models::MnistCnn;

TEST(LeNet5, HasTheLayersOfThePaper) {
  const LeNet5<float> net{{}};
  const auto scores = net(tn::randn<float>({3, 1, 28, 28}));
  EXPECT_EQ(scores.shape(), (tn::Shape{3, 10}));
  // (25 + 1) 6 + (150 + 1) 16 + (400 + 1) 120 + (120 + 1) 84 + (84 + 1) 10
  EXPECT_EQ(nn::parameter_count(net), 61706);
  EXPECT_EQ(nn::state(net)[0].name, "conv1.weight");
  EXPECT_EQ(nn::state(net)[9].name, "fc3.bias");
  const LeNet5<float> wide{{.channels = 3, .size = 32, .classes = 4}};
  EXPECT_EQ(wide(tn::randn<float>({2, 3, 32, 32})).shape(), (tn::Shape{2, 4}));
  support::expect_error<tn::ValueError>(
      [] { LeNet5<float>{{.size = 30}}; },
      "[lenet5] expected images of a size that is a multiple of 4, at least 12, got 30");
}

TEST(LeNet5, ClassicIsBoundedAndAverages) {
  LeNet5<double> net{{.classic = true}};
  // All weights 0, one bias of conv1: 1.7159 tanh(2/3) everywhere, through means unchanged.
  for (auto& parameter : nn::named_parameters(net)) {
    const tn::NoGrad no_grad;
    tn::fill_(parameter.tensor, 0);
  }
  net.conv1.bias = tn::ones<double>({6});
  net.conv2.weight = tn::nn::init::dirac<double>({16, 6, 5, 5});
  const double first = 1.7159 * std::tanh(2.0 / 3), second = 1.7159 * std::tanh(first * 2 / 3);
  net.fc1.weight = tn::full<double>({120, 400}, 1.0 / 150);  // the mean of the 6 x 25 that are not 0
  const double third = 1.7159 * std::tanh(second * 2 / 3), fourth = 1.7159 * std::tanh(third * 2 / 3);
  net.fc2.weight = tn::full<double>({84, 120}, 1.0 / 120);
  net.fc3.weight = tn::full<double>({10, 84}, 1.0 / 84);
  support::expect_values(net(tn::randn<double>({1, 1, 28, 28})), {1, 10}, std::vector<double>(10, fourth),
                         1e-12);
}

TEST(MnistCnn, PublishedWeightsGiveThePublishedAnswers) {
  const char* folder = std::getenv("TENON_DATA");
  if (!folder) GTEST_SKIP() << "TENON_DATA does not name the folder of data sets";
  const std::string data = folder;
  MnistCnn<float> net;
  tn::io::load(data + "/pretrained/mnist-cnn/mnist.safetensors", net);
  const auto pixels = tn::data::read_idx<std::uint8_t>(data + "/mnist/test5k-images-idx3-ubyte.gz");
  const auto labels = tn::data::read_idx<tn::index_t>(data + "/mnist/test5k-labels-idx1-ubyte.gz");
  const auto images =
      tn::data::scale_planes<float>(tn::unsqueeze(pixels, 1), {.mean = {0.1307}, .std = {0.3081}});
  const tn::NoGrad no_grad;
  const auto expected = tn::io::load_npy<float>(data + "/pretrained/mnist-cnn/logprobs_test5k_first16.npy");
  support::expect_values(net(tn::narrow(images, 0, 0, 16)), {16, 10}, expected.to_vector(), 1e-4);
  tn::index_t right = 0;
  for (tn::index_t first = 0; first < 5000; first += 500) {
    const auto guesses = tn::argmax(net(tn::narrow(images, 0, first, 500)), 1);
    right += tn::sum(tn::to<tn::index_t>(tn::eq(guesses, tn::narrow(labels, 0, first, 500)))).item();
  }
  EXPECT_EQ(right, 4960);
}

}  // namespace lenet_test
