#include "tenon/nn/norm.hpp"
#include "tenon/ops/index/select.hpp"

#include <gtest/gtest.h>

#include "support/layer_case.hpp"

namespace norm_test {

namespace nn = tn::nn;
using support::check_layer;
using support::expect_error;
using support::expect_values;
using support::expect_vector;
using tn::from;

const std::vector<std::string> all_of_batch_norm{"weight", "bias", "running_mean", "running_var",
                                                 "num_batches_tracked"};

TEST(BatchNorm, IsALayer) {
  check_layer(nn::BatchNorm2d<double>(3), {.output = {2, 3, 2, 4}, .state = all_of_batch_norm},
              tn::randn<double>({2, 3, 2, 4}));
  check_layer(nn::BatchNorm1d<double>(2, {.affine = false}),
              {.output = {5, 2}, .state = {"running_mean", "running_var", "num_batches_tracked"}},
              tn::randn<double>({5, 2}));
  const auto state = tn::nn::state(nn::BatchNorm3d<float>(2));
  EXPECT_TRUE(state.back().tensor.holds<tn::index_t>());
}

/// One channel of mean 3, variance 3.5, unbiased 14 / 3.
const tn::Tensor<double> batch = from<double>({1, 2, 3, 6}, {4, 1});

TEST(BatchNorm, TrainingMovesTheStatisticsAndEvaluationUsesThem) {
  const nn::BatchNorm1d<double> norm(1, {.eps = 0});
  expect_values(norm(batch), {4, 1}, {-2 / std::sqrt(3.5), -1 / std::sqrt(3.5), 0, 3 / std::sqrt(3.5)});
  expect_vector(norm.running_mean, {0.3});
  expect_vector(norm.running_var, {0.9 + 0.1 * 14 / 3});
  EXPECT_EQ(norm.num_batches_tracked.item(), 1);

  const tn::NoGrad no_grad;
  const double rate = 1 / std::sqrt(0.9 + 0.1 * 14 / 3);
  expect_values(norm(batch), {4, 1}, {0.7 * rate, 1.7 * rate, 2.7 * rate, 5.7 * rate});
  expect_vector(norm.running_mean, {0.3});
  EXPECT_EQ(norm.num_batches_tracked.item(), 1);
}

TEST(BatchNorm, WithoutMomentumStatisticsAreMeansOverAllBatches) {
  const nn::BatchNorm1d<double> norm(1, {.momentum = {}});
  norm(batch);
  expect_vector(norm.running_mean, {3});
  norm(tn::mul(batch, 3));
  expect_vector(norm.running_mean, {6});
  expect_vector(norm.running_var, {(14.0 / 3 + 9 * 14.0 / 3) / 2});
  EXPECT_EQ(norm.num_batches_tracked.item(), 2);
}

TEST(BatchNorm, WithoutStatisticsEvaluationNormalisesByTheBatch) {
  const nn::BatchNorm1d<double> norm(1, {.track_running_stats = false});
  EXPECT_EQ(tn::nn::state(norm).size(), 2u);
  const auto trained = norm(batch).to_vector();
  const tn::NoGrad no_grad;
  EXPECT_EQ(norm(batch).to_vector(), trained);
}

TEST(BatchNorm, StatisticsFollowItToAnotherScalarType) {
  const nn::BatchNorm1d<double> norm(1, {.momentum = 0.5});
  norm(batch);
  const auto converted = nn::to<float>(norm);
  EXPECT_EQ(converted.running_mean.item(), 1.5f);
  EXPECT_EQ(converted.num_batches_tracked.item(), 1);
  EXPECT_EQ(converted.options.momentum, 0.5);
}

TEST(Norm, LayersOfRowsAndGroups) {
  const auto x = tn::randn<double>({2, 4, 3});
  check_layer(nn::LayerNorm<double>(3), {.output = {2, 4, 3}, .state = {"weight", "bias"}}, x);
  check_layer(nn::LayerNorm<double>({4, 3}, {.bias = false}), {.output = {2, 4, 3}, .state = {"weight"}}, x);
  check_layer(nn::RmsNorm<double>(3, {.eps = 1e-3}), {.output = {2, 4, 3}, .state = {"weight"}}, x);
  check_layer(nn::GroupNorm<double>(2, 4), {.output = {2, 4, 3}, .state = {"weight", "bias"}}, x);
  check_layer(nn::InstanceNorm1d<double>(4, {.affine = true}),
              {.output = {2, 4, 3}, .state = {"weight", "bias"}}, x);
}

TEST(Norm, RmsNormTakesItsEpsilonFromTheScalarType) {
  // x / sqrt(x^2 + 2^-23) for x = 2^-12, where 2^-24 is a half of what is added.
  const nn::RmsNorm<float> norm(1);
  EXPECT_NEAR(norm(tn::full<float>({1, 1}, 0x1p-12f)).item(), 1 / std::sqrt(3.0), 1e-6);
}

// The numbers are PyTorch's.
TEST(InstanceNorm, TracksTheMeanOfTheStatisticsOfItsSamples) {
  const nn::InstanceNorm1d<double> norm(1, {.affine = true, .track_running_stats = true});
  const auto x = from<double>({1, 2, 6, 0, 4, 2}, {2, 1, 3});
  expect_values(norm(x), {2, 1, 3},
                {-0.9258191078240388, -0.4629095539120194, 1.3887286617360581, -1.2247425750014138,
                 1.2247425750014138, 0});
  expect_vector(norm.running_mean, {0.25});
  expect_vector(norm.running_var, {1.45});
  const tn::NoGrad no_grad;
  expect_values(norm(x), {2, 1, 3},
                {0.6228389511862313, 1.4532908861012064, 4.775098625761107, -0.20761298372874376,
                 3.1141947559311562, 1.4532908861012064});
}

TEST(InstanceNorm, TakesASingleSample) {
  const nn::InstanceNorm2d<double> norm(2);
  const auto x = tn::randn<double>({3, 2, 2, 2});
  expect_values(norm(tn::select(x, 0, 1)), {2, 2, 2}, tn::select(norm(x), 0, 1).to_vector());
}

TEST(Norm, LocalResponseNormLooksAtNeighbouringChannels) {
  const auto x = from<double>({1, 2, 3}, {1, 3, 1});
  expect_values(nn::LocalResponseNorm{.size = 2, .alpha = 0.5, .beta = 1}(x), {1, 3, 1},
                {0.8, 0.888888888888889, 0.705882352941176});
}

TEST(Norm, SaysWhatIsWrong) {
  expect_error<tn::ShapeError>([] { nn::BatchNorm2d<float>(3)(tn::ones<float>({2, 3, 4})); },
                               "[batch_norm2d] expected x of 4 axes, got shape (2, 3, 4)");
  expect_error<tn::ShapeError>([] { nn::InstanceNorm1d<float>(3)(tn::ones<float>({3})); },
                               "[instance_norm1d] expected x of 3 axes, or 2, got shape (3,)");
  expect_error<tn::ValueError>([] { nn::BatchNorm1d<float>(0); },
                               "[norm] expected a positive number of channels, got 0");
  expect_error<tn::ValueError>([] { nn::GroupNorm<float>(2, 3); },
                               "[group_norm] 3 channels do not divide into 2 groups");
}

/// Of the batch above, with eps 0.5: deviations -2, -1, 0, 3 over sqrt(3.5 + 0.5) = 2.
TEST(Norm, EveryOptionHasItsEffect) {
  const auto row = tn::reshape(batch, {1, 4}), channel = tn::reshape(batch, {1, 1, 4});
  const std::vector<double> halves{-1, -0.5, 0, 1.5};
  const nn::BatchNorm1d<double> norm(1, {.eps = 0.5, .momentum = 0.5});
  expect_values(norm(batch), {4, 1}, halves);
  expect_vector(norm.running_mean, {1.5});
  expect_vector(norm.running_var, {0.5 + 7.0 / 3});
  const nn::InstanceNorm1d<double> tracked(1, {.eps = 0.5, .momentum = 0.5, .track_running_stats = true});
  expect_values(tracked(channel), {1, 1, 4}, halves);
  expect_vector(tracked.running_mean, {1.5});
  expect_vector(tracked.running_var, {0.5 + 7.0 / 3});
  EXPECT_TRUE(tn::nn::state(nn::InstanceNorm1d<double>(1)).empty());
  {
    const tn::NoGrad no_grad;
    const double rate = 1 / std::sqrt(0.5 + 7.0 / 3 + 0.5);
    const std::vector<double> values{-0.5 * rate, 0.5 * rate, 1.5 * rate, 4.5 * rate};
    expect_values(norm(batch), {4, 1}, values);
    expect_values(tracked(channel), {1, 1, 4}, values);
  }
  expect_values(nn::LayerNorm<double>(4, {.eps = 0.5})(row), {1, 4}, halves);
  EXPECT_TRUE(tn::nn::state(nn::LayerNorm<double>(4, {.elementwise_affine = false})).empty());
  expect_values(nn::RmsNorm<double>(1, {.eps = 3})(tn::ones<double>({1, 1})), {1, 1}, {0.5});
  EXPECT_TRUE(tn::nn::state(nn::RmsNorm<double>(4, {.elementwise_affine = false})).empty());
  expect_values(nn::GroupNorm<double>(1, 1, {.eps = 0.5})(channel), {1, 1, 4}, halves);
  expect_values(nn::GroupNorm<double>(2, 4, {.eps = 3.75})(row), {1, 4},
                {-0.25, 0.25, -1.5 / std::sqrt(6.0), 1.5 / std::sqrt(6.0)});
  EXPECT_TRUE(tn::nn::state(nn::GroupNorm<double>(2, 4, {.affine = false})).empty());
  expect_values(
      nn::LocalResponseNorm{.size = 2, .alpha = 0.5, .beta = 1, .k = 2}(from<double>({1, 2, 3}, {1, 3, 1})),
      {1, 3, 1}, {1 / 2.25, 2 / 3.25, 3 / 5.25});
}

}  // namespace norm_test
