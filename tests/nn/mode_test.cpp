#include "tenon/nn/mode.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "support/expect.hpp"
#include "tenon/nn/activation.hpp"
#include "tenon/nn/any_module.hpp"
#include "tenon/nn/convert.hpp"
#include "tenon/nn/dropout.hpp"
#include "tenon/nn/embedding.hpp"
#include "tenon/nn/linear.hpp"
#include "tenon/nn/norm.hpp"
#include "tenon/nn/sequential.hpp"

namespace mode_test {

namespace nn = tn::nn;
using tn::from;
using tn::index_t;
using tn::Tensor;

/// A module with what evaluation changes: layers, statistics, and a function that it calls itself.
struct Net {
  nn::Linear<float> in{3, 8};
  nn::BatchNorm1d<float> norm{8};
  std::vector<nn::AnyModule<float>> parts = {nn::Dropout{0.5}, nn::Linear<float>(8, 8), nn::Rrelu{}};
  std::unique_ptr<nn::AlphaDropout> held = std::make_unique<nn::AlphaDropout>();
  nn::Linear<float> out{8, 2};
  nn::Mode mode{};

  Tensor<float> operator()(const Tensor<float>& x) const {
    Tensor<float> y = norm(in(x));
    for (const auto& part : parts) y = part(y);
    return out(tn::dropout((*held)(y), 0.3, mode.training()));
  }
};

std::vector<float> statistics_of(const Net& net) {
  auto numbers = net.norm.running_mean.to_vector();
  for (float v : net.norm.running_var.to_vector()) numbers.push_back(v);
  numbers.push_back(static_cast<float>(net.norm.num_batches_tracked.item()));
  return numbers;
}

TEST(Mode, EvaluationStaysWithTheModelWhileRecording) {
  Net net;
  const auto x = tn::randn<float>({5, 3});
  const auto evaluated = [&] {
    const tn::NoGrad no_grad;
    return net(x).to_vector();
  };
  const std::vector<float> want = evaluated();
  EXPECT_NE(net(x).to_vector(), want);  // a new model trains
  nn::eval(net);
  const std::vector<float> statistics = statistics_of(net);
  const std::vector<float> with_statistics = evaluated();
  EXPECT_NE(with_statistics, want);  // the batch above has moved them
  for (int call = 0; call < 3; ++call) EXPECT_EQ(net(x).to_vector(), with_statistics);
  {
    const tn::TrainingMode on(true);
    EXPECT_EQ(net(x).to_vector(), with_statistics);
  }
  EXPECT_EQ(statistics_of(net), statistics);
  EXPECT_TRUE(net(x).requires_grad());  // gradients in evaluation, as for saliency
  nn::train(net);
  EXPECT_NE(net(x).to_vector(), with_statistics);
  EXPECT_NE(statistics_of(net), statistics);
  EXPECT_EQ(net.norm.num_batches_tracked.item(), 2);
}

TEST(Mode, FollowsTheThreadUnlessSet) {
  const nn::Mode mode;
  EXPECT_TRUE(mode.training());
  {
    const tn::NoGrad no_grad;
    EXPECT_FALSE(mode.training());
    const tn::TrainingMode on(true);
    EXPECT_TRUE(mode.training());
  }
  const tn::TrainingMode off(false);
  EXPECT_FALSE(mode.training());
}

TEST(Mode, IsAValueOfTheModelAndNoPartOfItsState) {
  struct Small {
    nn::Linear<float> layer{2, 2};
    nn::Dropout dropout{0.5};
    nn::BatchNorm1d<float> norm{2};
  };
  Small model;
  nn::eval(model);
  const Small copy = model;
  EXPECT_FALSE(copy.dropout.mode.training());
  EXPECT_FALSE(copy.norm.mode.training());
  nn::train(model);
  EXPECT_TRUE(model.norm.mode.training());
  EXPECT_FALSE(copy.norm.mode.training());
  model = copy;
  EXPECT_FALSE(model.dropout.mode.training());
  std::vector<std::string> names;
  for (const auto& named : nn::state(model)) names.push_back(named.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"layer.weight", "layer.bias", "norm.weight", "norm.bias",
                                      "norm.running_mean", "norm.running_var", "norm.num_batches_tracked"}));
}

TEST(Mode, OfAPartAlone) {
  Net net;
  nn::eval(net.norm);
  EXPECT_FALSE(net.norm.mode.training());
  EXPECT_TRUE(net.mode.training());
  nn::train(*net.held, false);  // a layer without a scalar type
  EXPECT_FALSE(net.held->mode.training());
  nn::train(net);
  EXPECT_TRUE(net.norm.mode.training());
  EXPECT_TRUE(net.held->mode.training());
}

TEST(Mode, IsConvertedWithTheModel) {
  nn::Sequential<nn::Linear<float>, nn::Dropout, nn::BatchNorm1d<float>> net{
      nn::Linear<float>(2, 2), nn::Dropout{}, nn::BatchNorm1d<float>(2)};
  nn::eval(net);
  const auto wide = nn::to<double>(net);
  EXPECT_FALSE(wide.get<1>().mode.training());
  EXPECT_FALSE(wide.get<2>().mode.training());
}

TEST(Mode, LayersOfEachKindObey) {
  const auto check = [](auto layer, const auto&... x) {
    nn::eval(layer);
    const auto y = layer(x...);
    EXPECT_EQ(y.to_vector(), layer(x...).to_vector());
    const tn::NoGrad no_grad;
    EXPECT_EQ(y.to_vector(), layer(x...).to_vector());
  };
  const auto x3 = tn::randn<float>({4, 6, 5}), x4 = tn::randn<float>({4, 6, 5, 3}),
             x5 = tn::randn<float>({4, 6, 2, 2, 2});
  check(nn::Dropout{}, x3);
  check(nn::AlphaDropout{}, x3);
  check(nn::Dropout1d{}, x3);
  check(nn::Dropout2d{}, x4);
  check(nn::Dropout3d{}, x5);
  check(nn::Rrelu{}, x3);
  check(nn::BatchNorm1d<float>(6), x3);
  check(nn::BatchNorm2d<float>(6), x4);
  check(nn::BatchNorm3d<float>(6), x5);
  check(nn::InstanceNorm1d<float>(6, {.track_running_stats = true}), x3);
  check(nn::InstanceNorm2d<float>(6, {.track_running_stats = true}), x4);
  check(nn::InstanceNorm3d<float>(6, {.track_running_stats = true}), x5);
}

TEST(Mode, EvaluationCutsRowsOfEmbeddingsWithoutWriting) {
  const auto rows = from<double>({3, 4, 6, 8, 0.3, 0.4}, {3, 2});
  nn::Embedding<double> table(rows, {.max_norm = 1});
  const auto index = from<index_t>({2, 0});
  nn::eval(table);
  const auto y = table(index);
  support::expect_values(y, {2, 2}, {0.3, 0.4, 3 / (5 + 1e-7), 4 / (5 + 1e-7)}, 1e-12);
  EXPECT_EQ(table.weight.to_vector(), rows.to_vector());
  nn::train(table);
  EXPECT_EQ(table(index).to_vector(), y.to_vector());
  support::expect_values(table.weight.detach(), {3, 2}, {0.6, 0.8, 6, 8, 0.3, 0.4}, 1e-6);

  nn::EmbeddingBag<double> bags(3, 2, {.mode = tn::BagMode::sum, .max_norm = 1});
  bags.weight = nn::Parameter<double>(rows);
  const tn::NoGrad no_grad;
  support::expect_values(bags(from<index_t>({{2, 0}})), {1, 2}, {0.9, 1.2}, 1e-6);
  EXPECT_EQ(bags.weight.to_vector(), rows.to_vector());
}

}  // namespace mode_test
