#include "tenon/optim/muon.hpp"

#include <gtest/gtest.h>

#include "optim/ten_steps.hpp"
#include "tenon/ops/random/random.hpp"

namespace muon_test {

using support::expect_error;
using support::expect_values;
using tn::index_t;
using Muon = tn::optim::Muon<double>;
using Options = tn::optim::MuonOptions;
using Matrix = std::vector<std::vector<double>>;

Matrix product(const Matrix& a, const Matrix& b) {
  Matrix c(a.size(), std::vector<double>(b[0].size()));
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t k = 0; k < b.size(); ++k)
      for (std::size_t j = 0; j < b[0].size(); ++j) c[i][j] += a[i][k] * b[k][j];
  return c;
}
Matrix turned(const Matrix& a) {
  Matrix t(a[0].size(), std::vector<double>(a.size()));
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < a[0].size(); ++j) t[j][i] = a[i][j];
  return t;
}
Matrix combined(double u, const Matrix& a, double v, const Matrix& b) {
  Matrix c = a;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < a[0].size(); ++j) c[i][j] = u * a[i][j] + v * b[i][j];
  return c;
}
std::vector<double> flat(const Matrix& a) {
  std::vector<double> all;
  for (const auto& row : a) all.insert(all.end(), row.begin(), row.end());
  return all;
}
/// The authors' loop, in plain doubles.
Matrix newton_schulz(Matrix x, int steps) {
  double squares = 0;
  for (double v : flat(x)) squares += v * v;
  x = combined(1 / std::sqrt(squares), x, 0, x);
  const bool tall = x.size() > x[0].size();
  if (tall) x = turned(x);
  for (int k = 0; k < steps; ++k) {
    const Matrix s = product(x, turned(x));
    x = combined(3.4445, x, 1, product(combined(-4.7750, s, 2.0315, product(s, s)), x));
  }
  return tall ? turned(x) : x;
}

TEST(Muon, StepsAsItsFormula) {
  for (const bool nesterov : {true, false})
    for (const bool tall : {true, false}) {
      Matrix p{{1, -2, 0.5}, {3, 0.1, -1}}, g{{0.3, 1, -0.2}, {2, -0.7, 0.4}};
      if (tall) p = turned(p), g = turned(g);
      const tn::Shape shape{static_cast<index_t>(p.size()), static_cast<index_t>(p[0].size())};
      auto tensor = tn::from(flat(p), shape);
      Muon muon({tensor}, {.lr = 0.1, .weight_decay = 0.2, .momentum = 0.8, .nesterov = nesterov});
      Matrix b = combined(0, p, 0, p);
      for (int t = 0; t < 3; ++t) {
        muon.step({tn::from(flat(g), shape)});
        b = combined(0.8, b, 0.2, g);
        const double factor = tall ? std::sqrt(1.5) : 1;
        p = combined(1 - 0.1 * 0.2, p, -0.1 * factor,
                     newton_schulz(nesterov ? combined(0.8, b, 0.2, g) : b, 5));
        g = combined(1, g, -0.5, p);
      }
      expect_values(tensor, shape, flat(p), 1e-12);
      expect_values(muon.state().tensors[0].tensor, shape, flat(b));
    }
}

// The columns of what a tall matrix moves by are orthogonal, of lengths near 1.
TEST(Muon, MovesByOrthogonalMatrices) {
  tn::Generator generator(1);
  auto p = tn::zeros<double>({20, 5});
  Muon muon({p}, {.lr = 1, .ns_steps = 9});
  muon.step({tn::randn<double>({20, 5}, generator)});
  const auto u = tn::mul(p, 0.5);  // sqrt(20 / 5)
  const auto gram = tn::matmul(tn::transpose(u, 0, 1), u);
  for (index_t i = 0; i < 5; ++i)
    for (index_t j = 0; j < 5; ++j) EXPECT_NEAR(gram.at({i, j}), i == j ? 1 : 0, 0.5) << i << " " << j;

  auto q = tn::zeros<double>({20, 5});
  Muon like_adamw({q}, {.lr = 1, .ns_steps = 0, .match_rms_adamw = true});
  like_adamw.step({tn::ones<double>({20, 5})});
  expect_values(q, {20, 5}, std::vector<double>(100, -0.2 * std::sqrt(20) / 10));
}

TEST(Muon, EmptyAndZero) {
  auto empty = tn::zeros<double>({0, 3}), zero = tn::zeros<double>({2, 2});
  Muon muon({empty, zero});
  muon.step({empty, zero});
  expect_values(zero, {2, 2}, {0, 0, 0, 0});
}

TEST(MuonErrors, TrainsMatricesOnly) {
  expect_error<tn::ShapeError>([] { Muon({{"bias", tn::zeros<double>({3})}}); },
                               "[muon] parameter \"bias\" has shape (3,), expected a matrix");
  expect_error<tn::ValueError>(
      [] { Muon({tn::zeros<double>({3, 3})}, {.momentum = -1}); },
      "[muon] lr, weight_decay, momentum and ns_steps must not be negative, and eps positive");
}

}  // namespace muon_test
