#include "tenon/nn/init.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "tenon/ops/linalg/matmul.hpp"

namespace init_test {

namespace init = tn::nn::init;
using init::Nonlinearity;
using support::expect_error;
using support::expect_values;

// Means and deviations of what is drawn stand in the golden cases of `init`.

TEST(Init, Gains) {
  EXPECT_EQ(init::gain(Nonlinearity::linear), 1);
  EXPECT_EQ(init::gain(Nonlinearity::sigmoid), 1);
  EXPECT_EQ(init::gain(Nonlinearity::tanh), 5.0 / 3);
  EXPECT_EQ(init::gain(Nonlinearity::relu), std::sqrt(2.0));
  EXPECT_EQ(init::gain(Nonlinearity::leaky_relu, 1), 1);
  EXPECT_EQ(init::gain(Nonlinearity::selu), 0.75);
}

TEST(Init, FansCountTheFieldOfAKernel) {
  const init::Fans fans = init::fans({2, 3, 4, 5});
  EXPECT_EQ(fans.in, 60);
  EXPECT_EQ(fans.out, 40);
  expect_error<tn::ShapeError>([] { init::xavier_normal<float>({3}); },
                               "[init] a shape of two or more axes has fans, not (3,)");
}

TEST(Init, OrthogonalRowsOrColumns) {
  const auto wide = tn::flatten(init::orthogonal<double>({2, 3, 2}, 2), 1, -1);
  expect_values(tn::matmul(wide, tn::transpose(wide, 0, 1)), {2, 2}, {4, 0, 0, 4});
  const auto tall = init::orthogonal<double>({5, 2});
  expect_values(tn::matmul(tn::transpose(tall, 0, 1), tall), {2, 2}, {1, 0, 0, 1});
  EXPECT_EQ(init::orthogonal<float>({0, 3}).size(), 0);
  expect_error<tn::ShapeError>([] { init::orthogonal<float>({3}); },
                               "[orthogonal] expected two or more axes, got (3,)");
}

TEST(Init, DiracHandsChannelsThrough) {
  expect_values(init::dirac<float>({1, 2, 3}), {1, 2, 3}, {0, 1, 0, 0, 0, 0});
  const auto x = init::dirac<float>({3, 2, 3, 2});
  EXPECT_EQ(tn::sum(x).item(), 2);
  EXPECT_EQ(x.at({0, 0, 1, 1}), 1);
  EXPECT_EQ(x.at({1, 1, 1, 1}), 1);
  expect_error<tn::ShapeError>([] { init::dirac<float>({2, 2}); },
                               "[dirac] expected (out, in, extents of the kernel), got (2, 2)");
}

TEST(Init, DrawsFromTheGeneratorThatItIsGiven) {
  tn::Generator one(5), two(5);
  EXPECT_EQ(init::kaiming_normal<float>({3, 4}, {}, one).to_vector(),
            init::kaiming_normal<float>({3, 4}, {}, two).to_vector());
}

/// The largest magnitude of uniform numbers lies just below their bound.
void expect_bound(const tn::Tensor<double>& x, double bound) {
  const double largest = tn::amax(tn::abs(x)).item();
  EXPECT_LE(largest, bound);
  EXPECT_GT(largest, 0.98 * bound);
}

TEST(Init, EveryOptionHasItsEffect) {
  const tn::Shape shape{50, 20};
  using Mode = init::KaimingOptions::Mode;
  expect_bound(init::kaiming_uniform<double>(shape), std::sqrt(6.0 / 20));
  expect_bound(init::kaiming_uniform<double>(shape, {.mode = Mode::fan_out}), std::sqrt(6.0 / 50));
  expect_bound(init::kaiming_uniform<double>(shape, {.nonlinearity = Nonlinearity::leaky_relu, .slope = 2}),
               std::sqrt(3.0 * 2 / 5 / 20));
  expect_bound(init::xavier_uniform<double>(shape), std::sqrt(6.0 / 70));
  expect_bound(init::xavier_uniform<double>(shape, 3), 3 * std::sqrt(6.0 / 70));
  // Of 1000 normal numbers the deviation is known to 2.2 %.
  const auto deviation = [](const tn::Tensor<double>& x) {
    return std::sqrt(tn::mean(tn::mul(x, x)).item());
  };
  EXPECT_NEAR(deviation(init::xavier_normal<double>(shape, 3)), 3 * std::sqrt(2.0 / 70), 0.06);
  EXPECT_NEAR(deviation(init::kaiming_normal<double>(shape, {.mode = Mode::fan_out})), std::sqrt(2.0 / 50),
              0.025);
}

}  // namespace init_test
