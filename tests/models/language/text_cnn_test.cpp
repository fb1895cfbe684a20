#include "tenon/models/language/text_cnn.hpp"
#include "tenon/ops/index/select.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace text_cnn_test {

namespace nn = tn::nn;
using tn::from;
using tn::index_t;
using tn::models::TextCnn;

TEST(TextCnn, EachFilterKeepsItsStrongestAnswer) {
  TextCnn<double> model({.words = 4, .classes = 1, .dim = 1, .widths = {2}, .filters = 2});
  std::vector<std::string> names;
  for (const auto& parameter : nn::state(model)) names.push_back(parameter.name);
  EXPECT_EQ(names, (std::vector<std::string>{"embedding.weight", "convs.0.weight", "convs.0.bias",
                                             "fc.weight", "fc.bias"}));
  model.embedding.weight = from<double>({0, 1, 2, -4}, {4, 1});
  model.convs[0].weight = from<double>({1, 1, -1, 0.5}, {2, 1, 2});
  model.convs[0].bias = from<double>({0, 0.25}, {2});
  model.fc.weight = from<double>({1, 10}, {1, 2});
  model.fc.bias = from<double>({0.5}, {1});
  const tn::NoGrad no_grad;  // nothing is dropped
  // 1 2 3 -> 1, 2, -4: sums of neighbours 0 1 3 -2 -4 0, at most 3; b / 2 - a is 0 0.5 0 -4 4 0, at most 4.
  // 3 alone -> -4, and padding: sums -4, at most 0; -2 4 0, at most 4.
  const auto scores = model(from<index_t>({1, 2, 3, 3, 0, 0}, {2, 3}));
  support::expect_values(scores, {2, 1}, {3 + 42.5 + 0.5, 42.5 + 0.5}, 1e-14);
}

TEST(TextCnn, LongerPaddingChangesNothing) {
  tn::manual_seed(1);
  const TextCnn<double> model({.words = 9, .dim = 4, .filters = 5});
  const tn::NoGrad no_grad;
  const auto alone = model(from<index_t>({5, 8}, {1, 2}));
  const auto padded = model(from<index_t>({5, 8, 0, 0, 0, 0, 0, 0, 0, 0}, {1, 10}));
  support::expect_values(padded, alone.shape(), alone.to_vector(), 1e-12);  // blocked sums differ in order
}

TEST(TextCnn, WordVectorsBeginSmallAndPaddingAtZero) {
  const auto table = tn::models::initial_word_vectors<float>(50, 20);
  EXPECT_LE(tn::amax(tn::abs(table)).item(), 0.25f);
  EXPECT_GT(tn::amax(tn::abs(table)).item(), 0.2f);
  support::expect_vector(select(table, 0, 0), std::vector<float>(20, 0));
  support::expect_error<tn::ValueError>(
      [] { tn::models::initial_word_vectors<float>(0, 3); },
      "[initial_word_vectors] expected a table with rows and columns, got 0 and 3");
}

TEST(TextCnn, DropsAsMuchAsItIsTold) {
  const auto ids = from<index_t>({1, 2, 3}, {1, 3});
  const TextCnn<double> none({.words = 4, .dim = 4, .filters = 5, .dropout = 0}),
      all({.words = 4, .dim = 4, .filters = 5, .dropout = 1});
  EXPECT_EQ(all(ids).to_vector(), all.fc.bias.to_vector());
  const auto trained = none(ids).to_vector();
  const tn::NoGrad no_grad;
  EXPECT_EQ(none(ids).to_vector(), trained);
}

}  // namespace text_cnn_test
