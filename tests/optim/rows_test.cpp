#include "tenon/optim/rows.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "tenon/ops/nn/embedding.hpp"
#include "tenon/optim/adagrad.hpp"
#include "tenon/optim/adam.hpp"
#include "tenon/optim/sgd.hpp"

namespace rows_test {

using support::expect_error;
using support::expect_values;
using tn::from;
using tn::index_t;
using tn::Tensor;
namespace optim = tn::optim;

Tensor<double> a_table() {
  return tn::reshape(tn::arange<double>(1, 13), {4, 3});
}

TEST(LookupRows, FindsEachRowOnce) {
  const auto used = optim::lookup_rows(a_table(), from<index_t>({{3, 1}, {1, 3}, {3, 3}}));
  expect_values(used.rows, {2}, {1, 3});
  expect_values(used.values, {2, 3}, {4, 5, 6, 10, 11, 12});
  expect_values(used.positions, {3, 2}, {1, 0, 0, 1, 1, 1});
  EXPECT_TRUE(used.values.requires_grad());
  EXPECT_EQ(optim::lookup_rows(a_table(), Tensor<index_t>::empty({0})).values.shape(), (tn::Shape{0, 3}));
  expect_error<tn::IndexError>([] { optim::lookup_rows(a_table(), from<index_t>({0, -1})); },
                               "[lookup_rows] negative index -1");
}

/// Three batches of a sum of squares of embeddings, each of which moves the rows that it uses.
template <class Optimizer>
void train_rows(Optimizer& optimizer, const Tensor<double>& table) {
  for (const auto& ids : {from<index_t>({1, 3, 1}), from<index_t>({3}), from<index_t>({0, 1})}) {
    const auto used = optim::lookup_rows(table, ids);
    const auto loss = tn::sum(tn::square(tn::embedding(used.values, used.positions)));
    optimizer.step_rows(table, used.rows, tn::grad(loss, {used.values})[0]);
  }
}
/// The same with gradients of the whole table.
template <class Optimizer>
void train_whole(Optimizer& optimizer, Tensor<double> table) {
  table.requires_grad_();
  for (const auto& ids : {from<index_t>({1, 3, 1}), from<index_t>({3}), from<index_t>({0, 1})})
    optimizer.step(tn::grad(tn::sum(tn::square(tn::embedding(table, ids))), {table}));
}

// PyTorch 1.13's SparseAdam, whose eps stands elsewhere in the formula: it is too small to matter here.
TEST(StepRows, IsPyTorchsSparseAdam) {
  auto table = a_table();
  optim::Adam<double> adam({table}, {.lr = 0.1, .eps = 1e-15});
  train_rows(adam, table);
  expect_values(
      table, {4, 3},
      {0.9361186400601494, 1.9361186400601489, 2.936118640060149, 3.8202955358323996, 4.820230701135603,
       5.820187729284946, 7, 8, 9, 9.80002745895925, 10.80002484656786, 11.80002268745297});
  const auto state = adam.state();
  expect_values(state.tensors[0].tensor, {4, 3},
                {0.2, 0.4, 0.6, 2.22, 2.78, 3.34, 0, 0, 0, 3.78, 4.16, 4.54});
  EXPECT_EQ(state.numbers[0], std::pair(std::string("0.steps"), 3.0));
}

TEST(StepRows, WithoutMomentumIsTheDenseStep) {
  auto rows = a_table(), whole = a_table();
  optim::Sgd<double> sgd_rows({rows}), sgd_whole({whole});
  train_rows(sgd_rows, rows);
  train_whole(sgd_whole, whole);
  EXPECT_EQ(rows.to_vector(), whole.to_vector());

  const optim::AdagradOptions options{.lr = 0.1, .lr_decay = 0.5, .initial_accumulator = 0.25};
  optim::Adagrad<double> adagrad_rows({rows}, options), adagrad_whole({whole}, options);
  train_rows(adagrad_rows, rows);
  train_whole(adagrad_whole, whole);
  EXPECT_EQ(rows.to_vector(), whole.to_vector());
  EXPECT_EQ(adagrad_rows.state().tensors[0].tensor.to_vector(),
            adagrad_whole.state().tensors[0].tensor.to_vector());
}

TEST(StepRows, OtherRowsKeepTheirBitsAndTheirPast) {
  tn::Generator generator(1);
  auto table = tn::randn<float>({1000, 37}, generator);
  optim::Adam<float> adam({table}, {.weight_decay = 0.1, .amsgrad = true});
  adam.step({tn::randn<float>({1000, 37}, generator)});
  const auto before = table.to_vector(), past = adam.state().tensors[2].tensor.to_vector();
  adam.step_rows(table, from<index_t>({0, 500, 999}), tn::randn<float>({3, 37}, generator));
  const auto after = table.to_vector(), present = adam.state().tensors[2].tensor.to_vector();
  for (std::size_t i = 0; i < after.size(); ++i) {
    const bool touched = i / 37 == 0 || i / 37 == 500 || i / 37 == 999;
    EXPECT_EQ(before[i] == after[i], !touched);
    EXPECT_TRUE(touched || past[i] == present[i]);
  }
}

TEST(StepRowsErrors, WhatDoesNotFit) {
  auto table = a_table();
  optim::Sgd<double> sgd({table});
  const auto two = tn::zeros<double>({2, 3});
  expect_error<tn::ValueError>([&] { sgd.step_rows(a_table(), from<index_t>({0, 1}), two); },
                               "[sgd] a tensor of shape (4, 3) is not among the parameters");
  expect_error<tn::ShapeError>(
      [&] { sgd.step_rows(table, from<index_t>({0}), two); },
      "[sgd] 1 rows of a table of shape (4, 3) have a gradient of shape (1, 3), not (2, 3)");
  expect_error<tn::IndexError>(
      [&] { sgd.step_rows(table, from<index_t>({1, 1}), two); },
      "[sgd] row 1 after row 1 of a table of shape (4, 3): expected ascending rows, each once");
  expect_error<tn::IndexError>(
      [&] { sgd.step_rows(table, from<index_t>({1, 4}), two); },
      "[sgd] row 4 after row 1 of a table of shape (4, 3): expected ascending rows, each once");
}

}  // namespace rows_test
