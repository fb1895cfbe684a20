#include "tenon/io/self_test.hpp"

#include <gtest/gtest.h>

#include "support/temporary_folder.hpp"
#include "tenon/io/model_file.hpp"
#include "tenon/ops/index/index.hpp"

namespace self_test_test {

using support::message_of;
using support::TemporaryFolder;
using tn::index_t;
using tn::Tensor;
using tn::io::SafetensorsWriter;

struct Scale {
  tn::nn::Parameter<float> weight = tn::from<float>({1, 2, 3});
  Tensor<float> operator()(const Tensor<float>& x) const { return x * weight; }
};
/// Takes rows by number and shifts them.
struct Lookup {
  tn::nn::Parameter<float> weight = tn::from<float>({{1, 2}, {3, 4}});
  Tensor<float> operator()(const Tensor<index_t>& row, const Tensor<float>& shift) const {
    return index_select(weight, 0, row) + shift;
  }
};

TEST(SelfTest, AModelReproducesItsOwnOutput) {
  TemporaryFolder folder;
  tn::io::save(folder / "m", Scale(), {}, tn::from<float>({{1, 1, 1}, {2, 2, 2}}));
  EXPECT_EQ(tn::io::self_test(folder / "m", Scale()), 0.0);
  Scale other;
  other.weight = tn::zeros<float>({3});
  EXPECT_TRUE(tn::io::load_tested(folder / "m", other).complete()) << "its arrays are not the model's";
}

TEST(SelfTest, SeveralInputsOfSeveralTypes) {
  TemporaryFolder folder;
  tn::io::save(folder / "m", Lookup(), {}, tn::from<index_t>({1, 0, 1}), tn::from<float>({0.5, 0}));
  Lookup other;
  EXPECT_EQ((tn::io::load_tested<index_t, float>(folder / "m", other).loaded), 1u);
}

TEST(SelfTest, TheWorstElementIsNamed) {
  TemporaryFolder folder;
  const auto refusal = [&](std::vector<float> expected) {
    SafetensorsWriter writer;
    writer.add("selftest.input", tn::from<float>({{1, 1, 1}}));
    writer.add("selftest.output", tn::from(expected, {1, 3}));
    writer.set_metadata("selftest.rtol", "0.1");
    writer.set_metadata("selftest.atol", "0");
    writer.save(folder / "m");
    return message_of<tn::IoError>([&] { tn::io::self_test(folder / "m", Scale()); });
  };
  EXPECT_EQ(refusal({1, 2.2f, 3}), "");
  EXPECT_EQ(refusal({1, 2.5f, 4}), "[self_test] " + (folder / "m") +
                                       ": element (0, 2) of the output is 3 instead of 4 (rtol 0.1, atol 0): "
                                       "the weights do not belong to this forward pass");
  const float infinity = std::numeric_limits<float>::infinity();
  for (const float wrong : {std::nanf(""), infinity, -infinity})
    EXPECT_NE(refusal({1, 2, wrong}).find("element (0, 2)"), std::string::npos);
}

TEST(SelfTest, FilesWithoutOneOrWithAnother) {
  TemporaryFolder folder;
  tn::io::save(folder / "m", Scale());
  EXPECT_EQ(message_of<tn::IoError>([&] { tn::io::self_test(folder / "m", Scale()); }),
            "[self_test] " + (folder / "m") + " carries no self-test");
  SafetensorsWriter writer;
  writer.add("selftest.input", tn::zeros<float>({2, 3}));
  writer.add("selftest.output", tn::zeros<float>({3}));
  writer.set_metadata("selftest.rtol", "wide");
  writer.save(folder / "m");
  const auto message = [&] {
    return message_of<tn::IoError>([&] { tn::io::self_test(folder / "m", Scale()); });
  };
  EXPECT_NE(message().find("selftest.rtol is \"wide\", not a tolerance"), std::string::npos) << message();
  writer.set_metadata("selftest.rtol", "0");
  writer.save(folder / "m");
  EXPECT_NE(message().find("the model's output has shape (2, 3), the file's (3,)"), std::string::npos);
}

}  // namespace self_test_test
