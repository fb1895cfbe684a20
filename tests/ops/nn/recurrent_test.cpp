#include "tenon/ops/nn/recurrent.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"

namespace rnn_test {

using support::expect_error;
using support::expect_values;
using support::OpCases;
using support::real;
using tn::Nonlinearity;
using tn::RecurrentWeights;
using tn::Tensor;
using tn::zeros;

template <class T>
using Operands = std::vector<Tensor<T>>;

/// Operands 1 to 4 as one set of weights.
template <class T>
std::vector<RecurrentWeights<T>> one_set(const Operands<T>& x) {
  return {{x[1], x[2], x[3], x[4]}};
}
/// Sets of weights from operands 1 and 2, 3 and 4.
template <class T>
std::vector<RecurrentWeights<T>> two_sets(const Operands<T>& x) {
  return {{x[1], x[2]}, {x[3], x[4]}};
}
template <class T>
std::vector<RecurrentWeights<T>> projected_set(const Operands<T>& x) {
  return {{x[1], x[2], {}, {}, x[3]}};
}
/// Everything that a call gives, weighed so that nothing cancels.
template <class T>
Tensor<T> all_of(const tn::RecurrentResult<T>& r) {
  std::vector<Tensor<T>> parts = {tn::flatten(r.output), tn::mul(tn::flatten(r.hidden), 2)};
  if (r.cell.defined()) parts.push_back(tn::mul(tn::flatten(r.cell), 3));
  return tn::cat(parts);
}

const OpCases cases{
    {"rnn",
     {real({3, 2, 2}), real({3, 2}), real({3, 3}), real({3}), real({3}), real({1, 2, 3})},
     [](const auto& x) { return all_of(tn::rnn(x[0], one_set(x), x[5])); },
     {.fixed = true}},
    {"rnn_relu",
     {real({3, 2, 2}), real({3, 2}), real({3, 3}), real({3}), real({3})},
     [](const auto& x) { return all_of(tn::rnn(x[0], one_set(x), {}, {}, Nonlinearity::relu)); },
     {.fixed = true, .tolerance = 1e-4}},
    {"gru",
     {real({3, 2, 2}), real({9, 2}), real({9, 3}), real({9}), real({9}), real({1, 2, 3})},
     [](const auto& x) { return all_of(tn::gru(x[0], one_set(x), x[5])); },
     {.fixed = true}},
    {"gru_ragged",
     {real({3, 2, 2}), real({9, 2}), real({9, 3}), real({9}), real({9})},
     [](const auto& x) { return all_of(tn::gru(x[0], one_set(x), {}, {.lengths = {1, 3}})); },
     {.fixed = true}},
    {"lstm",
     {real({3, 2, 2}), real({12, 2}), real({12, 3}), real({12}), real({12}), real({1, 2, 3}),
      real({1, 2, 3})},
     [](const auto& x) { return all_of(tn::lstm(x[0], one_set(x), x[5], x[6])); },
     {.fixed = true}},
    {"lstm_bidirectional_ragged",
     {real({2, 3, 1}), real({8, 1}), real({8, 2}), real({8, 1}), real({8, 2})},
     []<class T>(const Operands<T>& x) {
       return all_of(tn::lstm<T>(x[0], two_sets(x), {}, {},
                                 {.bidirectional = true, .batch_first = true, .lengths = {2, 3}}));
     },
     {.fixed = true}},
    {"lstm_two_layers",
     {real({2, 2, 2}), real({8, 2}), real({8, 2}), real({8, 2}), real({8, 2})},
     []<class T>(const Operands<T>& x) { return all_of(tn::lstm(x[0], two_sets(x))); },
     {.fixed = true}},
    {"lstm_projected",
     {real({2, 2, 2}), real({12, 2}), real({12, 2}), real({2, 3})},
     []<class T>(const Operands<T>& x) { return all_of(tn::lstm<T>(x[0], projected_set(x))); },
     {.fixed = true}},
    {"rnn_cell",
     {real({2, 2}), real({3, 2}), real({3, 3}), real({3}), real({3}), real({2, 3})},
     [](const auto& x) { return tn::rnn_cell(x[0], x[5], one_set(x)[0]); },
     {.fixed = true}},
    {"gru_cell",
     {real({2, 2}), real({9, 2}), real({9, 3}), real({9}), real({9}), real({2, 3})},
     [](const auto& x) { return tn::gru_cell(x[0], x[5], one_set(x)[0]); },
     {.fixed = true}},
    {"lstm_cell",
     {real({2, 2}), real({12, 2}), real({12, 3}), real({12}), real({12}), real({2, 3}), real({2, 3})},
     [](const auto& x) {
       const auto state = tn::lstm_cell(x[0], x[5], x[6], one_set(x)[0]);
       return tn::add(state.hidden, tn::mul(state.cell, 2));
     },
     {.fixed = true}},
};

/// Random weights of one layer.
RecurrentWeights<double> weights(int gates, tn::index_t inputs, tn::index_t hidden,
                                 tn::Generator& generator) {
  const tn::index_t rows = gates * hidden;
  return {tn::randn<double>({rows, inputs}, generator), tn::randn<double>({rows, hidden}, generator),
          tn::randn<double>({rows}, generator), tn::randn<double>({rows}, generator)};
}

TEST(Recurrent, ASequenceIsItsCellStepByStep) {
  tn::Generator generator(1);
  const auto x = tn::randn<double>({4, 3, 2}, generator), h0 = tn::randn<double>({1, 3, 5}, generator),
             c0 = tn::randn<double>({1, 3, 5}, generator);
  const auto w = weights(4, 2, 5, generator);
  const auto result = tn::lstm<double>(x, {w}, h0, c0);
  tn::LstmState<double> state{h0(0), c0(0)};
  for (int t = 0; t < 4; ++t) {
    state = tn::lstm_cell(x(t), state.hidden, state.cell, w);
    expect_values(result.output(t), {3, 5}, state.hidden.to_vector());
  }
  expect_values(result.hidden, {1, 3, 5}, state.hidden.to_vector());
  expect_values(result.cell, {1, 3, 5}, state.cell.to_vector());
}

TEST(Recurrent, EachSequenceOfABatchIsAsIfItWereAlone) {
  tn::Generator generator(2);
  const auto x = tn::randn<double>({4, 2, 3}, generator);
  const std::vector<RecurrentWeights<double>> w = {weights(3, 3, 2, generator), weights(3, 3, 2, generator),
                                                   weights(3, 4, 2, generator), weights(3, 4, 2, generator)};
  const auto both = tn::gru(x, w, {}, {.bidirectional = true, .lengths = {4, 2}});
  const auto alone = tn::gru(x(tn::range(0, 2), tn::range(1, 2)), w, {}, {.bidirectional = true});
  expect_values(both.output(tn::range(0, 2), tn::range(1, 2)), {2, 1, 4}, alone.output.to_vector());
  expect_values(both.output(tn::range(2, 4), 1), {2, 4}, std::vector<double>(8, 0.0));
  expect_values(both.hidden(tn::all, 1), {4, 2}, alone.hidden.to_vector());
}

TEST(Recurrent, DropoutBetweenLayersInTrainingOnly) {
  tn::Generator generator(3);
  const auto x = tn::randn<double>({3, 2, 4}, generator);
  const std::vector<RecurrentWeights<double>> w = {weights(1, 4, 4, generator), weights(1, 4, 4, generator)};
  const auto plain = tn::rnn(x, w).output;
  const auto dropped = tn::rnn(x, w, {}, {.dropout = 0.5, .generator = &generator}).output;
  EXPECT_NE(plain.to_vector(), dropped.to_vector());
  const tn::NoGrad no_grad;
  expect_values(tn::rnn(x, w, {}, {.dropout = 0.5}).output, {3, 2, 4}, plain.to_vector());
}

// Where everything is dropped, the second layer reads zeros; what it gives is whole.
TEST(Recurrent, NothingIsDroppedAfterTheLastLayer) {
  tn::Generator generator(4);
  const auto x = tn::randn<double>({3, 2, 4}, generator);
  const std::vector<RecurrentWeights<double>> w = {weights(1, 4, 4, generator), weights(1, 4, 4, generator)};
  expect_values(tn::rnn(x, w, {}, {.dropout = 1}).output, {3, 2, 4},
                tn::rnn<double>(zeros<double>({3, 2, 4}), {w[1]}).output.to_vector());
  expect_values(tn::rnn(x, w, {}, {.bidirectional = true, .dropout = 1}).output, {3, 2, 8},
                tn::rnn(x, w, {}, {.bidirectional = true}).output.to_vector());
}

TEST(RecurrentErrors, NameShapes) {
  const auto x = zeros<float>({4, 2, 3});
  const std::vector<RecurrentWeights<float>> w = {{zeros<float>({5, 3}), zeros<float>({5, 5})}};
  expect_error<tn::ShapeError>(
      [&] { tn::rnn(zeros<float>({4, 3}), w); },
      "[rnn] expected shape (T, N, input), or (N, T, input) batch first, got (4, 3)");
  expect_error<tn::ValueError>([&] { tn::rnn(x, w, {}, {.bidirectional = true}); },
                               "[rnn] 1 sets of weights for 2 direction(s)");
  expect_error<tn::ValueError>([&] { tn::rnn(zeros<float>({0, 2, 3}), w); },
                               "[rnn] expected at least one step");
  expect_error<tn::ShapeError>([&] { tn::rnn(zeros<float>({4, 2, 2}), w); },
                               "[rnn] the input of shape (4, 2, 2) has 2 features, the weights are for 3");
  expect_error<tn::ShapeError>([&] { tn::gru(x, w); },
                               "[gru] expected a hidden weight of shape (3 H, H), got (5, 5)");
  expect_error<tn::ShapeError>([&] { tn::rnn(x, w, zeros<float>({2, 5})); },
                               "[rnn] expected h0 of shape (1, 2, 5), got (2, 5)");
  expect_error<tn::ShapeError>([&] { tn::rnn(x, w, {}, {.lengths = {4}}); },
                               "[rnn] expected 2 lengths, got 1");
  expect_error<tn::ValueError>([&] { tn::rnn(x, w, {}, {.lengths = {4, 0}}); },
                               "[rnn] length 0 of a sequence is not in 1 ... 4");
  expect_error<tn::ShapeError>(
      [&] { tn::rnn<float>(x, {{zeros<float>({5, 3}), zeros<float>({5, 5}), zeros<float>({5})}}); },
      "[rnn] expected the hidden bias of set 0 of shape (5,), got ()");
  expect_error<tn::ShapeError>([&] { tn::lstm<float>(x, {{zeros<float>({8, 3}), zeros<float>({8, 1})}}); },
                               "[lstm] expected the projection of set 0 of shape (1, 2), got ()");
  expect_error<tn::ShapeError>(
      [&] { tn::rnn_cell(x, x, w[0]); },
      "[rnn_cell] expected x (N, input) and a state (N, H), got (4, 2, 3) and (4, 2, 3)");
}

}  // namespace rnn_test
