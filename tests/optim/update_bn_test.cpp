#include "tenon/optim/update_bn.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "support/expect.hpp"
#include "tenon/nn/dropout.hpp"

namespace update_bn_test {

namespace nn = tn::nn;
using support::expect_vector;
using tn::from;
using tn::Tensor;

struct Net {
  nn::BatchNorm1d<double> norm{1};
  nn::Dropout dropout{0.5};
  std::shared_ptr<nn::BatchNorm1d<float>> other = std::make_shared<nn::BatchNorm1d<float>>(1);
  std::shared_ptr<nn::BatchNorm1d<float>> again = other;
  Tensor<double> operator()(const Tensor<double>& x) const {
    (*other)(tn::to<float>(x));
    return dropout(norm(x));
  }
};

const std::vector<Tensor<double>> batches{from<double>({{1}, {3}}), from<double>({{4}, {10}}),
                                          from<double>({{-2}, {2}})};

// The means of the batches are 2, 7 and 0, their variances 2, 18 and 8.
TEST(UpdateBn, TakesTheMeanOverAllBatches) {
  Net net;
  net.other->options.momentum = 0.5;
  net(from<double>({{100}, {200}}));
  nn::eval(net);
  tn::optim::update_bn(net, batches, [&](const Tensor<double>& x) {
    EXPECT_TRUE(net.dropout.mode.training());
    EXPECT_FALSE(net(x.detach().requires_grad_()).requires_grad());
  });
  expect_vector(net.norm.running_mean, {3});
  expect_vector(net.norm.running_var, {28.0 / 3});
  expect_vector(net.other->running_mean, {3}, 1e-6);
  EXPECT_EQ(net.norm.num_batches_tracked.item(), 3);
  EXPECT_EQ(net.norm.options.momentum, 0.1);
  EXPECT_EQ(net.other->options.momentum, 0.5);
  EXPECT_FALSE(net.norm.mode.training()) << "the model is evaluated, as before";
  nn::train(net);
  EXPECT_TRUE(net.norm.mode.training());
}

TEST(UpdateBn, RestoresWhateverHappens) {
  Net net;
  EXPECT_THROW(
      tn::optim::update_bn(net, batches, [&](const Tensor<double>&) { throw tn::ValueError("stop"); }),
      tn::ValueError);
  EXPECT_EQ(net.norm.options.momentum, 0.1);
  net.norm = nn::BatchNorm1d<double>(1, {.track_running_stats = false});
  EXPECT_NO_THROW(tn::optim::update_bn(net, batches, net));
}

}  // namespace update_bn_test
