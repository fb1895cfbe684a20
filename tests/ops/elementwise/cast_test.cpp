#include "tenon/ops/elementwise/cast.hpp"

#include "support/expect.hpp"
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

TEST(To, IsRefusedWhereItWouldCutARecord) {
  auto leaf = from<float>({1.5f}).requires_grad_();
  const std::string message =
      "[to] a conversion from float32 to float64 is not recorded: detach() the tensor first, or convert "
      "under NoGrad";
  expect_error<tn::GraphError>([&] { tn::to<double>(leaf); }, message);
  expect_error<tn::GraphError>([&] { tn::to<double>(leaf * 2); }, message);
  expect_error<tn::GraphError>(
      [&] { tn::to<tn::bfloat16>(leaf); },
      "[to] a conversion from float32 to bfloat16 is not recorded: detach() the tensor first, "
      "or convert under NoGrad");
  expect_vector(tn::to<double>(leaf.detach()), {1.5});
  expect_vector(tn::to<std::int64_t>(leaf), {1});  // what has no gradients cuts nothing
  const tn::NoGrad no_grad;
  expect_vector(tn::to<double>(leaf), {1.5});
}

TEST(To, LargeTensorsInParts) {
  constexpr tn::index_t n = 200001;
  const auto y = tn::to<std::int32_t>(tn::arange<double>(n));
  for (tn::index_t i = 0; i < n; i += 1000) ASSERT_EQ(y.at({i}), i);
  EXPECT_EQ(y.at({n - 1}), n - 1);
}

}  // namespace cast_test
