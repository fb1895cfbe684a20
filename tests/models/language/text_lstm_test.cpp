#include "tenon/models/language/text_lstm.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace text_lstm_test {

namespace nn = tn::nn;
using tn::from;
using tn::index_t;
using tn::models::TextLstm;

TEST(TextLstm, SentencesOfABatchDoNotSeeEachOthersLength) {
  tn::manual_seed(1);
  const TextLstm<double> model({.words = 9, .classes = 3, .dim = 4, .hidden = 2});
  const tn::NoGrad no_grad;
  const auto both = model(from<index_t>({5, 8, 0, 0, 7, 6, 2, 1}, {2, 4}), {2, 4});
  const auto first = model(from<index_t>({5, 8}, {1, 2}), {2});
  const auto second = model(from<index_t>({7, 6, 2, 1}, {1, 4}), {4});
  const auto expected = tn::cat<double>({first, second}, 0);
  support::expect_values(both, {2, 3}, expected.to_vector(), 1e-14);
}

TEST(TextLstm, ReadsInBothDirections) {
  tn::manual_seed(1);
  TextLstm<double> model({.words = 4, .dim = 4, .hidden = 2});
  EXPECT_EQ(nn::state(model)[5].name, "lstm.weight_ih_l0_reverse");
  EXPECT_EQ(nn::parameter_count(model), 4 * 4 + 2 * (8 * 4 + 8 * 2 + 16) + 2 * 4 + 2);
  // Of what reads from the end, the features are the last two.
  model.fc.weight = from<double>({1, 0, 0, 0, 0, 0, 1, 0}, {2, 4});
  model.fc.bias = tn::zeros<double>({2});
  const tn::NoGrad no_grad;
  const auto scores = model(from<index_t>({1, 2, 3}, {1, 3}), {3});
  const auto x = model.embedding(from<index_t>({1, 2, 3}, {1, 3}));
  const auto output = model.lstm(x).output;
  support::expect_values(scores, {1, 2}, {output.at({0, 2, 0}), output.at({0, 0, 2})}, 1e-14);
}

TEST(TextLstm, DropsAsMuchAsItIsTold) {
  const auto ids = from<index_t>({1, 2, 3}, {1, 3});
  const TextLstm<double> none({.words = 4, .dim = 4, .hidden = 2, .dropout = 0}),
      all({.words = 4, .dim = 4, .hidden = 2, .dropout = 1});
  EXPECT_EQ(all(ids, {3}).to_vector(), all.fc.bias.to_vector());
  const auto trained = none(ids, {3}).to_vector();
  const tn::NoGrad no_grad;
  EXPECT_EQ(none(ids, {3}).to_vector(), trained);
}

}  // namespace text_lstm_test
