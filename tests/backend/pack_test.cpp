#include "tenon/backend/pack.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

namespace tenon::testing {
namespace {

using backend::Pack;

/// The lanes of f at xs, which are as many as a pack has.
template <class F>
std::vector<float> lanes(const F& f, std::vector<float> xs) {
  xs.resize(Pack<float>::width);
  f(Pack<float>::load(xs.data())).store(xs.data());
  return xs;
}

float tanh_of(float x) {
  return lanes([](const Pack<float>& p) { return tanh(p); }, {x})[0];
}

TEST(Pack, TanhErrsByLittleEverywhere) {
  double worst = 0;
  float at = 0;
  for (std::uint32_t bits = std::bit_cast<std::uint32_t>(1e-30f); bits < std::bit_cast<std::uint32_t>(12.0f);
       bits += 997) {
    const float x = std::bit_cast<float>(bits);
    const double want = std::tanh(static_cast<double>(x));
    const double unit = std::ldexp(1.0, std::ilogb(want) - 23);
    const double error = std::abs(static_cast<double>(tanh_of(x)) - want) / unit;
    if (error > worst) {
      worst = error;
      at = x;
    }
    ASSERT_EQ(tanh_of(-x), -tanh_of(x));
    ASSERT_LE(tanh_of(x), 1);
  }
  EXPECT_LE(worst, backend::tanh_error) << "at " << at;
}

TEST(Pack, TanhAtItsEnds) {
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(tanh_of(0), 0);
  EXPECT_TRUE(std::signbit(tanh_of(-0.0f)));
  EXPECT_EQ(tanh_of(1e-40f), 1e-40f);
  EXPECT_EQ(tanh_of(9.5f), 1);
  EXPECT_EQ(tanh_of(3e38f), 1);
  EXPECT_EQ(tanh_of(infinity), 1);
  EXPECT_EQ(tanh_of(-infinity), -1);
  EXPECT_TRUE(std::isnan(tanh_of(std::nanf(""))));
}

}  // namespace
}  // namespace tenon::testing
