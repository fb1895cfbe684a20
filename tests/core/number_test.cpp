#include "tenon/core/number.hpp"

#include <cstdint>
#include <limits>

#include "support/expect.hpp"

namespace number_test {

using support::expect_error;
using tn::number_as;
using tn::place_of;

TEST(NumberPlace, OfFractionsAndNumbersOutsideTheType) {
  using Side = tn::NumberPlace<std::uint8_t>::Side;
  const auto place = [](auto number) { return place_of<std::uint8_t>(number); };
  EXPECT_EQ(place(-1).side, Side::below);
  EXPECT_EQ(place(-0.5).side, Side::below);
  EXPECT_EQ(place(256).side, Side::above);
  EXPECT_EQ(place(256.0f).side, Side::above);
  EXPECT_EQ(place(std::numeric_limits<double>::quiet_NaN()).side, Side::nowhere);
  EXPECT_EQ(place(255.5).side, Side::within);
  EXPECT_EQ(place(255.5).floor, 255);
  EXPECT_FALSE(place(255.5).exact);
  EXPECT_TRUE(place(255.0).exact);
  EXPECT_EQ(place_of<std::int32_t>(-0.5).floor, -1);
  EXPECT_EQ(place_of<std::int32_t>(-7.0).floor, -7);
  EXPECT_TRUE(place_of<bool>(1.0).exact);
  EXPECT_EQ(place_of<bool>(0.5).floor, false);
  EXPECT_EQ(place_of<bool>(2).side, tn::NumberPlace<bool>::Side::above);
  using Side64 = tn::NumberPlace<std::int64_t>::Side;
  EXPECT_EQ(place_of<std::int64_t>(0x1p63).side, Side64::above);
  EXPECT_EQ(place_of<std::int64_t>(-0x1p63).floor, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(place_of<std::int64_t>(~std::uint64_t{0}).side, Side64::above);
  EXPECT_EQ(place_of<std::int64_t>(-std::numeric_limits<float>::infinity()).side, Side64::below);
}

TEST(NumberAs, IsExactForIntegersAndRoundsForRealNumbers) {
  EXPECT_EQ(number_as<std::int32_t>(2.0, "op"), 2);
  EXPECT_EQ(number_as<std::uint8_t>(255, "op"), 255);
  EXPECT_EQ(number_as<float>(0.1, "op"), 0.1f);
  expect_error<tn::ValueError>(
      [] { number_as<std::int32_t>(0.5, "mul"); },
      "[mul] 0.5 is not a number of int32: convert the tensor first, as in to<float>(x)");
  expect_error<tn::ValueError>(
      [] { number_as<std::uint8_t>(300, "add"); },
      "[add] 300 is not a number of uint8: convert the tensor first, as in to<float>(x)");
}

TEST(ElementArgument, SaysAtTheOpWhatDoesNotFit) {
  EXPECT_EQ(tn::ElementArgument<float>(1).get("full"), 1.0f);
  EXPECT_EQ(tn::ElementArgument<bool>(true).get("full"), true);
  const tn::ElementArgument<std::int32_t> half = 0.5;
  expect_error<tn::ValueError>([&] { static_cast<void>(half.get("full")); },
                               "[full] 0.5 is not a number of int32");
}

}  // namespace number_test
