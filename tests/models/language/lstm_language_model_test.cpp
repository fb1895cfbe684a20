#include "tenon/models/language/lstm_language_model.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "tenon/ops/elementwise/compare.hpp"
#include "tenon/optim/sgd.hpp"

namespace lstm_language_model_test {

namespace nn = tn::nn;
using tn::from;
using tn::index_t;
using tn::LstmState;
using tn::data::token_windows;
using tn::models::LstmLanguageModel;

TEST(LstmLanguageModel, HasTheWeightsOfThePaper) {
  const LstmLanguageModel<float> model({.words = 10000, .hidden = 20, .init = 0.25});
  // Two layers of 4 gates, each of 20 x 20 from below and from before and two biases.
  EXPECT_EQ(nn::parameter_count(model), 10000 * 20 + 2 * 4 * (2 * 20 * 20 + 2 * 20) + 10000 * 20 + 10000);
  const auto state = nn::named_parameters(model);
  EXPECT_EQ(state[0].name, "encoder.weight");
  EXPECT_EQ(state[1].name, "rnn.weight_ih_l0");
  EXPECT_EQ(state.back().name, "decoder.bias");
  for (const auto& [name, tensor] : state) {
    EXPECT_LE(tn::amax(tn::abs(tensor)).item(), 0.25f) << name;
    EXPECT_GT(tn::amax(tn::abs(tensor)).item(), 0.2f) << name;
  }
}

TEST(LstmLanguageModel, GoesOnFromTheState) {
  tn::manual_seed(1);
  const LstmLanguageModel<double> model({.words = 7, .hidden = 3});
  const auto ids = tn::randint(0, 7, {6, 2});
  const tn::NoGrad no_grad;
  const auto whole = model(ids);
  const auto first = model(tn::narrow(ids, 0, 0, 4));
  const auto second = model(tn::narrow(ids, 0, 4, 2), first.state);
  const auto parts = tn::cat<double>({first.logits, second.logits}, 0);
  support::expect_values(parts, {6, 2, 7}, whole.logits.to_vector(), 1e-14);
  support::expect_values(second.state.cell, {2, 2, 3}, whole.state.cell.to_vector(), 1e-14);
}

TEST(LstmLanguageModel, PerplexityIsThatOfTheWholeText) {
  tn::manual_seed(1);
  const LstmLanguageModel<double> model({.words = 5, .hidden = 3});
  const auto text = tn::randint(0, 5, {24});
  // However the text is cut, each word is predicted from all before it.
  const double perplexity = tn::models::perplexity(model, token_windows(text, 1, 23));
  EXPECT_NEAR(tn::models::perplexity(model, token_windows(text, 1, 5)), perplexity, 1e-12);
  LstmLanguageModel<double> blind = model;  // all words are as likely
  blind.decoder.weight = tn::zeros<double>({5, 3});
  blind.decoder.bias = tn::zeros<double>({5});
  EXPECT_NEAR(tn::models::perplexity(blind, token_windows(text, 2, 3)), 5, 1e-12);
}

TEST(LstmLanguageModel, LearnsAText) {
  tn::manual_seed(1);
  LstmLanguageModel<float> model({.words = 3, .hidden = 8, .layers = 1});
  std::vector<index_t> words;  // 0 0 1 2 again and again: what follows a 0 depends on the word before it
  for (int k = 0; k < 200; ++k)
    words.push_back(std::vector<index_t>{0, 0, 1, 2}[static_cast<std::size_t>(k % 4)]);
  const auto windows = token_windows(from(words, {200}), 4, 10);
  tn::optim::Sgd<float> sgd(nn::named_parameters(model), {.lr = 2, .momentum = 0.9});
  LstmState<float> state;
  for (int pass = 0; pass < 40; ++pass)
    for (const auto& window : windows)
      sgd.step(grad(tn::models::next_word_loss(model, window, state), sgd.parameters()));
  EXPECT_LT(tn::models::perplexity(model, windows), 1.1);
}

TEST(LstmLanguageModel, DropsOutOnlyInTraining) {
  tn::manual_seed(1);
  const LstmLanguageModel<double> model({.words = 5, .hidden = 8, .dropout = 0.5});
  const auto ids = tn::randint(0, 5, {3, 1});
  EXPECT_NE(model(ids).logits.to_vector(), model(ids).logits.to_vector());
  const tn::NoGrad no_grad;
  EXPECT_EQ(model(ids).logits.to_vector(), model(ids).logits.to_vector());
}

}  // namespace lstm_language_model_test
