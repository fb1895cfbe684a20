#include "tenon/ops/elementwise/map.hpp"

#include "support/expect.hpp"
#include "support/kept.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"
#include "tenon/ops/elementwise/compare.hpp"
#include "tenon/ops/elementwise/inplace.hpp"
#include "tenon/ops/elementwise/math.hpp"
#include "tenon/ops/elementwise/unary.hpp"
#include "tenon/ops/reduce/reduce.hpp"
#include "tenon/ops/shape/shape.hpp"

namespace map_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::inf;
using support::kept_inputs;
using support::OpCases;
using support::positive;
using support::real;
using tn::from;
using tn::map;
using tn::Tensor;

const OpCases cases{
    {"map_fused",
     {real({3, 4}), real({4}), real({3, 1})},
     [](const auto& x) {
       return map([](auto a, auto b, auto s) { return s * tanh(a + b); }, x[0], x[1], x[2]);
     }},
    {"map_seven",
     {real({3}), real({3}), real({3}), real({3}), real({3}), real({3}), positive({2, 3})},
     [](const auto& x) {
       return map([](auto a, auto b, auto c, auto d, auto e, auto f,
                     auto g) { return a * b + sin(c) * d - exp(0.3 * e) / g + f * f * f; },
                  x[0], x[1], x[2], x[3], x[4], x[5], x[6]);
     }},
    {"map_branches",
     {real({3, 5}), positive({3, 5})},
     [](const auto& x) {
       return map([](auto a, auto b) { return select(a > 0.25 * b, log(b) * a, pow(b, a)); }, x[0], x[1]);
     }},
    {"map_mask_and_integers",
     {real({2, 3})},
     [](const auto& x) {
       return map([](auto m, auto i, auto v) { return select(m != 0, i * v * v, v); },
                  from<bool>({true, false, true}), from<std::int64_t>({{1}, {2}}), x[0]);
     },
     {.fixed = true}},
    {"map_captured_numbers",
     {real({4})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       const T scale = T(1.5), shift = T(0.25);
       return map([=](auto v) { return sigmoid(scale * v - shift); }, x[0]);
     }},
    {"map_constant", {real({4})}, [](const auto& x) { return map([](auto v) { return v * 0 + 2; }, x[0]); }},
};

TEST(Map, KeepsWhatAWantedGradientNeeds) {
  const auto w = from<float>({1, 2}).requires_grad_(), v = from<float>({3, 4}).requires_grad_(),
             c = from<float>({5, 6});
  const auto mask = from<bool>({true, false});
  EXPECT_EQ(kept_inputs(w * v), "11");
  EXPECT_EQ(kept_inputs(w * c), "01");
  EXPECT_EQ(kept_inputs(c * w), "10");
  EXPECT_EQ(kept_inputs(w / c), "01");
  EXPECT_EQ(kept_inputs(c / w), "11");
  EXPECT_EQ(kept_inputs(w + v), "00");
  EXPECT_EQ(kept_inputs(tn::lerp(w, v, c)), "001");
  EXPECT_EQ(kept_inputs(tn::lerp(c, c, w)), "110");
  EXPECT_EQ(kept_inputs(tn::addcmul(w, v, c)), "001");
  EXPECT_EQ(kept_inputs(tn::addcdiv(w, c, c)), "000");
  EXPECT_EQ(kept_inputs(tn::where(mask, w, v)), "00");
  EXPECT_EQ(kept_inputs(tn::where(mask, w, 0)), "0");
  EXPECT_EQ(kept_inputs(tn::masked_fill(w, mask, 7)), "0");
  EXPECT_EQ(kept_inputs(tn::tril(tn::expand(w, {2, 2}))), "0");
  EXPECT_EQ(kept_inputs(tn::exp(w)), "1");
  EXPECT_EQ(kept_inputs(map([](auto a, auto b) { return a * b; }, w, c)), "11")
      << "a lambda that tells nothing";
}

// As in PyTorch: the gradient of w needs c alone.
TEST(Map, WhatIsNotKeptMayChange) {
  auto w = from<float>({1, 2}).requires_grad_();
  const auto c = from<float>({5, 6});
  const auto y = tn::sum(w * c);
  {
    const tn::NoGrad no_grad;
    tn::mul_(w, 2);
  }
  expect_vector(tn::grad(y, {w})[0], {5, 6});
}

TEST(Map, ComputesInTheFirstRealType) {
  const auto y =
      map([](auto i, auto x) { return i * x; }, from<std::int64_t>({1, 2}), from<float>({0.5, 0.25}));
  static_assert(std::is_same_v<decltype(y), const Tensor<float>>);
  expect_vector(y, {0.5, 0.5});
  const auto mask = map([](auto x) { return x > 1; }, from<float>({1, 2}));
  static_assert(std::is_same_v<decltype(mask), const Tensor<bool>>);
  expect_vector(mask, {false, true});
  const auto n = map([](auto b, auto i) { return select(b != 0, i, -i); }, from<bool>({true, false}),
                     from<std::int64_t>({3, 4}));
  static_assert(std::is_same_v<decltype(n), const Tensor<std::int64_t>>);
  expect_vector(n, {3, -4});
}

TEST(Map, OperandsOfEveryLayout) {
  const auto x = tn::reshape(tn::arange<float>(24), {2, 3, 4});
  const auto add = [](auto a, auto b, auto c) { return a + b + c; };
  const auto y = map(add, tn::transpose(x, 0, 2), tn::slice(tn::arange<float>(4), 0, tn::range({}, {}, -2)),
                     from<float>({{10}, {20}, {30}}));
  std::vector<float> want;
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 2; ++k)
        want.push_back(static_cast<float>(k * 12 + j * 4 + i + (3 - 2 * k) + 10 * (j + 1)));
  expect_values(y, {4, 3, 2}, want);
}

/// Sizes around packs, chunks and parts, and beyond the limit where outputs are streamed.
TEST(Map, EverySizeUpToStreaming) {
  for (const tn::index_t n :
       {1, 7, 8, 9, 15, 16, 17, 1023, 1024, 1025, 16383, 16384, 16385, 100003, 7000001}) {
    const auto x = tn::arange<float>(static_cast<float>(n));
    const auto y = map([](auto v) { return v * 2 + 1; }, x);
    ASSERT_EQ(y.size(), n);
    const float* data = y.data();
    for (tn::index_t i = 0; i < n; ++i) ASSERT_EQ(data[i], x.data()[i] * 2 + 1) << i << " of " << n;
  }
}

TEST(Map, ATermThatDoesNotDependOnAVariableNeverMeetsInfinityTimesZero) {
  auto a = from<double>({2}).requires_grad_(), b = from<double>({0}).requires_grad_();
  const auto y = map([](auto x, auto z) { return x + 1 / z; }, a, b);  // 1 / 0: the slope by b is infinite
  const auto gradients = tn::grad(y, {a, b}, {.output_gradient = tn::ones<double>({1})});
  expect_vector(gradients[0], {1});
  expect_vector(gradients[1], {-inf});
}

/// sum(y) differentiated `order` times by x.
template <class T>
tn::Tensor<T> derivative(tn::Tensor<T> y, const tn::Tensor<T>& x, int order) {
  for (; order > 0; --order) y = tn::grad(tn::sum(y), {x}, {.create_graph = order > 1})[0];
  return y;
}

TEST(MapOrders, DerivativesOfAnyOrder) {
  auto x = from<double>({0.5, -1, 3}).requires_grad_();
  expect_vector(derivative(x * x * x, x, 3), {6, 6, 6});
  expect_vector(derivative(x * x * x * x, x, 3), {12, -24, 72});
  expect_vector(derivative(map([](auto v) { return sin(v); }, x), x, 7),
                {-std::cos(0.5), -std::cos(-1), -std::cos(3)});
  const auto fourth = derivative(exp(x * 2), x, 4);
  for (tn::index_t i = 0; i < 3; ++i) EXPECT_NEAR(fourth.at({i}), 16 * std::exp(2 * x.at({i})), 1e-10);
}

TEST(MapOrders, InFloatAsInDouble) {
  auto x = from<float>({0.5f, -1, 3}).requires_grad_();
  auto wide = tn::to<double>(x.detach()).requires_grad_();
  const auto f = [](const auto& v) { return tanh(v) * sigmoid(v * 2); };
  for (int order = 1; order <= 4; ++order) {
    const auto narrow = derivative(f(x), x, order);
    const auto want = derivative(f(wide), wide, order);
    for (tn::index_t i = 0; i < 3; ++i)
      EXPECT_NEAR(narrow.at({i}), want.at({i}), 2e-5) << "order " << order << ", element " << i;
  }
}

TEST(MapOrders, MixedThirdDerivativesWithStretchedOperandsAndMasks) {
  // f = sum of s x^2 b^3 where the mask holds, over (2, 3): d^3 f / dx db dx = 6 s b^2.
  auto x = from<double>({{1}, {2}}).requires_grad_(), b = from<double>({1, 2, 3}).requires_grad_();
  auto s = tn::scalar<double>(2).requires_grad_();
  const auto mask = from<bool>({{true, false, true}, {true, true, true}});
  const auto y =
      map([](auto m, auto v, auto w, auto u) { return select(m != 0, u * v * v * w * w * w, 0 * v); }, mask,
          x, b, s);
  const auto dx = tn::grad(tn::sum(y), {x}, {.create_graph = true})[0];
  const auto dxdb = tn::grad(tn::sum(dx), {b}, {.create_graph = true})[0];  // 6 s x b^2 summed over rows
  expect_vector(dxdb, {6 * 2 * (1 + 2) * 1, 6 * 2 * 2 * 2 * 4 / 2, 6 * 2 * (1 + 2) * 9});
  const auto third = tn::grad(tn::sum(dxdb), {x, s, b}, {.create_graph = true});
  expect_values(third[0], {2, 1}, {12.0 * (1 + 9), 12.0 * (1 + 4 + 9)});
  expect_values(third[1], {}, {6 * ((1 + 2) * 1 + 2 * 4 + (1 + 2) * 9)});
  const auto fourth = tn::grad(tn::sum(third[0]), {b})[0];
  expect_vector(fourth, {2 * 2 * 12, 1 * 2 * 24, 2 * 2 * 36});
}

TEST(MapOrders, ALossOfSecondDerivativesIsTrained) {
  // A physics-informed loss: the mean of (u'' + u)^2 for u = w tanh(a t), differentiated by a and w.
  const auto loss = [](const tn::Tensor<double>& a, const tn::Tensor<double>& w) {
    auto t = from<double>({-1, 0.3, 2}).requires_grad_();
    const auto u = w * tanh(a * t);
    const auto u1 = tn::grad(tn::sum(u), {t}, {.create_graph = true})[0];
    const auto u2 = tn::grad(tn::sum(u1), {t}, {.create_graph = true})[0];
    return tn::mean(tn::square(u2 + u));
  };
  auto a = tn::scalar<double>(0.8).requires_grad_(), w = tn::scalar<double>(1.5).requires_grad_();
  const auto gradients = tn::grad(loss(a, w), {a, w});
  const auto numeric = [&](double da, double dw) {
    const double h = 1e-5;
    const auto at = [&](double sign) {
      return loss((a.detach() + sign * h * da).requires_grad_(),
                  (w.detach() + sign * h * dw).requires_grad_())
          .item();
    };
    return (at(1) - at(-1)) / (2 * h);
  };
  EXPECT_NEAR(gradients[0].item(), numeric(1, 0), 1e-8);
  EXPECT_NEAR(gradients[1].item(), numeric(0, 1), 1e-8);
}

TEST(MapOrders, TooManyOperandsAreNamed) {
  // Seven variables leave operands for nine orders.
  const auto one = tn::ones<double>({2});
  auto x = tn::ones<double>({2}).requires_grad_();
  auto y = map(
      [](auto a, auto b, auto c, auto d, auto e, auto f, auto g) { return exp(a + b * c * d * e * f * g); },
      x, one, one, one, one, one, one);
  expect_error<tn::GraphError>(
      [&] { derivative(y, x, 12); },
      "[map] derivatives of this order need more than 16 operands: apply simpler functions one "
      "after the other");
}

TEST(Map, WhatIsLinearKeepsNothing) {
  auto x = from<double>({1, 2}).requires_grad_();
  auto stored = x * 1.0;  // a result whose elements nobody should need
  const auto y = map([](auto a, auto b) { return 2 * a - b; }, x, stored);
  const auto elements = tn::backend::memory::statistics().allocations;
  stored = {};
  EXPECT_LT(tn::backend::memory::statistics().allocations, elements);
  expect_vector(tn::grad(y, {x}, {.output_gradient = tn::ones<double>({2})})[0], {1, 1});
}

TEST(MapErrors, NameTheOperationThatTheUserGave) {
  const auto a = tn::zeros<float>({2}), b = tn::zeros<float>({3});
  const auto f = [](auto x, auto y) { return x + y; };
  expect_error<tn::ShapeError>([&] { map(f, a, b); }, "[map] shapes do not broadcast: (2,) and (3,)");
  expect_error<tn::ShapeError>([&] { map("mine", f, a, b); },
                               "[mine] shapes do not broadcast: (2,) and (3,)");
}

}  // namespace map_test
