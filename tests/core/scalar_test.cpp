#include "tenon/core/scalar.hpp"

#include <gtest/gtest.h>

namespace scalar_test {

using tn::bfloat16;

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
