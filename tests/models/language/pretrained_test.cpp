#include "tenon/models/language/pretrained.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "support/expect.hpp"
#include "support/temporary_folder.hpp"
#include "tenon/autograd/grad.hpp"
#include "tenon/nn/module.hpp"
#include "tenon/ops/loss/loss.hpp"
#include "tenon/ops/reduce/reduce.hpp"
#include "tenon/optim/adam.hpp"

namespace tenon::testing {
namespace pretrained_test {

using models::load_pretrained;
using models::PretrainedDecoder;

std::vector<std::string> cases() {
  std::vector<std::string> all;
  for (const auto& entry : std::filesystem::directory_iterator(TENON_DECODERS_FOLDER))
    all.push_back(entry.path().filename().string());
  std::sort(all.begin(), all.end());
  return all;
}

/// A tiny random model, and what plain PyTorch makes of it; see tests/parity/decoders.py.
class Decoders : public ::testing::TestWithParam<std::string> {
 protected:
  std::string folder = std::string(TENON_DECODERS_FOLDER) + "/" + GetParam();
  PretrainedDecoder<float> pretrained = load_pretrained(folder);
  io::SafetensorsFile expected = io::SafetensorsFile::open(folder + "/expected.safetensors");
  Tensor<index_t> ids = expected.get<index_t>("ids");
  Tensor<float> logits = expected.get<float>("logits");

  static void expect_close(const Tensor<float>& got, const Tensor<float>& want, const char* what) {
    ASSERT_EQ(got.shape(), want.shape());
    const auto largest = [](const Tensor<float>& x) {
      return static_cast<double>(amax(abs(x.detach())).item());
    };
    EXPECT_LE(largest(sub(got.detach(), want)), 1e-5 * largest(want)) << what;
  }
};
INSTANTIATE_TEST_SUITE_P(OfEveryType, Decoders, ::testing::ValuesIn(cases()),
                         [](const auto& test) { return test.param; });

TEST_P(Decoders, LogitsAreThoseOfPyTorch) {
  expect_close(pretrained.model(ids), logits, "at once");
  auto cache = pretrained.model.make_cache(2, ids.extent(1));
  expect_close(pretrained.model.logits(ids, cache), logits, "into a cache");
}

TEST_P(Decoders, TokenByTokenTheyAreTheSame) {
  // With dynamic scaling the rates depend on the length: keys that are kept were turned for a shorter text.
  if (GetParam() == "llama_dynamic") return;
  auto cache = pretrained.model.make_cache(2, ids.extent(1));
  const index_t first = 5;
  expect_close(pretrained.model.next(narrow(ids, 1, 0, first), cache), select(logits, 1, first - 1),
               "the prompt");
  expect_close(pretrained.model.logits(narrow(ids, 1, first, 3), cache), narrow(logits, 1, first, 3),
               "three more");
  for (index_t t = first + 3; t < ids.extent(1); ++t)
    expect_close(pretrained.model.next(narrow(ids, 1, t, 1), cache), select(logits, 1, t), "one more");
}

TEST_P(Decoders, PaddingOnTheLeftChangesNothing) {
  if (GetParam() == "llama_dynamic") return;  // the length counts padding
  const index_t length = ids.extent(1), padding = 3;
  const Tensor<index_t> row = narrow(ids, 0, 0, 1), other = narrow(ids, 0, 1, 1);
  const Tensor<index_t> padded = cat({zeros<index_t>({1, padding}), row}, 1);
  const Tensor<index_t> longer = cat({other, narrow(other, 1, 0, padding)}, 1);
  auto cache = pretrained.model.make_cache(2, length + padding, {padding, 0});
  const Tensor<float> got = pretrained.model.logits(cat({padded, longer}, 0), cache);
  expect_close(narrow(narrow(got, 0, 0, 1), 1, padding, length), narrow(logits, 0, 0, 1), "behind padding");
  expect_close(narrow(narrow(got, 0, 1, 1), 1, 0, length), narrow(logits, 0, 1, 1), "without padding");
}

TEST_P(Decoders, AllParametersHaveGradients) {
  auto& model = pretrained.model;
  const Tensor<float> loss = sum(square(model(ids)));
  backward(loss);
  int count = 0;
  for (auto& named : nn::named_parameters(model)) {
    ASSERT_TRUE(named.tensor.grad().defined()) << named.name;
    ++count;
  }
  EXPECT_GT(count, 10);
}

TEST_P(Decoders, GradientsAreThoseOfDifferences) {
  auto model = load_pretrained<double>(folder).model;
  const auto loss = [&] { return mean(square(model(ids))); };
  backward(loss());
  std::vector<std::pair<Tensor<double>, Tensor<double>>> steps;  // a parameter, and a direction for it
  double slope = 0;
  constexpr double size = 1e-6;
  for (auto& named : nn::named_parameters(model)) {
    Tensor<double> direction = Tensor<double>::empty(named.tensor.shape());
    double* to = direction.mutable_data();
    for (index_t i = 0; i < direction.size(); ++i)
      to[i] = std::sin(static_cast<double>(i) + static_cast<double>(steps.size()));
    slope += sum(mul(named.tensor.grad(), direction)).item();
    steps.emplace_back(named.tensor, direction);
  }
  const NoGrad no_grad;
  const auto move = [&](double by) {
    for (auto& [parameter, direction] : steps) add_(parameter, mul(direction, by));
  };
  move(size);
  const double above = loss().item();
  move(-2 * size);
  EXPECT_NEAR((above - loss().item()) / (2 * size), slope, 1e-6 * (1 + std::abs(slope)));
}

TEST_P(Decoders, FineTunedTheyLearnAndAreSaved) {
  auto& model = pretrained.model;
  const Tensor<index_t> inputs = narrow(ids, 1, 0, ids.extent(1) - 1),
                        next = narrow(ids, 1, 1, ids.extent(1) - 1);
  const auto loss = [&] { return cross_entropy(flatten(model(inputs), 0, 1), flatten(next, 0, 1)); };
  const float before = loss().item();
  optim::Adam<float> adam(nn::parameters(model), {.lr = 1e-2});
  for (int step = 0; step < 5; ++step) adam.step(grad(loss(), adam.parameters()));
  const float after = loss().item();
  EXPECT_LT(after, before);
  const support::TemporaryFolder out;
  save_pretrained(pretrained, out.path());
  EXPECT_EQ(load_pretrained(out.path()).model(ids).to_vector(), model(ids).to_vector());
  expect_close(load_pretrained(folder).model(ids), logits, "the folder that was loaded");
}

TEST_P(Decoders, SavedAgainTheFilesAreTheSame) {
  const support::TemporaryFolder out;
  save_pretrained(pretrained, out.path());
  const auto before = io::SafetensorsFile::open(folder + "/model.safetensors"),
             after = io::SafetensorsFile::open(out / "model.safetensors");
  ASSERT_EQ(after.names(), before.names());
  for (const std::string& name : before.names())
    EXPECT_EQ(after.get<float>(name).to_vector(), before.get<float>(name).to_vector()) << name;
  expect_close(load_pretrained(out.path()).model(ids), logits, "loaded again");
}

TEST(Pretrained, ShardsAreOneModel) {
  const std::string source = std::string(TENON_DECODERS_FOLDER) + "/llama";
  const auto whole = io::SafetensorsFile::open(source + "/model.safetensors");
  const support::TemporaryFolder folder;
  io::SafetensorsWriter parts[2];
  std::string map;
  int k = 0;
  for (const std::string& name : whole.names()) {
    parts[k % 2].add(name, whole.get(name));
    map +=
        (map.empty() ? "" : ", ") + ("\"" + name + "\": \"part-" + std::to_string(k % 2)) + ".safetensors\"";
    ++k;
  }
  for (int i = 0; i < 2; ++i) parts[i].save(folder / ("part-" + std::to_string(i) + ".safetensors"));
  folder.write("model.safetensors.index.json", "{\"weight_map\": {" + map + "}}");
  std::filesystem::copy_file(source + "/config.json", folder / "config.json");
  const Tensor<index_t> ids = from<index_t>({1, 2, 3}, {1, 3});
  EXPECT_EQ(load_pretrained(folder.path()).model(ids).to_vector(),
            load_pretrained(source).model(ids).to_vector());
}

TEST(Pretrained, FilesOfTorchSaveAreReadToo) {
  // The same case as the folder "llama", saved by PyTorch.
  const support::TemporaryFolder folder;
  const std::string source = std::string(TENON_DECODERS_FOLDER) + "/llama";
  std::filesystem::copy_file(source + "/config.json", folder / "config.json");
  std::filesystem::copy_file(std::string(TENON_TORCH_FOLDER) + "/llama.bin", folder / "pytorch_model.bin");
  const Tensor<index_t> ids = from<index_t>({1, 2, 3}, {1, 3});
  EXPECT_EQ(load_pretrained(folder.path()).model(ids).to_vector(),
            load_pretrained(source).model(ids).to_vector());
}

TEST(Pretrained, WhatDoesNotFitIsOneSentence) {
  const support::TemporaryFolder folder;
  folder.write(
      "config.json",
      R"({"model_type": "gpt2", "vocab_size": 4, "n_embd": 2, "n_layer": 0, "n_head": 1, "n_positions": 3})");
  io::SafetensorsWriter writer;
  writer.add("wte.weight", AnyTensor(zeros<float>({4, 3})));
  writer.add("wpe.weight", AnyTensor(zeros<float>({3, 2})));
  writer.add("ln_f.weight", AnyTensor(zeros<float>({2})));
  writer.add("extra", AnyTensor(zeros<float>({1})));
  writer.save(folder / "model.safetensors");
  support::expect_error<IoError>(
      [&] { load_pretrained(folder.path()); },
      "[load_pretrained] the arrays do not fit a gpt2: missing: transformer.ln_f.bias; of another "
      "shape: wte.weight (4, 3) instead of (4, 2); unexpected: extra");
  folder.write("config.json", R"({"model_type": "magic"})");
  support::expect_error<IoError>([&] { load_pretrained(folder.path()); },
                                 "[config] the model_type 'magic' is not known; these are: gpt2, gpt_neox, "
                                 "llama, mistral, qwen2, qwen3, gemma, "
                                 "gemma2, phi, phi3, stablelm, opt, smollm3");
}

}  // namespace pretrained_test
}  // namespace tenon::testing
