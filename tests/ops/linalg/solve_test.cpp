#include "tenon/ops/linalg/solve.hpp"

#include "support/matrices.hpp"

namespace solve_test {

using support::distance;
using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::inf;
using support::loose;
using support::OpCases;
using support::real;
using support::spread;
using tn::from;
using tn::index_t;
using tn::Tensor;

const OpCases cases{
    {"solve_triangular",
     {real({3, 3}), real({2, 3, 2})},
     [](const auto& x) { return tn::solve_triangular(spread(x[0]), x[1]); },
     loose},
    {"solve_triangular_right",
     {real({2, 3, 3}), real({2, 3})},
     [](const auto& x) { return tn::solve_triangular(spread(x[0]), x[1], {.upper = true, .left = false}); },
     loose},
    {"solve_triangular_unit",
     {real({3, 3}), real({3, 2})},
     [](const auto& x) { return tn::solve_triangular(x[0], x[1], {.upper = true, .unitriangular = true}); },
     loose},
    {"solve",
     {real({2, 1, 3, 3}), real({2, 3, 2})},
     [](const auto& x) { return tn::solve(spread(x[0]), x[1]); },
     loose},
    {"solve_vector",
     {real({2, 3, 3}), real({2, 3})},
     [](const auto& x) { return tn::solve(spread(x[0]), x[1]); },
     loose},
    {"inverse", {real({2, 3, 3})}, [](const auto& x) { return tn::inverse(spread(x[0])); }, loose},
    {"det", {real({2, 3, 3})}, [](const auto& x) { return tn::det(spread(x[0])); }, loose},
    {"slogdet", {real({3, 3})}, [](const auto& x) { return tn::slogdet(spread(x[0])).logabsdet; }, loose},
    {"matrix_power", {real({2, 3, 3})}, [](const auto& x) { return tn::matrix_power(x[0], 5); }, loose},
    {"matrix_power_of_the_inverse",
     {real({3, 3})},
     [](const auto& x) { return tn::matrix_power(spread(x[0]), -3); },
     loose},
};

TEST(Solve, KnownSystems) {
  const auto a = from<double>({{0, 2}, {1, 1}});
  expect_vector(tn::solve(a, from<double>({4, 5})), {3, 2});
  expect_values(tn::solve(a, tn::eye<double>(2)), {2, 2}, tn::inverse(a).to_vector());
  expect_values(tn::solve_triangular(from<double>({{2, 9}, {4, 5}}), from<double>({{2}, {14}})), {2, 1},
                {1, 2});
  expect_values(tn::inverse(a), {2, 2}, {-0.5, 1, 0.5, 0});
}

TEST(Determinant, SignsAndSingularMatrices) {
  EXPECT_DOUBLE_EQ(tn::det(from<double>({{0, 2}, {3, 1}})).item(), -6);
  const auto s = tn::slogdet(from<double>({{0, 2}, {3, 1}}));
  EXPECT_EQ(s.sign.item(), -1);
  EXPECT_NEAR(s.logabsdet.item(), std::log(6), 1e-14);
  const auto singular = tn::slogdet(from<float>({{1, 2}, {2, 4}}));
  EXPECT_EQ(singular.sign.item(), 0);
  EXPECT_EQ(singular.logabsdet.item(), -inf);
  EXPECT_EQ(tn::det(from<float>({{1, 2}, {2, 4}})).item(), 0);
  EXPECT_NEAR(tn::slogdet(tn::eye<float>(300) * 0.1f).logabsdet.item(), 300 * std::log(0.1), 1e-2);
}

TEST(MatrixPower, OfAKnownMatrix) {
  const auto a = from<double>({{1, 1}, {0, 2}});
  expect_values(tn::matrix_power(a, 0), {2, 2}, {1, 0, 0, 1});
  expect_values(tn::matrix_power(a, 1), {2, 2}, {1, 1, 0, 2});
  expect_values(tn::matrix_power(a, 5), {2, 2}, {1, 31, 0, 32});
  expect_values(tn::matrix_power(a, 6), {2, 2}, {1, 63, 0, 64});
  expect_values(tn::matrix_power(a, -2), {2, 2}, {1, -0.75, 0, 0.25});
  EXPECT_EQ(
      distance(tn::matrix_power(tn::eye<double>(2), std::numeric_limits<index_t>::min()), tn::eye<double>(2)),
      0);
  EXPECT_EQ(tn::matrix_power(tn::zeros<float>({2, 0, 0}), 3).shape(), (tn::Shape{2, 0, 0}));
  EXPECT_FALSE(tn::matrix_power(a, 0).is(tn::matrix_power(a, 0)));
}

TEST(Solve, OfNothing) {
  EXPECT_EQ(tn::det(tn::zeros<float>({2, 0, 0})).to_vector(), (std::vector<float>{1, 1}));
  EXPECT_EQ(tn::inverse(tn::zeros<float>({0, 0})).shape(), (tn::Shape{0, 0}));
}

TEST(SolveErrors, NameTheMatrix) {
  const auto x = tn::zeros<float>({2, 3});
  expect_error<tn::ShapeError>([] { tn::det(tn::zeros<float>({3})); },
                               "[det] expected matrices along the last two axes, got shape (3,)");
  expect_error<tn::ValueError>([] { tn::solve(from<float>({{1, 2}, {2, 4}}), from<float>({1, 2})); },
                               "[solve] matrix 0 is singular");
  expect_error<tn::ValueError>([] { tn::inverse(tn::zeros<float>({2, 2})); },
                               "[inverse] matrix 0 is singular");
  expect_error<tn::ShapeError>([&] { tn::solve(tn::eye<float>(3), x); },
                               "[solve] A of shape (3, 3) and B of shape (2, 3) do not fit");
  expect_error<tn::ShapeError>([&] { tn::solve_triangular(tn::eye<float>(3), x); },
                               "[solve_triangular] A of shape (3, 3) and B of shape (2, 3) do not fit");
  expect_error<tn::ValueError>([] { tn::solve_triangular(tn::zeros<float>({2, 2}), tn::eye<float>(2)); },
                               "[solve_triangular] matrix 0 of A is singular");
  expect_error<tn::ShapeError>([&] { tn::matrix_power(x, 2); },
                               "[matrix_power] expected square matrices, got shape (2, 3)");
  expect_error<tn::ValueError>([] { tn::matrix_power(tn::zeros<float>({2, 2}), -1); },
                               "[inverse] matrix 0 is singular");
}

}  // namespace solve_test
