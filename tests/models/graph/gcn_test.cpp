#include "tenon/models/graph/gcn.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace gcn_test {

namespace nn = tn::nn;
using tn::from;
using tn::models::Gcn;

TEST(Gcn, TwoLayersOfMeansOfNeighbours) {
  const Gcn<double> model({.inputs = 1, .classes = 2, .hidden = 3});
  std::vector<std::string> names;
  for (auto& parameter : nn::named_parameters(model)) {
    const tn::NoGrad no_grad;
    tn::fill_(parameter.tensor, 1);
    names.push_back(parameter.name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias"}));

  // Nodes 0 - 1, and 2 alone, with features 1, 2 and 4. With loops, 0 and 1 have the degree 2: both hear
  // (1 + 2) / 2 and a bias of 1 in each hidden feature, then 3 * 2.5 + 1.
  const auto graph = nn::gcn_normalized(tn::to_csr(from<double>({0, 1, 0, 1, 0, 0, 0, 0, 0}, {3, 3})));
  const auto features = tn::to_csr(from<double>({1, 2, 4}, {3, 1}));
  const std::vector<double> expected{8.5, 8.5, 8.5, 8.5, 16, 16};
  {
    const tn::NoGrad no_grad;  // nothing is dropped
    support::expect_values(model(features, graph), {3, 2}, expected, 1e-14);
  }
  tn::manual_seed(1);
  EXPECT_NE(model(features, graph).to_vector(), expected);
}

TEST(Gcn, DropsAsMuchAsItIsTold) {
  const auto graph = nn::gcn_normalized(tn::to_csr(from<double>({0, 1, 1, 0}, {2, 2})));
  const auto features = tn::to_csr(from<double>({1, 2}, {2, 1}));
  const Gcn<double> none({.inputs = 1, .classes = 2, .hidden = 3, .dropout = 0}),
      all({.inputs = 1, .classes = 2, .hidden = 3, .dropout = 1});
  for (const double value : all(features, graph)) EXPECT_EQ(value, 0);  // biases begin as zeros
  const auto trained = none(features, graph).to_vector();
  const tn::NoGrad no_grad;
  EXPECT_EQ(none(features, graph).to_vector(), trained);
}

}  // namespace gcn_test
