#include "tenon/ops/linalg/lu.hpp"

#include "support/matrices.hpp"
#include "tenon/autograd/grad.hpp"

namespace lu_test {

using support::distance;
using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::loose;
using support::OpCases;
using support::real;
using support::spread;
using tn::from;
using tn::index_t;
using tn::Tensor;

const OpCases cases{
    {"lu_factor", {real({2, 3, 3})}, [](const auto& x) { return tn::lu_factor(spread(x[0])).lu; }, loose},
    {"lu_tall", {real({4, 2})}, [](const auto& x) { return tn::lu_factor(spread(x[0])).lu; }, loose},
    {"lu_wide", {real({2, 2, 4})}, [](const auto& x) { return tn::lu_factor(spread(x[0])).lu; }, loose},
    {"lu",
     {real({3, 2})},
     [](const auto& x) {
       const auto f = tn::lu(spread(x[0]));
       return tn::matmul(f.p, tn::matmul(tn::square(f.l), f.u));
     },
     loose},
    {"lu_solve",
     {real({2, 3, 3}), real({3, 2})},
     [](const auto& x) {
       const auto f = tn::lu_factor(spread(x[0]));
       return tn::lu_solve(f.lu, f.pivots, x[1]);
     },
     loose},
};

TEST(Lu, OfAKnownMatrix) {
  const auto a = from<double>({{1, 2}, {4, 4}, {2, 6}});
  const auto [lu, pivots] = tn::lu_factor(a);
  expect_values(lu, {3, 2}, {4, 4, 0.5, 4, 0.25, 0.25});
  EXPECT_EQ(pivots.to_vector(), (std::vector<index_t>{1, 2}));
  const auto f = tn::lu(a);
  expect_values(f.p, {3, 3}, {0, 0, 1, 1, 0, 0, 0, 1, 0});
  expect_values(f.l, {3, 2}, {1, 0, 0.5, 1, 0.25, 0.25});
  expect_values(f.u, {2, 2}, {4, 4, 0, 4});
}

TEST(Lu, MultipliesBackAndSolves) {
  tn::Generator generator(5);
  for (const tn::Shape& shape : {tn::Shape{1, 1}, {5, 3}, {3, 5}, {2, 40, 40}, {3, 60, 17}}) {
    const auto a = tn::randn<double>(shape, generator);
    const auto f = tn::lu(a);
    EXPECT_LT(distance(tn::matmul(f.p, tn::matmul(f.l, f.u)), a), 1e-13);
    EXPECT_LE(tn::amax(tn::abs(f.l)).item(), 1);
    if (shape.back(0) != shape.back(1)) continue;
    const auto b = tn::randn<double>({shape.back(0), 3}, generator);
    const auto packed = tn::lu_factor(a);
    EXPECT_LT(distance(tn::matmul(a, tn::lu_solve(packed.lu, packed.pivots, b)),
                       tn::expand(b, {shape.size() == 3 ? 2 : 1, b.extent(0), 3})),
              1e-11);
  }
}

TEST(Lu, OfSingularMatricesAndOfNothing) {
  const auto f = tn::lu(from<double>({{2, 4}, {1, 2}}));
  expect_values(f.l, {2, 2}, {1, 0, 0.5, 1});
  expect_values(f.u, {2, 2}, {2, 4, 0, 0});
  EXPECT_EQ(tn::lu(tn::zeros<float>({2, 3, 0})).p.shape(), (tn::Shape{2, 3, 3}));
  expect_values(tn::lu(tn::zeros<float>({2, 0})).p, {2, 2}, {1, 0, 0, 1});
  EXPECT_EQ(tn::lu(tn::zeros<float>({0, 2, 3})).u.shape(), (tn::Shape{0, 2, 3}));
  const auto nothing = tn::lu_factor(tn::zeros<float>({0, 0}));
  EXPECT_EQ(tn::lu_solve(nothing.lu, nothing.pivots, tn::zeros<float>({0, 2})).shape(), (tn::Shape{0, 2}));
}

TEST(LuErrors, NameTheMatrix) {
  const auto one = tn::eye<float>(2);
  expect_error<tn::ShapeError>([] { tn::lu(tn::zeros<float>({3})); },
                               "[lu] expected matrices along the last two axes, got shape (3,)");
  expect_error<tn::ValueError>([] { tn::lu_factor(tn::zeros<float>({2, 2})); },
                               "[lu_factor] matrix 0 is singular");
  const auto pivots = from<index_t>({0, 1});
  expect_error<tn::ShapeError>([&] { tn::lu_solve(one, pivots, tn::zeros<float>({3, 1})); },
                               "[lu_solve] factors of shape (2, 2) and B of shape (3, 1) do not fit");
  expect_error<tn::ShapeError>([&] { tn::lu_solve(one, from<index_t>({0}), one); },
                               "[lu_solve] pivots of shape (1,) do not belong to factors of shape (2, 2)");
  expect_error<tn::IndexError>([&] { tn::lu_solve(one, from<index_t>({1, 2}), one); },
                               "[lu_solve] pivot 2 of row 1 is outside [1, 2)");
  expect_error<tn::IndexError>([&] { tn::lu_solve(one, from<index_t>({1, 0}), one); },
                               "[lu_solve] pivot 0 of row 1 is outside [1, 2)");
  expect_error<tn::ValueError>([&] { tn::lu_solve(tn::zeros<float>({2, 2}), pivots, one); },
                               "[solve_triangular] matrix 0 of A is singular");
  auto singular = tn::ones<float>({2, 2});
  singular.requires_grad_();
  expect_error<tn::ValueError>([&] { tn::grad(tn::sum(tn::lu(singular).u), {singular}); },
                               "[solve_triangular] matrix 0 of A is singular");
}

}  // namespace lu_test
