#include "tenon/nn/recurrent.hpp"

#include <gtest/gtest.h>

#include "support/layer_case.hpp"

namespace recurrent_test {

namespace nn = tn::nn;
using support::check_layer;
using support::expect_error;
using support::expect_values;
using tn::index_t;

const std::vector<std::string> one_layer{"weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"};

TEST(Recurrent, AreLayers) {
  const auto x = tn::randn<double>({4, 3, 2});
  check_layer(nn::Rnn<double>(2, 5), {.output = {4, 3, 5}, .state = one_layer}, x);
  check_layer(nn::Gru<double>(2, 5), {.output = {4, 3, 5}, .state = one_layer}, x);
  check_layer(nn::Lstm<double>(2, 5), {.output = {4, 3, 5}, .state = one_layer}, x);
}

TEST(Recurrent, NamesOfLayersDirectionsAndProjectionsAreThoseOfPyTorch) {
  const nn::Lstm<double> lstm(
      2, 5, {.num_layers = 2, .bias = false, .batch_first = true, .bidirectional = true, .proj_size = 3});
  check_layer(
      lstm,
      {.output = {4, 3, 6},
       .state = {"weight_ih_l0", "weight_hh_l0", "weight_hr_l0", "weight_ih_l0_reverse",
                 "weight_hh_l0_reverse", "weight_hr_l0_reverse", "weight_ih_l1", "weight_hh_l1",
                 "weight_hr_l1", "weight_ih_l1_reverse", "weight_hh_l1_reverse", "weight_hr_l1_reverse"}},
      tn::randn<double>({4, 3, 2}));
  EXPECT_EQ(lstm.macs({4, 3, 2}, {}), 12 * 2 * (20 * 2 + 20 * 3 + 3 * 5 + 20 * 6 + 20 * 3 + 3 * 5));
}

TEST(Recurrent, AStateIsCarriedFromPartToPart) {
  const nn::Lstm<double> lstm(2, 3);
  const auto x = tn::randn<double>({5, 1, 2});
  const auto whole = lstm(x);
  const auto first = lstm(tn::narrow(x, 0, 0, 2));
  const auto second = lstm(tn::narrow(x, 0, 2, 3), {first.hidden, first.cell});
  expect_values(second.output, {3, 1, 3}, tn::narrow(whole.output, 0, 2, 3).to_vector());
  expect_values(second.cell, {1, 1, 3}, whole.cell.to_vector());
}

TEST(Recurrent, SequencesEndWhereTheirLengthsSay) {
  const nn::Gru<double> gru(2, 3, {.batch_first = true, .bidirectional = true});
  const auto x = tn::randn<double>({2, 4, 2});
  const auto result = gru(x, {}, {4, 2});
  const auto alone = gru(tn::narrow(tn::narrow(x, 0, 1, 1), 1, 0, 2));
  expect_values(tn::narrow(tn::narrow(result.output, 0, 1, 1), 1, 0, 2), {1, 2, 6}, alone.output.to_vector());
  expect_values(tn::narrow(tn::narrow(result.output, 0, 1, 1), 1, 2, 2), {1, 2, 6}, std::vector<double>(12));
  expect_values(tn::narrow(result.hidden, 1, 1, 1), {2, 1, 3}, alone.hidden.to_vector());
}

TEST(Recurrent, DropoutIsBetweenLayersAndInTrainingOnly) {
  const nn::Rnn<double> net(2, 50, {.num_layers = 2, .dropout = 0.5});
  const auto x = tn::randn<double>({2, 1, 2});
  EXPECT_NE(net(x).output.to_vector(), net(x).output.to_vector());
  const tn::NoGrad no_grad;
  EXPECT_EQ(net(x).output.to_vector(), net(x).output.to_vector());
}

TEST(Recurrent, WhatDoesNotFitIsSaid) {
  expect_error<tn::ValueError>([] { nn::Gru<float>(2, 3, {.proj_size = 1}); },
                               "[gru] only an lstm's state is projected");
  expect_error<tn::ValueError>([] { nn::Lstm<float>(2, 3, {.proj_size = 3}); },
                               "[lstm] the projected state's extent 3 is not below that of the state, 3");
  expect_error<tn::ValueError>([] { nn::Rnn<float>(2, 0); },
                               "[rnn] expected a positive number of inputs, got 0");
}

TEST(Recurrent, EveryOptionHasItsEffect) {
  nn::Rnn<double> relu(1, 1, {.bias = false, .nonlinearity = tn::Nonlinearity::relu});
  relu.directions[0].weight_ih = tn::ones<double>({1, 1});
  relu.directions[0].weight_hh = tn::ones<double>({1, 1});
  const auto x = tn::from<double>({2, 3, -9, 1}, {4, 1, 1});
  expect_values(relu(x).output, {4, 1, 1}, {2, 5, 0, 1});
  expect_values(relu(x, tn::full<double>({1, 1, 1}, 10)).output, {4, 1, 1}, {12, 15, 6, 7});
  // Where everything is dropped, the second layer reads zeros; nothing is dropped after it.
  const nn::Gru<double> dropped(1, 2, {.num_layers = 2, .dropout = 1});
  EXPECT_EQ(dropped(x).output.to_vector(), dropped(x * 2).output.to_vector());
  EXPECT_NE(tn::amax(tn::abs(dropped(x).output)).item(), 0);
  const nn::Lstm<double> plain(1, 2, {.dropout = 1});
  EXPECT_NE(plain(x).output.to_vector(), plain(x * 2).output.to_vector());
}

}  // namespace recurrent_test
