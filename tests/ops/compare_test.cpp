#include "tenon/ops/compare.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"
#include "tenon/ops/shape.hpp"

namespace {

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
  expect_error<tn::ShapeError>(
      [&] {
        tn::masked_fill(from<float>({1, 2}), tn::zeros<bool>({3, 2}), 0);
      },
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

}  // namespace
