#include "tenon/ops/elementwise/special.hpp"

#include <cmath>

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"

namespace special_op_test {

using support::between;
using support::expect_error;
using support::expect_vector;
using support::inf;
using support::nan;
using support::OpCases;
using support::positive;
using support::real;
using tn::from;

const OpCases cases{
    {"erfc", {real({3, 4})}, [](const auto& x) { return tn::erfc(x[0]); }},
    {"erfinv", {between(-0.9, 0.9, {3, 4})}, [](const auto& x) { return tn::erfinv(x[0]); }},
    {"lgamma", {positive({3, 4})}, [](const auto& x) { return tn::lgamma(x[0]); }},
    {"lgamma_below_0",
     {between(-1.8, -1.2, {3, 4})},
     [](const auto& x) { return tn::lgamma(x[0]); },
     {.tolerance = 1e-4}},
    {"digamma", {positive({3, 4})}, [](const auto& x) { return tn::digamma(x[0]); }},
    {"polygamma",
     {positive({3, 4})},
     [](const auto& x) { return tn::polygamma(2, x[0]); },
     {.tolerance = 1e-4}},
    {"i0", {real({3, 4})}, [](const auto& x) { return tn::i0(x[0]); }},
    {"logit",
     {between(0.1, 0.9, {3, 4})},
     [](const auto& x) { return tn::logit(x[0]); },
     {.tolerance = 1e-4}},
    {"logit_eps",
     {between(-0.5, 1.5, {3, 4})},
     [](const auto& x) { return tn::logit(x[0], 0.1); },
     {.tolerance = 1e-4}},
    {"sinc", {real({3, 4})}, [](const auto& x) { return tn::sinc(x[0]); }},
};

TEST(SpecialOps, Values) {
  expect_vector(tn::erfinv(from<double>({0, 0.5, -1, 1, 2, nan})),
                {0, 0.47693627620446987, -inf, inf, nan, nan});
  expect_vector(tn::erfc(from<double>({0, 0.5, -0.5, inf, -inf, nan})),
                {1, 0.47950012218695346, 1.5204998778130465, 0, 2, nan});
  EXPECT_NEAR(tn::erfc(from<float>({5})).item() * 1e12, 1.5374597944280348, 1e-6) << "1 - erf(5) is 0";
  expect_vector(tn::logit(from<double>({0.5, 0.2, 0.8, 0, 1, -0.1, 1.1, nan})),
                {0, -std::log(4), std::log(4), -inf, inf, nan, nan, nan});
  EXPECT_EQ(tn::logit(from<float>({1e-20f})).item(), std::log(1e-20f));
  expect_vector(tn::logit(from<double>({-3, 0.1, 0.25, 0.5, 1, nan}), 0.25),
                {-std::log(3), -std::log(3), -std::log(3), 0, std::log(3), nan});
  expect_vector(tn::lgamma(from<double>({1, 5, 0, -1, inf, nan})), {0, std::log(24), inf, inf, inf, nan});
  expect_vector(tn::digamma(from<double>({1, 0, -0.0, -1, inf})),
                {-0.57721566490153286, -inf, inf, nan, inf});
  expect_vector(tn::polygamma(0, from<double>({1})), {-0.57721566490153286});
  expect_vector(tn::polygamma(1, from<float>({1, 0, inf})), {1.6449341f, inf, 0});
  expect_vector(tn::i0(from<float>({0, -1, inf, nan})), {1, 1.2660659f, inf, nan});
  expect_vector(tn::sinc(from<double>({0, 0.5, -1.5, 1e-9, 0.15, nan})),
                {1, 2 / M_PI, -2 / (3 * M_PI), 1, std::sin(0.15 * M_PI) / (0.15 * M_PI), nan});
  expect_error<tn::ValueError>([] { tn::polygamma(-1, from<float>({1})); },
                               "[polygamma] the order is negative: -1");
  expect_error<tn::ValueError>([] { tn::logit(from<float>({1}), 0.5); },
                               "[logit] expected eps in [0, 0.5), got 0.5");
}

/// The derivatives of orders 0 to n at one place.
template <class F>
std::vector<double> derivatives(F f, double place, int n) {
  const auto x = tn::scalar(place).requires_grad_();
  auto y = f(x);
  std::vector<double> found{y.item()};
  for (int k = 0; k < n; ++k) found.push_back((y = tn::grad(y, {x}, {.create_graph = true})[0]).item());
  return found;
}
void expect_derivatives(const std::vector<double>& got, const std::vector<double>& want) {
  expect_vector(from(got, {static_cast<tn::index_t>(got.size())}), want, 1e-12);
}

TEST(SpecialOps, DerivativesOfAnyOrder) {
  expect_derivatives(derivatives([](const auto& x) { return tn::lgamma(x); }, 1, 5),
                     {0, -0.57721566490153286, 1.6449340668482264, -2.4041138063191886, 6.4939394022668291,
                      -24.886266123440879});
  // the series of I_0 is 1 + x^2 / 4 + x^4 / 64 + ...
  expect_derivatives(derivatives([](const auto& x) { return tn::i0(x); }, 0, 4), {1, 0, 0.5, 0, 0.375});
  const double p = M_PI * M_PI;
  expect_derivatives(derivatives([](const auto& x) { return tn::sinc(x); }, 0, 4),
                     {1, 0, -p / 3, 0, p * p / 5});
  // erfc(x) = 1 - 2 / sqrt(pi) (x - x^3 / 3 + x^5 / 10 - ...)
  const double g = 2 / std::sqrt(M_PI);
  expect_derivatives(derivatives([](const auto& x) { return tn::erfc(x); }, 0, 5),
                     {1, -g, 0, 2 * g, 0, -12 * g});
  expect_derivatives(derivatives([](const auto& x) { return tn::logit(x); }, 0.5, 3), {0, 4, 0, 32});
  // erfinv(x) = sqrt(pi) / 2 (x + pi x^3 / 12 + ...)
  const double c = std::sqrt(M_PI) / 2;
  expect_derivatives(derivatives([](const auto& x) { return tn::erfinv(x); }, 0, 3), {0, c, 0, c * M_PI / 2});
}

}  // namespace special_op_test
