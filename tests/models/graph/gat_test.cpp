#include "tenon/models/graph/gat.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace gat_test {

namespace nn = tn::nn;
using tn::from;
using tn::models::Gat;

TEST(Gat, WithoutPreferencesHearsMeansOfNeighbours) {
  const Gat<double> model({.inputs = 1, .classes = 2, .hidden = 3, .heads = 2});
  std::vector<std::string> names;
  for (auto& parameter : nn::named_parameters(model)) {
    const tn::NoGrad no_grad;
    tn::fill_(parameter.tensor, parameter.name.find("att_") == std::string::npos ? 1 : 0);
    names.push_back(parameter.name);
  }
  EXPECT_EQ(names,
            (std::vector<std::string>{"conv1.att_src", "conv1.att_dst", "conv1.bias", "conv1.lin.weight",
                                      "conv2.att_src", "conv2.att_dst", "conv2.bias", "conv2.lin.weight"}));

  // Nodes 0 - 1, and 2 alone, with features 1, 2 and 4: 0 and 1 hear (1 + 2) / 2 and a bias of 1 in each of
  // 2 * 3 hidden features, then 6 * 2.5 + 1.
  const auto graph = nn::with_self_loops(tn::to_csr(from<double>({0, 1, 0, 1, 0, 0, 0, 0, 0}, {3, 3})));
  const auto features = tn::to_csr(from<double>({1, 2, 4}, {3, 1}));
  const std::vector<double> expected{16, 16, 16, 16, 31, 31};
  {
    const tn::NoGrad no_grad;  // nothing is dropped
    support::expect_values(model(features, graph), {3, 2}, expected, 1e-14);
  }
  tn::manual_seed(1);
  EXPECT_NE(model(features, graph).to_vector(), expected);
}

TEST(Gat, DropsAsMuchAsItIsTold) {
  const auto graph = nn::with_self_loops(tn::to_csr(from<double>({0, 1, 1, 0}, {2, 2})));
  const auto features = tn::to_csr(from<double>({1, 2}, {2, 1}));
  const Gat<double> none({.inputs = 1, .classes = 2, .hidden = 3, .heads = 2, .dropout = 0}),
      all({.inputs = 1, .classes = 2, .hidden = 3, .heads = 2, .dropout = 1});
  EXPECT_EQ(all.conv1.options.dropout, 1);
  EXPECT_EQ(all.conv2.options.dropout, 1);
  for (const double value : all(features, graph)) EXPECT_EQ(value, 0);  // biases begin as zeros
  const auto trained = none(features, graph).to_vector();
  const tn::NoGrad no_grad;
  EXPECT_EQ(none(features, graph).to_vector(), trained);
}

}  // namespace gat_test
