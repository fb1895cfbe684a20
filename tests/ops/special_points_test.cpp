/// Element-wise functions at special points; see support/special_points.hpp. The other families are in
/// special_points_*_test.cpp.

#include <gtest/gtest.h>

#include "support/special_points.hpp"
#include "tenon/ops/elementwise/activation.hpp"
#include "tenon/ops/elementwise/arithmetic.hpp"
#include "tenon/ops/elementwise/compare.hpp"
#include "tenon/ops/elementwise/math.hpp"
#include "tenon/ops/elementwise/special.hpp"
#include "tenon/ops/signal/signal.hpp"

namespace special_points_test {

using support::at;
using support::expect_special_gradients;
using support::inf;
using support::nan;

template <class T>
using Points = std::vector<support::SpecialPoint<T>>;

template <class T>
class SpecialPoints : public ::testing::Test {};
using Reals = ::testing::Types<float, double>;
TYPED_TEST_SUITE(SpecialPoints, Reals);

/// name(x) at x.
#define AT(name, x, gradient) at<T>(#name, x, [](const auto& v) { return tn::name(v); }, gradient)
#define LIST(...) {__VA_ARGS__}

TYPED_TEST(SpecialPoints, ExponentialsAndLogarithms) {
  using T = TypeParam;
  const T e = T(2.718281828459045), ln2 = T(0.6931471805599453), ln10 = T(2.302585092994046);
  const T largest = sizeof(T) == 4 ? T(88.7) : T(709.7);
  expect_special_gradients<T>({
      AT(exp, LIST(0, 1, -1, inf, -inf), LIST(1, e, 1 / e, inf, 0)),
      at<T>("exp", {largest}, [](const auto& v) { return tn::exp(v); }, {std::exp(largest)}),
      AT(expm1, LIST(0, 1, -1, inf, -inf), LIST(1, e, 1 / e, inf, 0)),
      at<T>("expm1", {largest}, [](const auto& v) { return tn::expm1(v); }, {std::exp(largest)}),
      AT(exp2, LIST(0, 1, inf, -inf), LIST(ln2, 2 * ln2, inf, 0)),
      AT(log, LIST(0, 1, inf), LIST(inf, 1, 0)),
      AT(log1p, LIST(-1, 0, inf), LIST(inf, 1, 0)),
      AT(log2, LIST(0, 1, inf), LIST(inf, 1 / ln2, 0)),
      AT(log10, LIST(0, 1, inf), LIST(inf, 1 / ln10, 0)),
      AT(sigmoid, LIST(0, 1000, -1000, inf, -inf), LIST(0.25, 0, 0, 0, 0)),
      AT(logsigmoid, LIST(0, 1000, -1000, inf, -inf), LIST(0.5, 0, 1, 0, 1)),
      at<T>("mu_law_compress", {0, 1, -1}, [](const auto& v) { return tn::mu_law_compress(v, 255); },
            {T(255 / std::log(256.)), T(255 / (256 * std::log(256.))), T(255 / (256 * std::log(256.)))}),
  });
}

TYPED_TEST(SpecialPoints, PowersAndRoots) {
  using T = TypeParam;
  const auto power = [](double p) { return [p](const auto& v) { return tn::pow(v, p); }; };
  const auto powers_of = [](T base) {
    return [base](const auto& v) { return tn::pow(tn::full<T>(v.shape(), base), v); };
  };
  expect_special_gradients<T>({
      AT(sqrt, LIST(0, 1, inf), LIST(inf, 0.5, 0)),
      AT(rsqrt, LIST(0, 1, inf), LIST(-inf, -0.5, 0)),
      AT(square, LIST(0, 1, -1, inf, -inf), LIST(0, 2, -2, inf, -inf)),
      AT(reciprocal, LIST(0, 1, inf, -inf), LIST(-inf, -1, 0, 0)),
      at<T>("pow(x, 0)", {0, 1, inf, -inf, nan}, power(0), {0, 0, 0, 0, 0}),
      at<T>("pow(x, 0.5)", {0, 1, inf}, power(0.5), {inf, 0.5, 0}),
      at<T>("pow(x, 1)", {0, 1, -1, inf}, power(1), {1, 1, 1, 1}),
      at<T>("pow(x, 2)", {0, 1, -1, inf}, power(2), {0, 2, -2, inf}),
      at<T>("pow(x, 3)", {0, -1, -inf}, power(3), {0, 3, inf}),
      at<T>("pow(x, -1)", {0, 1, inf}, power(-1), {-inf, -1, 0}),
      at<T>("pow(x, tensor 0)", {0, 1, inf}, [](const auto& v) { return tn::pow(v, tn::zeros<T>({3})); },
            {0, 0, 0}),
      at<T>("pow(tensor 0, x)", {0, 1, 2, -1}, powers_of(0), {0, 0, 0, -inf}),
      at<T>("pow(tensor 1, x)", {0, inf, -inf}, powers_of(1), {0, 0, 0}),
      at<T>("pow(tensor inf, x)", {0, 1}, powers_of(inf), {inf, inf}),
      at<T>("hypot(x, 0)", {0, 3, -3}, [](const auto& v) { return tn::hypot(v, tn::zeros<T>({3})); },
            {0, 1, -1}),
  });
}

TYPED_TEST(SpecialPoints, AnglesAndHyperbolas) {
  using T = TypeParam;
  expect_special_gradients<T>({
      AT(sin, LIST(0), LIST(1)),
      AT(cos, LIST(0), LIST(0)),
      AT(tan, LIST(0), LIST(1)),
      AT(asin, LIST(0, 1, -1), LIST(1, inf, inf)),
      AT(acos, LIST(0, 1, -1), LIST(-1, -inf, -inf)),
      AT(atan, LIST(0, 1, inf, -inf), LIST(1, 0.5, 0, 0)),
      AT(sinh, LIST(0, inf, -inf), LIST(1, inf, inf)),
      AT(cosh, LIST(0, inf, -inf), LIST(0, inf, -inf)),
      AT(tanh, LIST(0, 1000, -1000, inf, -inf), LIST(1, 0, 0, 0, 0)),
      AT(asinh, LIST(0, inf, -inf), LIST(1, 0, 0)),
      AT(acosh, LIST(1, inf), LIST(inf, 0)),
      AT(atanh, LIST(0, 1, -1), LIST(1, inf, inf)),
      AT(erf, LIST(0, 1000, inf, -inf), LIST(T(1.1283791670955126), 0, 0, 0)),
      AT(erfc, LIST(0, 1000, inf, -inf), LIST(T(-1.1283791670955126), 0, 0, 0)),
      AT(logit, LIST(0.5, 0, 1), LIST(4, inf, inf)),
      at<T>("logit(x, 0)", {-1, 0.5, 2}, [](const auto& v) { return tn::logit(v, 0); }, {0, 4, 0}),
      at<T>("logit(x, 0.25)", {-inf, 0.25, 0.5, 1}, [](const auto& v) { return tn::logit(v, 0.25); },
            {0, T(16) / 3, 4, 0}),
      at<T>("atan2(x, 0)", {0, 2, -2}, [](const auto& v) { return tn::atan2(v, tn::zeros<T>({3})); },
            {nan, 0, 0}),
      at<T>("atan2(x, 1)", {0, inf}, [](const auto& v) { return tn::atan2(v, tn::ones<T>({2})); }, {1, 0}),
  });
}

TYPED_TEST(SpecialPoints, Activations) {
  using T = TypeParam;
  const T scale = T(1.0507009873554805), alpha = T(1.6732632423543772);
  expect_special_gradients<T>({
      AT(abs, LIST(0, 1, -1, inf, -inf), LIST(0, 1, -1, 1, -1)),
      AT(relu, LIST(0, 1, -1, inf, -inf), LIST(0, 1, 0, 1, 0)),
      AT(leaky_relu, LIST(0, 1, inf, -inf), LIST(T(0.01), 1, 1, T(0.01))),
      AT(elu, LIST(0, 1000, -1000, inf, -inf), LIST(1, 1, 0, 1, 0)),
      AT(selu, LIST(0, 1000, -1000, inf, -inf), LIST(scale * alpha, scale, 0, scale, 0)),
      AT(celu, LIST(0, 1000, -1000, inf, -inf), LIST(1, 1, 0, 1, 0)),
      AT(softplus, LIST(0, 20, 1000, -1000, inf, -inf), LIST(0.5, 1 / (1 + std::exp(T(-20))), 1, 0, 1, 0)),
      AT(silu, LIST(0, 1000, -1000, inf, -inf), LIST(0.5, 1, 0, nan, nan)),
      AT(mish, LIST(0, 1000, -1000, inf, -inf), LIST(T(0.6), 1, 0, nan, nan)),
      AT(gelu, LIST(0, 1000, -1000, inf, -inf), LIST(0.5, 1, 0, nan, nan)),
      AT(gelu_tanh, LIST(0, 1000, -1000, inf, -inf), LIST(0.5, 1, 0, nan, nan)),
      AT(softsign, LIST(0, 1, -1), LIST(1, 0.25, 0.25)),
      AT(softshrink, LIST(0, 0.5, -0.5, 1, inf), LIST(0, 0, 0, 1, 1)),
      AT(hardshrink, LIST(0, 0.5, -0.5, 1, inf), LIST(0, 0, 0, 1, 1)),
      AT(tanhshrink, LIST(0, 1000, inf, -inf), LIST(0, 1, 1, 1)),
      AT(hardsigmoid, LIST(0, 3, -3, inf, -inf), LIST(T(1) / 6, 0, 0, 0, 0)),
      AT(hardswish, LIST(0, 3, -3, inf, -inf), LIST(0.5, 1.5, -0.5, 1, 0)),
      AT(relu6, LIST(0, 6, 3, inf, -inf), LIST(0, 0, 1, 0, 0)),
      AT(hardtanh, LIST(-1, 1, 0, inf, -inf), LIST(0, 0, 1, 0, 0)),
      at<T>("threshold(x, 1, 5)", {1, 2, inf}, [](const auto& v) { return tn::threshold(v, 1, 5); },
            {0, 1, 1}),
      at<T>("prelu", {0, 1, -1, inf}, [](const auto& v) { return tn::prelu(v, tn::full<T>({1}, T(0.5))); },
            {0.5, 1, 0.5, 1}),
      at<T>("glu", {1, 1, 0, -1000}, [](const auto& v) { return tn::glu(v); }, {0.5, 0, 0.25, 0}),
  });
}

TYPED_TEST(SpecialPoints, PairsAndChoices) {
  using T = TypeParam;
  const auto c = [](std::vector<T> v) { return tn::from(v, {static_cast<tn::index_t>(v.size())}); };
  const T ln2 = T(0.6931471805599453);
  expect_special_gradients<T>({
      at<T>("maximum(x, 1)", {1, 2, 0}, [=](const auto& v) { return tn::maximum(v, c({1, 1, 1})); },
            {0.5, 1, 0}),
      at<T>("minimum(x, 1)", {1, 2, 0}, [=](const auto& v) { return tn::minimum(v, c({1, 1, 1})); },
            {0.5, 0, 1}),
      at<T>("fmax(x, 1)", {1, 2, 0, nan}, [=](const auto& v) { return tn::fmax(v, c({1, 1, 1, 1})); },
            {1, 1, 0, 0}),
      at<T>("fmax(1, x)", {1, 2, 0, nan}, [=](const auto& v) { return tn::fmax(c({1, 1, 1, 1}), v); },
            {0, 1, 0, 0}),
      at<T>("fmin(x, 1)", {1, 2, 0, nan}, [=](const auto& v) { return tn::fmin(v, c({1, 1, 1, 1})); },
            {1, 0, 1, 0}),
      at<T>("fmax(NaN, x)", {1, inf}, [=](const auto& v) { return tn::fmax(c({nan, nan}), v); }, {1, 1}),
      at<T>("clamp(x, 0, 1)", {0, 1, 0.5, 2, -inf}, [](const auto& v) { return tn::clamp(v, T(0), T(1)); },
            {1, 1, 1, 0, 0}),
      at<T>("where(mask, x, NaN)", {1, 2},
            [=](const auto& v) { return tn::where(tn::from<bool>({true, false}), v, c({nan, nan})); },
            {1, 0}),
      at<T>("where(mask, 1, x)", {nan, 2},
            [=](const auto& v) { return tn::where(tn::from<bool>({true, false}), c({1, 1}), v); }, {0, 1}),
      at<T>("masked_fill(x, mask, -inf)", {1, 2},
            [](const auto& v) { return tn::masked_fill(v, tn::from<bool>({true, false}), T(-inf)); }, {0, 1}),
      at<T>("nan_to_num", {nan, inf, -inf, 1}, [](const auto& v) { return tn::nan_to_num(v); }, {0, 0, 0, 1}),
      at<T>("div(1, x)", {0, 1, inf}, [=](const auto& v) { return tn::div(c({1, 1, 1}), v); }, {-inf, -1, 0}),
      at<T>("mul(x, x)", {0, inf}, [](const auto& v) { return tn::mul(v, v); }, {0, inf}),
      at<T>("fmod(x, 2)", {0, 2, -2}, [](const auto& v) { return tn::fmod(v, 2); }, {1, 1, 1}),
      at<T>("remainder(x, 2)", {0, 2, -2}, [](const auto& v) { return tn::remainder(v, 2); }, {1, 1, 1}),
      at<T>("copysign(x, -1)", {0, 1, -1}, [=](const auto& v) { return tn::copysign(v, c({-1, -1, -1})); },
            {0, -1, 1}),
      at<T>("lerp(x, 1, 0.5)", {1, inf}, [=](const auto& v) { return tn::lerp(v, c({1, 1}), 0.5); },
            {0.5, 0.5}),
      at<T>("logaddexp(x, x')", {-inf, -inf, 0, 0, inf},
            [=](const auto& v) { return tn::logaddexp(v, c({-inf, 0, -inf, 0, 0})); }, {0.5, 0, 1, 0.5, 1}),
      at<T>("xlogy(x, y)", {0, 0, 0, 1}, [=](const auto& v) { return tn::xlogy(v, c({0, 1, 2, 0})); },
            {0, 0, ln2, -inf}),
      at<T>("xlogy(a, x)", {0, 1, 0}, [=](const auto& v) { return tn::xlogy(c({0, 0, 1}), v); }, {0, 0, inf}),
      at<T>("addcdiv(1, x, 2)", {0, inf}, [=](const auto& v) { return tn::addcdiv(c({1, 1}), v, c({2, 2})); },
            {0.5, 0.5}),
      at<T>("addcmul(x, 0, 1)", {0, inf}, [=](const auto& v) { return tn::addcmul(v, c({0, 0}), c({1, 1})); },
            {1, 1}),
  });
}

}  // namespace special_points_test
