#include "tenon/ops/elementwise/math.hpp"

#include <cmath>

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/ops/elementwise/unary.hpp"

namespace math_test {

using support::between;
using support::expect_error;
using support::expect_vector;
using support::inf;
using support::nan;
using support::OpCases;
using support::positive;
using support::real;
using tn::from;
using tn::Tensor;

const OpCases cases{
    {"frac", {real({3, 4})}, [](const auto& x) { return tn::frac(x[0]); }},
    {"tan", {between(-1, 1, {3, 4})}, [](const auto& x) { return tn::tan(x[0]); }},
    {"asin", {between(-0.9, 0.9, {3, 4})}, [](const auto& x) { return tn::asin(x[0]); }, {.tolerance = 1e-4}},
    {"acos", {between(-0.9, 0.9, {3, 4})}, [](const auto& x) { return tn::acos(x[0]); }, {.tolerance = 1e-4}},
    {"atan", {real({3, 4})}, [](const auto& x) { return tn::atan(x[0]); }},
    {"sinh", {real({3, 4})}, [](const auto& x) { return tn::sinh(x[0]); }},
    {"cosh", {real({3, 4})}, [](const auto& x) { return tn::cosh(x[0]); }},
    {"asinh", {real({3, 4})}, [](const auto& x) { return tn::asinh(x[0]); }},
    {"acosh", {between(1.2, 3, {3, 4})}, [](const auto& x) { return tn::acosh(x[0]); }, {.tolerance = 1e-4}},
    {"atanh",
     {between(-0.9, 0.9, {3, 4})},
     [](const auto& x) { return tn::atanh(x[0]); },
     {.tolerance = 1e-4}},
    {"exp2", {real({3, 4})}, [](const auto& x) { return tn::exp2(x[0]); }},
    {"log2", {positive({3, 4})}, [](const auto& x) { return tn::log2(x[0]); }},
    {"log10", {positive({3, 4})}, [](const auto& x) { return tn::log10(x[0]); }},
    {"atan2", {real({3, 4}), positive({4})}, [](const auto& x) { return tn::atan2(x[0], x[1]); }},
    {"hypot", {real({3, 4}), positive({3, 1})}, [](const auto& x) { return tn::hypot(x[0], x[1]); }},
    {"fmod",
     {real({3, 4}), positive({4})},
     [](const auto& x) { return tn::fmod(x[0], x[1]); },
     {.fixed = true}},
    {"remainder",
     {real({3, 4}), positive({4})},
     [](const auto& x) { return tn::remainder(x[0], x[1]); },
     {.fixed = true}},
    {"logaddexp", {real({3, 4}), real({4})}, [](const auto& x) { return tn::logaddexp(x[0], x[1]); }},
    {"xlogy", {real({3, 4}), positive({4})}, [](const auto& x) { return tn::xlogy(x[0], x[1]); }},
    {"fmax", {real({3, 4}), real({4})}, [](const auto& x) { return tn::fmax(x[0], x[1]); }},
    {"fmin", {real({3, 4}), real({4})}, [](const auto& x) { return tn::fmin(x[0], x[1]); }},
    {"lerp",
     {real({3, 4}), real({4}), real({3, 1})},
     [](const auto& x) { return tn::lerp(x[0], x[1], x[2]); }},
    {"lerp_number", {real({3, 4}), real({4})}, [](const auto& x) { return tn::lerp(x[0], x[1], 0.7); }},
    {"addcmul",
     {real({3, 4}), real({4}), real({3, 1})},
     [](const auto& x) { return tn::addcmul(x[0], x[1], x[2], 3); }},
    {"addcdiv",
     {real({3, 4}), real({4}), positive({3, 1})},
     [](const auto& x) { return tn::addcdiv(x[0], x[1], x[2], -2); }},
    {"copysign",
     {real({3, 4})},
     [](const auto& x) { return tn::copysign(x[0], tn::neg(tn::ones_like(x[0].detach()))); }},
    {"nan_to_num", {real({3, 4})}, [](const auto& x) { return tn::nan_to_num(x[0]); }},
};

TEST(Rounding, HalvesGoToTheEvenNumber) {
  const auto x = from<float>({-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49999997f, 8388609, nan, inf});
  expect_vector(tn::round(x), {-2, -2, 0, 0, 2, 2, 0, 8388609, nan, inf});
  expect_vector(tn::floor(x), {-3, -2, -1, 0, 1, 2, 0, 8388609, nan, inf});
  expect_vector(tn::ceil(x), {-2, -1, 0, 1, 2, 3, 1, 8388609, nan, inf});
  expect_vector(tn::trunc(x), {-2, -1, 0, 0, 1, 2, 0, 8388609, nan, inf});
  expect_vector(tn::frac(from<double>({-1.25, 2.5})), {-0.25, 0.5});
}

TEST(Elementary, IsTheCLibrarys) {
  const std::vector<double> places{-0.9, -0.3, 0, 1e-9, 0.2, 0.77};
  for (double v : places) {
    const auto x = from<double>({v});
    expect_vector(tn::asin(x), {std::asin(v)});
    expect_vector(tn::acos(x), {std::acos(v)});
    expect_vector(tn::atan(x), {std::atan(v)});
    expect_vector(tn::sinh(x), {std::sinh(v)});
    expect_vector(tn::atanh(x), {std::atanh(v)});
    expect_vector(tn::exp2(x), {std::exp2(v)});
  }
  expect_vector(tn::log2(from<float>({8, 0, -1})), {3, -inf, nan});
  expect_vector(tn::log10(from<float>({1000})), {3});
  expect_vector(tn::atan2(from<double>({1, -1, 0, -0.0}), from<double>({-1, -1, -1, -1})),
                {std::atan2(1, -1), std::atan2(-1, -1), M_PI, -M_PI});
  expect_vector(tn::hypot(from<float>({3e30f}), from<float>({4e30f})), {5e30f});
}

TEST(Remainders, SignsOfDividendAndDivisor) {
  const auto a = from<double>({7, -7, 7, -7, 6, 1e300}), b = from<double>({3, 3, -3, -3, 3, 7});
  expect_vector(tn::fmod(a, b), {1, -1, 1, -1, 0, std::fmod(1e300, 7)});
  expect_vector(tn::remainder(a, b), {1, 2, -2, -1, 0, std::fmod(1e300, 7)});
  const auto i = from<std::int64_t>({7, -7, 7, -7, std::numeric_limits<std::int64_t>::min()}),
             j = from<std::int64_t>({3, 3, -3, -3, -1});
  expect_vector(tn::fmod(i, j), {1, -1, 1, -1, 0});
  expect_vector(tn::remainder(i, j), {1, 2, -2, -1, 0});
  expect_vector(tn::remainder(from<float>({-0.5, 5.5}), 2), {1.5, 1.5});
  expect_error<tn::ValueError>([&] { tn::fmod(i, 0); }, "[fmod] an integer is divided by 0");
  expect_error<tn::ValueError>([&] { tn::remainder(i, 0); }, "[remainder] an integer is divided by 0");
}

TEST(Quotients, RoundedDown) {
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  expect_vector(tn::floor_divide(from<double>({7, -7, 7, -7, 6, 1, -1, 1, 0, inf}),
                                 from<double>({3, 3, -3, -3, -3, inf, inf, 0, 0, 2})),
                {2, -3, -3, 2, -2, 0, -1, inf, nan, nan});
  expect_vector(tn::floor_divide(from<double>({1, 0.6}), from<double>({0.1, 0.2})), {9, 2});  // 0.1 > 1/10
  EXPECT_TRUE(std::signbit(tn::floor_divide(from<double>({-0.0}), 2).item()));
  expect_vector(tn::floor_divide(from<std::int64_t>({7, -7, 7, -7, least, least}),
                                 from<std::int64_t>({3, 3, -3, -3, -1, 3})),
                {2, -3, -3, 2, least, least / 3 - 1});
  expect_vector(tn::floor_divide(from<std::uint8_t>({255, 7}), 2), {127, 3});
  expect_error<tn::ValueError>([] { tn::floor_divide(from<std::int32_t>({1}), 0); },
                               "[floor_divide] an integer is divided by 0");
  expect_error<tn::ValueError>(
      [] { tn::floor_divide(from<std::int32_t>({1}), 0.5); },
      "[floor_divide] 0.5 is not a number of int32: convert the tensor first, as in to<float>(x)");
  const auto x = from<float>({5}).requires_grad_();
  EXPECT_FALSE(tn::floor_divide(x, 2).requires_grad());
}

TEST(Divisors, GreatestAndLeastMultiple) {
  constexpr auto least = std::numeric_limits<std::int32_t>::min();
  const auto a = from<std::int32_t>({12, -12, 0, 5, 0, least, 7}),
             b = from<std::int32_t>({18, 18, -5, 0, 0, -1, 3});
  expect_vector(tn::gcd(a, b), {6, 6, 5, 5, 0, 1, 1});
  expect_vector(tn::lcm(a, b), {36, 36, 0, 0, 0, least, 21});
  expect_vector(tn::gcd(from<std::uint8_t>({255}), from<std::uint8_t>({85})), {85});
  expect_vector(tn::lcm(from<std::int64_t>({4, 6}), tn::scalar<std::int64_t>(10)), {20, 30});
}

TEST(Logarithms, AtTheEdges) {
  expect_vector(tn::logaddexp(from<double>({1000, -inf, 0, inf}), from<double>({1000, -inf, -inf, inf})),
                {1000 + std::log(2), -inf, 0, inf});
  expect_vector(tn::xlogy(from<double>({0, 0, 0, 2}), from<double>({0, inf, nan, 3})),
                {0, 0, nan, 2 * std::log(3)});
  expect_vector(tn::lerp(from<float>({1}), from<float>({3}), 0.25), {1.5});
}

TEST(Extremes, ANumberBeatsNaN) {
  const auto a = from<float>({1, nan, 3, nan, inf}), b = from<float>({2, 2, nan, nan, nan});
  expect_vector(tn::fmax(a, b), {2, 2, 3, nan, inf});
  expect_vector(tn::fmin(a, b), {1, 2, 3, nan, inf});
}

TEST(NumberTests, NaNInfinityAndSigns) {
  const auto x = from<float>({nan, inf, -inf, 0, -2});
  expect_vector(tn::isnan(x), {true, false, false, false, false});
  expect_vector(tn::isinf(x), {false, true, true, false, false});
  expect_vector(tn::isfinite(x), {false, false, false, true, true});
  expect_vector(tn::isnan(from<std::int64_t>({1})), {false});
  constexpr float most = std::numeric_limits<float>::max();
  expect_vector(tn::nan_to_num(x), {0, most, -most, 0, -2});
  expect_vector(tn::nan_to_num(x, 7, 8, 9), {7, 8, 9, 0, -2});
  expect_vector(tn::heaviside(from<float>({-1, 0, 2}), tn::scalar(0.5f)), {0, 0.5, 1});
  expect_vector(tn::heaviside(from<float>({-inf, 0, inf, nan}), tn::scalar(inf)), {0, inf, 1, nan});
  expect_vector(tn::copysign(from<float>({1, -2, 3, -4}), from<float>({-0.f, 0.f, -inf, 5})), {-1, 2, -3, 4});
}

TEST(Logic, OfNumbersAndBits) {
  const auto a = from<float>({0, 0, 2, nan}), b = from<float>({0, 1, 0, -1});
  expect_vector(tn::logical_and(a, b), {false, false, false, true});
  expect_vector(tn::logical_or(a, b), {false, true, true, true});
  expect_vector(tn::logical_xor(a, b), {false, true, true, false});
  expect_vector(tn::logical_not(a), {true, true, false, false});
  expect_vector(tn::logical_and(from<bool>({true, true}), from<bool>({true, false})), {true, false});
  const auto i = from<std::int32_t>({12, -1}), j = from<std::int32_t>({10, 7});
  expect_vector(tn::bitwise_and(i, j), {8, 7});
  expect_vector(tn::bitwise_or(i, j), {14, -1});
  expect_vector(tn::bitwise_xor(i, j), {6, -8});
  expect_vector(tn::bitwise_not(i), {-13, 0});
  expect_vector(tn::bitwise_not(from<bool>({true, false})), {false, true});
}

template <class X>
constexpr int accepted(const X*) {
  int count = requires(X x) { abs(x); };
  count += requires(X x) { sign(x); };
  count += requires(X x) { tn::fmod(x, x); };
  count += requires(X x) { tn::remainder(x, x); };
  count += requires(X x) { tn::heaviside(x, x); };
  count += requires(X x) { tn::isnan(x); };
  count += requires(X x) { tn::logical_and(x, x); };
  count += requires(X x) { tn::logical_or(x, x); };
  count += requires(X x) { tn::logical_xor(x, x); };
  count += requires(X x) { tn::logical_not(x); };
  return count;
}

/// At the call, not somewhere inside.
TEST(Math, Bfloat16IsRefused) {
  EXPECT_EQ(accepted(static_cast<const Tensor<float>*>(nullptr)), 10);
  EXPECT_EQ(accepted(static_cast<const Tensor<tn::index_t>*>(nullptr)), 10);
  EXPECT_EQ(accepted(static_cast<const Tensor<tn::bfloat16>*>(nullptr)), 0);
}

TEST(LogicalOperators, OfMasksAndBits) {
  const auto a = tn::from<bool>({true, true, false, false}), b = tn::from<bool>({true, false, true, false});
  support::expect_vector(!a, {false, false, true, true});
  support::expect_vector(~a, {false, false, true, true});
  support::expect_vector(a & b, {true, false, false, false});
  support::expect_vector(a | b, {true, true, true, false});
  support::expect_vector(a ^ b, {false, true, true, false});
  support::expect_vector(tn::from<int>({12, 5}) & tn::from<int>({10, 1}), {8, 1});
  support::expect_vector(~tn::from<int>({0, 5}), {-1, -6});
}

}  // namespace math_test
