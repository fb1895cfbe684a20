#include "tenon/ops/loss/loss.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"

namespace loss_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::inf;
using support::nan;
using support::OpCases;
using support::positive;
using support::real;
using tn::from;
using tn::index_t;
using tn::Reduction;
using tn::Tensor;

const OpCases cases{
    {"cross_entropy",
     {real({4, 3})},
     [](const auto& x) { return tn::cross_entropy(x[0], from<index_t>({2, 0, 1, 1})); },
     {.fixed = true}},
    {"cross_entropy_none",
     {real({2, 3, 2})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       return tn::cross_entropy(x[0], from<index_t>({{2, 0}, {1, -100}}), {.reduction = Reduction::none});
     },
     {.fixed = true}},
    {"cross_entropy_weighted_smoothed",
     {real({4, 3})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       return tn::cross_entropy(x[0], from<index_t>({2, 0, 1, -100}),
                                {.weight = from<T>({0.5, 1, 2}), .label_smoothing = 0.2});
     },
     {.fixed = true}},
    {"cross_entropy_probabilities",
     {real({4, 3}), positive({4, 3})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       return tn::cross_entropy(x[0], x[1], {.weight = from<T>({0.5, 1, 2}), .label_smoothing = 0.1});
     },
     {.fixed = true}},
    {"nll_loss",
     {real({4, 3})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       return tn::nll_loss(x[0], from<index_t>({2, 0, 1, 1}), {.reduction = Reduction::sum});
     },
     {.fixed = true}},
    {"kl_div", {real({3, 4}), positive({3, 4})}, [](const auto& x) { return tn::kl_div(x[0], x[1]); }},
    {"kl_div_log_target",
     {real({3, 4}), real({3, 4})},
     [](const auto& x) {
       return tn::kl_div(x[0], x[1], {.reduction = Reduction::batch_mean, .log_target = true});
     }},
    {"multi_margin_loss",
     {real({4, 3})},
     [](const auto& x) { return tn::multi_margin_loss(x[0], from<index_t>({2, 0, 1, 1})); },
     {.fixed = true}},
    {"multi_margin_loss_squared",
     {real({4, 3})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       return tn::multi_margin_loss(
           x[0], from<index_t>({2, 0, 1, 1}),
           {.p = 2, .margin = 0.7, .weight = from<T>({0.5, 1, 2}), .reduction = Reduction::none});
     },
     {.fixed = true}},
    {"multilabel_margin_loss",
     {real({3, 4})},
     [](const auto& x) {
       return tn::multilabel_margin_loss(x[0], from<index_t>({{2, 0, -1, 1}, {-1, 0, 0, 0}, {3, 1, 2, 0}}),
                                         Reduction::none);
     },
     {.fixed = true}},
};

template <class T>
class Loss : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(Loss, Reals);

TYPED_TEST(Loss, CrossEntropyOfKnownProbabilities) {
  using T = TypeParam;
  const auto x = tn::log(from<T>({{1, 2, 5}, {3, 3, 4}}));  // shares 1/8 2/8 5/8, 3/10 3/10 4/10
  const auto target = from<index_t>({1, 2});
  const T a = -std::log(T(0.25)), b = -std::log(T(0.4));
  expect_values(tn::cross_entropy(x, target), {}, {(a + b) / 2});
  expect_values(tn::cross_entropy(x, target, {.reduction = Reduction::sum}), {}, {a + b});
  expect_vector(tn::cross_entropy(x, target, {.reduction = Reduction::none}), {a, b});
  expect_values(tn::cross_entropy(x, target, {.weight = from<T>({7, 3, 1})}), {}, {(3 * a + b) / 4});
  expect_values(tn::cross_entropy(x, from<index_t>({1, -100})), {}, {a});
  expect_values(tn::cross_entropy(x, from<index_t>({0, 2}), {.ignore_index = 0}), {}, {b});
  expect_values(tn::cross_entropy(x(0), tn::scalar<index_t>(1)), {}, {a});
  const T spread = -(std::log(T(0.125)) + std::log(T(0.25)) + std::log(T(0.625))) / 3;
  expect_values(tn::cross_entropy(x(0), tn::scalar<index_t>(1), {.label_smoothing = 0.3}), {},
                {T(0.7) * a + T(0.3) * spread});
  expect_values(tn::cross_entropy(x, from<T>({{0, 1, 0}, {0, 0.5, 0.5}})), {},
                {(a + (b - std::log(T(0.3))) / 2) / 2});
}

// The share of the smoothing goes to all classes by their weights, of the targets that count alone; the mean
// divides by the weights of those targets.
TYPED_TEST(Loss, SmoothingWithWeightsAndIgnoredTargets) {
  using T = TypeParam;
  const auto x = tn::log(from<T>({{1, 2, 5}, {9, 1, 9}, {3, 3, 4}}));
  const auto log8 = [](T share) { return -std::log(share); };
  const T first =
              T(0.7) * 3 * log8(T(0.25)) + T(0.1) * (7 * log8(T(0.125)) + 3 * log8(T(0.25)) + log8(T(0.625))),
          last = T(0.7) * log8(T(0.4)) + T(0.1) * (7 * log8(T(0.3)) + 3 * log8(T(0.3)) + log8(T(0.4)));
  const auto loss = [&](Reduction reduction) {
    return tn::cross_entropy(
        x, from<index_t>({1, 5, 2}),
        {.weight = from<T>({7, 3, 1}), .reduction = reduction, .ignore_index = 5, .label_smoothing = 0.3});
  };
  expect_vector(loss(Reduction::none), {first, 0, last}, 1e-6);
  expect_values(loss(Reduction::sum), {}, {first + last}, 1e-6);
  expect_values(loss(Reduction::mean), {}, {(first + last) / (3 + 1)}, 1e-6);
  expect_values(tn::nll_loss(tn::log_softmax(x, 1), from<index_t>({1, 5, 2}),
                             {.weight = from<T>({7, 3, 1}), .ignore_index = 5}),
                {}, {(3 * log8(T(0.25)) + log8(T(0.4))) / 4}, 1e-6);
}

TYPED_TEST(Loss, NllReadsLogProbabilities) {
  const auto l = from<TypeParam>({{-1, -2}, {-3, -4}});
  expect_values(tn::nll_loss(l, from<index_t>({1, 0})), {}, {2.5});
  // Classes on axis 1 of three axes.
  const auto spatial = tn::reshape(from<TypeParam>({-1, -2, -3, -4, -5, -6}), {1, 2, 3});
  expect_values(tn::nll_loss(spatial, from<index_t>({{0, 1, 0}}), {.reduction = Reduction::none}), {1, 3},
                {1, 5, 3});
}

TYPED_TEST(Loss, NothingLeftGivesNaNWithoutAGradient) {
  auto x = tn::ones<TypeParam>({2, 3}).requires_grad_();
  const auto ignored = tn::full<index_t>({2}, -100);
  const auto y = tn::cross_entropy(x, ignored);
  expect_values(y, {}, {nan});
  expect_values(tn::grad(y, {x})[0], {2, 3}, {0, 0, 0, 0, 0, 0});
  expect_values(tn::cross_entropy(x, ignored, {.reduction = Reduction::sum}), {}, {0});
}

TYPED_TEST(Loss, AnImpossibleClassThatIsNotTheTargetCostsNothing) {
  auto x = from<TypeParam>({{0, -inf, 0}}).requires_grad_();
  const auto y = tn::cross_entropy(x, from<index_t>({0}));
  expect_values(y, {}, {std::log(TypeParam(2))});
  expect_values(tn::grad(y, {x})[0], {1, 3}, {-0.5, 0, 0.5});
  expect_values(tn::cross_entropy(x, from<index_t>({1})), {}, {inf});
}

TYPED_TEST(Loss, LargeScoresDoNotOverflow) {
  expect_values(tn::cross_entropy(from<TypeParam>({{1e5, 0}}), from<index_t>({1})), {}, {1e5});
}

TYPED_TEST(Loss, DivergenceOfDistributions) {
  using T = TypeParam;
  const auto x = tn::log(from<T>({{0.5, 0.25, 0.25}, {0.5, 0.25, 0.25}}));
  auto t = from<T>({{0.5, 0.5, 0}, {0.25, 0.5, 0.25}}).requires_grad_();
  const T half = T(0.5) * std::log(T(2));
  expect_values(tn::kl_div(x, t, {.reduction = Reduction::none}), {2, 3}, {0, half, 0, -half / 2, half, 0});
  expect_values(tn::kl_div(x, t, {.reduction = Reduction::batch_mean}), {}, {3 * half / 4});
  expect_values(tn::kl_div(x, t), {}, {3 * half / 12});
  const auto gradient = tn::grad(tn::kl_div(x, t, {.reduction = Reduction::sum}), {t})[0];
  EXPECT_TRUE(std::isfinite(gradient.at({0, 2})));
  expect_values(tn::kl_div(x, x, {.log_target = true}), {}, {0});
}

TYPED_TEST(Loss, MarginsOfScores) {
  using T = TypeParam;
  const auto x = from<T>({{0.5, 2, 1}, {3, 0, 0}});
  const auto target = from<index_t>({2, 0});
  expect_vector(tn::multi_margin_loss(x, target, {.reduction = Reduction::none}), {T(2.5) / 3, 0});
  expect_vector(
      tn::multi_margin_loss(x, target, {.p = 2, .weight = from<T>({1, 1, 4}), .reduction = Reduction::none}),
      {T(4 * 4.25) / 3, 0});
  expect_values(tn::multi_margin_loss(x(0), tn::scalar<index_t>(1)), {}, {0});
}

TYPED_TEST(Loss, BatchMeanOfClasses) {
  const auto x = tn::zeros<TypeParam>({2, 4, 3});
  const auto loss = tn::cross_entropy(x, tn::zeros<index_t>({2, 3}), {.reduction = Reduction::batch_mean});
  expect_values(loss, {}, {TypeParam(3 * std::log(4.0))});
}

TEST(LossErrors, NameShapesAndClasses) {
  const auto x = tn::zeros<float>({2, 3});
  expect_error<tn::IndexError>([&] { tn::cross_entropy(x, from<index_t>({0, 3})); },
                               "[cross_entropy] target 3 is not one of 3 classes");
  expect_error<tn::IndexError>([&] { tn::nll_loss(x, from<index_t>({0, -1})); },
                               "[nll_loss] target -1 is not one of 3 classes");
  expect_error<tn::ShapeError>([&] { tn::cross_entropy(x, from<index_t>({0})); },
                               "[cross_entropy] expected targets of shape (2,), got (1,)");
  expect_error<tn::ShapeError>([&] { tn::cross_entropy(x, tn::zeros<float>({3, 2})); },
                               "[cross_entropy] expected probabilities of shape (2, 3), got (3, 2)");
  expect_error<tn::ShapeError>(
      [&] { tn::cross_entropy(x, from<index_t>({0, 1}), {.weight = tn::ones<float>({2})}); },
      "[cross_entropy] expected one weight for each of 3 classes");
  expect_error<tn::ShapeError>([&] { tn::nll_loss(tn::scalar<float>(1), tn::scalar<index_t>(0)); },
                               "[nll_loss] expected class scores of shape (C,) or (N, C, ...), got ()");
  expect_error<tn::ShapeError>([&] { tn::kl_div(x, tn::zeros<float>({4})); },
                               "[kl_div] expected targets of shape (2, 3), got (4,)");
  expect_error<tn::ShapeError>([&] { tn::kl_div(tn::zeros<float>({4, 1}), tn::zeros<float>({4})); },
                               "[kl_div] expected targets of shape (4, 1), got (4,)");
  expect_error<tn::IndexError>([&] { tn::multi_margin_loss(x, from<index_t>({0, -1})); },
                               "[multi_margin_loss] target -1 is not one of 3 classes");
  expect_error<tn::ShapeError>([&] { tn::multi_margin_loss(x, from<index_t>({0})); },
                               "[multi_margin_loss] expected targets of shape (2,), got (1,)");
  expect_error<tn::ValueError>([&] { tn::multi_margin_loss(x, from<index_t>({0, 1}), {.p = 3}); },
                               "[multi_margin_loss] p is 3, expected 1 or 2");
}

TYPED_TEST(Loss, MarginOfSeveralLabels) {
  using T = TypeParam;
  // PyTorch's example: classes 3 and 0 are labels, 1 and 2 are not
  const auto x = from<T>({{T(0.1), T(0.2), T(0.4), T(0.8)}}).requires_grad_();
  const auto target = from<index_t>({{3, 0, -1, 1}});
  const auto loss = tn::multilabel_margin_loss(x, target);
  expect_values(loss, {}, {T(0.85)});  // (0.4 + 0.6 + 1.1 + 1.3) / 4
  expect_values(tn::grad(loss, {x})[0], {1, 4}, {-0.5, 0.5, 0.5, -0.5});
  expect_values(tn::multilabel_margin_loss(x(0), target(0), Reduction::none), {}, {T(0.85)});
  expect_vector(tn::multilabel_margin_loss(from<T>({{0, 5}, {1, 2}, {3, 1}}),
                                           from<index_t>({{1, 1}, {-1, 0}, {0, -1}}), Reduction::none),
                {0, 0, 0});
  expect_values(tn::multilabel_margin_loss(tn::zeros<T>({0, 3}), tn::zeros<index_t>({0, 3}), Reduction::sum),
                {}, {0});
}

TEST(LossErrors, OfSeveralLabels) {
  const auto x = tn::zeros<float>({2, 3});
  expect_error<tn::ShapeError>([&] { tn::multilabel_margin_loss(x, from<index_t>({0, 1})); },
                               "[multilabel_margin_loss] expected targets of shape (2, 3), got (2,)");
  expect_error<tn::ShapeError>(
      [] { tn::multilabel_margin_loss(tn::zeros<float>({1, 1, 1}), tn::zeros<index_t>({1, 1, 1})); },
      "[multilabel_margin_loss] expected scores of shape (N, C) or (C,), got (1, 1, 1)");
  expect_error<tn::IndexError>([&] { tn::multilabel_margin_loss(x, from<index_t>({{0, -1, 3}, {0, 0, 0}})); },
                               "[multilabel_margin_loss] target 3 is neither one of 3 classes nor -1");
}

}  // namespace loss_test
