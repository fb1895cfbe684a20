#include "tenon/ops/linalg/matrix_norm.hpp"

#include "support/matrices.hpp"
#include "tenon/autograd/grad.hpp"

namespace matrix_norm_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::inf;
using support::loose;
using support::nan;
using support::OpCases;
using support::real;
using support::spread;
using tn::from;
using tn::index_t;
using tn::MatrixNorm;
using tn::Tensor;

const OpCases cases{
    {"matrix_norm", {real({2, 3, 4})}, [](const auto& x) { return tn::matrix_norm(x[0]); }, loose},
    {"matrix_norm_nuclear",
     {real({3, 2, 4})},
     [](const auto& x) {
       return tn::matrix_norm(spread(tn::transpose(x[0], 0, 1)), MatrixNorm::nuc, {0, 2}, true);
     },
     loose},
    {"matrix_norm_1", {real({2, 3, 4})}, [](const auto& x) { return tn::matrix_norm(x[0], 1); }, loose},
    {"matrix_norm_inf",
     {real({3, 2, 4})},
     [](const auto& x) { return tn::matrix_norm(x[0], -HUGE_VAL, {2, 0}, true); },
     loose},
    {"matrix_norm_2",
     {real({2, 3, 4})},
     [](const auto& x) { return tn::matrix_norm(spread(x[0]), 2); },
     loose},
    {"cond", {real({2, 3, 4})}, [](const auto& x) { return tn::cond(spread(x[0])); }, loose},
    {"cond_1", {real({2, 3, 3})}, [](const auto& x) { return tn::cond(spread(x[0]), 1); }, loose},
    {"cond_fro",
     {real({3, 3})},
     [](const auto& x) { return tn::cond(spread(x[0]), MatrixNorm::fro); },
     loose},
    {"pinv_wide", {real({2, 3, 4})}, [](const auto& x) { return tn::pinv(spread(x[0])); }, loose},
    {"pinv_tall", {real({4, 2})}, [](const auto& x) { return tn::pinv(spread(x[0])); }, loose},
    {"pinv_of_lower_rank",
     {real({4, 2}), real({2, 3})},
     [](const auto& x) { return tn::pinv(tn::matmul(spread(x[0]), spread(x[1])), {.rtol = 1e-4}); },
     loose},
};

TEST(MatrixNorm, OfAKnownMatrix) {
  const auto a = from<double>({{1, -2, 3}, {-4, 5, 0}});
  const auto norm = [&](auto order) { return tn::matrix_norm(a, order).item(); };
  EXPECT_DOUBLE_EQ(norm(MatrixNorm::fro), std::sqrt(55));
  EXPECT_DOUBLE_EQ(norm(1), 7);
  EXPECT_DOUBLE_EQ(norm(-1), 3);
  EXPECT_DOUBLE_EQ(norm(HUGE_VAL), 9);
  EXPECT_DOUBLE_EQ(norm(-HUGE_VAL), 6);
  const auto s = tn::svdvals(a).to_vector();
  EXPECT_DOUBLE_EQ(norm(2), s[0]);
  EXPECT_DOUBLE_EQ(norm(-2), s[1]);
  EXPECT_DOUBLE_EQ(norm(MatrixNorm::nuc), s[0] + s[1]);
}

TEST(MatrixNorm, AxesInAnyOrder) {
  tn::Generator generator(3);
  const auto a = tn::randn<double>({4, 2, 3}, generator);
  for (double p : {1., -1., 2., -2., HUGE_VAL, -HUGE_VAL}) {
    const auto want = tn::matrix_norm(tn::permute(a, {1, 2, 0}), p).to_vector();
    expect_vector(tn::matrix_norm(a, p, {2, 0}), want);
    expect_values(tn::matrix_norm(a, p, {-1, 0}, true), {1, 2, 1}, want);
  }
  EXPECT_EQ(tn::matrix_norm(a, MatrixNorm::nuc, {0, 1}, true).shape(), (tn::Shape{1, 1, 3}));
  EXPECT_EQ(tn::matrix_norm(tn::zeros<float>({2, 0, 3})).to_vector(), (std::vector<float>{0, 0}));
  EXPECT_EQ(tn::matrix_norm(tn::zeros<float>({0, 2, 3}), 2).shape(), (tn::Shape{0}));
  EXPECT_TRUE(std::isnan(tn::matrix_norm(tn::full<float>({2, 2}, nan), 1).item()));
}

TEST(Cond, OfDiagonalAndSingularMatrices) {
  const auto a = from<double>({{4, 0}, {0, -0.5}});
  EXPECT_DOUBLE_EQ(tn::cond(a).item(), 8);
  EXPECT_DOUBLE_EQ(tn::cond(a, -2).item(), 0.125);
  EXPECT_DOUBLE_EQ(tn::cond(a, 1).item(), 8);
  EXPECT_DOUBLE_EQ(tn::cond(a, MatrixNorm::nuc).item(), 4.5 * 2.25);
  const auto b = tn::stack<double>({a, from<double>({{1, 2}, {2, 4}})});
  expect_vector(tn::cond(b, HUGE_VAL), {8, inf});
  expect_vector(tn::cond(b, MatrixNorm::fro), {std::sqrt(16.25 * 4.0625), inf});
  EXPECT_GT(tn::cond(b).to_vector()[1], 1e15);
  auto x = b.detach();
  x.requires_grad_();
  EXPECT_EQ(tn::grad(tn::narrow(tn::cond(x, 1), 0, 0, 1), {x})[0].to_vector()[7], 0);
}

TEST(MatrixRank, CountsWhatExceedsTheTolerance) {
  const auto a = from<double>({{1, 0, 0}, {0, 1e-3, 0}, {0, 0, 1e-20}});
  EXPECT_EQ(tn::matrix_rank(a).item(), 2);
  EXPECT_EQ(tn::matrix_rank(a, {.atol = 0.01}).item(), 1);
  EXPECT_EQ(tn::matrix_rank(a, {.atol = 1e-30}).item(), 3);
  EXPECT_EQ(tn::matrix_rank(a, {.rtol = 0}).item(), 3);
  EXPECT_EQ(tn::matrix_rank(a * 1e6, {.atol = 0.01, .rtol = 1e-2}).item(), 1);
  EXPECT_EQ(tn::matrix_rank(tn::zeros<float>({2, 3, 3})).to_vector(), (std::vector<index_t>{0, 0}));
  EXPECT_EQ(tn::matrix_rank(tn::zeros<float>({2, 0, 3})).to_vector(), (std::vector<index_t>{0, 0}));
}

TEST(Pinv, IsTheInverseOfWhatThereIs) {
  const auto a = from<double>({{1, 2}, {3, 5}});
  expect_values(tn::pinv(a), {2, 2}, tn::inverse(a).to_vector());
  expect_values(tn::pinv(from<double>({{2, 0, 0}, {0, 0, 0}})), {3, 2}, {0.5, 0, 0, 0, 0, 0});
  expect_values(tn::pinv(from<double>({{4, 0}, {0, 0.1}}), {.atol = 0.2}), {2, 2}, {0.25, 0, 0, 0});
  EXPECT_EQ(tn::pinv(tn::zeros<float>({2, 3, 0})).shape(), (tn::Shape{2, 0, 3}));
  tn::Generator generator(8);
  const auto b = tn::randn<double>({2, 5, 3}, generator), p = tn::pinv(b);
  EXPECT_LT(support::distance(tn::matmul(b, tn::matmul(p, b)), b), 1e-13);
  EXPECT_LT(support::distance(tn::matmul(p, tn::matmul(b, p)), p), 1e-13);
}

TEST(MatrixNormErrors, NameTheOrder) {
  const auto x = tn::zeros<float>({2, 3});
  expect_error<tn::ValueError>([&] { tn::matrix_norm(x, 3); },
                               "[matrix_norm] order 3 is not one of 1, 2, infinity and their negatives");
  expect_error<tn::ValueError>([&] { tn::matrix_norm(x, 1, {0, -2}); },
                               "[matrix_norm] axis 0 is named twice");
  expect_error<tn::ValueError>([&] { tn::matrix_norm(x, MatrixNorm::fro, {0}); },
                               "[matrix_norm] expected two axes, got (0,)");
  expect_error<tn::IndexError>([&] { tn::matrix_norm(x, 1, {0, 2}); },
                               "[matrix_norm] axis 2 is outside [-2, 2) of rank 2");
  expect_error<tn::ShapeError>([&] { tn::cond(x, 1); }, "[cond] expected square matrices, got shape (2, 3)");
  expect_error<tn::ShapeError>([] { tn::cond(tn::zeros<float>({0, 0})); },
                               "[cond] a matrix of shape (0, 0) has no singular values");
  expect_error<tn::ShapeError>([] { tn::pinv(tn::zeros<float>({3})); },
                               "[svd] expected matrices along the last two axes, got shape (3,)");
}

}  // namespace matrix_norm_test
