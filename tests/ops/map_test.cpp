#include "tenon/ops/map.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"
#include "tenon/ops/shape.hpp"

namespace {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::inf;
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

TEST(Map, NoMoreThanTwoDerivatives) {
  auto x = from<double>({0.5}).requires_grad_();
  const tn::GradOptions<double> record{.output_gradient = tn::ones<double>({1}), .create_graph = true};
  const auto first = tn::grad(map([](auto v) { return sin(v); }, x), {x}, record)[0];
  const auto second =
      tn::grad(first, {x}, {.output_gradient = tn::ones<double>({1}), .retain_graph = true})[0];
  expect_vector(second, {-std::sin(0.5)});
  expect_error<tn::GraphError>([&] { tn::grad(first, {x}, record); },
                               "[map] element-wise functions are differentiable twice, not three times");
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

}  // namespace
