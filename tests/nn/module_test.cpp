#include "tenon/nn/module.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <variant>

#include "support/expect.hpp"
#include "tenon/nn/linear.hpp"
#include "tenon/nn/named_tensor.hpp"

namespace module_test {

namespace nn = tn::nn;
using tn::Tensor;

struct Tail {
  nn::Linear<float> last{3, 1, false};
  int repeats = 2;
  std::vector<tn::index_t> sizes{1, 2};
};

struct Everything {
  nn::Linear<float> in{2, 3};
  Tail tail;
  std::vector<nn::Linear<float>> layers = std::vector<nn::Linear<float>>(2, nn::Linear<float>(1, 1, false));
  std::array<nn::Linear<float>, 1> one{nn::Linear<float>(1, 1, false)};
  std::optional<nn::Linear<float>> present = nn::Linear<float>(1, 1, false), absent;
  std::unique_ptr<nn::Linear<float>> owned = std::make_unique<nn::Linear<float>>(1, 1, false);
  std::tuple<nn::Linear<float>, int> pair{nn::Linear<float>(1, 1, false), 7};
  std::variant<int, nn::Linear<float>> choice = nn::Linear<float>(1, 1, false);
  nn::Parameter<float> scale = tn::ones<float>({2});
  nn::Buffer<float> mean = tn::zeros<float>({2});
  nn::Buffer<tn::index_t> batches = tn::zeros<tn::index_t>({});
  std::string name = "model";
  double rate = 0.5;
};

template <class T>
std::vector<std::string> names(const std::vector<tn::Named<T>>& list) {
  std::vector<std::string> result;
  for (const auto& named : list) result.push_back(named.name);
  return result;
}

TEST(Module, FindsAllMembersInOrderUnderTheirPaths) {
  const Everything model;
  const std::vector<std::string> trained{
      "in.weight",    "in.bias",        "tail.last.weight", "layers.0.weight", "layers.1.weight",
      "one.0.weight", "present.weight", "owned.weight",     "pair.0.weight",   "choice.weight",
      "scale"};
  EXPECT_EQ(names(nn::named_parameters(model)), trained);
  auto saved = trained;
  saved.insert(saved.end(), {"mean", "batches"});
  EXPECT_EQ(names(nn::state(model)), saved);
  EXPECT_EQ(nn::parameter_count(model), 6 + 3 + 3 + 7 + 2);
}

TEST(Module, ParametersAreHandles) {
  const Everything model;
  const tn::NoGrad no_grad;
  Tensor<float> scale = nn::parameters(model).back();
  tn::fill_(scale, 3);
  EXPECT_EQ(model.scale.at({1}), 3);
}

TEST(Module, FrozenParametersAreSavedButNotTrained) {
  Everything model;
  nn::freeze(model.in);
  EXPECT_EQ(nn::named_parameters(model).front().name, "tail.last.weight");
  EXPECT_EQ(nn::state(model).front().name, "in.weight");
  EXPECT_EQ(nn::parameter_count(model), 21);
  nn::freeze(model, false);
  EXPECT_EQ(nn::named_parameters(model).front().name, "in.weight");
}

TEST(Module, SharedModulesAreListedOnce) {
  struct Twice {
    std::shared_ptr<nn::Linear<float>> encoder = std::make_shared<nn::Linear<float>>(2, 2);
    std::shared_ptr<nn::Linear<float>> decoder = encoder;
  };
  EXPECT_EQ(names(nn::state(Twice{})), (std::vector<std::string>{"encoder.weight", "encoder.bias"}));
}

TEST(Module, CopiesHaveWeightsOfTheirOwnAndAssignmentKeepsHandles) {
  struct Model {
    nn::Linear<float> layer{2, 1, false};
  };
  Model model;
  const auto handles = nn::parameters(model);
  const Model best = model;
  {
    const tn::NoGrad no_grad;
    tn::fill_(model.layer.weight, 5);
  }
  EXPECT_NE(best.layer.weight.at({0, 0}), 5);
  model = best;
  EXPECT_TRUE(handles[0].is(model.layer.weight));
  EXPECT_EQ(handles[0].at({0, 0}), best.layer.weight.at({0, 0}));
  EXPECT_TRUE(model.layer.weight.requires_grad());
}

TEST(Module, EntriesOfAMapAreNamedByTheirKeys) {
  struct Heads {
    std::map<std::string, nn::Linear<float>> heads;
    std::map<int, nn::Parameter<float>> scales;
  };
  Heads model;
  model.heads.emplace("b", nn::Linear<float>(2, 3));
  model.heads.emplace("a", nn::Linear<float>(2, 1, false));
  model.scales.emplace(10, tn::ones<float>({1}));
  model.scales.emplace(-9, tn::ones<float>({1}));
  const std::vector<std::string> want{"heads.a.weight", "heads.b.weight", "heads.b.bias", "scales.-9",
                                      "scales.10"};
  EXPECT_EQ(names(nn::state(model)), want);
  static_assert(std::is_same_v<nn::ScalarOf<Heads>, float>);
  const Heads best = model;
  const auto handles = nn::parameters(model);
  {
    const tn::NoGrad no_grad;
    tn::fill_(model.heads.at("a").weight, 5);
  }
  model.heads.at("a") = best.heads.at("a");
  EXPECT_TRUE(handles[0].is(model.heads.at("a").weight));
  EXPECT_EQ(handles[0].at({0, 0}), best.heads.at("a").weight.at({0, 0}));
}

TEST(Module, AModuleMayBeARangeAsWell) {
  struct Steps {
    nn::Parameter<float> weight = tn::ones<float>({1});
    std::vector<int> steps{1, 2};
    auto begin() const { return steps.begin(); }
    auto end() const { return steps.end(); }
  };
  EXPECT_EQ(names(nn::state(Steps{})), std::vector<std::string>{"weight"});
}

struct Shared {
  explicit Shared(nn::Linear<float>& linear) : reference(linear) {}
  nn::Parameter<float> own = tn::ones<float>({1});
  nn::Linear<float>& reference;
  Tensor<float> handle = tn::ones<float>({2});
  TENON_FIELDS(own);
  TENON_LEFT_OUT(reference, handle);
};

TEST(Module, WhatIsDataIsLeftAlone) {
  nn::Linear<float> elsewhere(1, 1);
  struct Data {
    nn::Parameter<float> weight = tn::ones<float>({1});
    std::string name = "name";
    std::optional<std::string> maybe = "text";
    std::filesystem::path path = "folder/file";
    std::map<std::string, std::vector<std::string>> tags{{"a", {"b"}}};
    std::unordered_map<std::string, double> rates{{"lr", 0.1}};
    std::vector<std::pair<int, std::string>> pairs{{1, "one"}};
    const Tensor<float>* pointer = nullptr;
    nn::Linear<float>* borrowed = nullptr;
    tn::Generator generator{3};
  };
  Data model;
  model.borrowed = &elsewhere;
  EXPECT_EQ(names(nn::state(model)), std::vector<std::string>{"weight"});
  EXPECT_EQ(names(nn::state(Shared(elsewhere))), std::vector<std::string>{"own"});
}

TEST(Module, ScalarTypeIsThatOfTheParameters) {
  struct Doubles {
    int first = 0;
    std::vector<nn::Linear<double>> layers;
  };
  static_assert(std::is_same_v<nn::ScalarOf<Doubles>, double>);
  static_assert(std::is_same_v<nn::ScalarOf<Everything>, float>);
}

struct Mixed {
  nn::Linear<float> layer{2, 1};
  nn::Buffer<tn::bfloat16> table = tn::to<tn::bfloat16>(tn::ones<float>({3, 2}));
  nn::Buffer<bool> mask = tn::from<bool>({true, false});
  nn::Buffer<std::uint8_t> codes = tn::from<std::uint8_t>({1, 2, 3});
};

TEST(Module, TensorsOfAllScalarTypesAreItsState) {
  const Mixed model;
  const tn::ModuleState state = nn::state(model);
  EXPECT_EQ(names(state), (std::vector<std::string>{"layer.weight", "layer.bias", "table", "mask", "codes"}));
  EXPECT_EQ(state[2].tensor.dtype(), tn::DType::bfloat16);
  EXPECT_TRUE(state[3].tensor.as<bool>().is(model.mask));
  EXPECT_EQ(nn::parameters(model).size(), 2u);
}

struct TwoPrecisions {
  nn::Parameter<float> a = tn::ones<float>({1});
  nn::Parameter<double> b = tn::ones<double>({2});
};

TEST(Module, ParametersOfTwoTypesAreAskedForByType) {
  const TwoPrecisions model;
  support::expect_error<tn::ValueError>([&] { static_cast<void>(nn::parameters(model)); },
                                        "[parameters] b is of float64, the model of float32: ask for "
                                        "parameters<float>(model) and so on, a list for "
                                        "each type");
  EXPECT_EQ(nn::parameters<float>(model).size(), 1u);
  EXPECT_EQ(nn::named_parameters<double>(model).at(0).name, "b");
}

}  // namespace module_test
