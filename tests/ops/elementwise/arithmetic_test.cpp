#include "tenon/ops/elementwise/arithmetic.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"
#include "tenon/ops/shape/slice.hpp"

namespace arithmetic_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::inf;
using support::nan;
using support::OpCases;
using support::positive;
using support::real;
using tn::from;
using tn::Tensor;

const OpCases cases{
    {"add", {real({3, 4}), real({3, 4})}, [](const auto& x) { return x[0] + x[1]; }},
    {"add_broadcast", {real({3, 1, 4}), real({2, 1})}, [](const auto& x) { return x[0] + x[1]; }},
    {"add_rank_0", {real({}), real({2, 3})}, [](const auto& x) { return x[0] + x[1]; }},
    {"add_number", {real({2, 3})}, [](const auto& x) { return x[0] + 2.5; }},
    {"sub", {real({3, 4}), real({4})}, [](const auto& x) { return x[0] - x[1]; }},
    {"sub_from_number", {real({2, 3})}, [](const auto& x) { return 2.5 - x[0]; }},
    {"mul", {real({3, 1}), real({2, 1, 4})}, [](const auto& x) { return x[0] * x[1]; }},
    {"mul_itself", {real({3, 4})}, [](const auto& x) { return x[0] * x[0]; }},
    {"mul_rank_0", {real({3, 4}), real({})}, [](const auto& x) { return x[0] * x[1]; }},
    {"mul_number", {real({2, 3})}, [](const auto& x) { return -1.5 * x[0]; }},
    {"div", {real({3, 4}), positive({4})}, [](const auto& x) { return x[0] / x[1]; }},
    {"div_number", {real({2, 3})}, [](const auto& x) { return x[0] / 4; }},
    {"div_of_number", {positive({2, 3})}, [](const auto& x) { return 3 / x[0]; }},
    {"neg", {real({2, 3})}, [](const auto& x) { return -x[0]; }},
    {"square", {real({2, 3})}, [](const auto& x) { return tn::square(x[0]); }},
    {"reciprocal", {positive({2, 3})}, [](const auto& x) { return tn::reciprocal(x[0]); }},
    {"pow", {positive({3, 4}), real({4})}, [](const auto& x) { return tn::pow(x[0], x[1]); }},
    {"pow_2", {real({2, 3})}, [](const auto& x) { return tn::pow(x[0], 2); }},
    {"pow_1", {real({2, 3})}, [](const auto& x) { return tn::pow(x[0], 1); }},
    {"pow_3", {real({2, 3})}, [](const auto& x) { return tn::pow(x[0], 3); }},
    {"pow_minus_1", {positive({2, 3})}, [](const auto& x) { return tn::pow(x[0], -1); }},
    {"pow_0", {real({2, 3})}, [](const auto& x) { return tn::pow(x[0], 0); }},
    {"pow_fraction", {positive({2, 3})}, [](const auto& x) { return tn::pow(x[0], 1.7); }},
    {"pow_of_number", {real({2, 3})}, [](const auto& x) { return tn::pow(1.7, x[0]); }},
    {"maximum", {real({3, 4}), real({4})}, [](const auto& x) { return tn::maximum(x[0], x[1]); }},
    {"minimum", {real({3, 4}), real({3, 1})}, [](const auto& x) { return tn::minimum(x[0], x[1]); }},
};

template <class T>
class Arithmetic : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(Arithmetic, Reals);

TYPED_TEST(Arithmetic, OfTensorsAndNumbers) {
  const auto a = from<TypeParam>({6, -4}), b = from<TypeParam>({2, 8});
  expect_vector(a + b, {8, 4});
  expect_vector(a - b, {4, -12});
  expect_vector(a * b, {12, -32});
  expect_vector(a / b, {3, -0.5});
  expect_vector(a + 1, {7, -3});
  expect_vector(1 + a, {7, -3});
  expect_vector(a - 1, {5, -5});
  expect_vector(1 - a, {-5, 5});
  expect_vector(2 * a, {12, -8});
  expect_vector(a * 2, {12, -8});
  expect_vector(a / 2, {3, -2});
  expect_vector(12 / a, {2, -3});
  expect_vector(-a, {-6, 4});
  expect_vector(tn::square(a), {36, 16});
  expect_vector(tn::reciprocal(b), {0.5, 0.125});
}

TYPED_TEST(Arithmetic, StretchesShapes) {
  const auto column = tn::reshape(from<TypeParam>({10, 20}), {2, 1});
  expect_values(column + from<TypeParam>({1, 2, 3}), {2, 3}, {11, 12, 13, 21, 22, 23});
  expect_values(column * tn::scalar<TypeParam>(2), {2, 1}, {20, 40});
}

TYPED_TEST(Arithmetic, PowersHaveTheSpecialCasesOfTheCLibrary) {
  const auto a = from<TypeParam>({-2, 0, 0, 0, 1, 4, 2}), b = from<TypeParam>({3, 0, 2, -1, nan, 0.5, -inf});
  expect_vector(tn::pow(a, b), {-8, 1, 0, inf, 1, 2, 0});
  expect_vector(tn::pow(from<TypeParam>({-3, 0, nan}), 2), {9, 0, nan});
  expect_vector(tn::pow(from<TypeParam>({-2, 3, 0}), 3), {-8, 27, 0});
  expect_vector(tn::pow(from<TypeParam>({-3, nan}), 1), {-3, nan});
  expect_vector(tn::pow(from<TypeParam>({-3, 0, nan}), 0), {1, 1, 1});
  expect_vector(tn::pow(2, from<TypeParam>({-1, 0, 3})), {0.5, 1, 8});
}

TYPED_TEST(Arithmetic, GradientsOfPowersAtZero) {
  auto base = from<TypeParam>({0, 0, 0, 2}).requires_grad_(),
       exponent = from<TypeParam>({0, 1, 2, 0}).requires_grad_();
  const auto gradients =
      tn::grad(tn::pow(base, exponent), {base, exponent}, {.output_gradient = tn::ones<TypeParam>({4})});
  expect_vector(gradients[0], {0, 1, 0, 0});
  expect_vector(gradients[1], {0, 0, 0, std::log(TypeParam(2))});
}

TYPED_TEST(Arithmetic, ExtremaPropagateNaN) {
  const auto a = from<TypeParam>({1, nan, 3, nan, inf, -inf, 2}),
             b = from<TypeParam>({2, 1, nan, nan, inf, -inf, 2});
  expect_vector(tn::maximum(a, b), {2, nan, nan, nan, inf, -inf, 2});
  expect_vector(tn::minimum(a, b), {1, nan, nan, nan, inf, -inf, 2});
}

TYPED_TEST(Arithmetic, EqualElementsShareTheGradientOfAnExtremum) {
  for (const bool largest : {true, false}) {
    auto a = from<TypeParam>({1, 2, 3}).requires_grad_(), b = from<TypeParam>({2, 2, 2}).requires_grad_();
    const auto y = largest ? tn::maximum(a, b) : tn::minimum(a, b);
    const auto gradients = tn::grad(tn::sum(y), {a, b});
    expect_vector(gradients[largest ? 0 : 1], {0, 0.5, 1});
    expect_vector(gradients[largest ? 1 : 0], {1, 0.5, 0});
  }
}

TYPED_TEST(Arithmetic, DivisionByZeroIsIeee) {
  expect_vector(from<TypeParam>({1, -1, 0}) / from<TypeParam>({0, 0, 0}), {inf, -inf, nan});
  expect_vector(1 / from<TypeParam>({0, inf}), {inf, 0});
}

TEST(ArithmeticOfIntegers, WrapsNothingAndKeepsItsType) {
  const auto a = from<std::int64_t>({(std::int64_t{1} << 60) + 1, -7}), b = from<std::int64_t>({2, 3});
  EXPECT_EQ((a + b).to_vector(), (std::vector<std::int64_t>{(std::int64_t{1} << 60) + 3, -4}));
  EXPECT_EQ((a * b).to_vector(), (std::vector<std::int64_t>{(std::int64_t{1} << 61) + 2, -21}));
  EXPECT_EQ((a - 1).to_vector(), (std::vector<std::int64_t>{std::int64_t{1} << 60, -8}));
  EXPECT_EQ(tn::maximum(a, b).to_vector(), (std::vector<std::int64_t>{(std::int64_t{1} << 60) + 1, 3}));
  EXPECT_EQ(tn::minimum(a, b).to_vector(), (std::vector<std::int64_t>{2, -7}));
  EXPECT_EQ((-b).to_vector(), (std::vector<std::int64_t>{-2, -3}));
}

TEST(ArithmeticOfIntegers, RefusesNumbersThatAreNoneOfTheirType) {
  const auto n = from<std::int32_t>({-1, 0, 1, 2});
  const auto message = [](const char* op, const char* number, const char* type) {
    return std::string("[") + op + "] " + number + " is not a number of " + type +
           ": convert the tensor first, as in to<float>(x)";
  };
  expect_error<tn::ValueError>([&] { n * 0.5; }, message("mul", "0.5", "int32"));
  expect_error<tn::ValueError>([&] { 0.5 * n; }, message("mul", "0.5", "int32"));
  expect_error<tn::ValueError>([&] { n + 1.5f; }, message("add", "1.5", "int32"));
  expect_error<tn::ValueError>([&] { 0.5 - n; }, message("sub", "0.5", "int32"));
  expect_error<tn::ValueError>([&] { n - 3000000000; }, message("sub", "3000000000", "int32"));
  expect_error<tn::ValueError>([&] { from<std::uint8_t>({1}) + 300; }, message("add", "300", "uint8"));
  expect_error<tn::ValueError>([&] { from<std::uint8_t>({1}) - -1; }, message("sub", "-1", "uint8"));
  expect_error<tn::ValueError>([&] { n + tn::scalar<float>(nan).item(); }, message("add", "nan", "int32"));
  EXPECT_EQ((n * 2.0).to_vector(), (std::vector<std::int32_t>{-2, 0, 2, 4}));
  EXPECT_EQ((from<std::uint8_t>({1}) + 254).to_vector(), (std::vector<std::uint8_t>{255}));
}

template <class T>
concept Addable = requires(const tn::Tensor<T>& x) {
  x + x;
  x * 2;
  tn::maximum(x, x);
};
TEST(ArithmeticOfIntegers, ABfloat16IsStorageOnly) {
  static_assert(Addable<float> && Addable<std::int32_t> && !Addable<tn::bfloat16>);
}

TEST(ArithmeticErrors, NameTheOperationAndBothShapes) {
  const auto a = tn::zeros<float>({2, 3}), b = tn::zeros<float>({4, 3});
  expect_error<tn::ShapeError>([&] { a + b; }, "[add] shapes do not broadcast: (2, 3) and (4, 3)");
  expect_error<tn::ShapeError>([&] { a - b; }, "[sub] shapes do not broadcast: (2, 3) and (4, 3)");
  expect_error<tn::ShapeError>([&] { a* b; }, "[mul] shapes do not broadcast: (2, 3) and (4, 3)");
  expect_error<tn::ShapeError>([&] { a / b; }, "[div] shapes do not broadcast: (2, 3) and (4, 3)");
  expect_error<tn::ShapeError>([&] { tn::maximum(a, b); },
                               "[maximum] shapes do not broadcast: (2, 3) and (4, 3)");
  expect_error<tn::ShapeError>([&] { tn::pow(a, b); }, "[pow] shapes do not broadcast: (2, 3) and (4, 3)");
}

TEST(MaximumAndMinimum, TakeANumber) {
  auto x = tn::from<double>({-1, 2, 0, support::nan}).requires_grad_();
  const auto y = tn::maximum(x, 0), z = tn::minimum(x, 1);
  support::expect_vector(y, {0, 2, 0, support::nan});
  support::expect_vector(z, {-1, 1, 0, support::nan});
  const auto first = tn::narrow(y, 0, 0, 3);
  support::expect_vector(tn::grad(tn::sum(first), {x})[0], {0, 1, 0.5, 0});
  support::expect_vector(tn::maximum(tn::from<int>({1, 5}), 3), {3, 5});
}

}  // namespace arithmetic_test
