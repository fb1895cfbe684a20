#include "tenon/ops/elementwise/cast.hpp"

#include "support/expect.hpp"
#include "tenon/autograd/grad.hpp"
#include "tenon/ops/elementwise/arithmetic.hpp"
#include "tenon/ops/elementwise/unary.hpp"
#include "tenon/ops/index/index.hpp"
#include "tenon/ops/linalg/matmul.hpp"
#include "tenon/ops/reduce/cumulative.hpp"
#include "tenon/ops/reduce/reduce.hpp"
#include "tenon/ops/reduce/sort.hpp"
#include "tenon/ops/shape/shape.hpp"

namespace cast_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::nan;
using tn::from;

TEST(To, ConvertsAsCppDoes) {
  const auto x = from<double>({-1.7, 0, 0.4, 300});
  expect_vector(tn::to<float>(x), {-1.7f, 0, 0.4f, 300});
  expect_vector(tn::to<std::int64_t>(x), {-1, 0, 0, 300});
  expect_vector(tn::to<bool>(x), {true, false, true, true});
  expect_vector(tn::to<bool>(from<float>({nan})), {true});
  expect_vector(tn::to<float>(from<bool>({true, false})), {1, 0});
  expect_vector(tn::to<double>(from<std::int64_t>({1, -2})), {1, -2});
  expect_vector(tn::to<std::int32_t>(from<std::uint8_t>({200})), {200});
}

TEST(To, Bfloat16RoundsToNearestEven) {
  const auto x = tn::to<tn::bfloat16>(from<float>({1, 1.00390625f, 1.01171875f, -3.5f}));
  expect_vector(tn::to<float>(x), {1, 1, 1.015625f, -3.5f});
}

TEST(To, ViewsSameTypeAndConstants) {
  const auto x = from<float>({{1, 2}, {3, 4}});
  expect_values(tn::to<double>(tn::transpose(x, 0, 1)), {2, 2}, {1, 3, 2, 4});
  EXPECT_TRUE(tn::to<float>(x).is(x));
}

TEST(To, GradientsAreConvertedBack) {
  auto x = from<float>({1.5f, -2}).requires_grad_();
  const tn::Tensor<double> y = tn::sum(tn::square(tn::to<double>(x)));
  const auto dx = tn::grad(y, std::vector{x});
  static_assert(std::is_same_v<decltype(dx), const std::vector<tn::Tensor<float>>>);
  expect_vector(dx[0], {3, -4});
  EXPECT_FALSE(tn::to<std::int64_t>(x).requires_grad()) << "integers have no gradients";
  const tn::NoGrad no_grad;
  EXPECT_FALSE(tn::to<double>(x).requires_grad());
}

TEST(To, PathsOfTwoTypesMeet) {
  auto x = from<float>({2, 3}).requires_grad_();
  const auto wide = tn::to<double>(x * 3);                    // 3 x in double
  const auto back = tn::to<float>(tn::square(wide)) + x * x;  // 9 x^2 + x^2 in float
  expect_vector(tn::grad(tn::sum(back), {x})[0], {40, 60});
  tn::backward(tn::sum(tn::to<double>(x) * 5));
  tn::backward(tn::sum(x));
  expect_vector(x.grad(), {6, 6});
}

TEST(To, IsDifferentiableTwice) {
  auto x = from<float>({2, -1}).requires_grad_();
  const auto cubes = tn::sum(tn::pow(tn::to<double>(x), 3.0));
  const auto first = tn::grad(cubes, std::vector{x}, {.create_graph = true})[0];
  expect_vector(first, {12, 3});
  expect_vector(tn::grad(tn::sum(first), {x})[0], {12, -6});
}

TEST(To, Bfloat16LeavesHaveGradients) {
  auto weight = tn::to<tn::bfloat16>(from<float>({{1, 2}, {3, 4}})).requires_grad_();
  const auto x = tn::to<tn::bfloat16>(from<float>({{1, 1}}));
  const auto y = tn::sum(tn::to<float>(tn::matmul(x, weight)) + tn::to<float>(tn::matmul(x, weight)));
  EXPECT_EQ(y.item(), 20);
  expect_values(tn::to<float>(tn::grad(y, std::vector{weight}, {.retain_graph = true})[0]), {2, 2},
                {2, 2, 2, 2});
  tn::backward(y);
  expect_values(tn::to<float>(weight.grad()), {2, 2}, {2, 2, 2, 2});
}

TEST(To, OpsWithoutRulesForBfloat16SaySo) {
  auto x = tn::to<tn::bfloat16>(from<float>({1, 2, 3})).requires_grad_();
  const auto index = from<tn::index_t>({0, 2});
  const auto refused = [](const std::string& op, auto f) {
    expect_error<tn::GraphError>(
        [&] { static_cast<void>(f()); },
        "[" + op + "] gradients of bfloat16 are not recorded here: convert by to<float>, of which they are");
  };
  refused("expand", [&] { return tn::expand(x, {2, 3}); });
  refused("cat", [&] { return tn::cat({x, x}); });
  refused("cat", [&] { return tn::stack({x, x}); });
  refused("slice", [&] { return tn::narrow(x, 0, 1, 2); });
  refused("index_select", [&] { return tn::index_select(x, 0, index); });
  refused("sum", [&] { return tn::sum(x); });
  refused("cumsum", [&] { return tn::cumsum(x, 0); });
  refused("amax", [&] { return tn::amax(x); });
  refused("sort", [&] { return tn::sort(x).values; });
  EXPECT_TRUE(tn::reshape(x, {3, 1}).requires_grad());
  const tn::NoGrad no_grad;
  EXPECT_EQ(tn::cat({x, x}).size(), 6);
}

TEST(To, LargeTensorsInParts) {
  constexpr tn::index_t n = 200001;
  const auto y = tn::to<std::int32_t>(tn::arange<double>(n));
  for (tn::index_t i = 0; i < n; i += 1000) ASSERT_EQ(y.at({i}), i);
  EXPECT_EQ(y.at({n - 1}), n - 1);
}

}  // namespace cast_test
