#include "tenon/autograd/functional.hpp"

#include "support/expect.hpp"
#include "tenon/ops/elementwise/unary.hpp"
#include "tenon/ops/index/select.hpp"
#include "tenon/ops/linalg/matmul.hpp"
#include "tenon/ops/reduce/reduce.hpp"

namespace functional_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using tn::from;
using tn::Tensor;

const Tensor<double> matrix = from<double>({{1, 2, 3}, {4, 5, 6}});
const auto linear = [](const Tensor<double>& x) { return tn::matmul(matrix, x); };
const auto cubes = [](const Tensor<double>& x) { return tn::sum(x * x * x); };
const auto constant = [](const Tensor<double>&) { return from<double>({7, 8}); };
const Tensor<double> at = from<double>({1, -1, 2});

TEST(Vjp, IsTheRowTimesTheJacobian) {
  const auto [value, product] = tn::vjp(linear, at, from<double>({1, 10}));
  expect_vector(value, {5, 11});
  expect_vector(product, {41, 52, 63});
  expect_vector(tn::vjp(cubes, at).derivative, {3, 3, 12});
  expect_vector(tn::vjp(constant, at, from<double>({1, 1})).derivative, {0, 0, 0});
  EXPECT_FALSE(value.requires_grad() || product.requires_grad());
  expect_error<tn::ShapeError>([] { tn::vjp(linear, at, from<double>({1})); },
                               "[grad] output_gradient has shape (1,), the output (2,)");
}

TEST(Jvp, IsTheJacobianTimesTheColumn) {
  const auto [value, product] = tn::jvp(linear, at, from<double>({1, 0, -1}));
  expect_vector(value, {5, 11});
  expect_vector(product, {-2, -2});
  const auto elementwise =
      tn::jvp([](const Tensor<double>& x) { return tn::exp(x); }, from<double>({0, 1}), from<double>({2, 3}));
  expect_vector(elementwise.derivative, {2, 3 * std::exp(1.0)});
  expect_vector(tn::jvp(constant, at, at).derivative, {0, 0});
  expect_error<tn::ShapeError>([] { tn::jvp(linear, at, from<double>({1})); },
                               "[jvp] the direction has shape (1,), x has (3,)");
}

TEST(Jacobian, HasTheAxesOfBoth) {
  expect_values(tn::jacobian(linear, at), {2, 3}, matrix.to_vector());
  expect_values(tn::jacobian([](const Tensor<double>& x) { return x * x; }, from<double>({{1, 2}})),
                {1, 2, 1, 2}, {2, 0, 0, 4});
  expect_vector(tn::jacobian(cubes, at), {3, 3, 12});
  EXPECT_EQ(tn::jacobian(linear, at).requires_grad(), false);
  EXPECT_EQ(tn::jacobian([](const Tensor<double>& x) { return tn::narrow(x, 0, 0, 0); }, at).shape(),
            (tn::Shape{0, 3}));
}

TEST(Hessian, IsTheSecondDerivative) {
  expect_values(tn::hessian(cubes, at), {3, 3}, {6, 0, 0, 0, -6, 0, 0, 0, 12});
  const auto product = [](const Tensor<double>& x) { return x[0] * x[1]; };
  expect_values(tn::hessian(product, from<double>({3, 4})), {2, 2}, {0, 1, 1, 0});
  expect_values(tn::hessian([](const Tensor<double>& x) { return tn::sum(x); }, at), {3, 3},
                std::vector<double>(9, 0));
  expect_error<tn::ShapeError>([] { tn::hessian(linear, at); },
                               "[grad] an output of shape (2,) needs an explicit output_gradient");
}

TEST(Functional, WorksUnderNoGrad) {
  const tn::NoGrad no_grad;
  expect_vector(tn::vjp(cubes, at).derivative, {3, 3, 12});
}

}  // namespace functional_test
