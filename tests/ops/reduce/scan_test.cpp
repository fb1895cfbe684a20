#include "tenon/ops/reduce/scan.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"

namespace scan_test {

using support::between;
using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::OpCases;
using support::real;
using tn::from;

const OpCases cases{
    {"cumprod", {real({3, 4, 5})}, [](const auto& x) { return tn::cumprod(x[0], 1); }, {.fixed = true}},
    {"cumprod_last",
     {between(0.99, 1.01, {3, 5})},
     [](const auto& x) { return tn::cumprod(x[0], -1); },
     {.tolerance = 1e-4}},
    {"linear_scan",
     {between(-0.9, 0.9, {3, 4, 2}), real({3, 4, 2})},
     [](const auto& x) { return tn::linear_scan(x[0], x[1], 1); }},
    {"linear_scan_last",
     {between(-0.9, 0.9, {3, 5}), real({3, 5})},
     [](const auto& x) { return tn::linear_scan(x[0], x[1], -1); }},
};

template <class T>
class Scan : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(Scan, Reals);

TYPED_TEST(Scan, Values) {
  using T = TypeParam;
  const auto x = from<T>({{1, 2, 3}, {4, 5, 6}});
  expect_values(tn::cumprod(x, 1), {2, 3}, {1, 2, 6, 4, 20, 120});
  expect_values(tn::cumprod(x, 0), {2, 3}, {1, 2, 3, 4, 10, 18});
  expect_vector(tn::linear_scan(from<T>({9, 2, 3}), from<T>({1, 1, -1}), 0), {1, 3, 8});
  expect_values(tn::cumprod(tn::scalar<T>(3), 0), {}, {3});
  expect_values(tn::cumprod(tn::zeros<T>({2, 0}), 1), {2, 0}, {});
}

TYPED_TEST(Scan, ZerosInARunningProductHaveTheirGradient) {
  using T = TypeParam;
  auto x = from<T>({2, 0, 3, 0, 5}).requires_grad_();
  expect_vector(tn::grad(tn::sum(tn::cumprod(x, 0)), {x})[0], {1, 8, 0, 0, 0});
}

TYPED_TEST(Scan, TheFirstFactorIsNotLookedAt) {
  using T = TypeParam;
  expect_vector(tn::linear_scan(from<T>({support::nan, 2}), from<T>({1, 1}), 0), {1, 3});
}

TEST(ScanErrors, NameShapesAndAxes) {
  expect_error<tn::IndexError>([] { tn::cumprod(tn::zeros<float>({2, 3}), 2); },
                               "[cumprod] axis 2 is outside [-2, 2) of rank 2");
  expect_error<tn::ShapeError>(
      [] { tn::linear_scan(tn::zeros<float>({2}), tn::zeros<float>({3}), 0); },
      "[linear_scan] expected factors and terms of one shape with an axis, got (2,) and (3,)");
}

}  // namespace scan_test
