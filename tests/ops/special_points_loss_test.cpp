/// Losses at special points: what cannot happen, ties, bounds; see support/special_points.hpp.

#include <gtest/gtest.h>

#include "support/special_points.hpp"
#include "tenon/ops/loss/ctc_loss.hpp"
#include "tenon/ops/loss/loss.hpp"
#include "tenon/ops/loss/metric_loss.hpp"

namespace special_points_loss_test {

using support::expect_special_gradients;
using support::expect_vector;
using support::inf;
using support::nan;
using tn::index_t;
using X = const tn::Tensor<double>&;
using Vector = std::vector<double>;
constexpr auto none = tn::Reduction::none;

support::SpecialPoint<double> at(std::string op, Vector x, std::function<tn::Tensor<double>(X)> f,
                                 Vector gradient) {
  return support::at<double>(std::move(op), std::move(x), std::move(f), std::move(gradient));
}
tn::Tensor<double> c(const Vector& values) {
  return tn::from(values, {static_cast<index_t>(values.size())});
}

TEST(SpecialPoints, KullbackLeibler) {
  const auto of_x = [](const Vector& target, bool log_target) {
    return [=](X x) { return tn::kl_div(x, c(target), {.reduction = none, .log_target = log_target}); };
  };
  const auto of_target = [](const Vector& x, bool log_target) {
    return [=](X t) { return tn::kl_div(c(x), t, {.reduction = none, .log_target = log_target}); };
  };
  expect_special_gradients<double>({
      at("kl_div", {-1, -inf, -2}, of_x({1, 0, 0}, false), {-1, 0, 0}),
      at("kl_div log_target", {-1, -inf}, of_x({0, -inf}, true), {-1, 0}),
      at("kl_div log_target", {-inf}, of_x({-1000}, true), {0}),
      at("kl_div by the target", {1, 0}, of_target({-1, -inf}, false), {2, 0}),
      at("kl_div log_target by the target", {0, -inf}, of_target({-1, -inf}, true), {2, 0}),
  });
  expect_vector(of_x({1, 0, 0}, false)(c({-1, -inf, -2})), {1, 0, 0});
  expect_vector(of_x({0, -inf, 0}, true)(c({-1, -inf, -inf})), {1, 0, inf});
  expect_vector(of_x({0.5}, false)(c({-inf})), {inf});  // what does happen costs
}

TEST(SpecialPoints, CrossEntropyOfProbabilities) {
  const auto loss = [](const Vector& p, const tn::ClassLossOptions<double>& options = {}) {
    return [=](X x) { return tn::cross_entropy(x, c(p), options); };
  };
  const tn::ClassLossOptions<double> masked{.weight = c({1, 0, 1})};
  const tn::ClassLossOptions<double> smooth{.weight = c({1, 0, 1}), .label_smoothing = 0.3};
  expect_special_gradients<double>({
      at("cross_entropy of probabilities", {1, -inf, 1}, loss({1, 0, 0}), {-0.5, 0, 0.5}),
      at("cross_entropy of probabilities, weight 0", {1, -inf, 1}, loss({0.5, 0.5, 0}, masked),
         {-0.25, 0, 0.25}),
      at("cross_entropy of probabilities, smooth, weight 0", {1, -inf, 1}, loss({1, 0, 0}, smooth),
         {-0.35, 0, 0.35}),
      at("cross_entropy by the probabilities", {1, 0, 0},
         [](X p) { return tn::cross_entropy(c({0, -inf, 0}), p); }, {std::log(2.0), 0, std::log(2.0)}),
  });
  expect_vector(reshape(loss({1, 0, 0})(c({1, -inf, 1})), {1}), {std::log(2.0)});
  expect_vector(reshape(loss({0.5, 0.5, 0}, masked)(c({1, -inf, 1})), {1}), {0.5 * std::log(2.0)});
  expect_vector(reshape(loss({0.5, 0.5, 0})(c({1, -inf, 1})), {1}), {inf});
}

TEST(SpecialPoints, CrossEntropyOfClasses) {
  const auto loss = [](index_t target, const tn::ClassLossOptions<double>& options = {}) {
    return [=](X x) { return tn::cross_entropy(x, tn::scalar<index_t>(target), options); };
  };
  const auto likelihood = [](const tn::ClassLossOptions<double>& options) {
    return [=](X x) { return tn::nll_loss(reshape(x, {2, 2}), tn::from<index_t>({0, 1}), options); };
  };
  const auto sum = tn::Reduction::sum;
  expect_special_gradients<double>({
      at("cross_entropy", {1, -inf, 1}, loss(0), {-0.5, 0, 0.5}),
      at("cross_entropy", {1000, -1000}, loss(0), {0, 0}),
      at("cross_entropy", {-1000, 1000}, loss(0), {-1, 1}),
      at("cross_entropy, smooth, weight 0", {1, -inf, 1},
         loss(0, {.weight = c({1, 0, 1}), .label_smoothing = 0.3}), {-0.35, 0, 0.35}),
      at("nll_loss, weight 0", {-1, -2, -3, -inf}, likelihood({.weight = c({1, 0}), .reduction = sum}),
         {-1, 0, 0, 0}),
      at("nll_loss, ignored", {-inf, -2, -3, -1}, likelihood({.reduction = sum, .ignore_index = 0}),
         {0, 0, 0, -1}),
      at("nll_loss, smooth, ignored", {-inf, -inf, 0, -1},
         likelihood({.reduction = sum, .ignore_index = 0, .label_smoothing = 0.5}), {0, 0, -0.25, -0.75}),
  });
}

TEST(SpecialPoints, DecisionsAndCounts) {
  const auto bce = [](double t) {
    return [t](X x) { return tn::bce_loss(x, tn::full<double>(x.shape(), t)); };
  };
  const auto logits = [](double t) {
    return
        [t](X x) { return tn::bce_with_logits_loss(x, tn::full<double>(x.shape(), t), {.reduction = none}); };
  };
  const auto counts = [](bool log_input) {
    return [=](X x) {
      return tn::poisson_nll_loss(x, c({0}), {.log_input = log_input, .eps = 0, .reduction = none});
    };
  };
  expect_special_gradients<double>({
      at("bce_loss of 1", {1}, bce(1), {-1}),
      at("bce_loss of 1", {0}, bce(1), {-1e12}),
      at("bce_loss of 0", {0}, bce(0), {1}),
      at("bce_loss of 0", {1}, bce(0), {1e12}),
      at("bce_with_logits_loss of 1", {0, 1000, -1000, inf}, logits(1), {-0.5, 0, -1, 0}),
      at("bce_with_logits_loss of 0", {0, 1000, -1000}, logits(0), {0.5, 1, 0}),
      at("sigmoid_focal_loss of 1", {1000, -1000},
         [](X x) { return tn::sigmoid_focal_loss(x, tn::ones<double>({2}), {.alpha = -1}); }, {0, -1}),
      at("soft_margin_loss", {0, 1000, -1000},
         [](X x) { return tn::soft_margin_loss(x, tn::ones<double>({3}), none); }, {-0.5, 0, -1}),
      at("poisson_nll_loss of a log", {-inf}, counts(true), {0}),
      at("poisson_nll_loss of a rate", {0}, counts(false), {1}),
      at("dice_loss", {0, 0},
         [](X x) { return tn::dice_loss(reshape(x, {1, 2}), tn::zeros<double>({1, 2})); }, {1, 1}),
  });
}

TEST(SpecialPoints, DistancesAtTiesAndBounds) {
  const auto to_zero = [](auto loss) {
    return [loss](X x) { return loss(x, tn::zeros<double>(x.shape())); };
  };
  expect_special_gradients<double>({
      at("mse_loss", {0}, to_zero([](X x, X t) { return tn::mse_loss(x, t); }), {0}),
      at("l1_loss", {0}, to_zero([](X x, X t) { return tn::l1_loss(x, t); }), {0}),
      at("smooth_l1_loss", {0, 1, -1},
         to_zero([](X x, X t) { return tn::smooth_l1_loss(x, t, {.reduction = none}); }), {0, 1, -1}),
      at("huber_loss", {0, 1, -1},
         to_zero([](X x, X t) { return tn::huber_loss(x, t, {.reduction = none}); }), {0, 1, -1}),
      at("hinge_loss", {1, 0}, [](X x) { return tn::hinge_loss(x, tn::ones<double>({2}), none); }, {0, -1}),
      at("margin_ranking_loss", {0}, [](X x) { return tn::margin_ranking_loss(x, c({0}), c({1})); }, {0}),
      at("gaussian_nll_loss", {0}, to_zero([](X x, X t) { return tn::gaussian_nll_loss(x, t, c({0})); }),
         {0}),
      {"triplet_margin_loss",
       {1, 2},
       {0, 0},
       [](X x) {
         return tn::triplet_margin_loss(x, tn::zeros<double>({1, 2}), tn::zeros<double>({1, 2}), {.eps = 0});
       },
       {0, 0}},
      {"cosine_embedding_loss",
       {1, 2},
       {0, 0},
       [](X x) { return tn::cosine_embedding_loss(x, tn::from<double>({{3, 4}}), tn::ones<double>({1})); },
       {-0.6e6, -0.8e6}},
      at("multi_margin_loss", {1, 0}, [](X x) { return tn::multi_margin_loss(x, tn::scalar<index_t>(0)); },
         {0, 0}),
  });
}

/// A text that needs more frames than there are has no alignment: its loss is infinite, or counts as 0.
TEST(SpecialPoints, Alignments) {
  const auto ctc = [](bool zero_infinity) {
    return [=](X x) {
      return tn::ctc_loss(reshape(x, {1, 1, 2}), tn::from<index_t>({{1, 1}}), tn::from<index_t>({1}),
                          tn::from<index_t>({2}),
                          {.reduction = tn::Reduction::sum, .zero_infinity = zero_infinity});
    };
  };
  expect_vector(reshape(ctc(false)(c({-1, -1})), {1}), {inf});
  tn::Tensor<double> x = c({-1, -1}).requires_grad_();
  expect_vector(tn::grad(ctc(true)(x), {x})[0], {0, 0});
}

}  // namespace special_points_loss_test
