#include "tenon/ops/reduce/covariance.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"

namespace covariance_test {

using support::expect_error;
using support::expect_values;
using support::nan;
using support::OpCases;
using support::real;
using tn::from;
using tn::index_t;
using tn::Tensor;

const OpCases cases{
    {"cov", {real({3, 5})}, [](const auto& x) { return tn::cov(x[0]); }, {.fixed = true}},
    {"cov_weighted",
     {real({2, 4})},
     [](const auto& x) {
       using T = typename std::decay_t<decltype(x[0])>::value_type;
       return tn::cov(x[0],
                      {.fweights = from<index_t>({1, 3, 0, 2}), .aweights = from<T>({1, 0.5, 2, 0.25})});
     },
     {.fixed = true}},
    {"cov_of_one", {real({6})}, [](const auto& x) { return tn::cov(x[0]); }, {.fixed = true}},
    {"corrcoef",
     {real({3, 5})},
     [](const auto& x) { return tn::corrcoef(x[0]); },
     {.fixed = true, .tolerance = 1e-4}},
};

TEST(Covariance, OfRows) {
  const auto x = from<double>({{0, 1, 2}, {2, 1, 0}});
  expect_values(tn::cov(x), {2, 2}, {1, -1, -1, 1});
  expect_values(tn::cov(x, {.correction = 0}), {2, 2}, {2. / 3, -2. / 3, -2. / 3, 2. / 3});
  expect_values(tn::cov(x(0)), {}, {1});
  // three observations, of which one was made twice
  const auto repeated = from<double>({{0, 1, 1, 2}, {2, 1, 1, 0}});
  expect_values(tn::cov(x, {.fweights = from<index_t>({1, 2, 1})}), {2, 2}, tn::cov(repeated).to_vector());
  expect_values(tn::cov(x, {.correction = 0, .aweights = from<double>({1, 2, 1})}), {2, 2},
                tn::cov(repeated, {.correction = 0}).to_vector());
  expect_values(tn::cov(tn::scalar(3.f)), {}, {nan});  // no degrees of freedom are left
  EXPECT_EQ(tn::cov(tn::zeros<float>({0, 3})).shape(), (tn::Shape{0, 0}));
  expect_values(tn::cov(tn::zeros<float>({1, 0})), {1, 1}, {nan});
}

TEST(Covariance, CoefficientsOfCorrelation) {
  expect_values(tn::corrcoef(from<double>({{0, 1, 2}, {2, 1, 0}, {0, 3, 0}})), {3, 3},
                {1, -1, 0, -1, 1, 0, 0, 0, 1});
  expect_values(tn::corrcoef(from<float>({{1, 2}, {1, 1}})), {2, 2}, {1, nan, nan, nan});
  expect_values(tn::corrcoef(from<float>({1, 2, 4})), {}, {1});
}

TEST(CovarianceErrors, NameTheShapes) {
  const auto x = tn::zeros<float>({2, 3});
  expect_error<tn::ShapeError>([] { tn::cov(tn::zeros<float>({1, 2, 3})); },
                               "[cov] expected at most two axes, got shape (1, 2, 3)");
  expect_error<tn::ShapeError>([] { tn::corrcoef(tn::zeros<float>({1, 2, 3})); },
                               "[corrcoef] expected at most two axes, got shape (1, 2, 3)");
  expect_error<tn::ShapeError>([&] { tn::cov(x, {.fweights = from<index_t>({1, 2})}); },
                               "[cov] expected fweights of shape (3,), got (2,)");
  expect_error<tn::ValueError>([&] { tn::cov(x, {.aweights = from<float>({1, -2, 0})}); },
                               "[cov] a weight is negative: -2");
}

}  // namespace covariance_test
