#include "tenon/io/element_type.hpp"

#include <gtest/gtest.h>

#include "tenon/tensor/create.hpp"

namespace element_type_test {

using tn::Tensor;
using tn::io::Cast;
using tn::io::ElementType;
using tn::io::float16;

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

TEST(ElementType, ConvertsWithoutLossUnlessAsked) {
  using tn::io::converts;
  EXPECT_TRUE(converts<float>(ElementType::bf16));
  EXPECT_TRUE(converts<double>(ElementType::f32));
  EXPECT_FALSE(converts<float>(ElementType::f64));
  EXPECT_TRUE(converts<float>(ElementType::f64, Cast::lossy));
  EXPECT_FALSE(converts<tn::bfloat16>(ElementType::f16));
  EXPECT_TRUE(converts<tn::bfloat16>(ElementType::f16, Cast::lossy));
  EXPECT_TRUE(converts<std::int64_t>(ElementType::u32));
  EXPECT_TRUE(converts<std::int32_t>(ElementType::u16));
  EXPECT_FALSE(converts<std::int32_t>(ElementType::u32));
  EXPECT_FALSE(converts<std::int64_t>(ElementType::u64));
  EXPECT_FALSE(converts<std::uint8_t>(ElementType::i8));
  EXPECT_TRUE(converts<std::uint8_t>(ElementType::boolean));
  EXPECT_FALSE(converts<bool>(ElementType::u8));
  EXPECT_FALSE(converts<float>(ElementType::i32, Cast::lossy));
  EXPECT_FALSE(converts<std::int64_t>(ElementType::f32, Cast::lossy));
}

template <class Stored>
tn::Ref<tn::Storage> storage_of(std::vector<Stored> values) {
  auto bytes = tn::Storage::allocate(values.size() * sizeof(Stored));
  std::memcpy(bytes->data(), values.data(), values.size() * sizeof(Stored));
  return bytes;
}

TEST(ElementType, ATensorLiesOverBytesOfItsType) {
  const auto bytes = storage_of<float>({1, 2, 3, 4});
  const auto x = tn::io::view_or_convert<float>(bytes, ElementType::f32, {2, 2});
  EXPECT_EQ(x.data(), bytes->data());
  EXPECT_EQ(x.at({1, 0}), 3.0f);
}

TEST(ElementType, OtherTypesAndBytesOffTheirPlaceAreCopied) {
  const auto narrow = storage_of<std::int8_t>({-1, 127});
  EXPECT_EQ(tn::io::view_or_convert<std::int64_t>(narrow, ElementType::i8, {2}).to_vector(),
            (std::vector<std::int64_t>{-1, 127}));
  const auto truth = storage_of<std::uint8_t>({0, 1, 2});
  EXPECT_EQ(tn::io::view_or_convert<bool>(truth, ElementType::boolean, {3}).to_vector(),
            (std::vector<bool>{false, true, true}));

  alignas(8) char shifted[9] = {};
  const float value = 2.5f;
  std::memcpy(shifted + 1, &value, sizeof value);
  const auto x = tn::io::view_or_convert<float>(tn::Storage::borrow(shifted + 1), ElementType::f32, {1});
  EXPECT_EQ(x.item(), 2.5f);
  EXPECT_NE(static_cast<const void*>(x.data()), shifted + 1);
}

TEST(ElementType, RoundingNeverMakesANumberInfinite) {
  const double infinity = std::numeric_limits<double>::infinity();
  const auto fits = storage_of<double>({0.1, -infinity, 1e-300});
  const auto x = tn::io::view_or_convert<float>(fits, ElementType::f64, {3});
  EXPECT_EQ(x.to_vector(), (std::vector<float>{0.1f, -std::numeric_limits<float>::infinity(), 0}));
  EXPECT_FALSE(tn::io::view_or_convert<float>(storage_of<double>({1e39}), ElementType::f64, {1}).defined());

  EXPECT_FALSE(tn::io::rounded_to(tn::from<float>({70000}), ElementType::f16));
  const auto rounded =
      tn::io::rounded_to(tn::from<float>({1, static_cast<float>(-infinity)}), ElementType::f16);
  ASSERT_TRUE(rounded);
  EXPECT_EQ(static_cast<const std::uint16_t*>(rounded->data())[0], 0x3c00);
  EXPECT_EQ(static_cast<const std::uint16_t*>(rounded->data())[1], 0xfc00);
}

}  // namespace element_type_test
