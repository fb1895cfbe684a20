#include "tenon/core/half.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace half_test {

using tn::bfloat16;
using tn::float16;

float round_trip(float value) {
  return bfloat16(value);
}

TEST(Bfloat16, KeepsEightBits) {
  for (float exact : {0.0f, -0.0f, 1.0f, -2.5f, 255.0f, 0x1p-126f, 0x1.fep127f})
    EXPECT_EQ(round_trip(exact), exact);
  EXPECT_TRUE(std::signbit(round_trip(-0.0f)));
}

TEST(Bfloat16, RoundsToNearestTiesToEven) {
  EXPECT_EQ(round_trip(1 + 0x1p-8f), 1);                       // a tie: to the even fraction below
  EXPECT_EQ(round_trip(1 + 3 * 0x1p-8f), 1 + 4 * 0x1p-8f);     // a tie: to the even fraction above
  EXPECT_EQ(round_trip(1 + 0x1p-8f + 0x1p-20f), 1 + 0x1p-7f);  // just above the tie
  EXPECT_EQ(round_trip(std::numeric_limits<float>::max()), std::numeric_limits<float>::infinity());
}

TEST(Bfloat16, SpecialValues) {
  constexpr float inf = std::numeric_limits<float>::infinity();
  EXPECT_EQ(round_trip(inf), inf);
  EXPECT_EQ(round_trip(-inf), -inf);
  EXPECT_TRUE(std::isnan(round_trip(std::nanf(""))));
  EXPECT_TRUE(std::isnan(round_trip(std::bit_cast<float>(0x7f800001u))));  // must not round to infinity
}

TEST(Bfloat16, FromOtherNumbers) {
  EXPECT_EQ(float{bfloat16(3)}, 3);
  EXPECT_EQ(float{bfloat16(-0.5)}, -0.5f);
  EXPECT_EQ(bfloat16(2.0f) * 1.5f, 3.0f);
}

std::uint16_t half(float value) {
  return float16(value).bits;
}

TEST(Float16, RoundsToNearestTiesToEven) {
  EXPECT_EQ(half(1), 0x3c00);
  EXPECT_EQ(half(-2), 0xc000);
  EXPECT_EQ(half(1 + 0x1p-11f), 0x3c00) << "halfway, down to even";
  EXPECT_EQ(half(1 + 3 * 0x1p-11f), 0x3c02) << "halfway, up to even";
  EXPECT_EQ(half(1 + 0x1p-11f + 0x1p-20f), 0x3c01);
  EXPECT_EQ(half(65504), 0x7bff) << "the largest";
  EXPECT_EQ(half(65519.996f), 0x7bff);
  EXPECT_EQ(half(65520), 0x7c00) << "halfway to 2^16";
  EXPECT_EQ(half(1e10f), 0x7c00);
}

TEST(Float16, SubnormalsAndWhatVanishes) {
  EXPECT_EQ(half(0x1p-14f), 0x0400);
  EXPECT_EQ(half(0x1p-24f), 0x0001);
  EXPECT_EQ(half(3 * 0x1p-25f), 0x0002) << "halfway, up to even";
  EXPECT_EQ(half(0x1p-25f), 0x0000) << "halfway, down to even";
  EXPECT_EQ(half(0x1p-14f - 0x1p-25f), 0x0400);
  EXPECT_EQ(half(-1e-30f), 0x8000);
  EXPECT_EQ(half(-0.0f), 0x8000);
}

TEST(Float16, EveryHalfSurvivesTheWayThroughFloat) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    float16 h;
    h.bits = static_cast<std::uint16_t>(bits);
    const auto value = static_cast<float>(h);
    if (std::isnan(value))
      ASSERT_TRUE(std::isnan(static_cast<float>(float16(value))));
    else
      ASSERT_EQ(half(value), bits);
  }
}

}  // namespace half_test
