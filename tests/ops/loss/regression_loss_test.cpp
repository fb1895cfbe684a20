#include "tenon/ops/loss/regression_loss.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"

namespace regression_loss_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::OpCases;
using support::positive;
using support::real;
using tn::from;
using tn::Reduction;

const OpCases cases{
    {"mse_loss_mean", {real({3, 4}), real({3, 4})}, [](const auto& x) { return tn::mse_loss(x[0], x[1]); }},
    {"l1_loss", {real({3, 4}), real({3, 4})}, [](const auto& x) { return tn::l1_loss(x[0], x[1]); }},
    {"smooth_l1_loss",
     {real({3, 4}), real({3, 4})},
     [](const auto& x) {
       return tn::smooth_l1_loss(x[0], x[1], {.beta = 0.7, .reduction = Reduction::none});
     }},
    {"huber_loss",
     {real({3, 4}), real({3, 4})},
     [](const auto& x) { return tn::huber_loss(x[0], x[1], {.delta = 0.7, .reduction = Reduction::sum}); }},
    {"gaussian_nll_loss",
     {real({3, 4}), real({3, 4}), positive({3, 1})},
     [](const auto& x) { return tn::gaussian_nll_loss(x[0], x[1], x[2], {.full = true}); },
     {.fixed = true}},
    {"poisson_nll_loss",
     {real({3, 4}), positive({3, 4})},
     [](const auto& x) { return tn::poisson_nll_loss(x[0], x[1], {.full = true}); }},
    {"poisson_nll_loss_of_rates",
     {positive({3, 4}), positive({3, 4})},
     [](const auto& x) {
       return tn::poisson_nll_loss(x[0], x[1], {.log_input = false, .reduction = Reduction::none});
     }},
};

template <class T>
class RegressionLoss : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(RegressionLoss, Reals);

TYPED_TEST(RegressionLoss, Values) {
  using T = TypeParam;
  const auto x = from<T>({1, 2, 3}), t = from<T>({1, 4, 2.5});
  expect_values(tn::l1_loss(x, t), {}, {T(2.5) / 3});
  expect_vector(tn::l1_loss(x, t, Reduction::none), {0, 2, 0.5});
  expect_vector(tn::smooth_l1_loss(x, t, {.reduction = Reduction::none}), {0, 1.5, 0.125});
  expect_vector(tn::smooth_l1_loss(x, t, {.beta = 0, .reduction = Reduction::none}), {0, 2, 0.5});
  expect_values(tn::smooth_l1_loss(x, t, {.beta = 2, .reduction = Reduction::sum}), {}, {1.0625});
  expect_vector(tn::huber_loss(x, t, {.delta = 0.5, .reduction = Reduction::none}), {0, 0.875, 0.125});
  expect_values(tn::mse_loss(x, tn::ones<T>({3})), {}, {T(5) / 3});
}

TYPED_TEST(RegressionLoss, LikelihoodOfNormalDistributions) {
  using T = TypeParam;
  const auto x = from<T>({{1, 2}}), t = from<T>({{1, 4}});
  const auto none = tn::GaussianNllOptions{.reduction = Reduction::none};
  const T half_log2 = T(0.5 * std::log(2.0));
  expect_values(tn::gaussian_nll_loss(x, t, from<T>({{1, 2}}), none), {1, 2}, {0, half_log2 + 1});
  expect_values(tn::gaussian_nll_loss(x, t, from<T>({2}), none), {1, 2}, {half_log2, half_log2 + 1});
  expect_values(tn::gaussian_nll_loss(x, t, from<T>({{1, 1}}), {.full = true}), {},
                {T(1 + 0.5 * std::log(2 * std::numbers::pi))});
  // A variance below eps counts as eps; its gradient is the one at eps.
  auto v = from<T>({{T(1e-8), 1}}).requires_grad_();
  const auto dv = tn::grad(tn::sum(tn::gaussian_nll_loss(x, t, v, none)), {v})[0];
  expect_values(dv, {1, 2}, {5e5, -1.5}, 1e-6);
}

TYPED_TEST(RegressionLoss, LikelihoodOfCounts) {
  using T = TypeParam;
  const auto x = from<T>({1, 2}), t = from<T>({0.5, 3});
  const auto e = [](double v) { return T(std::exp(v)); };
  expect_vector(tn::poisson_nll_loss(x, t, {.reduction = Reduction::none}), {e(1) - T(0.5), e(2) - 6});
  const double stirling = 3 * std::log(3.0) - 3 + 0.5 * std::log(6 * std::numbers::pi);
  expect_vector(tn::poisson_nll_loss(x, t, {.full = true, .reduction = Reduction::none}),
                {e(1) - T(0.5), e(2) - 6 + T(stirling)});
  expect_vector(tn::poisson_nll_loss(x, t, {.log_input = false, .eps = 0, .reduction = Reduction::none}),
                {1, T(2 - 3 * std::log(2.0))});
  // A count of 0 has no logarithm, and needs none.
  auto zero = from<T>({0}).requires_grad_();
  expect_vector(tn::grad(tn::poisson_nll_loss(from<T>({1}), zero, {.full = true}), {zero})[0], {-1});
}

TEST(RegressionLossErrors, ShapesThatWouldBroadcast) {
  // A column of four predictions against four targets would be sixteen losses.
  const auto refused = [](const char* op, const auto& loss) {
    const std::string message = tn::join("[", op, "] expected targets of shape ");
    expect_error<tn::ShapeError>([&] { loss(tn::ones<float>({4, 1}), tn::ones<float>({4})); },
                                 message + "(4, 1), got (4,)");
    expect_error<tn::ShapeError>([&] { loss(tn::ones<float>({4}), tn::ones<float>({4, 1})); },
                                 message + "(4,), got (4, 1)");
    expect_error<tn::ShapeError>([&] { loss(tn::ones<float>({2, 3}), tn::scalar<float>(1)); },
                                 message + "(2, 3), got ()");
    loss(tn::ones<float>({2, 3}), tn::ones<float>({2, 3}));
  };
  refused("mse_loss", [](auto a, auto b) { return tn::mse_loss(a, b); });
  refused("mse_loss", [](auto a, auto b) { return tn::mse_loss(a, b, Reduction::none); });
  refused("l1_loss", [](auto a, auto b) { return tn::l1_loss(a, b); });
  refused("smooth_l1_loss", [](auto a, auto b) { return tn::smooth_l1_loss(a, b); });
  refused("smooth_l1_loss", [](auto a, auto b) { return tn::smooth_l1_loss(a, b, {.beta = 0}); });
  refused("huber_loss", [](auto a, auto b) { return tn::huber_loss(a, b); });
  refused("gaussian_nll_loss",
          [](auto a, auto b) { return tn::gaussian_nll_loss(a, b, tn::ones<float>({1})); });
  refused("poisson_nll_loss", [](auto a, auto b) { return tn::poisson_nll_loss(a, b); });
  refused("poisson_nll_loss",
          [](auto a, auto b) { return tn::poisson_nll_loss(a, b, {.log_input = false}); });
}

TEST(RegressionLossErrors, NameNumbersAndVariances) {
  const auto x = tn::zeros<float>({2, 3});
  expect_error<tn::ValueError>([&] { tn::smooth_l1_loss(x, x, {.beta = -1}); },
                               "[smooth_l1_loss] beta is -1, expected 0 or more");
  expect_error<tn::ValueError>([&] { tn::huber_loss(x, x, {.delta = 0}); },
                               "[huber_loss] delta is 0, expected a positive number");
  expect_error<tn::ValueError>([&] { tn::gaussian_nll_loss(x, x, tn::full<float>({1}, -1)); },
                               "[gaussian_nll_loss] a variance is negative");
  expect_error<tn::ValueError>([&] { tn::gaussian_nll_loss(x, x, x, {.eps = 0}); },
                               "[gaussian_nll_loss] eps is 0, expected a positive number");
  expect_error<tn::ShapeError>([&] { tn::gaussian_nll_loss(x, x, tn::ones<float>({4, 2, 3})); },
                               "[gaussian_nll_loss] variances of shape (4, 2, 3) do not broadcast to (2, 3)");
}

}  // namespace regression_loss_test
