#include "tenon/nn/summary.hpp"

#include <gtest/gtest.h>

#include <map>

#include "support/expect.hpp"
#include "tenon/nn/linear.hpp"

namespace summary_test {

namespace nn = tn::nn;
using tn::Tensor;

struct Block {
  nn::Linear<float> in{3, 4}, out{4, 2, false};
  Tensor<float> operator()(const Tensor<float>& x) const { return out(in(x)); }
};
struct Model {
  Block block;
  nn::Parameter<float> scale = tn::ones<float>({2});
  nn::Linear<float> spare{2, 2};
  Tensor<float> operator()(const Tensor<float>& x) const { return mul(block(x), scale); }
};

TEST(Summary, CountsParametersAndProductsByLayer) {
  const Model model;
  const auto rows = nn::summary_rows(model, tn::zeros<float>({5, 3}));
  ASSERT_EQ(rows.size(), 5u);
  EXPECT_EQ(rows[0].type, "Model");
  EXPECT_EQ(rows[0].parameters, 2);
  EXPECT_EQ(rows[1].path, "block");
  EXPECT_EQ(rows[2].path, "block.in");
  EXPECT_EQ(rows[2].depth, 2);
  EXPECT_EQ(rows[2].parameters, 16);
  EXPECT_EQ(rows[2].macs, 5 * 4 * 3);
  EXPECT_EQ(rows[3].output, (tn::Shape{5, 2}));
  EXPECT_FALSE(rows[4].called);
}

TEST(Summary, IsATable) {
  EXPECT_EQ(nn::summary(Model{}, tn::zeros<float>({500, 3})),
            "layer             output      parameters    multiply-adds\n"
            "---------------------------------------------------------\n"
            "Model                                  2                 \n"
            "  Block (block)                                          \n"
            "    Linear (in)   (500, 4)            16            6,000\n"
            "    Linear (out)  (500, 2)             8            4,000\n"
            "  Linear (spare)                       6                 \n"
            "---------------------------------------------------------\n"
            "total                                 32           10,000\n");
}

TEST(Summary, NamesEntriesOfAMapByTheirKeys) {
  struct Heads {
    std::map<std::string, nn::Linear<float>> heads;
    Tensor<float> operator()(const Tensor<float>& x) const { return heads.at("b")(x); }
  };
  Heads model;
  model.heads.emplace("b", nn::Linear<float>(3, 4));
  model.heads.emplace("a", nn::Linear<float>(3, 1));
  const auto rows = nn::summary_rows(model, tn::zeros<float>({5, 3}));
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[1].path, "heads.a");
  EXPECT_EQ(rows[2].path, "heads.b");
  EXPECT_FALSE(rows[1].called);
  EXPECT_EQ(rows[2].output, (tn::Shape{5, 4}));
}

TEST(ForwardHook, HearsWhatItsLayerPutsOut) {
  const Model model;
  std::vector<tn::Shape> heard;
  {
    const nn::ForwardHook hook(model.block.in, [&](const Tensor<float>& y) { heard.push_back(y.shape()); });
    model(tn::zeros<float>({5, 3}));
    model.spare(tn::zeros<float>({1, 2}));
  }
  model(tn::zeros<float>({6, 3}));
  EXPECT_EQ(heard, std::vector<tn::Shape>{(tn::Shape{5, 4})});
}

}  // namespace summary_test
