/// Models trained from the same weights on the same batches as in PyTorch lose the same at each step: see
/// README.md. What stands here stands in curves.py too, in the same order.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "tenon/models/vision/lenet.hpp"
#include "tenon/nn/embedding.hpp"
#include "tenon/nn/position.hpp"
#include "tenon/nn/recurrent.hpp"
#include "tenon/nn/transformer.hpp"
#include "tenon/ops/loss/loss.hpp"
#include "tenon/optim/adam.hpp"
#include "tenon/optim/clip.hpp"
#include "tenon/optim/schedule.hpp"
#include "tenon/optim/sgd.hpp"

namespace curves_test {

namespace nn = tn::nn;
namespace optim = tn::optim;
using tn::index_t;
using tn::Tensor;

constexpr index_t steps = 200;

/// What is seen is rounding, 3e-14 at most. A wrong eps of Adam changes the curve by 3e-7.
constexpr double tolerance = 1e-9;

/// SplitMix64 (Steele et al. 2014), begun at a name's FNV-1a hash.
class Draws {
 public:
  explicit Draws(std::string_view name) {
    for (const char c : name) state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  }
  /// The next integer in [0, n).
  index_t below(index_t n) { return bits() % n; }
  /// The next number in [-1, 1), exact in binary.
  double uniform() { return static_cast<double>(bits()) / 2147483648.0 - 1; }

 private:
  index_t bits() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return static_cast<index_t>((z ^ (z >> 31)) >> 32);
  }
  std::uint64_t state_ = 0xCBF29CE484222325u;
};

/// Gives the parameters values in [-1/4, 1/4), which depend on their names alone; a norm's weights lie
/// around 1.
template <class Model>
void fill(const Model& model) {
  const tn::NoGrad no_grad;
  for (auto& [name, parameter] : nn::named_parameters(model)) {
    const double middle = parameter.rank() == 1 && name.ends_with("weight") ? 1 : 0;
    Draws draws(name);
    std::vector<double> values(static_cast<std::size_t>(parameter.size()));
    for (double& value : values) value = draws.uniform() / 4 + middle;
    tn::copy_(parameter, tn::from(values, parameter.shape()));
  }
}

/// The curve that PyTorch draws: a column of curves.txt.
std::vector<double> reference(const std::string& model) {
  std::ifstream file(TENON_PARITY_CURVES);
  std::array<std::string, 3> models;
  std::array<double, 3> losses;
  for (std::string& name : models) file >> name;
  const auto column =
      static_cast<std::size_t>(std::find(models.begin(), models.end(), model) - models.begin());
  std::vector<double> curve;
  while (file >> losses[0] >> losses[1] >> losses[2]) curve.push_back(losses.at(column));
  return curve;
}

void expect_curve(const std::vector<double>& losses, const std::string& model) {
  const std::vector<double> wanted = reference(model);
  ASSERT_EQ(losses.size(), steps);
  ASSERT_EQ(wanted.size(), steps);
  double largest = 0;
  for (std::size_t k = 0; k < losses.size(); ++k) {
    const double difference = std::abs(losses[k] / wanted[k] - 1);
    EXPECT_LE(difference, tolerance) << "step " << k << ": " << losses[k] << ", not " << wanted[k];
    largest = std::max(largest, difference);
  }
  testing::Test::RecordProperty("largest_relative_difference", testing::PrintToString(largest));
}

// LeNet-5 on images of which square is bright, SGD with momentum -------------------------------------------

struct Image {
  Tensor<double> pixels;  // (8, 1, 28, 28)
  Tensor<index_t> label;  // (8)
};

/// Images of noise, in which one of ten squares of 7 x 7 is brighter, and which one.
struct Squares {
  Draws pixels{"lenet.pixels"}, labels{"lenet.labels"};

  Image next() {
    std::vector<index_t> label(8);
    for (index_t& square : label) square = labels.below(10);
    std::vector<double> image;
    for (const index_t bright : label)
      for (index_t row = 0; row < 28; ++row)
        for (index_t column = 0; column < 28; ++column) {
          const index_t square = 4 * (row / 7) + column / 7;
          image.push_back(pixels.uniform() + (square == bright ? 1 : 0));
        }
    return {tn::from(image, {8, 1, 28, 28}), tn::from(label, {8})};
  }
};

TEST(LossCurve, OfLeNetIsPyTorchs) {
  const tn::models::LeNet5<double> model{{}};
  fill(model);
  optim::Sgd<double> sgd(nn::parameters(model), {.lr = 1e-3, .momentum = 0.9, .weight_decay = 0.01});
  Squares squares;
  std::vector<double> losses;
  for (index_t step = 0; step < steps; ++step) {
    const Image image = squares.next();
    const Tensor<double> loss = cross_entropy(model(image.pixels), image.label);
    sgd.step(grad(loss, sgd.parameters()));
    losses.push_back(loss.item());
  }
  expect_curve(losses, "lenet");
}

// A language model of words, two layers of LSTM, SGD with clipping as in Zaremba et al. 2014 ---------------

struct LanguageModel {
  nn::Embedding<double> embedding{16, 24};
  nn::Lstm<double> lstm{24, 32, {.num_layers = 2}};
  nn::Linear<double> decoder{32, 16};

  /// words (T, N) to scores (T, N, 16); carries the state on
  Tensor<double> operator()(const Tensor<index_t>& words, tn::LstmState<double>& state) const {
    const auto result = lstm(embedding(words), state);
    state = {result.hidden.detach(), result.cell.detach()};
    return decoder(result.output);
  }
};

/// Eight columns of words; one word in eight is random, the others follow from the word before.
Tensor<index_t> text() {
  Draws draws("lstm.text");
  const index_t length = steps * 10 + 1;
  std::vector<index_t> words;
  index_t word = 0;
  for (index_t k = 0; k < 8 * length; ++k) {
    const index_t draw = draws.below(128);
    word = draw % 8 == 0 ? draw / 8 : (5 * word + 3) % 16;
    words.push_back(word);
  }
  return transpose(tn::from(words, {8, length}), 0, 1);
}

TEST(LossCurve, OfLstmLanguageModelIsPyTorchs) {
  const LanguageModel model;
  fill(model);
  optim::Sgd<double> sgd(nn::parameters(model), {.lr = 2});
  const optim::MultiStepLr schedule{.milestones = {120, 160}, .gamma = 0.5};
  const Tensor<index_t> columns = text();
  tn::LstmState<double> state;
  std::vector<double> losses;
  for (index_t step = 0; step < steps; ++step) {
    set_lr(sgd, schedule, static_cast<double>(step));
    const Tensor<double> scores = model(narrow(columns, 0, step * 10, 10), state);
    const Tensor<index_t> following = flatten(narrow(columns, 0, step * 10 + 1, 10));
    const Tensor<double> loss = cross_entropy(flatten(scores, 0, 1), following);
    auto gradients = grad(loss, sgd.parameters());
    optim::clip_grad_norm(gradients, 0.25);
    sgd.step(gradients);
    losses.push_back(loss.item());
  }
  expect_curve(losses, "lstm");
}

// A causal transformer, AdamW with warm-up and half a cosine -----------------------------------------------

struct CausalModel {
  nn::Embedding<double> embedding{16, 32};
  nn::LearnedPositions<double> positions{12, 32};
  nn::TransformerEncoder<double> encoder{{32,
                                          4,
                                          {.dim_feedforward = 64,
                                           .dropout = 0,
                                           .activation = nn::TransformerLayerOptions::Activation::gelu,
                                           .batch_first = true,
                                           .norm_first = true}},
                                         2,
                                         nn::LayerNorm<double>(32)};
  nn::Linear<double> decoder{32, 16};

  /// words (N, T) to scores (N, T, 16)
  Tensor<double> operator()(const Tensor<index_t>& words) const {
    return decoder(encoder(positions(embedding(words)), {.is_causal = true}));
  }
};

/// Rows of 13 words (16, 13), each of which counts up in steps of its own.
Tensor<index_t> counts(Draws& draws) {
  std::vector<index_t> first(16), stride(16), words;
  for (index_t& word : first) word = draws.below(16);
  for (index_t& step : stride) step = 1 + draws.below(6);
  for (std::size_t row = 0; row < 16; ++row)
    for (index_t k = 0; k < 13; ++k) words.push_back((first[row] + stride[row] * k) % 16);
  return tn::from(words, {16, 13});
}

TEST(LossCurve, OfTransformerWithAdamWIsPyTorchs) {
  const CausalModel model;
  fill(model);
  optim::AdamW<double> adamw(nn::parameters(model), {.lr = 3e-3, .weight_decay = 0.1});
  adamw.set_options([](const auto& p) { return p.tensor.rank() == 1; }, {.lr = 3e-3, .weight_decay = 0});
  const optim::SequentialLr schedule{optim::LinearLr{.start_factor = 0.1, .total_iters = 20}, 20,
                                     optim::CosineAnnealingLr{.t_max = steps - 20}};
  Draws draws("transformer.counts");
  std::vector<double> losses;
  for (index_t step = 0; step < steps; ++step) {
    set_lr(adamw, schedule, static_cast<double>(step));
    const Tensor<index_t> words = counts(draws);
    const Tensor<double> scores = model(narrow(words, 1, 0, 12));
    const Tensor<double> loss = cross_entropy(flatten(scores, 0, 1), flatten(narrow(words, 1, 1, 12)));
    adamw.step(grad(loss, adamw.parameters()));
    losses.push_back(loss.item());
  }
  expect_curve(losses, "transformer");
}

}  // namespace curves_test
