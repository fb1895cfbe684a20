#include "tenon/ops/linalg/linalg.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"

namespace linalg_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::inf;
using support::OpCases;
using support::real;
using tn::from;
using tn::index_t;
using tn::Tensor;

template <class T>
Tensor<T> symmetric(const Tensor<T>& x) {
  return tn::add(x, tn::transpose(x, -1, -2));
}
/// x x^T + 1, so that factors are well conditioned.
template <class T>
Tensor<T> definite(const Tensor<T>& x) {
  return tn::add(tn::matmul(x, tn::transpose(x, -1, -2)), tn::eye<T>(x.extent(-1)));
}
/// x with 3, 6, … added to the diagonal of its square part, whose singular values then lie apart.
template <class T>
Tensor<T> spread(const Tensor<T>& x) {
  const index_t m = x.extent(-2), n = x.extent(-1);
  return tn::add(x, tn::mul(tn::eye<T>(m, n), tn::unsqueeze(tn::arange<T>(static_cast<T>(n)), 0) * 3 + 3));
}
constexpr support::OpTraits loose{.fixed = true, .tolerance = 1e-3};

// Singular vectors and eigenvectors are squared: their signs are the algorithm's, and differ between types.
const OpCases cases{
    {"cholesky", {real({2, 3, 3})}, [](const auto& x) { return tn::cholesky(definite(x[0])); }, loose},
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
};

TEST(Cholesky, OfAKnownMatrix) {
  expect_values(tn::cholesky(from<double>({{4, 99}, {2, 10}})), {2, 2}, {2, 0, 1, 3});
}

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

/// The largest |a - b|.
double distance(const Tensor<double>& a, const Tensor<double>& b) {
  return tn::amax(tn::abs(a - b)).item();
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
  EXPECT_EQ(tn::det(tn::zeros<float>({2, 0, 0})).to_vector(), (std::vector<float>{1, 1}));
  EXPECT_EQ(tn::inverse(tn::zeros<float>({0, 0})).shape(), (tn::Shape{0, 0}));
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

TEST(LinalgErrors, NameTheMatrix) {
  const auto x = tn::zeros<float>({2, 3});
  expect_error<tn::ShapeError>([&] { tn::cholesky(x); },
                               "[cholesky] expected square matrices, got shape (2, 3)");
  expect_error<tn::ShapeError>([] { tn::det(tn::zeros<float>({3})); },
                               "[det] expected matrices along the last two axes, got shape (3,)");
  expect_error<tn::ValueError>(
      [] { tn::cholesky(tn::stack<float>({tn::eye<float>(2), tn::neg(tn::eye<float>(2))})); },
      "[cholesky] matrix 1 is not positive definite");
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
  expect_error<tn::ValueError>([] { tn::svd(tn::full<float>({2, 2}, support::nan)); },
                               "[svd] matrix 0 has no singular values that could be found");
  expect_error<tn::ValueError>([] { tn::eigh(tn::full<float>({2, 2}, inf)); },
                               "[eigh] matrix 0 has no eigenvalues that could be found");
  expect_error<tn::ShapeError>([&] { tn::lstsq(x, tn::zeros<float>({3, 1})); },
                               "[lstsq] A of shape (2, 3) and B of shape (3, 1) do not fit");
}

}  // namespace linalg_test
