#include "tenon/nn/adaptive_softmax.hpp"

#include <gtest/gtest.h>

#include "support/layer_case.hpp"

namespace adaptive_softmax_test {

namespace nn = tn::nn;
using support::expect_error;
using support::expect_values;
using tn::from;
using tn::index_t;

TEST(AdaptiveLogSoftmaxWithLoss, IsALayer) {
  const nn::AdaptiveLogSoftmaxWithLoss<double> layer(8, 9, {2, 5}, 2, true);
  support::check_layer(layer,
                       {.output = {5},
                        .state = {"head.weight", "head.bias", "tail.0.0.weight", "tail.0.1.weight",
                                  "tail.1.0.weight", "tail.1.1.weight"}},
                       tn::randn<double>({5, 8}), from<index_t>({8, 1, 3, 0, 4}));
  EXPECT_EQ(layer.tail[1][0].weight.shape(), (tn::Shape{2, 8}));
}

TEST(AdaptiveLogSoftmaxWithLoss, AddsTheClusterAndTheClass) {
  const nn::AdaptiveLogSoftmaxWithLoss<double> layer(4, 6, {1, 3}, 2);
  const auto x = tn::randn<double>({6, 4});
  const auto all = layer.log_prob(x);
  expect_values(tn::sum(tn::exp(all), {1}), {6}, {1, 1, 1, 1, 1, 1});
  const auto [output, loss] = layer(x, from<index_t>({5, 0, 2, 3, 1, 4}));
  const auto wanted = tn::gather(all, 1, from<index_t>({{5}, {0}, {2}, {3}, {1}, {4}}));
  expect_values(output, {6}, wanted.to_vector());
  EXPECT_DOUBLE_EQ(loss.item(), -tn::mean(wanted).item());
  EXPECT_EQ(layer.predict(x).to_vector(), tn::argmax(all, 1).to_vector());
}

TEST(AdaptiveLogSoftmaxWithLoss, OfOneSampleAndOfNone) {
  const nn::AdaptiveLogSoftmaxWithLoss<double> layer(4, 6, {3});
  const auto x = tn::randn<double>({4});
  EXPECT_DOUBLE_EQ(layer(x, tn::scalar<index_t>(4)).output.item(), layer.log_prob(x).to_vector()[4]);
  EXPECT_EQ(layer.predict(x).shape(), (tn::Shape{}));
  EXPECT_EQ(layer(tn::zeros<double>({0, 4}), tn::zeros<index_t>({0})).output.shape(), (tn::Shape{0}));
}

TEST(AdaptiveLogSoftmaxErrors, NameTheCutoff) {
  const nn::AdaptiveLogSoftmaxWithLoss<float> layer(4, 6, {3});
  const auto x = tn::zeros<float>({2, 4});
  expect_error<tn::IndexError>([&] { (void)layer(x, from<index_t>({0, 6})); },
                               "[adaptive_log_softmax] target 6 is not one of 6 classes");
  expect_error<tn::ShapeError>(
      [&] { (void)layer(x, from<index_t>({0})); },
      "[adaptive_log_softmax] expected one target for each of x of shape (2, 4), got shape (1,)");
  expect_error<tn::ShapeError>([&] { (void)layer.log_prob(tn::zeros<float>({2, 3})); },
                               "[adaptive_log_softmax] expected x of shape (N, 4) or (4,), got (2, 3)");
  expect_error<tn::ValueError>([] { nn::AdaptiveLogSoftmaxWithLoss<float>(4, 6, {3, 3}); },
                               "[adaptive_log_softmax] cutoff 3 is not above 3");
  expect_error<tn::ValueError>([] { nn::AdaptiveLogSoftmaxWithLoss<float>(4, 6, {6}); },
                               "[adaptive_log_softmax] cutoff 6 is not above 6");
  expect_error<tn::ValueError>([] { nn::AdaptiveLogSoftmaxWithLoss<float>(4, 6, {}); },
                               "[adaptive_log_softmax] expected at least one cutoff");
}

}  // namespace adaptive_softmax_test
