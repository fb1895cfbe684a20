#include "tenon/core/scalar.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace scalar_test {

using tn::bfloat16;

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

TEST(Scalar, NamesAndKinds) {
  EXPECT_STREQ(tn::scalar_name<float>(), "float32");
  EXPECT_STREQ(tn::scalar_name<double>(), "float64");
  EXPECT_STREQ(tn::scalar_name<bfloat16>(), "bfloat16");
  EXPECT_STREQ(tn::scalar_name<std::int64_t>(), "int64");
  EXPECT_STREQ(tn::scalar_name<std::int32_t>(), "int32");
  EXPECT_STREQ(tn::scalar_name<std::uint8_t>(), "uint8");
  EXPECT_STREQ(tn::scalar_name<bool>(), "bool");
  static_assert(tn::Real<float> && tn::Real<double> && !tn::Real<bfloat16> && !tn::Real<int>);
  static_assert(tn::Scalar<bool> && !tn::Scalar<char> && !tn::Scalar<long double>);
  static_assert(std::is_same_v<tn::compute_t<bfloat16>, float> && std::is_same_v<tn::compute_t<int>, int>);
}

TEST(Scalar, Bfloat16HasNoArithmeticOfItsOwn) {
  EXPECT_TRUE((tn::Arithmetic<float> && tn::Arithmetic<double> && tn::Arithmetic<bool>));
  EXPECT_TRUE((tn::Arithmetic<std::int64_t> && tn::Arithmetic<std::uint8_t>));
  EXPECT_TRUE(tn::Scalar<bfloat16> && !tn::Arithmetic<bfloat16>);
}

}  // namespace scalar_test
