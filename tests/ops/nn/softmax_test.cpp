#include "tenon/ops/nn/softmax.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"
#include "tenon/ops/reduce/reduce.hpp"

namespace softmax_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::inf;
using support::nan;
using support::OpCases;
using support::real;
using tn::from;

const OpCases cases{
    {"softmax_last", {real({4, 7})}, [](const auto& x) { return tn::softmax(x[0], -1); }},
    {"softmax_first", {real({7, 4})}, [](const auto& x) { return tn::softmax(x[0], 0); }},
    {"softmax_middle", {real({3, 5, 4})}, [](const auto& x) { return tn::softmax(x[0], 1); }},
    {"softmin", {real({3, 4, 5})}, [](const auto& x) { return tn::softmin(x[0], 1); }},
    {"log_softmax_last", {real({4, 7})}, [](const auto& x) { return tn::log_softmax(x[0], -1); }},
    {"log_softmax_first", {real({7, 4})}, [](const auto& x) { return tn::log_softmax(x[0], 0); }},
    {"log_softmax_middle", {real({3, 5, 4})}, [](const auto& x) { return tn::log_softmax(x[0], 1); }},
};

template <class T>
class Softmax : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(Softmax, Reals);

TYPED_TEST(Softmax, OfLogarithmsIsTheirShare) {
  using T = TypeParam;
  const auto x = tn::log(from<T>({{1, 2, 5}, {3, 3, 4}}));
  expect_values(tn::softmax(x, 1), {2, 3}, {T(0.125), T(0.25), T(0.625), T(0.3), T(0.3), T(0.4)});
  expect_values(tn::softmax(x, 0), {2, 3}, {T(0.25), T(0.4), T(5.0 / 9), T(0.75), T(0.6), T(4.0 / 9)});
  expect_values(tn::log_softmax(x, -1), {2, 3},
                {std::log(T(0.125)), std::log(T(0.25)), std::log(T(0.625)), std::log(T(0.3)),
                 std::log(T(0.3)), std::log(T(0.4))});
}

TYPED_TEST(Softmax, LargeInputsDoNotOverflow) {
  const auto x = from<TypeParam>({1e4, 1e4 - 1, -1e4});
  const TypeParam share = 1 / (1 + std::exp(TypeParam(-1)));
  expect_vector(tn::softmax(x, 0), {share, 1 - share, 0});
  expect_vector(tn::log_softmax(x, 0),
                {std::log(share), std::log(share) - 1, TypeParam(-2e4) + std::log(share)});
}

TYPED_TEST(Softmax, MinusInfinityIsProbabilityZero) {
  auto x = from<TypeParam>({0, -inf, 0}).requires_grad_();
  const auto y = tn::softmax(x, 0);
  expect_vector(y, {0.5, 0, 0.5});
  expect_vector(tn::grad(y, {x}, {.output_gradient = from<TypeParam>({1, 5, 0})})[0], {0.25, 0, -0.25});
  expect_vector(tn::softmax(from<TypeParam>({-inf, -inf}), 0), {nan, nan});
  expect_vector(tn::softmax(from<TypeParam>({1, nan}), 0), {nan, nan});
}

TYPED_TEST(Softmax, RowsOfEveryLengthSumToOne) {
  tn::Generator generator(3);
  for (const tn::index_t n : {1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 100, 1000}) {
    const auto y = tn::softmax(tn::randn<TypeParam>({3, n}, generator), 1);
    expect_vector(tn::sum(y, {1}), {1, 1, 1}, 1e-5);
  }
}

TYPED_TEST(Softmax, OneElementEmptyAndRankZero) {
  expect_values(tn::softmax(tn::full<TypeParam>({2, 1}, 9), 1), {2, 1}, {1, 1});
  expect_values(tn::softmax(tn::zeros<TypeParam>({0, 3}), 1), {0, 3}, {});
  expect_values(tn::softmax(tn::zeros<TypeParam>({3, 0}), 1), {3, 0}, {});
  auto x = tn::scalar<TypeParam>(4).requires_grad_();
  expect_values(tn::softmax(x, 0), {}, {1});
  expect_values(tn::log_softmax(x, -1), {}, {0});
  EXPECT_EQ(tn::grad(tn::softmax(x, 0), {x})[0].item(), 0);
}

TEST(SoftmaxErrors, ABadAxisIsNamed) {
  expect_error<tn::IndexError>([] { tn::softmax(tn::zeros<float>({2, 3}), 2); },
                               "[softmax] axis 2 is outside [-2, 2) of rank 2");
  expect_error<tn::IndexError>([] { tn::log_softmax(tn::zeros<float>({2, 3}), -3); },
                               "[log_softmax] axis -3 is outside [-2, 2) of rank 2");
}

}  // namespace softmax_test
