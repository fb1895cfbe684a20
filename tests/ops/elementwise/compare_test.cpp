#include "tenon/ops/elementwise/compare.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"
#include "tenon/ops/elementwise/close.hpp"
#include "tenon/ops/reduce/reduce.hpp"
#include "tenon/ops/shape/shape.hpp"

namespace compare_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::inf;
using support::nan;
using support::OpCases;
using support::real;
using tn::from;
using tn::Tensor;

const OpCases cases{
    {"where",
     {real({3, 4}), real({3, 4})},
     [](const auto& x) { return tn::where(tn::gt(x[0].detach(), x[1].detach()), x[0], x[1]); }},
    {"where_broadcast",
     {real({4}), real({3, 1})},
     [](const auto& x) { return tn::where(tn::gt(x[0], 0), x[0], x[1]); }},
    {"masked_fill",
     {real({3, 4})},
     [](const auto& x) { return tn::masked_fill(x[0], tn::lt(x[0], 0.3), 7); }},
    {"clamp", {real({3, 4})}, [](const auto& x) { return tn::clamp(x[0], -1, 0.5); }},
    {"clamp_below", {real({3, 4})}, [](const auto& x) { return tn::clamp(x[0], -0.5, {}); }},
    {"clamp_above", {real({3, 4})}, [](const auto& x) { return tn::clamp(x[0], {}, 0.5); }},
};

template <class T>
class Compare : public testing::Test {};
using Numbers = testing::Types<float, double, std::int64_t, std::int32_t>;
TYPED_TEST_SUITE(Compare, Numbers);

TYPED_TEST(Compare, TensorsAndNumbers) {
  const auto a = from<TypeParam>({1, 2, 3}), b = from<TypeParam>({3, 2, 1});
  expect_vector(tn::eq(a, b), {false, true, false});
  expect_vector(tn::ne(a, b), {true, false, true});
  expect_vector(tn::lt(a, b), {true, false, false});
  expect_vector(tn::le(a, b), {true, true, false});
  expect_vector(tn::gt(a, b), {false, false, true});
  expect_vector(tn::ge(a, b), {false, true, true});
  expect_vector(tn::eq(a, 2), {false, true, false});
  expect_vector(tn::ne(a, 2), {true, false, true});
  expect_vector(tn::lt(a, 2), {true, false, false});
  expect_vector(tn::le(a, 2), {true, true, false});
  expect_vector(tn::gt(a, 2), {false, false, true});
  expect_vector(tn::ge(a, 2), {false, true, true});
}

TYPED_TEST(Compare, StretchesAndWalksViews) {
  const auto a = tn::transpose(from<TypeParam>({{1, 2, 3}, {4, 5, 6}}), 0, 1);  // (3, 2)
  expect_values(tn::gt(a, from<TypeParam>({2, 4})), {3, 2}, {false, false, false, true, true, true});
}

TEST(CompareReals, NaNDiffersFromEverything) {
  const auto a = from<double>({nan, nan, 1}), b = from<double>({nan, 1, nan});
  for (const auto& mask : {tn::eq(a, b), tn::lt(a, b), tn::le(a, b), tn::gt(a, b), tn::ge(a, b)})
    expect_vector(mask, {false, false, false});
  expect_vector(tn::ne(a, b), {true, true, true});
  expect_vector(tn::ne(from<float>({nan}), nan), {true});
}

TEST(CompareReals, ManyElementsOfEveryPackPosition) {
  constexpr tn::index_t n = 1037;
  const auto mask = tn::gt(tn::arange<float>(n), 500);
  for (tn::index_t i = 0; i < n; ++i) ASSERT_EQ(mask.at({i}), i > 500) << i;
}

TEST(CompareIntegers, LargeOnesAreExact) {
  const std::int64_t big = std::int64_t{1} << 62;
  expect_vector(tn::eq(from<std::int64_t>({big}), from<std::int64_t>({big + 1})), {false});
}

/// a op b of one element.
template <class T, class S>
void expect_comparisons(T a, S b, bool less, bool equal) {
  const auto x = tn::full<T>({3}, a);
  const auto says = [](const Tensor<bool>& mask) {
    EXPECT_EQ(tn::all(mask).item(), tn::any(mask).item());
    return mask.at({1});
  };
  EXPECT_EQ(says(tn::lt(x, b)), less) << +a << " < " << +b;
  EXPECT_EQ(says(tn::le(x, b)), less || equal) << +a << " <= " << +b;
  EXPECT_EQ(says(tn::eq(x, b)), equal) << +a << " == " << +b;
  EXPECT_EQ(says(tn::ne(x, b)), !equal) << +a << " != " << +b;
  EXPECT_EQ(says(tn::gt(x, b)), !less && !equal) << +a << " > " << +b;
  EXPECT_EQ(says(tn::ge(x, b)), !less) << +a << " >= " << +b;
}

TEST(CompareIntegers, WithNumbersThatAreNoneOfTheirTypeExactly) {
  const auto n = from<std::int32_t>({-1, 0, 1, 2});
  expect_vector(tn::lt(n, 0.5), {true, true, false, false});
  expect_vector(tn::ge(n, 0.5), {false, false, true, true});
  expect_vector(tn::eq(n, 0.5), {false, false, false, false});
  for (const std::int32_t a : {-2, -1, 0, 1, 2})
    for (const double b : {-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 1e300, -1e300, 0x1p31,
                           -0x1p31 - 1, 1.0 * inf, -1.0 * inf})
      expect_comparisons(a, b, a < b, a == b);
  for (const std::uint8_t a : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{200}, std::uint8_t{255}}) {
    for (const int b : {-1, 0, 1, 200, 255, 256, 300, 1000000}) expect_comparisons(a, b, a < b, a == b);
    for (const float b : {-0.5f, 0.5f, 199.5f, 254.5f, 255.5f, 256.f})
      expect_comparisons(a, b, a < b, a == b);
  }
  for (const bool a : {false, true})
    for (const double b : {-1.0, 0.0, 0.5, 1.0, 1.5, 2.0}) expect_comparisons(a, b, a < b, a == b);
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  expect_comparisons(most, 0x1p63, true, false);
  expect_comparisons(most, ~std::uint64_t{0}, true, false);
  expect_comparisons(std::numeric_limits<std::int64_t>::min(), -0x1p63, false, true);
  expect_comparisons(std::int64_t{-1}, ~std::uint64_t{0}, true, false);
  expect_comparisons(std::uint8_t{1}, true, false, true);
}

TEST(CompareIntegers, WithNaNOnlyDiffer) {
  const auto n = from<std::uint8_t>({0, 255});
  for (const auto& mask : {tn::lt(n, nan), tn::le(n, nan), tn::eq(n, nan), tn::gt(n, nan), tn::ge(n, nan)})
    expect_vector(mask, {false, false});
  expect_vector(tn::ne(n, nan), {true, true});
}

TEST(CompareIntegers, ElementsThatDoNotFitAreRefused) {
  const auto n = from<std::int32_t>({-1, 0, 1});
  expect_error<tn::ValueError>([&] { tn::masked_fill(n, tn::gt(n, 0), 0.5); },
                               "[masked_fill] 0.5 is not a number of int32");
  expect_error<tn::ValueError>([&] { tn::clamp(n, 0.5, {}); }, "[clamp] 0.5 is not a number of int32");
  expect_error<tn::ValueError>([&] { tn::clamp(n, {}, 0x1p40); },
                               "[clamp] 1099511627776 is not a number of int32");
  expect_vector(tn::clamp(n, 0.0, 5), {0, 0, 1});
}

TEST(Where, ChoosesOfEachTypeAndPassesNothingToTheOther) {
  const auto condition = from<bool>({true, false, true});
  expect_vector(tn::where(condition, from<std::int64_t>({1, 2, 3}), from<std::int64_t>({4, 5, 6})),
                {1, 5, 3});
  auto a = from<double>({1, 2, 3}).requires_grad_(), b = from<double>({inf, 5, nan}).requires_grad_();
  const auto y = tn::where(condition, a, b);
  expect_vector(y, {1, 5, 3});
  const auto gradients = tn::grad(tn::sum(y * y), {a, b});
  expect_vector(gradients[0], {2, 0, 6});
  expect_vector(gradients[1], {0, 10, 0});
}

TEST(MaskedFill, InfinityAndBroadcastMask) {
  const auto x = from<float>({{1, 2}, {3, 4}});
  expect_values(tn::masked_fill(x, from<bool>({false, true}), -inf), {2, 2}, {1, -inf, 3, -inf});
  expect_error<tn::ShapeError>([&] { tn::masked_fill(from<float>({1, 2}), tn::zeros<bool>({3, 2}), 0); },
                               "[masked_fill] the mask's shape (3, 2) does not broadcast to (2,)");
}

TEST(Clamp, BoundsNaNAndGradient) {
  auto x = from<double>({-2, -1, 0, 1, 2, nan, inf, -inf}).requires_grad_();
  const auto y = tn::clamp(x, -1, 1);
  expect_vector(y, {-1, -1, 0, 1, 1, nan, 1, -1});
  expect_vector(tn::grad(tn::sum(y), {x})[0], {0, 1, 1, 1, 0, 1, 0, 0});
  expect_vector(tn::clamp(x, {}, {}), {-2, -1, 0, 1, 2, nan, inf, -inf});
  expect_vector(tn::clamp(from<std::int64_t>({-5, 0, 5}), -1, {}), {-1, 0, 5});
  expect_vector(tn::clamp(from<float>({-5, 0, 5}), 2, 1), {1, 1, 1});  // the upper bound is applied last
}

TEST(CompareErrors, NameTheOperation) {
  const auto a = tn::zeros<float>({2}), b = tn::zeros<float>({3});
  expect_error<tn::ShapeError>([&] { tn::eq(a, b); }, "[eq] shapes do not broadcast: (2,) and (3,)");
  expect_error<tn::ShapeError>([&] { tn::ge(a, b); }, "[ge] shapes do not broadcast: (2,) and (3,)");
  expect_error<tn::ShapeError>([&] { tn::where(tn::zeros<bool>({2}), a, b); },
                               "[where] shapes do not broadcast: (2,) and (3,)");
}

TEST(CompareOperators, AreTheFunctions) {
  const auto a = from<float>({1, 2, nan}), b = from<float>({2, 2, 2});
  expect_vector(a == b, {false, true, false});
  expect_vector(a != b, {true, false, true});
  expect_vector(a < b, {true, false, false});
  expect_vector(a <= b, {true, true, false});
  expect_vector(b > a, {true, false, false});
  expect_vector(b >= a, {true, true, false});
}

TEST(CompareOperators, NumbersStandOnEitherSide) {
  const auto x = from<std::uint8_t>({1, 2, 3});
  expect_vector(x == 2, {false, true, false});
  expect_vector(2 != x, {true, false, true});
  expect_vector(x < 2.5, {true, true, false});
  expect_vector(2.5 < x, {false, false, true});
  expect_vector(2 <= x, {false, true, true});
  expect_vector(2 > x, {true, false, false});
  expect_vector(-1 >= x, {false, false, false});
}

TEST(Where, ANumberOnEitherSide) {
  auto x = from<double>({-1, 2, 3}).requires_grad_();
  const auto y = tn::where(x > 0, x, 0), z = tn::where(x > 2, 1, x);
  expect_vector(y, {0, 2, 3});
  expect_vector(z, {-1, 2, 1});
  expect_vector(tn::grad(tn::sum(y + z), {x})[0], {1, 2, 1});
  expect_error<tn::ValueError>(
      [] { tn::where(from<bool>({true}), from<int>({1}), 0.5); },
      "[where] 0.5 is not a number of int32: convert the tensor first, as in to<float>(x)");
}

TEST(Close, ByTolerancesAndAtTheEnds) {
  const auto a = from<double>({1, 1, 100, 100, inf, inf, 0, nan, 5e-9}),
             b = from<double>({1.00002, 1.000005, 101, 100.0005, inf, -inf, inf, nan, 0});
  expect_vector(tn::isclose(a, b), {false, true, false, true, true, false, false, false, true});
  expect_vector(tn::isclose(a, b, {.rtol = 0.01, .equal_nan = true}),
                {true, true, true, true, true, false, false, true, true});
  expect_vector(tn::isclose(from<std::int32_t>({100000, 10}), from<std::int32_t>({100001, 11})),
                {true, false});
  expect_vector(tn::isclose(from<std::uint8_t>({3, 5}), from<std::uint8_t>({5, 3}), {.atol = 2}),
                {true, true});
  expect_vector(tn::isclose(from<bool>({true, false}), from<bool>({true, true})), {true, false});
  expect_error<tn::ValueError>([&] { tn::isclose(a, b, {.atol = -1}); },
                               "[isclose] a tolerance is negative: rtol 1e-05, atol -1");
}

}  // namespace compare_test
