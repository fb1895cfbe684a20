#include "tenon/nn/recurrent_cell.hpp"

#include <gtest/gtest.h>

#include "support/layer_case.hpp"
#include "tenon/nn/recurrent.hpp"

namespace recurrent_cell_test {

namespace nn = tn::nn;
using support::check_layer;
using support::expect_values;

const std::vector<std::string> names{"weight_ih", "weight_hh", "bias_ih", "bias_hh"};

TEST(RecurrentCell, AreLayers) {
  const auto x = tn::randn<double>({3, 2}), h = tn::randn<double>({3, 4});
  check_layer(nn::RnnCell<double>(2, 4), {.output = {3, 4}, .state = names}, x, h);
  check_layer(nn::GruCell<double>(2, 4, false), {.output = {3, 4}, .state = {"weight_ih", "weight_hh"}}, x,
              h);
  check_layer(nn::LstmCell<double>(2, 4), {.output = {3, 4}, .state = names}, x);
}

TEST(RecurrentCell, OneStepIsASequenceOfOne) {
  nn::LstmCell<double> cell(2, 4);
  nn::Lstm<double> lstm(2, 4);
  auto& direction = lstm.directions[0];
  direction.weight_ih = cell.weight_ih;
  direction.weight_hh = cell.weight_hh;
  direction.bias_ih = cell.bias_ih;
  direction.bias_hh = cell.bias_hh;
  const auto x = tn::randn<double>({3, 2});
  const auto step = cell(x);
  const auto sequence = lstm(tn::unsqueeze(x, 0));
  expect_values(step.hidden, {3, 4}, sequence.output.to_vector());
  expect_values(step.cell, {3, 4}, sequence.cell.to_vector());
}

TEST(RecurrentCell, EveryOptionHasItsEffect) {
  nn::RnnCell<double> cell(1, 1, false, tn::Nonlinearity::relu);
  EXPECT_FALSE(cell.bias_ih.defined());
  EXPECT_FALSE((nn::LstmCell<double>(1, 1, false).bias_ih.defined()));
  cell.weight_ih = tn::ones<double>({1, 1});
  cell.weight_hh = tn::ones<double>({1, 1});
  expect_values(cell(tn::from<double>({2, -9}, {2, 1}), tn::ones<double>({2, 1})), {2, 1}, {3, 0});
}

}  // namespace recurrent_cell_test
