#include "tenon/optim/adafactor.hpp"

#include <gtest/gtest.h>

#include "optim/ten_steps.hpp"
#include "tenon/ops/shape/shape.hpp"

namespace adafactor_test {

using support::expect_error;
using support::expect_refused;
using support::expect_values;
using support::expect_vector;
using support::ten_steps;
using tn::index_t;
using Adafactor = tn::optim::Adafactor<double>;
using Options = tn::optim::AdafactorOptions;

double rms(const std::vector<double>& x) {
  double sum = 0;
  for (double v : x) sum += v * v;
  return std::sqrt(sum / static_cast<double>(x.size()));
}

/// PyTorch's loop (torch.optim.Adafactor of 2.5, which 1.13 lacks) over a matrix; a vector has no rows.
struct Loop {
  std::vector<double> p, row, column, variance;
  int t = 0;

  void step(const std::vector<double>& g, const Options& o) {
    const double share = std::pow(++t, o.beta2_decay), eps = o.eps1.value_or(0x1p-52);
    const std::vector<double> v = row.empty() ? of_vector(g, share) : of_matrix(g, share, eps);
    std::vector<double> u(p.size());
    for (std::size_t i = 0; i < p.size(); ++i) u[i] = g[i] / std::sqrt(std::max(eps * eps, v[i]));
    const double alpha = std::max(o.eps2, rms(p)) * std::min(o.lr, 1 / std::sqrt(t));
    const double clip = std::max(1.0, rms(u) / o.d), sign = o.maximize ? -1 : 1;
    for (std::size_t i = 0; i < p.size(); ++i)
      p[i] = (1 - o.lr * o.weight_decay) * p[i] - sign * alpha / clip * u[i];
  }
  std::vector<double> of_vector(const std::vector<double>& g, double share) {
    for (std::size_t i = 0; i < g.size(); ++i) variance[i] += share * (g[i] * g[i] - variance[i]);
    return variance;
  }
  std::vector<double> of_matrix(const std::vector<double>& g, double share, double eps) {
    const std::size_t rows = row.size(), columns = column.size();
    std::vector<double> along(rows), down(columns), v;
    for (std::size_t i = 0; i < g.size(); ++i) {
      along[i / columns] += g[i] * g[i] / static_cast<double>(columns);
      down[i % columns] += g[i] * g[i] / static_cast<double>(rows);
    }
    double mean = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      row[i] += share * (along[i] - row[i]);
      mean += row[i] / static_cast<double>(rows);
    }
    for (std::size_t j = 0; j < columns; ++j) column[j] += share * (down[j] - column[j]);
    for (std::size_t i = 0; i < g.size(); ++i)
      v.push_back(row[i / columns] * column[i % columns] / std::max(mean, eps));
    return v;
  }
};

const Options plain{.lr = 0.1}, all{.lr = 0.9,
                                    .beta2_decay = -0.5,
                                    .eps1 = 0.3,
                                    .eps2 = 0.5,
                                    .d = 1.2,
                                    .weight_decay = 0.1,
                                    .maximize = true};

TEST(Adafactor, StepsAsItsFormulaOnVectors) {
  for (const Options& o : {plain, all}) {
    Loop loop{.p = {1, -2, 0.5}, .row = {}, .column = {}, .variance = {0, 0, 0}};
    for (int t = 0; t < 10; ++t) loop.step({loop.p[0] - 1, 10 * loop.p[1] - 1, 0.1 * loop.p[2] - 1}, o);
    expect_vector(ten_steps<Adafactor>(o), loop.p, 1e-12);
  }
}

TEST(Adafactor, StepsAsItsFormulaOnMatrices) {
  for (const Options& o : {plain, all}) {
    Loop loop{.p = {1, -2, 0.5, 3, 0.1, -1}, .row = {0, 0}, .column = {0, 0, 0}, .variance = {}};
    auto p = tn::from(loop.p, {2, 3});
    Adafactor adafactor({p}, o);
    for (int t = 0; t < 5; ++t) {
      std::vector<double> g;
      for (double x : loop.p) g.push_back((0.5 + t) * x - 1);
      adafactor.step({tn::from(g, {2, 3})});
      loop.step(g, o);
    }
    expect_values(p, {2, 3}, loop.p, 1e-12);
    expect_values(adafactor.state().tensors[0].tensor, {2, 1}, loop.row, 1e-12);
    expect_values(adafactor.state().tensors[1].tensor, {1, 3}, loop.column, 1e-12);
  }
}

// Axes before the last two count matrices; the update of all is clipped together.
TEST(Adafactor, TakesStacksOfMatrices) {
  auto stack = tn::reshape(tn::arange<double>(1, 13), {2, 2, 3});
  auto alone = tn::clone(stack(index_t{1}));
  const auto g = tn::reshape(tn::arange<double>(0.1, 12), {2, 2, 3});
  Adafactor of_stack(std::vector{stack}, {.d = 100}), of_one(std::vector{alone}, {.d = 100});
  of_stack.step({g});
  of_one.step({g(index_t{1})});
  expect_values(of_stack.state().tensors[1].tensor(tn::index_t{1}), {1, 3},
                of_one.state().tensors[1].tensor.to_vector());
  EXPECT_EQ(of_stack.state().tensors[0].tensor.shape(), (tn::Shape{2, 2, 1}));
}

TEST(Adafactor, ContinuesFromItsState) {
  auto p = tn::from<double>({{1, 2, 3}, {4, 5, 6}}), q = tn::clone(p);
  const auto g = tn::from<double>({{1, -1, 0.5}, {2, 0, 3}});
  Adafactor first({p}), second({q});
  first.step({g});
  second.step({g});
  Adafactor resumed({q});
  resumed.load_state(second.state());
  first.step({g});
  resumed.step({g});
  EXPECT_EQ(p.to_vector(), q.to_vector());
  auto state = first.state();
  state.tensors[1].tensor = tn::zeros<double>({2, 3});
  expect_error<tn::ShapeError>([&] { resumed.load_state(state); },
                               "[adafactor] \"0.col_var\" of the state has shape (2, 3), expected (1, 3)");
}

TEST(Adafactor, EmptyAndZero) {
  auto empty = tn::zeros<double>({0, 3}), zero = tn::zeros<double>({2, 2});
  Adafactor adafactor({empty, zero});
  adafactor.step({empty, zero});
  expect_values(zero, {2, 2}, {0, 0, 0, 0});
}

template <class O>
concept TrainsRows =
    requires(O& o, tn::Tensor<double> p, tn::Tensor<index_t> rows) { o.step_rows(p, rows, p); };
static_assert(!TrainsRows<Adafactor>);  // the rows of a matrix depend on one another

TEST(AdafactorErrors, OptionsThatMakeNoSense) {
  expect_refused<Adafactor>({.lr = -1}, "[adafactor] lr, eps1, eps2 and weight_decay must not be negative");
  expect_refused<Adafactor>({.d = 0.5}, "[adafactor] expected beta2_decay <= 0 and d >= 1, got -0.8 and 0.5");
}

}  // namespace adafactor_test
