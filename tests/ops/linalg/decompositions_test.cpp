#include "tenon/ops/linalg/decompositions.hpp"

#include "support/matrices.hpp"
#include "tenon/autograd/grad.hpp"

namespace decompositions_test {

using support::definite;
using support::distance;
using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::inf;
using support::loose;
using support::OpCases;
using support::real;
using support::spread;
using support::symmetric;
using tn::from;
using tn::index_t;
using tn::Tensor;

// Singular vectors and eigenvectors are squared: their signs are the algorithm's, and differ between types.
const OpCases cases{
    {"cholesky", {real({2, 3, 3})}, [](const auto& x) { return tn::cholesky(definite(x[0])); }, loose},
    {"cholesky_solve",
     {real({3, 2}), real({2, 3, 3})},
     [](const auto& x) { return tn::cholesky_solve(x[0], spread(x[1])); },
     loose},
    {"cholesky_solve_upper",
     {real({2, 3, 1}), real({3, 3})},
     [](const auto& x) { return tn::cholesky_solve(x[0], spread(x[1]), true); },
     loose},
    {"qr_q", {real({2, 4, 3})}, [](const auto& x) { return tn::qr(spread(x[0])).q; }, loose},
    {"qr_r", {real({4, 3})}, [](const auto& x) { return tn::qr(spread(x[0])).r; }, loose},
    {"qr_wide",
     {real({2, 4})},
     [](const auto& x) {
       const auto f = tn::qr(spread(x[0]));
       return tn::matmul(f.q, tn::square(f.r));
     },
     loose},
    {"eigh_values",
     {real({2, 3, 3})},
     [](const auto& x) { return tn::eigh(symmetric(spread(x[0]))).values; },
     loose},
    {"eigh_vectors",
     {real({3, 3})},
     [](const auto& x) { return tn::square(tn::eigh(symmetric(spread(x[0]))).vectors); },
     loose},
    {"svd_s", {real({2, 3, 4})}, [](const auto& x) { return tn::svd(spread(x[0])).s; }, loose},
    {"svd_u", {real({4, 3})}, [](const auto& x) { return tn::square(tn::svd(spread(x[0])).u); }, loose},
    {"svd_vh", {real({3, 4})}, [](const auto& x) { return tn::square(tn::svd(spread(x[0])).vh); }, loose},
    {"svd_square",
     {real({3, 3})},
     [](const auto& x) {
       const auto f = tn::svd(spread(x[0]));
       return tn::matmul(tn::square(f.u), tn::mul(tn::unsqueeze(f.s, 1), f.vh));
     },
     loose},
    {"lstsq",
     {real({4, 3}), real({4, 2})},
     [](const auto& x) { return tn::lstsq(spread(x[0]), x[1]); },
     loose},
    {"lstsq_wide",
     {real({2, 4}), real({2, 2})},
     [](const auto& x) { return tn::lstsq(spread(x[0]), x[1]); },
     loose},
    {"eigvalsh",
     {real({2, 3, 3})},
     [](const auto& x) { return tn::eigvalsh(symmetric(spread(x[0]))); },
     loose},
    {"svdvals", {real({3, 2})}, [](const auto& x) { return tn::svdvals(spread(x[0])); }, loose},
};

TEST(Cholesky, OfAKnownMatrix) {
  expect_values(tn::cholesky(from<double>({{4, 99}, {2, 10}})), {2, 2}, {2, 0, 1, 3});
}

TEST(Cholesky, SolvesASystem) {
  const auto a = from<double>({{4, 2}, {2, 10}}), b = from<double>({{8}, {-14}}), want = tn::solve(a, b);
  const auto l = tn::cholesky(a);
  expect_values(tn::cholesky_solve(b, l), {2, 1}, want.to_vector());
  expect_values(tn::cholesky_solve(b, tn::transpose(l, 0, 1), true), {2, 1}, want.to_vector());
}

TEST(Values, OfEqualOnesHaveAGradient) {
  auto a = tn::eye<double>(2);
  a.requires_grad_();
  for (const auto& values : {tn::eigvalsh(a), tn::svdvals(a)}) {
    expect_vector(values, {1, 1});
    expect_values(tn::grad(tn::sum(values), {a})[0], {2, 2}, {1, 0, 0, 1});
  }
}

TEST(Factors, MultiplyBackAndAreOrthogonal) {
  tn::Generator generator(5);
  for (const tn::Shape& shape : {tn::Shape{1, 1}, {5, 3}, {3, 5}, {2, 40, 40}, {3, 60, 17}}) {
    const auto a = tn::randn<double>(shape, generator);
    const index_t k = std::min(shape.back(0), shape.back(1));
    const auto gram = [](const auto& q) { return tn::matmul(tn::transpose(q, -1, -2), q); };
    const auto one = tn::expand(tn::eye<double>(k), gram(tn::qr(a).q).shape());
    const auto f = tn::qr(a);
    EXPECT_LT(distance(tn::matmul(f.q, f.r), a), 1e-13);
    EXPECT_LT(distance(gram(f.q), one), 1e-13);
    EXPECT_EQ(distance(tn::triu(f.r), f.r), 0);
    const auto s = tn::svd(a);
    EXPECT_LT(distance(tn::matmul(s.u * tn::unsqueeze(s.s, -2), s.vh), a), 1e-12);
    EXPECT_LT(distance(gram(s.u), one), 1e-13);
    EXPECT_GE(tn::amin(s.s).item(), 0);
    const auto b = gram(a);
    const auto e = tn::eigh(b);
    EXPECT_LT(
        distance(tn::matmul(e.vectors * tn::unsqueeze(e.values, -2), tn::transpose(e.vectors, -1, -2)), b),
        1e-11);
  }
}

TEST(Factors, OfNothing) {
  EXPECT_EQ(tn::svd(tn::zeros<float>({3, 0})).u.shape(), (tn::Shape{3, 0}));
  EXPECT_EQ(tn::eigh(tn::zeros<float>({0, 3, 3})).values.shape(), (tn::Shape{0, 3}));
  EXPECT_EQ(tn::qr(tn::zeros<float>({3, 0})).r.shape(), (tn::Shape{0, 0}));
  EXPECT_EQ(tn::cholesky(tn::zeros<float>({0, 0})).shape(), (tn::Shape{0, 0}));
}

TEST(Lstsq, FitsALine) {
  const auto a = from<double>({{1, 0}, {1, 1}, {1, 2}});
  expect_values(tn::lstsq(a, from<double>({{1}, {3}, {5}})), {2, 1}, {1, 2});
  expect_values(tn::lstsq(from<double>({{1, 1}}), from<double>({{2}})), {2, 1}, {1, 1});
}

TEST(FactorErrors, NameTheMatrix) {
  const auto x = tn::zeros<float>({2, 3});
  expect_error<tn::ShapeError>([&] { tn::cholesky(x); },
                               "[cholesky] expected square matrices, got shape (2, 3)");
  expect_error<tn::ValueError>(
      [] { tn::cholesky(tn::stack<float>({tn::eye<float>(2), tn::neg(tn::eye<float>(2))})); },
      "[cholesky] matrix 1 is not positive definite");
  expect_error<tn::ValueError>([] { tn::svd(tn::full<float>({2, 2}, support::nan)); },
                               "[svd] matrix 0 has no singular values that could be found");
  expect_error<tn::ValueError>([] { tn::eigh(tn::full<float>({2, 2}, inf)); },
                               "[eigh] matrix 0 has no eigenvalues that could be found");
  expect_error<tn::ShapeError>([&] { tn::lstsq(x, tn::zeros<float>({3, 1})); },
                               "[lstsq] A of shape (2, 3) and B of shape (3, 1) do not fit");
  expect_error<tn::ShapeError>([&] { tn::cholesky_solve(x, tn::eye<float>(3)); },
                               "[cholesky_solve] B of shape (2, 3) and a factor of shape (3, 3) do not fit");
  expect_error<tn::ValueError>([] { tn::cholesky_solve(tn::eye<float>(2), tn::zeros<float>({2, 2})); },
                               "[solve_triangular] matrix 0 of A is singular");
}

}  // namespace decompositions_test
