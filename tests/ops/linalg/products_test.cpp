#include "tenon/ops/linalg/products.hpp"

#include "support/matrices.hpp"

namespace products_test {

using support::distance;
using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::inf;
using support::loose;
using support::OpCases;
using support::real;
using tn::from;
using tn::index_t;
using tn::Tensor;

const OpCases cases{
    {"multi_dot",
     {real({2, 5}), real({5, 3}), real({3, 4})},
     [](const auto& x) { return tn::multi_dot(x); },
     {.fixed = true}},
    {"multi_dot_of_vectors",
     {real({5}), real({5, 3}), real({3})},
     [](const auto& x) { return tn::multi_dot(x); },
     {.fixed = true}},
    {"cross",
     {real({2, 3}), real({4, 1, 3})},
     [](const auto& x) { return tn::cross(x[0], x[1]); },
     {.fixed = true}},
    {"cross_axis",
     {real({3, 4}), real({3, 1})},
     [](const auto& x) { return tn::cross(x[0], x[1], 0); },
     {.fixed = true}},
    {"matrix_exp", {real({2, 3, 3})}, [](const auto& x) { return tn::matrix_exp(x[0]); }, loose},
};

TEST(MultiDot, IsTheProductInAnyOrder) {
  tn::Generator generator(2);
  std::vector<Tensor<double>> xs;
  const std::vector<index_t> extents{30, 35, 15, 5, 10, 20, 25};  // of Cormen et al.
  for (std::size_t i = 0; i < 6; ++i)
    xs.push_back(tn::randn<double>({extents[i], extents[i + 1]}, generator));
  Tensor<double> want = xs[0];
  for (std::size_t i = 1; i < 6; ++i) want = tn::matmul(want, xs[i]);
  EXPECT_LT(distance(tn::multi_dot(xs), want), 1e-10);
  const tn::detail::ProductOrder order({10, 100, 5, 50});
  EXPECT_EQ(order.last_split(0, 2), 1u);  // (x0 x1) x2: 7500 multiplications, not 75000
  expect_values(tn::multi_dot<double>({from<double>({1, 2}), from<double>({3, 4})}), {}, {11});
  expect_values(tn::multi_dot<double>({from<double>({{1, 2}}), from<double>({3, 4})}), {1}, {11});
  EXPECT_EQ(tn::multi_dot<float>({tn::zeros<float>({2, 0}), tn::zeros<float>({0, 3})}).shape(),
            (tn::Shape{2, 3}));
}

TEST(Cross, OfKnownVectors) {
  expect_vector(tn::cross(from<double>({1, 2, 3}), from<double>({4, 5, 6})), {-3, 6, -3});
  expect_vector(tn::cross(from<double>({1, 0, 0}), from<double>({0, 1, 0})), {0, 0, 1});
  EXPECT_EQ(tn::cross(tn::zeros<float>({0, 3}), tn::zeros<float>({3})).shape(), (tn::Shape{0, 3}));
}

TEST(MatrixExp, OfKnownMatrices) {
  expect_values(tn::matrix_exp(tn::zeros<double>({2, 2})), {2, 2}, {1, 0, 0, 1});
  expect_values(tn::matrix_exp(from<double>({{0, 1}, {0, 0}})), {2, 2}, {1, 1, 0, 1});
  const double angle = 20, c = std::cos(angle), s = std::sin(angle);
  expect_values(tn::matrix_exp(from<double>({{0, -angle}, {angle, 0}})), {2, 2}, {c, -s, s, c}, 1e-12);
  expect_values(tn::matrix_exp(from<float>({{-50, 0}, {0, 3}})), {2, 2},
                {std::exp(-50.0f), 0, 0, std::exp(3.0f)}, 1e-5);  // of six squarings
  EXPECT_EQ(tn::matrix_exp(tn::zeros<float>({2, 0, 0})).shape(), (tn::Shape{2, 0, 0}));
  EXPECT_EQ(tn::matrix_exp(tn::zeros<float>({0, 2, 2})).shape(), (tn::Shape{0, 2, 2}));
}

TEST(MatrixExp, DoesNotDependOnTheRestOfTheBatch) {
  tn::Generator generator(4);
  const auto small = tn::randn<double>({3, 3}, generator), large = small * 100.0;
  const auto both = tn::matrix_exp(tn::stack<double>({small, large}));
  expect_values(tn::narrow(both, 0, 0, 1), {1, 3, 3}, tn::matrix_exp(small).to_vector(), 0);
  for (float bad : {inf, support::nan})
    for (float y : tn::matrix_exp(tn::full<float>({2, 2}, bad))) EXPECT_FALSE(std::isfinite(y));
}

TEST(ProductErrors, NameTheShapes) {
  const auto x = tn::zeros<float>({2, 3});
  expect_error<tn::ValueError>([&] { tn::multi_dot<float>({x}); },
                               "[multi_dot] expected two or more factors, got 1");
  expect_error<tn::ShapeError>([&] { tn::multi_dot<float>({x, x}); },
                               "[multi_dot] shapes (2, 3) and (2, 3) of factors 0 and 1 do not fit");
  expect_error<tn::ShapeError>([&] { tn::multi_dot<float>({x, tn::zeros<float>({3}), x}); },
                               "[multi_dot] expected matrices, got shape (3,) as factor 1");
  expect_error<tn::ShapeError>([&] { tn::cross(x, x, 0); },
                               "[cross] expected an extent of 3 along axis 0, got shapes (2, 3) and (2, 3)");
  expect_error<tn::ShapeError>([&] { tn::matrix_exp(x); },
                               "[matrix_exp] expected square matrices, got shape (2, 3)");
}

}  // namespace products_test
