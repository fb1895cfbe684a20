#include "tenon/ops/reduce/quantile.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"

namespace quantile_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::inf;
using support::nan;
using support::OpCases;
using support::real;
using tn::from;
using tn::Tensor;
using Interpolation = tn::QuantileInterpolation;

const OpCases cases{
    {"quantile",
     {real({3, 4, 2})},
     [](const auto& x) { return tn::quantile(x[0], 0.35, 1); },
     {.empty_throws = true}},
    {"quantile_of_all",
     {real({3, 4})},
     [](const auto& x) { return tn::quantile(x[0], 0.8); },
     {.empty_throws = true}},
    {"quantiles",
     {real({3, 5})},
     [](const auto& x) {
       const auto q = tn::to<typename std::decay_t<decltype(x[0])>::value_type>(from<double>({0.1, 0.5, 1}));
       return tn::quantile(x[0], q, 0, true, Interpolation::midpoint);
     },
     {.empty_throws = true}},
    {"nanquantile",
     {real({3, 4})},
     [](const auto& x) { return tn::nanquantile(x[0], 0.6, -1, true); },
     {.empty_throws = true}},
};

TEST(Quantile, Interpolations) {
  const auto x = from<double>({3, 0, 2, 1});  // the quantile 0.4 has the rank 1.2
  EXPECT_NEAR(tn::quantile(x, 0.4).item(), 1.2, 1e-15);
  EXPECT_EQ(tn::quantile(x, 0.4, Interpolation::lower).item(), 1);
  EXPECT_EQ(tn::quantile(x, 0.4, Interpolation::higher).item(), 2);
  EXPECT_EQ(tn::quantile(x, 0.4, Interpolation::nearest).item(), 1);
  EXPECT_EQ(tn::quantile(x, 0.6, Interpolation::nearest).item(), 2);
  EXPECT_EQ(tn::quantile(x, 0.5, Interpolation::nearest).item(), 2) << "the even rank of 1 and 2";
  EXPECT_EQ(tn::quantile(x, 0.4, Interpolation::midpoint).item(), 1.5);
  EXPECT_EQ(tn::quantile(x, 0, Interpolation::midpoint).item(), 0);
  EXPECT_EQ(tn::quantile(x, 1).item(), 3);
  const auto ten = tn::arange<float>(11);
  EXPECT_EQ(tn::quantile(ten, tn::scalar(0.7f), Interpolation::lower).item(), 7);
  EXPECT_EQ(tn::quantile(ten, 0.7, Interpolation::higher).item(), 7);
}

TEST(Quantile, ShapesWithOneQuantileAndWithSeveral) {
  const auto x = tn::reshape(tn::arange<float>(24), {2, 3, 4});
  expect_values(tn::quantile(x, 0.5, 1), {2, 4}, {4, 5, 6, 7, 16, 17, 18, 19});
  EXPECT_EQ(tn::quantile(x, 0.5, 1, true).shape(), (tn::Shape{2, 1, 4}));
  const auto q = from<float>({0, 1});
  expect_values(tn::quantile(x, q, 2), {2, 2, 3}, {0, 4, 8, 12, 16, 20, 3, 7, 11, 15, 19, 23});
  EXPECT_EQ(tn::quantile(x, q, -3, true).shape(), (tn::Shape{2, 1, 3, 4}));
  expect_vector(tn::quantile(x, q), {0, 23});
  expect_vector(tn::quantile(tn::scalar(3.f), q, 0), {3, 3});
  expect_values(tn::quantile(tn::scalar(3.f), 0.5, 0, true), {}, {3});
  EXPECT_EQ(tn::quantile(x, tn::zeros<float>({0}), 1).shape(), (tn::Shape{0, 2, 4}));
  EXPECT_EQ(tn::quantile(tn::zeros<float>({0, 2}), 0.5, 1).shape(), (tn::Shape{0}));
}

TEST(Quantile, NaNAndInfinity) {
  const auto x = from<double>({{1, nan, 3}, {nan, nan, nan}, {4, 5, 7}});
  expect_vector(tn::quantile(x, 0.5, 1), {nan, nan, 5});
  expect_vector(tn::nanquantile(x, 0.5, 1), {2, nan, 5});
  EXPECT_EQ(tn::nanquantile(x, 0.5).item(), 4);
  const auto ends = from<double>({-inf, -inf, 0, inf, inf});
  expect_vector(tn::quantile(ends, from<double>({0, 0.1, 0.4, 0.9, 1})), {-inf, -inf, -inf, inf, inf});
}

TEST(Quantile, EqualElementsShareTheGradientAsTheyCount) {
  const auto x = from<double>({1, 1, 5}).requires_grad_();
  expect_vector(tn::grad(tn::quantile(x, 0.125), {x})[0], {0.75, 0.25, 0});
}

TEST(QuantileErrors, NameTheValues) {
  const auto x = tn::zeros<float>({2, 3});
  expect_error<tn::ValueError>([&] { tn::quantile(x, 1.5); },
                               "[quantile] expected quantiles in [0, 1], got 1.5");
  expect_error<tn::ValueError>([&] { tn::nanquantile(x, from<float>({0.5, nan}), 0); },
                               "[nanquantile] expected quantiles in [0, 1], got nan");
  expect_error<tn::ValueError>([] { tn::quantile(tn::zeros<float>({2, 0}), 0.5, 1); },
                               "[quantile] there are no elements along the axis");
  expect_error<tn::ShapeError>([&] { tn::quantile(x, x, 0); },
                               "[quantile] expected a vector of quantiles, got shape (2, 3)");
  expect_error<tn::IndexError>([&] { tn::quantile(x, 0.5, 2); },
                               "[quantile] axis 2 is outside [-2, 2) of rank 2");
}

}  // namespace quantile_test
