#include "tenon/tensor/create.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

#include "support/expect.hpp"

namespace create_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::nan;
using tn::from;
using tn::Generator;
using tn::index_t;

TEST(Create, Constants) {
  expect_values(tn::zeros<float>({2, 2}), {2, 2}, {0, 0, 0, 0});
  expect_values(tn::ones<std::int64_t>({3}), {3}, {1, 1, 1});
  expect_values(tn::full<double>({2}, 1.5), {2}, {1.5, 1.5});
  expect_values(tn::scalar<float>(3), {}, {3});
  EXPECT_EQ(tn::zeros_like(tn::ones<float>({2, 5})).shape(), (tn::Shape{2, 5}));
  EXPECT_EQ(tn::ones_like(tn::zeros<float>({1})).item(), 1);
  expect_values(tn::full<bool>({2}, true), {2}, {true, true});
  const auto large = tn::full<float>({1 << 20}, 3);
  for (float v : large) ASSERT_EQ(v, 3);
}

TEST(Create, InTheShapeOfAnother) {
  const auto x = tn::zeros<float>({2, 3});
  expect_values(tn::full_like(x, 2.5), {2, 3}, {2.5, 2.5, 2.5, 2.5, 2.5, 2.5});
  EXPECT_EQ(tn::empty_like(x).shape(), x.shape());
  EXPECT_TRUE(tn::empty_like(x.view(0, {3, 2}, {1, 3})).is_contiguous());
  EXPECT_EQ(tn::full_like(tn::zeros<float>({0, 2}), 1).size(), 0);
  expect_error<tn::ValueError>([] { tn::full_like(tn::zeros<std::int32_t>({1}), 0.5); },
                               "[full] 0.5 is not a number of int32");
  Generator a(1), b(1);
  EXPECT_EQ(tn::rand_like(x, a).to_vector(), tn::rand<float>({2, 3}, b).to_vector());
  EXPECT_EQ(tn::randn_like(x, a).to_vector(), tn::randn<float>({2, 3}, b).to_vector());
  EXPECT_EQ(tn::randint_like(x, -5, 5, a).to_vector(), tn::randint<float>(-5, 5, {2, 3}, b).to_vector());
}

TEST(Create, FromValues) {
  expect_vector(from<float>({1, 2, 3}), {1, 2, 3});
  expect_values(from<float>({{1, 2}, {3, 4}}), {2, 2}, {1, 2, 3, 4});
  expect_values(from(std::vector<double>{1, 2, 3, 4}, {2, 2}), {2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(from<float>({}).shape(), (tn::Shape{0}));
  expect_error<tn::ShapeError>([] { from(std::vector<float>{1, 2, 3}, {2, 2}); },
                               "[from] 3 values do not fill shape (2, 2)");
  expect_error<tn::ShapeError>([] { from<float>({{1, 2}, {3}}); }, "[from] rows differ in length: 2 and 1");
}

TEST(Create, RangesOfIntegersCountInIntegers) {
  using I = std::int64_t;
  constexpr I least = std::numeric_limits<I>::min(), most = std::numeric_limits<I>::max();
  expect_vector(tn::arange<I>(9007199254740992, 9007199254740995),
                {9007199254740992, 9007199254740993, 9007199254740994});
  expect_vector(tn::arange<I>(0, 9007199254740993, 9007199254740992), {0, 9007199254740992});
  expect_vector(tn::arange<I>(9007199254740993, 9007199254740990, -2), {9007199254740993, 9007199254740991});
  expect_vector(tn::arange<I>(most - 1, most), {most - 1});
  expect_vector(tn::arange<I>(least, least + 2), {least, least + 1});
  expect_vector(tn::arange<I>(least, most, I{1} << 62), {least, -(I{1} << 62), 0, I{1} << 62});
  expect_vector(tn::arange<I>(most, least, least), {most, -1});
  expect_vector(tn::arange<I>(0, -5, -2), {0, -2, -4});
  EXPECT_EQ(tn::arange<I>(most, least).size(), 0);
  EXPECT_EQ(tn::arange<I>(least, most, -1).size(), 0);
  expect_vector(tn::arange<std::int32_t>(2147483645, 2147483648, 2), {2147483645, 2147483647});
  expect_vector(tn::arange<std::int32_t>(-2147483647, -2147483649, -1), {-2147483647, -2147483647 - 1});
  expect_vector(tn::arange<std::uint8_t>(5, 0, -2), {5, 3, 1});
  expect_vector(tn::arange<std::uint8_t>(200, 256, 50), {200, 250});
  EXPECT_EQ(tn::arange<std::uint8_t>(256).at({255}), 255);
  expect_vector(tn::arange<bool>(2), {false, true});
  expect_error<tn::ValueError>([] { tn::arange<I>(0, 5, 0); }, "[arange] step is 0");
  expect_error<tn::ValueError>(
      [] { tn::arange<I>(least, most); },
      "[arange] the range from -9223372036854775808 to 9223372036854775807 by 1 is too long");
  expect_error<tn::ValueError>([] { tn::arange<std::uint8_t>(300); },
                               "[arange] 299 in the range from 0 to 300 by 1 does not fit uint8");
  expect_error<tn::ValueError>([] { tn::arange<std::uint8_t>(-1, 3); },
                               "[arange] -1 in the range from -1 to 3 by 1 does not fit uint8");
}

TEST(Create, TensorsOfBfloat16) {
  using tn::bfloat16;
  const auto numbers = [](const tn::Tensor<bfloat16>& x) { return std::vector<float>(x.begin(), x.end()); };
  EXPECT_EQ(numbers(tn::arange<bfloat16>(bfloat16(4.0f))), (std::vector<float>{0, 1, 2, 3}));
  EXPECT_EQ(numbers(tn::arange<bfloat16>(1, 2, 0.5f)), (std::vector<float>{1, 1.5f}));
  EXPECT_EQ(numbers(tn::ones<bfloat16>({2})), (std::vector<float>{1, 1}));
  EXPECT_EQ(numbers(tn::eye<bfloat16>(2)), (std::vector<float>{1, 0, 0, 1}));
  EXPECT_EQ(numbers(tn::full<bfloat16>({1}, bfloat16(3.0f))), (std::vector<float>{3}));
  expect_error<tn::ValueError>([] { tn::arange<bfloat16>(0, 1, 0); }, "[arange] step is 0");
}

TEST(Create, Ranges) {
  expect_vector(tn::arange<float>(3), {0, 1, 2});
  expect_vector(tn::arange<std::int64_t>(2, 8, 3), {2, 5});
  expect_vector(tn::arange<std::int64_t>(5, 0, -2), {5, 3, 1});
  expect_vector(tn::arange<double>(0, 1, 0.25), {0, 0.25, 0.5, 0.75});
  EXPECT_EQ(tn::arange<float>(2, 2).size(), 0);
  EXPECT_EQ(tn::arange<float>(3, 2).size(), 0);
  expect_vector(tn::linspace<double>(0, 1, 5), {0, 0.25, 0.5, 0.75, 1});
  expect_vector(tn::linspace<float>(3, -3, 3), {3, 0, -3});
  expect_vector(tn::linspace<float>(2, 9, 1), {2});
  EXPECT_EQ(tn::linspace<float>(0, 1, 0).size(), 0);
  EXPECT_EQ(tn::linspace<float>(0.1f, 0.7f, 100).at({99}), 0.7f);
  expect_error<tn::ValueError>([] { tn::arange<float>(0, 1, 0); }, "[arange] step is 0");
  expect_error<tn::ValueError>([] { tn::arange<double>(0, 1, 1e-300); },
                               "[arange] the range from 0 to 1 by 1e-300 is too long");
  EXPECT_THROW(tn::arange<float>(0, nan), tn::ValueError);
  expect_error<tn::ValueError>([] { tn::linspace<float>(0, 1, -1); }, "[linspace] negative count -1");
}

TEST(Create, PowersOfABase) {
  expect_vector(tn::logspace<double>(-1, 2, 4), {0.1, 1, 10, 100});
  expect_vector(tn::logspace<float>(0, 3, 4, 2), {1, 2, 4, 8});
  expect_vector(tn::logspace<float>(2, 0, 3), {100, 10, 1});
  expect_vector(tn::logspace<double>(2, 5, 1), {100});
  EXPECT_EQ(tn::logspace<double>(0, 1, 0).size(), 0);
  expect_error<tn::ValueError>([] { tn::logspace<float>(0, 1, -1); }, "[logspace] negative count -1");
}

TEST(Create, Identities) {
  expect_values(tn::eye<float>(2), {2, 2}, {1, 0, 0, 1});
  expect_values(tn::eye<float>(2, 3), {2, 3}, {1, 0, 0, 0, 1, 0});
  EXPECT_EQ(tn::eye<float>(0).shape(), (tn::Shape{0, 0}));
}

template <class T>
class Random : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(Random, Reals);

TYPED_TEST(Random, TheSameSeedGivesTheSameNumbersAndAnotherDoesNot) {
  Generator a(1), b(1), c(2);
  const auto x = tn::randn<TypeParam>({1001}, a);
  EXPECT_EQ(tn::randn<TypeParam>({1001}, b).to_vector(), x.to_vector());
  EXPECT_NE(tn::randn<TypeParam>({1001}, c).to_vector(), x.to_vector());
  EXPECT_NE(tn::randn<TypeParam>({1001}, a).to_vector(), x.to_vector()) << "a generator moves on";
}

TYPED_TEST(Random, ThreadsDoNotCount) {
  const int before = tn::num_threads();
  const auto draw = [](int threads) {
    tn::set_num_threads(threads);
    Generator g(3);
    auto values = tn::randn<TypeParam>({100003}, g).to_vector();
    const auto more = tn::rand<TypeParam>({100003}, g).to_vector();
    values.insert(values.end(), more.begin(), more.end());
    return values;
  };
  const auto one = draw(1);
  EXPECT_EQ(draw(3), one);
  tn::set_num_threads(before);
}

TYPED_TEST(Random, UniformAndNormalHaveTheirMoments) {
  Generator g(5);
  constexpr index_t n = 400000;
  double mean = 0, square = 0;
  for (TypeParam u : tn::rand<TypeParam>({n}, g)) {
    ASSERT_TRUE(u >= 0 && u < 1);
    mean += u;
    square += double{u} * u;
  }
  EXPECT_NEAR(mean / n, 0.5, 0.002);
  EXPECT_NEAR(square / n, 1.0 / 3, 0.002);
  mean = square = 0;
  double inside = 0;
  for (TypeParam z : tn::randn<TypeParam>({n}, g)) {
    mean += z;
    square += double{z} * z;
    inside += std::abs(z) < 1;
  }
  EXPECT_NEAR(mean / n, 0, 0.007);
  EXPECT_NEAR(square / n, 1, 0.01);
  EXPECT_NEAR(inside / n, std::erf(std::sqrt(0.5)), 0.004);
}

TEST(RandomIntegers, CoverTheirRange) {
  Generator g(7);
  const auto x = tn::randint(-2, 3, {5000}, g);
  std::map<index_t, int> count;
  for (index_t v : x) ++count[v];
  ASSERT_EQ(count.size(), 5u);
  EXPECT_EQ(count.begin()->first, -2);
  for (const auto& [value, times] : count) EXPECT_NEAR(times, 1000, 4 * std::sqrt(800.0));
  EXPECT_EQ(tn::randint<std::int32_t>(4, 5, {2}, g).to_vector(), (std::vector<std::int32_t>{4, 4}));
  constexpr index_t lowest = std::numeric_limits<index_t>::min(),
                    highest = std::numeric_limits<index_t>::max();
  EXPECT_NO_THROW(tn::randint(lowest, highest, {10}, g));
  expect_error<tn::ValueError>([] { tn::randint(3, 3, {1}); }, "[randint] the range [3, 3) is empty");
  expect_error<tn::ValueError>([] { tn::randint<std::uint8_t>(0, 257, {1}); },
                               "[randint] the range [0, 257) does not fit uint8");
  EXPECT_NO_THROW(tn::randint<std::uint8_t>(0, 256, {1}, g));
  for (double v : tn::randint<double>(-2, 0, {50}, g)) EXPECT_TRUE(v == -2 || v == -1);
}

TEST(RandomIntegers, TheDefaultGeneratorIsSeeded) {
  tn::manual_seed(9);
  const auto x = tn::rand<float>({5});
  tn::manual_seed(9);
  EXPECT_EQ(tn::rand<float>({5}).to_vector(), x.to_vector());
}

TEST(Literals, HaveAnAxisForEachLevelOfBraces) {
  EXPECT_EQ(tn::tensor<float>(3).rank(), 0);
  expect_vector(tn::tensor<float>({1, 2.5, 3}), {1, 2.5f, 3});
  expect_values(tn::tensor<index_t>({{1, 2, 3}, {4, 5, 6}}), {2, 3}, {1, 2, 3, 4, 5, 6});
  expect_values(tn::tensor<double>({{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}}), {2, 2, 2},
                {1, 2, 3, 4, 5, 6, 7, 8});
  expect_values(tn::tensor<bool>({{true}, {false}}), {2, 1}, {true, false});
  EXPECT_EQ(tn::tensor<float>({}).shape(), (tn::Shape{0}));
  const std::string differ = "[tensor] the lists of level ";
  expect_error<tn::ShapeError>([] { tn::tensor<float>({{1, 2}, {3}}); },
                               differ + "1 differ in length or depth from the first, of shape (2, 2)");
  expect_error<tn::ShapeError>([] { tn::tensor<float>({{1, 2}, 3}); },
                               differ + "1 differ in length or depth from the first, of shape (2, 2)");
}

TEST(Dims, NumbersStandForLists) {
  EXPECT_EQ(tn::zeros<float>(3).shape(), (tn::Shape{3}));
  EXPECT_EQ(tn::Shape(2, 3), (tn::Shape{2, 3}));
}

}  // namespace create_test
