#include "tenon/nn/position.hpp"
#include "tenon/ops/index/select.hpp"

#include <gtest/gtest.h>

#include "support/layer_case.hpp"

namespace position_test {

namespace nn = tn::nn;
using support::expect_error;
using support::expect_values;

TEST(SinusoidalPositions, AddsSinesAndCosinesOfFallingRates) {
  const auto x = tn::ones<double>({2, 2, 4});
  const auto y = nn::SinusoidalPositions{.base = 100}(x, 3);  // rates 1 and 1 / 10
  const std::vector<double> row{1 + std::sin(3.0), 1 + std::cos(3.0), 1 + std::sin(0.3), 1 + std::cos(0.3),
                                1 + std::sin(4.0), 1 + std::cos(4.0), 1 + std::sin(0.4), 1 + std::cos(0.4)};
  expect_values(tn::select(y, 0, 0), {2, 4}, row);
  expect_values(tn::select(y, 0, 1), {2, 4}, row);
  expect_error<tn::ValueError>([] { nn::sinusoids<float>(2, 3); },
                               "[sinusoids] expected an even width, got 3");
}

TEST(SinusoidalPositions, AreExactFarFromTheStartInFloat) {
  const auto far = nn::sinusoids<float>(1, 2, 1000000);
  expect_values(far, {1, 2}, {static_cast<float>(std::sin(1e6)), static_cast<float>(std::cos(1e6))});
}

TEST(LearnedPositions, IsALayer) {
  const nn::LearnedPositions<double> layer(5, 2);
  support::check_layer(layer, {.output = {3, 4, 2}, .state = {"weight"}}, tn::randn<double>({3, 4, 2}));
  const auto zeros = tn::zeros<double>({2, 2});
  expect_values(layer(zeros, 3), {2, 2}, tn::narrow(layer.weight.detach(), 0, 3, 2).to_vector());
  expect_error<tn::ValueError>([&] { layer(zeros, 4); },
                               "[learned_positions] positions 4 to 6 are beyond the 5 that there are");
}

TEST(RotaryPositions, ProductsDependOnTheDifferenceOfPositions) {
  const nn::RotaryPositions rotary;
  const auto q = tn::randn<double>({1, 4}), k = tn::randn<double>({1, 4});
  const auto product = [&](tn::index_t i, tn::index_t j) {
    return tn::sum(tn::mul(rotary(q, i), rotary(k, j))).item();
  };
  EXPECT_NEAR(product(5, 2), product(13, 10), 1e-12);
  EXPECT_GT(std::abs(product(5, 2) - product(5, 3)), 1e-6);
}

TEST(RotaryPositions, EveryMemberHasItsEffect) {
  const auto x = tn::from<double>({1, 2, 3, 4}, {1, 4});
  const double c = std::cos(3.0), s = std::sin(3.0), d = std::cos(0.3),
               t = std::sin(0.3);  // rates 1 and 1 / 10
  expect_values(nn::RotaryPositions{.base = 100}(x, 3), {1, 4},
                {c - 3 * s, 2 * d - 4 * t, 3 * c + s, 4 * d + 2 * t});
  expect_values(nn::RotaryPositions{.base = 100, .interleaved = true}(x, 3), {1, 4},
                {c - 2 * s, 2 * c + s, 3 * d - 4 * t, 4 * d + 3 * t});
}

}  // namespace position_test
