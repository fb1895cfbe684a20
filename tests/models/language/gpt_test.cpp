#include "tenon/models/language/gpt.hpp"

#include <gtest/gtest.h>

#include "support/layer_case.hpp"
#include "tenon/ops/index/select.hpp"
#include "tenon/ops/loss/loss.hpp"
#include "tenon/optim/adam.hpp"

namespace gpt_test {

namespace nn = tn::nn;
using support::expect_error;
using support::expect_values;
using tn::from;
using tn::index_t;
using tn::models::DecoderCache;
using tn::models::Gpt;
using tn::models::GptBlock;
using tn::models::GptOptions;

GptOptions tiny() {
  return {.vocabulary = 7, .context = 6, .layers = 2, .heads = 2, .embed_dim = 4, .dropout = 0};
}
/// With weights so large that it says something.
Gpt<double> outspoken(const GptOptions& options) {
  Gpt<double> gpt(options);
  const tn::NoGrad no_grad;
  for (auto& weight : nn::parameters(gpt)) tn::copy_(weight, tn::randn<double>(weight.shape()));
  return gpt;
}
tn::Tensor<index_t> some_ids() {
  return from<index_t>({3, 1, 4, 1, 5, 6, 2, 0, 5, 3, 3, 6}, {2, 6});
}

// What it computes is tested by the golden harness, against Hugging Face's GPT-2.
TEST(Gpt, IsALayerWithTheNamesOfHuggingFace) {
  tn::manual_seed(1);
  std::vector<std::string> names{"wte.weight", "wpe.weight"};
  for (const std::string block : {"h.0.", "h.1."})
    for (const std::string part : {"ln_1", "attn.c_attn", "attn.c_proj", "ln_2", "mlp.c_fc", "mlp.c_proj"})
      for (const std::string tensor : {".weight", ".bias"}) names.push_back(block + part + tensor);
  names.insert(names.end(), {"ln_f.weight", "ln_f.bias"});
  support::check_layer(outspoken(tiny()), {.output = {2, 6, 7}, .state = names, .tolerance = 1e-4},
                       some_ids());
}

TEST(Gpt, HasTheWeightsOfGpt2) {
  const auto count = [](const GptOptions& options) { return nn::parameter_count(Gpt<float>(options)); };
  const index_t width = GptOptions{}.embed_dim;
  const index_t ends = count({.vocabulary = 1, .context = 1, .layers = 0});
  const index_t block = count({.vocabulary = 1, .context = 1, .layers = 1}) - ends;
  // The tables of GPT-2 are longer by the rest of its tokens and positions.
  const index_t rows = GptOptions{}.vocabulary - 1 + GptOptions{}.context - 1;
  EXPECT_EQ(ends + rows * width + GptOptions{}.layers * block, 124439808);
  EXPECT_EQ(
      count({.vocabulary = 65, .context = 64, .layers = 4, .heads = 4, .embed_dim = 128, .bias = false}),
      804096);  // nanoGPT's CPU setting: 0.80 M
}

TEST(Gpt, BeginsAsGpt2) {
  tn::manual_seed(1);
  const Gpt<double> gpt({.vocabulary = 60, .context = 50, .layers = 8, .heads = 2, .embed_dim = 64});
  const auto deviation = [](const tn::Tensor<double>& x) {
    return std::sqrt(tn::mean(tn::square(x)).item());
  };
  for (const auto& [name, x] : nn::named_parameters(gpt)) {
    const bool residual = name.ends_with("c_proj.weight");
    if (name.find("ln_") != name.npos)
      expect_values(x.detach(), {64}, std::vector<double>(64, name.ends_with("weight")));
    else if (name.ends_with("bias"))
      EXPECT_EQ(deviation(x.detach()), 0) << name;
    else  // three thousand numbers or more: the deviation is known to 1.3 %
      EXPECT_NEAR(deviation(x.detach()) / (residual ? 0.005 : 0.02), 1, 0.05) << name;
  }
}

TEST(Gpt, SeesNothingOfWhatFollows) {
  tn::manual_seed(1);
  const auto gpt = outspoken(tiny());
  const tn::NoGrad no_grad;
  const auto ids = some_ids();
  auto others = tn::clone(ids);
  for (const index_t row : {0, 1}) others.mutable_data()[6 * row + 3] = row;  // one token of each text
  const auto a = gpt(ids), b = gpt(others);
  expect_values(narrow(b, 1, 0, 3), {2, 3, 7}, narrow(a, 1, 0, 3).to_vector(), 1e-13);
  for (const index_t position : {3, 4, 5})
    EXPECT_GT(tn::amax(tn::abs(sub(select(a, 1, position), select(b, 1, position)))).item(), 1e-3);
}

TEST(Gpt, ReadsBitByBitWhatItReadsAtOnce) {
  tn::manual_seed(1);
  const auto gpt = outspoken(tiny());
  const auto ids = some_ids();
  const auto whole = gpt(ids).detach();
  for (const std::vector<index_t>& lengths :
       {std::vector<index_t>{1, 1, 1, 1, 1, 1}, {6}, {3, 1, 2}, {2, 3, 1}}) {
    DecoderCache<double> cache = gpt.make_cache(2, 6);
    for (const index_t length : lengths) {
      const auto scores = gpt.next(narrow(ids, 1, cache.length(), length), cache);
      EXPECT_FALSE(scores.requires_grad());
      expect_values(scores, {2, 7}, select(whole, 1, cache.length() - 1).to_vector(), 1e-12);
    }
    EXPECT_EQ(cache.length(), 6);
    cache.truncate(2);
    expect_values(gpt.logits(narrow(ids, 1, 2, 4), cache), {2, 4, 7}, narrow(whole, 1, 2, 4).to_vector(),
                  1e-12);
  }
}

TEST(Gpt, SeesNoPadding) {
  tn::manual_seed(1);
  const auto gpt = outspoken(tiny());
  const tn::NoGrad no_grad;
  const auto alone = gpt(from<index_t>({4, 2, 5}, {1, 3})),
             other = gpt(from<index_t>({1, 2, 3, 4, 5}, {1, 5}));
  DecoderCache<double> cache = gpt.make_cache(2, 6, {2, 0});
  const auto first = gpt.next(from<index_t>({6, 6, 4, 2, 1, 2, 3, 4}, {2, 4}), cache);
  expect_values(select(first, 0, 0), {7}, select(select(alone, 0, 0), 0, 1).to_vector(), 1e-12);
  expect_values(select(first, 0, 1), {7}, select(select(other, 0, 0), 0, 3).to_vector(), 1e-12);
  DecoderCache<double> swapped = cache.select_rows({1, 0, 0});
  EXPECT_EQ(swapped.rows(), 3);
  EXPECT_EQ(swapped.left_padding(), (std::vector<index_t>{0, 2, 2}));
  const auto second = gpt.next(from<index_t>({5, 5, 5}, {3, 1}), swapped);
  expect_values(select(second, 0, 0), {7}, select(select(other, 0, 0), 0, 4).to_vector(), 1e-12);
  expect_values(select(second, 0, 2), {7}, select(select(alone, 0, 0), 0, 2).to_vector(), 1e-12);
  EXPECT_EQ(cache.length(), 4);
  expect_error<tn::ValueError>([&] { gpt.make_cache(2, 6, {1}); },
                               "[gpt] left_padding has 1 numbers for 2 rows");
}

TEST(Gpt, DropsOutInTrainingOnly) {
  tn::manual_seed(1);
  GptOptions options = tiny();
  options.dropout = 0.5;
  const auto gpt = outspoken(options);
  EXPECT_NE(gpt(some_ids()).to_vector(), gpt(some_ids()).to_vector());
  const tn::NoGrad no_grad;
  EXPECT_EQ(gpt(some_ids()).to_vector(), gpt(some_ids()).to_vector());
}

TEST(Gpt, NormsAndBiasesCanBeKeptFromDecay) {
  Gpt<double> gpt(tiny());
  tn::optim::AdamW<double> adam(nn::named_parameters(gpt), {.lr = 0.1, .weight_decay = 0.5});
  adam.set_options([](const auto& p) { return p.tensor.rank() < 2; }, {.lr = 0.1, .weight_decay = 0});
  const Gpt<double> before = gpt;
  std::vector<tn::Tensor<double>> still;
  for (const auto& weight : adam.parameters()) still.push_back(tn::zeros<double>(weight.shape()));
  adam.step(still);
  const auto now = nn::named_parameters(gpt), then = nn::named_parameters(before);
  for (std::size_t k = 0; k < now.size(); ++k) {
    const bool decays = now[k].name.ends_with("weight") && now[k].name.find("ln_") == std::string::npos;
    const auto expected = mul(then[k].tensor.detach(), decays ? 0.95 : 1);
    expect_values(now[k].tensor.detach(), expected.shape(), expected.to_vector());
  }
}

TEST(Gpt, LearnsToCount) {
  tn::manual_seed(1);
  Gpt<float> gpt({.vocabulary = 5, .context = 8, .layers = 1, .heads = 2, .embed_dim = 16, .dropout = 0});
  tn::optim::AdamW<float> adam(nn::parameters(gpt), {.lr = 1e-2});
  const auto text = from<index_t>({0, 1, 2, 3, 4, 0, 1, 2, 3, 2, 3, 4, 0, 1, 2, 3, 4, 0}, {2, 9});
  const auto ids = narrow(text, 1, 0, 8), following = narrow(text, 1, 1, 8);
  for (int step = 0; step < 60; ++step)
    adam.step(grad(cross_entropy(tn::flatten(gpt(ids), 0, 1), tn::flatten(following)), adam.parameters()));
  const tn::NoGrad no_grad;
  EXPECT_EQ(tn::argmax(gpt(ids), 2).to_vector(), following.to_vector());
}

TEST(Gpt, SaysWhatDoesNotFit) {
  expect_error<tn::ValueError>(
      [] { Gpt<float>({.vocabulary = 1, .context = 1, .heads = 3, .embed_dim = 10}); },
      "[gpt] embed_dim 10 does not divide into 3 heads");
  const Gpt<float> gpt(tiny());
  expect_error<tn::ShapeError>([&] { gpt(from<index_t>({1, 2})); },
                               "[gpt] expected ids of shape (N, T), got (2,)");
  const char* const too_long = "[learned_positions] positions 0 to 7 are beyond the 6 that there are";
  expect_error<tn::ValueError>([&] { gpt(tn::zeros<index_t>({1, 7})); }, too_long);
  DecoderCache<float> cache = gpt.make_cache(1, 6);
  gpt.next(tn::zeros<index_t>({1, 4}), cache);
  expect_error<tn::ValueError>([&] { gpt.next(tn::zeros<index_t>({1, 3}), cache); },
                               "[learned_positions] positions 4 to 7 are beyond the 6 that there are");
  EXPECT_EQ(cache.length(), 4);
  EXPECT_EQ(gpt.next(tn::zeros<index_t>({1, 2}), cache).shape(), (tn::Shape{1, 7}));
}

}  // namespace gpt_test
