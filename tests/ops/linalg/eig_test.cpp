#include "tenon/ops/linalg/eig.hpp"

#include "support/matrices.hpp"
#include "tenon/autograd/grad.hpp"
#include "tenon/ops/index/select.hpp"

namespace eig_test {

using support::expect_error;
using support::expect_values;
using support::loose;
using support::OpCases;
using support::real;
using support::spread;
using tn::from;
using tn::index_t;
using tn::Tensor;

/// Functions of eigenvalues that do not depend on their order: the sums of their squares and of their cubes.
template <class T>
Tensor<T> power_sums(const Tensor<T>& values) {
  const Tensor<T> re = tn::select(values, -1, 0), im = tn::select(values, -1, 1);
  const Tensor<T> square = re * re - im * im, cube = re * square - 2 * re * im * im, size = re * re + im * im;
  return tn::stack<T>({tn::sum(square, {-1}), tn::sum(cube, {-1}), tn::sum(size, {-1})}, -1);
}

const OpCases cases{
    {"eig_values",
     {real({2, 3, 3})},
     [](const auto& x) { return power_sums(tn::eig(spread(x[0])).values); },
     {.fixed = true, .order = 1, .tolerance = 1e-3}},
    {"eigvals",
     {real({4, 4})},
     [](const auto& x) { return power_sums(tn::eigvals(x[0])); },
     {.fixed = true, .order = 1, .tolerance = 1e-3}},
};

TEST(Eig, OfARotation) {
  const auto [values, vectors] = tn::eig(from<double>({{0, 1}, {-1, 0}}));
  expect_values(values, {2, 2}, {0, 1, 0, -1});
  EXPECT_EQ(vectors.shape(), (tn::Shape{2, 2, 2}));
  expect_values(tn::eigvals(from<double>({{2, 0}, {5, -3}})), {2, 2}, {2, 0, -3, 0});
}

TEST(Eig, VectorsAreStretchedByTheirValues) {
  tn::Generator generator(3);
  const auto part = [](const Tensor<double>& z, index_t i) { return tn::select(z, -1, i); };
  for (const tn::Shape& shape : {tn::Shape{1, 1}, {2, 5, 5}, {31, 31}}) {
    const auto a = tn::randn<double>(shape, generator);
    const auto [w, v] = tn::eig(a);
    const auto wr = tn::unsqueeze(part(w, 0), -2), wi = tn::unsqueeze(part(w, 1), -2), vr = part(v, 0),
               vi = part(v, 1);
    EXPECT_LT(support::distance(tn::matmul(a, vr), vr * wr - vi * wi), 1e-12);
    EXPECT_LT(support::distance(tn::matmul(a, vi), vr * wi + vi * wr), 1e-12);
    const auto lengths = tn::sum(vr * vr + vi * vi, {-2});
    EXPECT_LT(support::distance(lengths, tn::ones<double>(lengths.shape())), 1e-13);
  }
  EXPECT_EQ(tn::eigvals(tn::zeros<float>({0, 0})).shape(), (tn::Shape{0, 2}));
  EXPECT_EQ(tn::eig(tn::zeros<float>({0, 3, 3})).vectors.shape(), (tn::Shape{0, 3, 3, 2}));
}

TEST(EigErrors, SayWhatHasNoGradient) {
  auto a = from<double>({{1, 2}, {3, 5}});
  a.requires_grad_();
  expect_error<tn::ShapeError>([] { tn::eig(tn::zeros<float>({2, 3})); },
                               "[eig] expected square matrices, got shape (2, 3)");
  expect_error<tn::ValueError>([] { tn::eigvals(tn::full<float>({2, 2}, support::nan)); },
                               "[eig] matrix 0 has no eigenvalues that could be found");
  expect_error<tn::GraphError>(
      [&] { tn::grad(tn::sum(tn::eig(a).vectors), {a}); },
      "[eig] eigenvectors have no gradient; those of symmetric matrices have one, by eigh");
  expect_error<tn::GraphError>([&] { tn::grad(tn::sum(tn::eigvals(a)), {a}, {.create_graph = true}); },
                               "[eig] eigenvalues are differentiable once, not twice");
  auto defective = from<double>({{1, 1}, {0, 1}});
  defective.requires_grad_();
  const auto values = tn::eigvals(defective);
  expect_values(values, {2, 2}, {1, 0, 1, 0});
}

}  // namespace eig_test
