#include "tenon/optim/lbfgs.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "tenon/ops/shape/shape.hpp"

namespace lbfgs_test {

using support::expect_error;
using support::expect_vector;
using tn::from;
using tn::Tensor;
using tn::optim::Lbfgs;
using tn::optim::LbfgsOptions;

/// A smooth, coupled, badly scaled function of a vector and a matrix.
struct Problem {
  Tensor<double> x = from<double>({1.5, -1, 0.5}).requires_grad_();
  Tensor<double> y = from<double>({{2}, {0.3}}).requires_grad_();
  Lbfgs<double> lbfgs;
  int evaluations = 0;

  explicit Problem(const LbfgsOptions& options) : lbfgs({x, y}, options) {}
  Tensor<double> value() const {
    const auto first = tn::reshape(tn::narrow(x, 0, 0, 2), {2, 1});
    return tn::sum(x * x * x * x) / 4 + tn::square(tn::sum(x) - 1) +
           tn::sum(tn::square(y - first) * from<double>({{1}, {30}}));
  }
  double step() {
    return lbfgs.step([&] {
      ++evaluations;
      const auto loss = value();
      return std::pair(loss.item(), grad(loss, lbfgs.parameters()));
    });
  }
};

// Losses, evaluations and points are PyTorch 1.13's, in double.
void expect_run(const LbfgsOptions& options, const std::vector<double>& losses, int evaluations,
                const std::vector<double>& x) {
  Problem problem(options);
  for (double loss : losses) EXPECT_NEAR(problem.step(), loss, 1e-11 * loss);
  EXPECT_EQ(problem.evaluations, evaluations);
  expect_vector(problem.x, x, 1e-9);
}

TEST(Lbfgs, StepsAsPyTorchDoes) {
  expect_run({.lr = 0.1, .max_iter = 4, .history_size = 2}, {52.48125, 24.81320145364265, 11.490758184880294},
             12, {1.3822085859181727, -0.5631680903476518, 0.4556139947436372});
}

TEST(Lbfgs, SearchesAlongTheLineAsPyTorchDoes) {
  expect_run({.max_iter = 5, .strong_wolfe = true}, {52.48125, 0.6904985337203133, 0.03803883167120831}, 18,
             {0.269161971888641, 0.3147211953614727, 0.3886087676712388});
  expect_run({.max_iter = 50, .strong_wolfe = true}, {52.48125, 0.008934173589547994}, 23,
             {0.32747825601483377, 0.327478820983109, 0.32748301568700033});
}

TEST(Lbfgs, ContinuesFromItsState) {
  const LbfgsOptions options{.lr = 0.5, .max_iter = 3, .history_size = 2};
  Problem first(options), second(options);
  for (int i = 0; i < 2; ++i) first.step();
  {
    const tn::NoGrad no_grad;
    copy_(second.x, first.x);
    copy_(second.y, first.y);
  }
  second.lbfgs.load_state(first.lbfgs.state());
  for (int i = 0; i < 2; ++i) EXPECT_EQ(first.step(), second.step());
  EXPECT_EQ(first.x.to_vector(), second.x.to_vector());

  auto state = first.lbfgs.state();
  state.numbers.back().first = "lbfgs.future";
  expect_error<tn::ValueError>([&] { second.lbfgs.load_state(state); },
                               "[lbfgs] the state lacks the number \"lbfgs.history1.inverse\"");
  state = first.lbfgs.state();
  state.tensors.pop_back();
  expect_error<tn::ValueError>([&] { second.lbfgs.load_state(state); },
                               "[lbfgs] the state lacks tensors of history 1");
}

TEST(Lbfgs, StopsWhereNothingIsLeftToDo) {
  auto x = from<float>({1, 1});
  Lbfgs<float> lbfgs({x});
  int calls = 0;
  const auto flat = [&] {
    ++calls;
    return std::pair(3.0f, std::vector<Tensor<float>>{tn::zeros<float>({2})});
  };
  EXPECT_EQ(lbfgs.step(flat), 3);
  EXPECT_EQ(calls, 1);
  expect_vector(x, {1, 1});
}

TEST(LbfgsErrors, OptionsAndGradients) {
  auto x = from<double>({1, 1});
  expect_error<tn::ValueError>([&] { Lbfgs<double>({x}, {.history_size = 0}); },
                               "[lbfgs] lr, max_iter and history_size must be positive");
  Lbfgs<double> lbfgs({x});
  const auto with = [&](const std::vector<Tensor<double>>& gradients) {
    lbfgs.step([&] { return std::pair(1.0, gradients); });
  };
  expect_error<tn::ValueError>([&] { with({}); }, "[lbfgs] 0 gradients for 1 parameters");
  expect_error<tn::ShapeError>([&] { with({from<double>({1})}); },
                               "[lbfgs] parameter 0 has shape (2,), its gradient (1,)");
}

}  // namespace lbfgs_test
