#include "tenon/ops/elementwise/unary.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"

namespace unary_test {

using support::expect_vector;
using support::inf;
using support::nan;
using support::OpCases;
using support::positive;
using support::real;
using tn::from;

const OpCases cases{
    {"exp", {real({3, 5})}, [](const auto& x) { return tn::exp(x[0]); }},
    {"expm1", {real({3, 5})}, [](const auto& x) { return tn::expm1(x[0]); }},
    {"log", {positive({3, 5})}, [](const auto& x) { return tn::log(x[0]); }},
    {"log1p", {positive({3, 5})}, [](const auto& x) { return tn::log1p(x[0]); }},
    {"sqrt", {positive({3, 5})}, [](const auto& x) { return tn::sqrt(x[0]); }},
    {"rsqrt", {positive({3, 5})}, [](const auto& x) { return tn::rsqrt(x[0]); }},
    {"sin", {real({3, 5})}, [](const auto& x) { return tn::sin(x[0]); }},
    {"cos", {real({3, 5})}, [](const auto& x) { return tn::cos(x[0]); }},
    {"tanh", {real({3, 5})}, [](const auto& x) { return tn::tanh(x[0]); }},
    {"sigmoid", {real({3, 5})}, [](const auto& x) { return tn::sigmoid(x[0]); }},
    {"logsigmoid", {real({3, 5})}, [](const auto& x) { return tn::logsigmoid(x[0]); }},
    {"abs", {real({3, 5})}, [](const auto& x) { return tn::abs(x[0]); }},
    {"erf", {real({3, 5})}, [](const auto& x) { return tn::erf(x[0]); }},
};

/// The gradient of f at each of the given places.
template <class T, class F>
tn::Tensor<T> slope(F f, std::initializer_list<T> at) {
  auto x = from<T>(at).requires_grad_();
  return tn::grad(tn::sum(f(x)), {x})[0];
}

template <class T>
class Unary : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(Unary, Reals);

TYPED_TEST(Unary, Values) {
  using T = TypeParam;
  const auto x = from<T>({-1, 0, 0.5, 2});
  const auto expect_as = [&](const tn::Tensor<T>& y, double (*f)(double)) {
    expect_vector(y, {T(f(-1)), T(f(0)), T(f(0.5)), T(f(2))});
  };
  expect_as(tn::exp(x), [](double v) { return std::exp(v); });
  expect_as(tn::expm1(x), [](double v) { return std::expm1(v); });
  expect_as(tn::sin(x), [](double v) { return std::sin(v); });
  expect_as(tn::cos(x), [](double v) { return std::cos(v); });
  expect_as(tn::tanh(x), [](double v) { return std::tanh(v); });
  expect_as(tn::erf(x), [](double v) { return std::erf(v); });
  expect_as(tn::sigmoid(x), [](double v) { return 1 / (1 + std::exp(-v)); });
  expect_as(tn::logsigmoid(x), [](double v) { return -std::log1p(std::exp(-v)); });
  expect_as(tn::abs(x), [](double v) { return std::abs(v); });
  const auto p = from<T>({0.25, 1, 9});
  expect_vector(tn::log(p), {std::log(T(0.25)), 0, std::log(T(9))});
  expect_vector(tn::log1p(p), {std::log1p(T(0.25)), std::log1p(T(1)), std::log1p(T(9))});
  expect_vector(tn::sqrt(p), {0.5, 1, 3});
  expect_vector(tn::rsqrt(p), {2, 1, T(1) / 3});
  expect_vector(tn::sign(from<T>({-3, 0, 0.25, inf})), {-1, 0, 1, 1});
}

TYPED_TEST(Unary, NaNStaysNaN) {
  const auto x = from<TypeParam>({nan});
  for (const auto& y :
       {tn::exp(x), tn::expm1(x), tn::log(x), tn::log1p(x), tn::sqrt(x), tn::rsqrt(x), tn::sin(x), tn::cos(x),
        tn::tanh(x), tn::sigmoid(x), tn::logsigmoid(x), tn::abs(x), tn::erf(x)})
    expect_vector(y, {nan});
}

TYPED_TEST(Unary, InfinitiesAndDomains) {
  const auto ends = from<TypeParam>({-inf, inf});
  expect_vector(tn::exp(ends), {0, inf});
  expect_vector(tn::expm1(ends), {-1, inf});
  expect_vector(tn::log(ends), {nan, inf});
  expect_vector(tn::log(from<TypeParam>({0, -1})), {-inf, nan});
  expect_vector(tn::log1p(from<TypeParam>({-1, -2, inf})), {-inf, nan, inf});
  expect_vector(tn::sqrt(from<TypeParam>({-1, 0, inf})), {nan, 0, inf});
  expect_vector(tn::rsqrt(from<TypeParam>({0, inf, -1})), {inf, 0, nan});
  expect_vector(tn::tanh(ends), {-1, 1});
  expect_vector(tn::sigmoid(ends), {0, 1});
  expect_vector(tn::logsigmoid(ends), {-inf, 0});
  expect_vector(tn::erf(ends), {-1, 1});
  expect_vector(tn::abs(ends), {inf, inf});
  expect_vector(tn::sin(ends), {nan, nan});
  expect_vector(tn::cos(ends), {nan, nan});
}

TYPED_TEST(Unary, LargeArgumentsDoNotOverflow) {
  expect_vector(tn::sigmoid(from<TypeParam>({-800, 800})), {0, 1});
  expect_vector(tn::logsigmoid(from<TypeParam>({-800, 800})), {-800, 0});
  expect_vector(tn::tanh(from<TypeParam>({-800, 800})), {-1, 1});
  expect_vector(slope<TypeParam>([](const auto& x) { return tn::logsigmoid(x); }, {-800, 800}), {1, 0});
  expect_vector(slope<TypeParam>([](const auto& x) { return tn::sigmoid(x); }, {-800, 800}), {0, 0});
  expect_vector(slope<TypeParam>([](const auto& x) { return tn::tanh(x); }, {-800, 800}), {0, 0});
}

TYPED_TEST(Unary, SmallArgumentsKeepTheirDigits) {
  const TypeParam tiny = TypeParam(1e-20);
  for (const auto& y : {tn::expm1(from<TypeParam>({tiny})), tn::log1p(from<TypeParam>({tiny})),
                        tn::sin(from<TypeParam>({tiny})), tn::tanh(from<TypeParam>({tiny}))})
    EXPECT_NEAR(y.item() / tiny, 1, 1e-6);
}

TYPED_TEST(Unary, TheSlopeOfAbsAtZeroIsZero) {
  expect_vector(slope<TypeParam>([](const auto& x) { return tn::abs(x); }, {-2, 0, 3}), {-1, 0, 1});
}

/// Accuracy over the range where each function matters, against the C library in double.
template <class T>
void expect_accurate(tn::Tensor<T> (*f)(const tn::Tensor<T>&), double (*exact)(double), double low,
                     double high, double ulps) {
  constexpr tn::index_t count = 4001;
  const auto x = tn::linspace<T>(T(low), T(high), count);
  const auto y = f(x);
  for (tn::index_t i = 0; i < count; ++i) {
    const double want = exact(static_cast<double>(x.at({i}))), got = static_cast<double>(y.at({i}));
    const double unit =
        std::max(std::abs(want), 1e-30) * static_cast<double>(std::numeric_limits<T>::epsilon());
    ASSERT_LE(std::abs(got - want), ulps * unit) << "at " << static_cast<double>(x.at({i}));
  }
}

TYPED_TEST(Unary, WithinAFewUnitsOfTheLastPlace) {
  using T = TypeParam;
  expect_accurate<T>(tn::exp, [](double v) { return std::exp(v); }, -80, 80, 2);
  expect_accurate<T>(tn::log, [](double v) { return std::log(v); }, 1.5, 1e6, 2);
  expect_accurate<T>(tn::log1p, [](double v) { return std::log1p(v); }, 1e-6, 10, 2);
  expect_accurate<T>(tn::expm1, [](double v) { return std::expm1(v); }, -5, 5, 2);
  expect_accurate<T>(
      tn::tanh, [](double v) { return std::tanh(v); }, -10, 10,
      sizeof(T) == sizeof(float) ? tn::backend::tanh_error : 2);
  expect_accurate<T>(tn::sigmoid, [](double v) { return 1 / (1 + std::exp(-v)); }, -30, 30, 2);
  expect_accurate<T>(
      tn::erf, [](double v) { return std::erf(v); }, -4, 4,
      sizeof(T) == sizeof(float) ? tn::backend::erf_error : 40);
  expect_accurate<T>(tn::sqrt, [](double v) { return std::sqrt(v); }, 0, 1e6, 1);
  expect_accurate<T>(tn::rsqrt, [](double v) { return 1 / std::sqrt(v); }, 1e-3, 1e6, 2);
}

TEST(UnaryOfIntegers, AbsAndSign) {
  const auto x = from<std::int32_t>({-3, 0, 5});
  EXPECT_EQ(tn::abs(x).to_vector(), (std::vector<std::int32_t>{3, 0, 5}));
  EXPECT_EQ(tn::sign(x).to_vector(), (std::vector<std::int32_t>{-1, 0, 1}));
}

}  // namespace unary_test
