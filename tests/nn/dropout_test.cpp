#include "tenon/nn/dropout.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace dropout_test {

namespace nn = tn::nn;
using support::expect_error;

/// The sums of rows of n equal numbers of a result.
std::vector<float> row_sums(const tn::Tensor<float>& y, tn::index_t n) {
  return tn::sum(tn::reshape(y, {-1, n}), {1}).to_vector();
}

TEST(Dropout, DrawsFromTheDefaultGeneratorInTrainingOnly) {
  const auto x = tn::ones<float>({1000});
  const nn::Dropout dropout{0.25};
  tn::manual_seed(3);
  const auto first = dropout(x).to_vector();
  tn::manual_seed(3);
  EXPECT_EQ(dropout(x).to_vector(), first);
  // 250 zeros expected, with a standard deviation of 14.
  EXPECT_NEAR(static_cast<double>(std::count(first.begin(), first.end(), 0.0f)), 250, 70);
  EXPECT_EQ(*std::max_element(first.begin(), first.end()), 1 / 0.75f);
  const tn::NoGrad no_grad;
  EXPECT_TRUE(dropout(x).is(x));
}

TEST(Dropout, LeavesOutWholeChannels) {
  tn::manual_seed(1);
  const auto check = [](const std::vector<float>& channels, float whole) {
    for (const float sum : channels) EXPECT_TRUE(sum == 0 || sum == whole) << sum;
    EXPECT_NE(std::count(channels.begin(), channels.end(), 0.0f), 0);
    EXPECT_NE(std::count(channels.begin(), channels.end(), whole), 0);
  };
  check(row_sums(nn::Dropout1d{}(tn::ones<float>({8, 5, 3})), 3), 6);
  check(row_sums(nn::Dropout2d{}(tn::ones<float>({8, 5, 3, 2})), 6), 12);
  check(row_sums(nn::Dropout3d{}(tn::ones<float>({8, 5, 3, 2, 2})), 12), 24);
  check(row_sums(nn::Dropout2d{}(tn::ones<float>({40, 3, 2})), 6), 12);  // channels of a single sample
  expect_error<tn::ShapeError>([] { nn::Dropout2d{}(tn::ones<float>({4, 2})); },
                               "[dropout2d] expected x of 4 axes, or 3 without a batch, got shape (4, 2)");
}

TEST(AlphaDropout, KeepsMeanAndVariance) {
  tn::manual_seed(1);
  const auto y = nn::AlphaDropout{0.3}(tn::randn<float>({100000}));
  // Their standard errors are below 0.006.
  EXPECT_NEAR(tn::mean(y).item(), 0, 0.03);
  EXPECT_NEAR(tn::var(y).item(), 1, 0.03);
}

TEST(FeatureAlphaDropout, DropsWholeChannels) {
  tn::manual_seed(2);
  const auto y = nn::FeatureAlphaDropout{0.3}(tn::zeros<float>({20, 30, 4}));
  const auto channel = tn::reshape(y, {600, 4});
  EXPECT_EQ(tn::amax(channel, {1}).to_vector(), tn::amin(channel, {1}).to_vector());
  const auto values = tn::amax(channel, {1}).to_vector();
  const auto low = *std::min_element(values.begin(), values.end());
  EXPECT_NEAR(static_cast<double>(std::count(values.begin(), values.end(), low)), 180, 50);
  EXPECT_NEAR(tn::mean(y).item(), 0, 0.15);
  const tn::NoGrad no_grad;
  const auto x = tn::ones<float>({2, 3});
  EXPECT_TRUE(nn::FeatureAlphaDropout{}(x).is(x));
  expect_error<tn::ShapeError>([] { (void)nn::FeatureAlphaDropout{}(tn::ones<float>({4})); },
                               "[feature_alpha_dropout] expected shape (N, C, ...), got (4,)");
}

TEST(Dropout, WrongProbabilitiesAreRefused) {
  expect_error<tn::ValueError>([] { nn::Dropout{1.5}(tn::ones<float>({2})); },
                               "[dropout] the probability is 1.5, expected one in [0, 1]");
}

TEST(Dropout, EveryLayerTakesItsProbability) {
  const auto x = tn::randn<float>({2, 3, 2, 2, 2}), line = tn::flatten(x, 2, 4), plane = tn::flatten(x, 3, 4);
  const auto check = [](const auto& layer, const tn::Tensor<float>& input) {
    auto with = layer;
    with.p = 0;
    EXPECT_EQ(with(input).to_vector(), input.to_vector());
    with.p = 1;
    for (const float value : with(input)) EXPECT_EQ(value, 0);
  };
  check(nn::Dropout{}, x);
  check(nn::Dropout1d{}, line);
  check(nn::Dropout2d{}, plane);
  check(nn::Dropout3d{}, x);
  EXPECT_EQ(nn::AlphaDropout{0}(x).to_vector(), x.to_vector());
  tn::manual_seed(4);
  const auto dropped = [](double p) {  // they all have one value
    const auto y = nn::AlphaDropout{p}(tn::zeros<float>({1000})).to_vector();
    return static_cast<double>(std::count(y.begin(), y.end(), *std::min_element(y.begin(), y.end())));
  };
  EXPECT_NEAR(dropped(0.2), 200, 60);
  EXPECT_NEAR(dropped(0.7), 700, 60);
}

}  // namespace dropout_test
