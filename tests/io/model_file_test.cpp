#include "tenon/io/model_file.hpp"

#include <gtest/gtest.h>

#include <map>

#include "support/temporary_folder.hpp"
#include "tenon/nn/linear.hpp"
#include "tenon/ops/elementwise/cast.hpp"
#include "tenon/ops/linalg/matmul.hpp"

namespace model_file_test {

using support::message_of;
using support::TemporaryFolder;
using tn::DType;
using tn::index_t;
using tn::Tensor;
namespace nn = tn::nn;
using tn::io::Cast;
using tn::io::LoadReport;
using tn::io::SafetensorsFile;
using tn::io::SafetensorsWriter;

/// y = x w + b, with a counter beside it.
template <class T>
struct Affine {
  tn::nn::Parameter<T> weight = tn::from<T>({{1, 2, 3}, {4, 5, 6}});
  tn::nn::Buffer<T> shift = tn::from<T>({0.5, 1, 2});
  tn::nn::Buffer<index_t> steps = tn::scalar<index_t>(7);

  Tensor<T> operator()(const Tensor<T>& x) const { return matmul(x, weight) + shift; }
};
template <class T>
struct Model {
  Affine<T> first;
};

template <class T>
Model<T> zeroed() {
  Model<T> model;
  model.first = {tn::zeros<T>({2, 3}), tn::zeros<T>({3}), tn::scalar<index_t>(0)};
  return model;
}

/// The report in the refusal to load, without its first line.
std::string refusal(const std::string& path, Model<float>& model, const tn::io::LoadOptions& options = {}) {
  const std::string message = message_of<tn::IoError>([&] { tn::io::load(path, model, options); });
  const std::string first = "[load] " + path + " does not fit the model:\n";
  return message.starts_with(first) ? message.substr(first.size()) : "not refused so: " + message;
}

TEST(ModelFile, EntriesOfAMapAreSavedUnderTheirKeys) {
  struct Heads {
    std::map<std::string, Affine<float>> heads;
  };
  TemporaryFolder folder;
  const std::string path = folder / "m.safetensors";
  Heads model;
  model.heads["b"] = {};
  model.heads["a"].weight = tn::full<float>({2, 3}, 7);
  tn::io::save(path, model);
  EXPECT_EQ(SafetensorsFile(path).names(),
            (std::vector<std::string>{"heads.a.shift", "heads.a.steps", "heads.a.weight", "heads.b.shift",
                                      "heads.b.steps", "heads.b.weight"}));
  Heads other;
  other.heads["a"] = {};
  other.heads["b"] = {};
  tn::io::load(path, other);
  EXPECT_EQ(other.heads["a"].weight.at({1, 2}), 7);
  EXPECT_EQ(other.heads["b"].weight.at({1, 2}), 6);
}

TEST(ModelFile, RoundTrips) {
  TemporaryFolder folder;
  const std::string path = folder / "m.safetensors";
  tn::io::save(path, Model<float>(), {.metadata = {{"epoch", "3"}}});
  const SafetensorsFile file(path);
  EXPECT_EQ(file.names(), (std::vector<std::string>{"first.shift", "first.steps", "first.weight"}));
  EXPECT_EQ(file.entry("first.steps").dtype, "I64");
  EXPECT_EQ(file.metadata().at("epoch"), "3");

  Model<float> model = zeroed<float>();
  EXPECT_EQ(tn::io::load(path, model).loaded, 3u);
  EXPECT_EQ(model.first.weight.to_vector(), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(model.first.shift.to_vector(), (std::vector<float>{0.5, 1, 2}));
  EXPECT_EQ(model.first.steps.item(), 7);
  EXPECT_TRUE(model.first.weight.requires_grad());
}

TEST(ModelFile, EveryMismatchIsInOneError) {
  TemporaryFolder folder;
  SafetensorsWriter writer;
  writer.add("first.weight", tn::zeros<float>({3, 2}));
  writer.add("first.steps", tn::zeros<float>({}));
  writer.add("second.weight", tn::zeros<double>({4}));
  writer.save(folder / "m");
  Model<float> model;
  EXPECT_EQ(refusal(folder / "m", model),
            "  missing: first.shift (3,) float32\n"
            "  unexpected: second.weight (4,) F64\n"
            "  does not fit: first.steps is int64 in the model, F32 in the file\n"
            "  does not fit: first.weight has shape (2, 3) in the model, (3, 2) in the file");
}

TEST(ModelFile, ARefusedFileLeavesTheModelAlone) {
  TemporaryFolder folder;
  SafetensorsWriter writer;
  writer.add("first.weight", tn::zeros<float>({2, 3}));
  writer.add("first.shift", tn::from<double>({1e300, 0, 0}));
  writer.add("first.steps", tn::scalar<index_t>(1));
  writer.save(folder / "m");
  Model<float> model;
  EXPECT_EQ(
      refusal(folder / "m", model),
      "  does not fit: first.shift is float32 in the model, F64 in the file, which would have to be rounded");
  EXPECT_EQ(message_of<tn::IoError>([&] { tn::io::load(folder / "m", model, {.cast = Cast::lossy}); }),
            "[safetensors] " + (folder / "m") + ": \"first.shift\" holds a number too large for float32");
  EXPECT_EQ(model.first.weight.to_vector(), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(model.first.steps.item(), 7);
}

TEST(ModelFile, WithoutStrictWhatFitsIsLoadedAndTheRestReported) {
  TemporaryFolder folder;
  SafetensorsWriter writer;
  writer.add("first.weight", tn::zeros<float>({2, 3}));
  writer.add("first.shift", tn::zeros<float>({4}));
  writer.add("head", tn::zeros<float>({}));
  writer.save(folder / "m");
  Model<float> model;
  const LoadReport report = tn::io::load(folder / "m", model, {.strict = false});
  EXPECT_EQ(report.loaded, 1u);
  EXPECT_FALSE(report.complete());
  EXPECT_EQ(report.missing.at(0).name, "first.steps");
  EXPECT_EQ(report.unexpected.at(0).name, "head");
  EXPECT_EQ(report.mismatched.at(0).name, "first.shift");
  EXPECT_EQ(model.first.weight.to_vector(), std::vector<float>(6));
  EXPECT_EQ(model.first.shift.at({0}), 0.5f);

  SafetensorsWriter other;
  other.add("head", tn::zeros<float>({}));
  other.save(folder / "m");
  EXPECT_NE(message_of<tn::IoError>([&] { tn::io::load(folder / "m", model, {.strict = false}); }), "")
      << "nothing in common";
}

TEST(ModelFile, NamesFollowRules) {
  TemporaryFolder folder;
  SafetensorsWriter writer;
  writer.add("module.h.first.c_fc.weight", tn::from<float>({{1, 4}, {2, 5}, {3, 6}}));
  writer.add("module.h.first.c_fc.bias", tn::from<float>({1, 2, 3}));
  writer.add("module.h.first.mask", tn::zeros<float>({9}));
  writer.save(folder / "m");
  Model<float> model = zeroed<float>();
  tn::io::LoadOptions options{
      .strip = "module.",
      .rules = {{"h.{i}.c_fc.weight", "{i}.weight", true}, {"h.{i}.c_fc.bias", "{i}.shift"}},
      .ignore = {"{any*}.mask", "{any*}.steps"}};
  EXPECT_TRUE(tn::io::load(folder / "m", model, options).complete());
  EXPECT_EQ(model.first.weight.to_vector(), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(model.first.shift.to_vector(), (std::vector<float>{1, 2, 3}));

  options.ignore = {};
  EXPECT_EQ(refusal(folder / "m", model, options),
            "  missing: first.steps () int64\n"
            "  unexpected: h.first.mask (9,) F32 (in the file module.h.first.mask)");
  options.rules.push_back({"h.{i}.mask", "{i}.shift"});
  EXPECT_EQ(message_of<tn::IoError>([&] { tn::io::load(folder / "m", model, options); }),
            "[load] " + (folder / "m") +
                ": both module.h.first.c_fc.bias and module.h.first.mask become first.shift");
  options.rules = {{"h.{i}.c_fc.bias", "{i}.weight", true}};
  EXPECT_NE(
      refusal(folder / "m", model, options).find("first.weight is to be transposed, but has shape (3,)"),
      std::string::npos);
}

TEST(ModelFile, HalfPrecisionIsStoredAndRead) {
  TemporaryFolder folder;
  for (const auto stored : {DType::float16, DType::bfloat16, DType::float64}) {
    tn::io::save(folder / "m", Model<float>(), {.stored = stored});
    Model<float> model = zeroed<float>();
    tn::io::load(folder / "m", model, {.cast = Cast::lossy});
    EXPECT_EQ(model.first.weight.to_vector(), (std::vector<float>{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(model.first.steps.item(), 7);
  }
  Model<float> model;
  model.first.shift = tn::from<float>({1e6f, 0, 0});
  EXPECT_EQ(
      message_of<tn::ValueError>([&] { tn::io::save(folder / "m", model, {.stored = DType::float16}); }),
      "[safetensors] \"first.shift\" cannot be stored as F16: a number is too large");
}

TEST(ModelFile, LoadsIntoAWiderModelWithoutBeingAsked) {
  TemporaryFolder folder;
  tn::io::save(folder / "m", Model<float>());
  Model<double> model = zeroed<double>();
  EXPECT_TRUE(tn::io::load(folder / "m", model).complete());
  EXPECT_EQ(model.first.weight.to_vector(), (std::vector<double>{1, 2, 3, 4, 5, 6}));
}

TEST(ModelFile, NumBatchesTrackedMayBeAbsentAsInPyTorch) {
  TemporaryFolder folder;
  SafetensorsWriter writer;
  writer.add("norm.weight", tn::from<float>({2}));
  writer.save(folder / "m");
  tn::ModuleState state;
  state.push_back({"norm.weight", tn::zeros<float>({1})});
  state.push_back({"norm.num_batches_tracked", tn::scalar<index_t>(5)});
  EXPECT_TRUE(tn::io::load_state(folder / "m", state).complete());
  EXPECT_EQ(state[1].tensor.as<index_t>().item(), 5);
}

TEST(ModelFile, LongListsAreCut) {
  TemporaryFolder folder;
  SafetensorsWriter writer;
  for (int i = 0; i < 30; ++i) writer.add("x" + std::to_string(i), tn::zeros<float>({}));
  writer.save(folder / "m");
  Model<float> model;
  const std::string text = refusal(folder / "m", model);
  EXPECT_NE(text.find("unexpected: … and 10 more"), std::string::npos) << text;
}

struct Mixed {
  nn::Linear<float> layer{2, 1};
  nn::Buffer<tn::bfloat16> table = tn::to<tn::bfloat16>(tn::ones<float>({3, 2}));
  nn::Buffer<std::uint8_t> codes = tn::from<std::uint8_t>({1, 2, 3});
};

TEST(ModelFile, TensorsOfSeveralTypesKeepTheirs) {
  TemporaryFolder folder;
  Mixed model, other;
  other.codes = tn::zeros<std::uint8_t>({3});
  tn::io::save(folder / "m", model);
  const tn::io::SafetensorsFile file(folder / "m");
  EXPECT_EQ(file.entry("table").dtype, "BF16");
  EXPECT_EQ(file.get("codes").dtype(), DType::uint8);
  EXPECT_TRUE(tn::io::load(folder / "m", other).complete());
  EXPECT_EQ(other.codes.to_vector(), (std::vector<std::uint8_t>{1, 2, 3}));
  EXPECT_EQ(other.layer.weight.to_vector(), model.layer.weight.to_vector());

  tn::io::save(folder / "half", model, {.stored = DType::float16});
  const tn::io::SafetensorsFile half(folder / "half");
  EXPECT_EQ(half.entry("layer.weight").dtype, "F16");
  EXPECT_EQ(half.entry("codes").dtype, "U8") << "integers are not rounded";
}

}  // namespace model_file_test
