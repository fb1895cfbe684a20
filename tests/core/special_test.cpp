#include "tenon/core/special.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace special_test {

namespace special = tn::special;
using special::infinity;

/// Equal to a few units in the last place; the wanted numbers are mpmath's.
void expect_close(double got, double want, double tolerance = 2e-15) {
  EXPECT_LE(std::abs(got - want), tolerance * std::abs(want)) << got << " instead of " << want;
}

TEST(Special, LogarithmOfGamma) {
  expect_close(special::lgamma(0.5), 0.57236494292470009);
  expect_close(special::lgamma(-2.5), -0.056243716497674054, 1e-14);
  EXPECT_EQ(special::lgamma(-3), infinity);
}

TEST(Special, Digamma) {
  expect_close(special::digamma(1), -0.57721566490153286);
  expect_close(special::digamma(1e-8), -100000000.57721565);
  expect_close(special::digamma(-3.7), -0.84507685887041935);
  expect_close(special::digamma(1e15), 34.538776394910685);
  EXPECT_EQ(special::digamma(0.0), -infinity);
  EXPECT_EQ(special::digamma(-0.0), infinity);
  EXPECT_EQ(special::digamma(infinity), infinity);
  EXPECT_TRUE(std::isnan(special::digamma(-2)) && std::isnan(special::digamma(-infinity)));
  EXPECT_TRUE(std::isnan(special::digamma(NAN)));
}

TEST(Special, Polygamma) {
  expect_close(special::polygamma(1, 1), 1.6449340668482264);   // pi^2 / 6
  expect_close(special::polygamma(2, 1), -2.4041138063191886);  // -2 zeta(3)
  expect_close(special::polygamma(1, -30.25), 19.706691341963048);
  expect_close(special::polygamma(2, -3.7), -68.893454688673547);
  expect_close(special::polygamma(60, 64.5), -5.6911727987693937e-29, 1e-13);
  EXPECT_EQ(special::polygamma(1, 0), infinity);
  EXPECT_EQ(special::polygamma(2, 0), -infinity);
  EXPECT_EQ(special::polygamma(1, -4), infinity);
  EXPECT_EQ(special::polygamma(1, infinity), 0);
  EXPECT_TRUE(std::isnan(special::polygamma(1, NAN)));
}

TEST(Special, Bessel) {
  EXPECT_EQ(special::bessel_i(0, 0), 1);
  EXPECT_EQ(special::bessel_i(1, 0), 0);
  expect_close(special::bessel_i(0, 1), 1.2660658777520084);
  expect_close(special::bessel_i(1, -2.5), -2.5167162452886984);
  expect_close(special::bessel_i(0, 29.9), 708478330489.01453);
  expect_close(special::bessel_i(0, 30.1), 862432920031.77921);
  expect_close(special::bessel_i(5, 64.5), 4.2090822202634677e26);
  EXPECT_TRUE(std::isfinite(special::bessel_i(0, 712)));  // e^712 is not
  EXPECT_EQ(special::bessel_i(0, -infinity), infinity);
  EXPECT_TRUE(std::isnan(special::bessel_i(0, NAN)));
}

TEST(Special, InverseOfTheErrorFunction) {
  expect_close(special::erfinv(0.5), 0.47693627620446987);
  expect_close(special::erfinv(-0.99), -1.8213863677184497);
  expect_close(special::erfinv(1e-300), 8.8622692545275801e-301);
  expect_close(special::erfinv(1 - 0x1p-53), 5.8635847487551676);
  EXPECT_EQ(special::erfinv(0), 0);
  EXPECT_EQ(special::erfinv(1), infinity);
  EXPECT_EQ(special::erfinv(-1), -infinity);
  EXPECT_TRUE(std::isnan(special::erfinv(1.01)) && std::isnan(special::erfinv(NAN)));
}

}  // namespace special_test
