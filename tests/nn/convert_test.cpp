#include "tenon/nn/convert.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <variant>

#include "support/expect.hpp"
#include "tenon/nn/linear.hpp"

namespace convert_test {

namespace nn = tn::nn;
using support::expect_values;

struct Options {
  int repeats = 1;
  std::vector<int> sizes{};
};

template <class T>
struct Model {
  nn::Linear<T> in{2, 3};
  std::vector<nn::Linear<T>> layers;
  std::array<nn::Parameter<T>, 2> pair;
  std::optional<nn::Linear<T>> perhaps, absent;
  std::unique_ptr<nn::Linear<T>> owned;
  std::tuple<nn::Parameter<T>, int> both;
  std::variant<int, nn::Linear<T>> choice;
  nn::Buffer<T> mean = tn::zeros<T>({2});
  nn::Buffer<tn::index_t> batches = tn::zeros<tn::index_t>({});
  Options options;
};

TEST(Convert, AModelInAnotherScalarType) {
  Model<float> model;
  model.layers.resize(2, nn::Linear<float>(1, 1));
  model.pair[1] = tn::from<float>({4});
  model.perhaps.emplace(1, 1, false);
  model.owned = std::make_unique<nn::Linear<float>>(1, 1);
  model.both = {tn::from<float>({5}), 6};
  model.choice = nn::Linear<float>(1, 2);
  model.batches = tn::full<tn::index_t>({}, 7);
  model.options = {8, {9, 10}};
  nn::freeze(model.in);

  const auto converted = nn::to<double>(model);
  static_assert(std::is_same_v<decltype(converted), const Model<double>>);
  const auto want = nn::state(model);
  const auto got = nn::state(converted);
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_EQ(got[i].name, want[i].name);
    EXPECT_EQ(got[i].tensor.requires_grad(), want[i].tensor.requires_grad());
    if (want[i].tensor.holds<float>())
      expect_values(got[i].tensor.as<double>(), want[i].tensor.shape(),
                    tn::to<double>(want[i].tensor.as<float>().detach()).to_vector());
    else
      EXPECT_EQ(got[i].tensor.as<tn::index_t>().item(), 7);
  }
  EXPECT_EQ(std::get<1>(converted.both), 6);
  EXPECT_EQ(converted.options.repeats, 8);
  EXPECT_EQ(converted.options.sizes, (std::vector<int>{9, 10}));
  EXPECT_FALSE(converted.absent);
}

template <class T>
struct FullByDefault {
  nn::Linear<T> layer{2, 3};
  std::optional<nn::Linear<T>> head = nn::Linear<T>(3, 1);
  std::unique_ptr<nn::Linear<T>> owned = std::make_unique<nn::Linear<T>>(3, 1);
};

TEST(Convert, WhatTheModelHasNotIsNotThereAfterwards) {
  FullByDefault<float> model;
  model.layer.bias = {};
  model.head.reset();
  model.owned.reset();
  const auto converted = nn::to<double>(model);
  EXPECT_FALSE(converted.layer.bias.defined());
  EXPECT_FALSE(converted.head);
  EXPECT_FALSE(converted.owned);
  EXPECT_EQ(nn::state(converted).size(), 1u);
}

template <class T>
struct Heads {
  std::map<std::string, nn::Linear<T>> heads{{"unused", nn::Linear<T>(1, 1)}};
  std::unordered_map<std::string, std::string> tags;
};

TEST(Convert, MapsKeepTheirKeys) {
  Heads<float> model;
  model.heads.clear();
  model.heads.emplace("b", nn::Linear<float>(2, 3));
  model.heads.emplace("a", nn::Linear<float>(2, 1, false));
  model.tags["a"] = "first";
  const auto converted = nn::to<double>(model);
  ASSERT_EQ(converted.heads.size(), 2u);
  expect_values(converted.heads.at("b").bias.detach(), {3},
                tn::to<double>(model.heads.at("b").bias.detach()).to_vector());
  EXPECT_FALSE(converted.heads.at("a").bias.defined());
  EXPECT_EQ(converted.tags.at("a"), "first");
}

}  // namespace convert_test
