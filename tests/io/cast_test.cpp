#include "tenon/io/cast.hpp"

#include <gtest/gtest.h>

#include "tenon/tensor/create.hpp"

namespace cast_test {

using tn::DType;
using tn::Tensor;
using tn::io::Cast;

TEST(Cast, ConvertsWithoutLossUnlessAsked) {
  using tn::io::converts;
  EXPECT_TRUE(converts(DType::bfloat16, DType::float32));
  EXPECT_TRUE(converts(DType::float32, DType::float64));
  EXPECT_FALSE(converts(DType::float64, DType::float32));
  EXPECT_TRUE(converts(DType::float64, DType::float32, Cast::lossy));
  EXPECT_FALSE(converts(DType::float16, DType::bfloat16));
  EXPECT_TRUE(converts(DType::float16, DType::bfloat16, Cast::lossy));
  EXPECT_TRUE(converts(DType::uint32, DType::int64));
  EXPECT_TRUE(converts(DType::uint16, DType::int32));
  EXPECT_FALSE(converts(DType::uint32, DType::int32));
  EXPECT_FALSE(converts(DType::uint64, DType::int64));
  EXPECT_FALSE(converts(DType::int8, DType::uint8));
  EXPECT_TRUE(converts(DType::boolean, DType::uint8));
  EXPECT_FALSE(converts(DType::uint8, DType::boolean));
  EXPECT_FALSE(converts(DType::int32, DType::float32, Cast::lossy));
  EXPECT_FALSE(converts(DType::float32, DType::int64, Cast::lossy));
}

template <class Stored>
tn::Ref<tn::Storage> storage_of(std::vector<Stored> values) {
  auto bytes = tn::Storage::allocate(values.size() * sizeof(Stored));
  std::memcpy(bytes->data(), values.data(), values.size() * sizeof(Stored));
  return bytes;
}

template <class T>
tn::Tensor<T> view_or_convert(const tn::Ref<tn::Storage>& bytes, DType stored, const tn::Shape& shape) {
  const tn::AnyTensor x = tn::io::view_or_convert(bytes, stored, shape, tn::dtype_of<T>);
  return x.defined() ? x.as<T>() : tn::Tensor<T>();
}

TEST(Cast, ATensorLiesOverBytesOfItsType) {
  const auto bytes = storage_of<float>({1, 2, 3, 4});
  const auto x = view_or_convert<float>(bytes, DType::float32, {2, 2});
  EXPECT_EQ(x.data(), bytes->data());
  EXPECT_EQ(x.at({1, 0}), 3.0f);
}

TEST(Cast, OtherTypesAndBytesOffTheirPlaceAreCopied) {
  const auto narrow = storage_of<std::int8_t>({-1, 127});
  EXPECT_EQ(view_or_convert<std::int64_t>(narrow, DType::int8, {2}).to_vector(),
            (std::vector<std::int64_t>{-1, 127}));
  const auto truth = storage_of<std::uint8_t>({0, 1, 2});
  EXPECT_EQ(view_or_convert<bool>(truth, DType::boolean, {3}).to_vector(),
            (std::vector<bool>{false, true, true}));

  alignas(8) char shifted[9] = {};
  const float value = 2.5f;
  std::memcpy(shifted + 1, &value, sizeof value);
  const auto x = view_or_convert<float>(tn::Storage::borrow(shifted + 1), DType::float32, {1});
  EXPECT_EQ(x.item(), 2.5f);
  EXPECT_NE(static_cast<const void*>(x.data()), shifted + 1);
}

TEST(Cast, RoundingNeverMakesANumberInfinite) {
  const double infinity = std::numeric_limits<double>::infinity();
  const auto fits = storage_of<double>({0.1, -infinity, 1e-300});
  const auto x = view_or_convert<float>(fits, DType::float64, {3});
  EXPECT_EQ(x.to_vector(), (std::vector<float>{0.1f, -std::numeric_limits<float>::infinity(), 0}));
  EXPECT_FALSE(view_or_convert<float>(storage_of<double>({1e39}), DType::float64, {1}).defined());

  EXPECT_FALSE(tn::io::rounded_to(tn::from<float>({70000}), DType::float16).defined());
  const auto rounded =
      tn::io::rounded_to(tn::from<float>({1, static_cast<float>(-infinity)}), DType::float16);
  ASSERT_TRUE(rounded.defined());
  EXPECT_EQ(static_cast<const std::uint16_t*>(rounded.data())[0], 0x3c00);
  EXPECT_EQ(static_cast<const std::uint16_t*>(rounded.data())[1], 0xfc00);
}

TEST(Cast, EveryIntegerSurvivesTheWayThroughInt64) {
  const auto unsigned_ends = storage_of<std::uint64_t>({0, ~std::uint64_t{0}});
  alignas(8) char shifted[17] = {};
  std::memcpy(shifted + 1, unsigned_ends->data(), 16);
  const tn::AnyTensor copy =
      tn::io::view_or_convert(tn::Storage::borrow(shifted + 1), DType::uint64, {2}, DType::uint64);
  EXPECT_EQ(std::memcmp(copy.data(), unsigned_ends->data(), 16), 0);
  EXPECT_EQ(
      view_or_convert<std::int64_t>(storage_of<std::uint32_t>({0, ~std::uint32_t{0}}), DType::uint32, {2})
          .to_vector(),
      (std::vector<std::int64_t>{0, 4294967295}));
}

TEST(Cast, ChunksMeet) {
  std::vector<float> values(1537);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) / 8;
  const auto wide = view_or_convert<double>(storage_of<float>(values), DType::float32, {1537}).to_vector();
  EXPECT_EQ(wide, std::vector<double>(values.begin(), values.end()));
}

}  // namespace cast_test
