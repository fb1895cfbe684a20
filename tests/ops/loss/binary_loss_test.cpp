#include "tenon/ops/loss/binary_loss.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"

namespace binary_loss_test {

using support::between;
using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::OpCases;
using support::real;
using tn::from;
using tn::Reduction;
using tn::Tensor;

const OpCases cases{
    {"bce_loss",
     {between(0.1, 0.9, {3, 4}), between(0, 1, {3, 4})},
     [](const auto& x) { return tn::bce_loss(x[0], x[1]); }},
    {"bce_loss_weighted",
     {between(0.1, 0.9, {3, 2}), between(0, 1, {3, 2})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       return tn::bce_loss(x[0], x[1], {.weight = from<T>({0.5, 2}), .reduction = Reduction::none});
     },
     {.fixed = true}},
    {"bce_with_logits_loss",
     {real({3, 4}), between(0, 1, {3, 4})},
     [](const auto& x) { return tn::bce_with_logits_loss(x[0], x[1]); }},
    {"bce_with_logits_loss_weighted",
     {real({3, 2}), between(0, 1, {3, 2})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       return tn::bce_with_logits_loss(x[0], x[1],
                                       {.weight = from<T>({{1}, {2}, {3}}), .pos_weight = from<T>({0.5, 2})});
     },
     {.fixed = true}},
    {"multilabel_soft_margin_loss",
     {real({3, 4}), between(0, 1, {3, 4})},
     [](const auto& x) { return tn::multilabel_soft_margin_loss(x[0], x[1]); }},
    {"sigmoid_focal_loss",
     {real({3, 4}), between(0, 1, {3, 4})},
     [](const auto& x) { return tn::sigmoid_focal_loss(x[0], x[1]); }},
    {"sigmoid_focal_loss_mean",
     {real({3, 4}), between(0, 1, {3, 4})},
     [](const auto& x) {
       return tn::sigmoid_focal_loss(x[0], x[1], {.alpha = -1, .gamma = 1.5, .reduction = Reduction::mean});
     }},
    {"dice_loss",
     {between(0, 1, {3, 4, 2}), between(0, 1, {3, 4, 2})},
     [](const auto& x) { return tn::dice_loss(x[0], x[1]); }},
    {"soft_margin_loss",
     {real({3, 4}), real({3, 4})},
     [](const auto& x) { return tn::soft_margin_loss(x[0], x[1]); }},
    {"hinge_loss", {real({3, 4}), real({3, 4})}, [](const auto& x) { return tn::hinge_loss(x[0], x[1]); }},
};

template <class T>
class BinaryLoss : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(BinaryLoss, Reals);

TYPED_TEST(BinaryLoss, OfProbabilities) {
  using T = TypeParam;
  const auto x = from<T>({0.25, 0.5, 0.75}), t = from<T>({0, 1, 1});
  const T a = -std::log(T(0.75)), b = -std::log(T(0.5));
  expect_values(tn::bce_loss(x, t), {}, {(2 * a + b) / 3});
  expect_vector(tn::bce_loss(x, t, {.weight = from<T>({1, 2, 3}), .reduction = Reduction::none}),
                {a, 2 * b, 3 * a});
}

TYPED_TEST(BinaryLoss, CertaintyCostsAHundredAtMostAndCanBeUnlearned) {
  using T = TypeParam;
  auto x = from<T>({0, 1, 0, 1}).requires_grad_();
  const auto y = tn::bce_loss(x, from<T>({0, 1, 1, 0}), {.reduction = Reduction::none});
  expect_vector(y, {0, 0, 100, 100});
  expect_vector(tn::grad(tn::sum(y), {x})[0], {1, -1, T(-1e12), T(1e12)});
}

TYPED_TEST(BinaryLoss, OfLogitsIsThatOfTheirSigmoid) {
  using T = TypeParam;
  const auto x = from<T>({-2, 0.5, 1}), t = from<T>({1, 0.25, 0});
  const auto p = tn::sigmoid(x);
  const tn::BceOptions<T> each{.weight = from<T>({1, 2, 3}), .reduction = Reduction::none};
  expect_vector(tn::bce_with_logits_loss(x, t, each), tn::bce_loss(p, t, each).to_vector(), 1e-6);
  expect_values(tn::bce_with_logits_loss(x, t), {}, {tn::bce_loss(p, t).item()}, 1e-6);
  const auto weighted = tn::bce_with_logits_loss(from<T>({0, 0}), from<T>({1, 0}),
                                                 {.pos_weight = from<T>({3}), .reduction = Reduction::none});
  expect_vector(weighted, {T(3 * std::log(2.0)), T(std::log(2.0))});
}

TYPED_TEST(BinaryLoss, LargeLogitsNeitherOverflowNorSaturate) {
  using T = TypeParam;
  auto x = from<T>({-1000, 1000, -1000, 1000}).requires_grad_();
  const auto y = tn::bce_with_logits_loss(x, from<T>({0, 1, 1, 0}), {.reduction = Reduction::none});
  expect_vector(y, {0, 0, 1000, 1000});
  expect_vector(tn::grad(tn::sum(y), {x})[0], {0, 0, -1, 1});
}

TYPED_TEST(BinaryLoss, FocalDiscountsWhatIsEasy) {
  using T = TypeParam;
  const T p = 1 / (1 + std::exp(T(-2)));
  const auto x = from<T>({2, 2}), t = from<T>({1, 0});
  expect_vector(tn::sigmoid_focal_loss(x, t),
                {T(-0.25) * (1 - p) * (1 - p) * std::log(p), T(-0.75) * p * p * std::log(1 - p)}, 1e-6);
  expect_vector(tn::sigmoid_focal_loss(x, t, {.alpha = -1, .gamma = 0}),
                tn::bce_with_logits_loss(x, t, {.reduction = Reduction::none}).to_vector());
  auto far = from<T>({100, -100}).requires_grad_();
  const auto loss = tn::sigmoid_focal_loss(far, from<T>({1, 1}), {.gamma = 0.5});
  expect_vector(loss, {0, 25});
  expect_vector(tn::grad(tn::sum(loss), {far})[0], {0, -0.25});
}

TYPED_TEST(BinaryLoss, DiceOfEachSample) {
  using T = TypeParam;
  const auto x = from<T>({{1, 1, 0}, {0, 0, 0}}), t = from<T>({{1, 0, 1}, {0, 0, 0}});
  expect_vector(tn::dice_loss(x, t, {.smooth = 0.5, .reduction = Reduction::none}), {1 - T(2.5) / T(4.5), 0});
}

TYPED_TEST(BinaryLoss, Margins) {
  using T = TypeParam;
  const auto x = from<T>({0.5, -2}), t = from<T>({1, 1});
  expect_vector(tn::hinge_loss(x, t, Reduction::none), {0.5, 3});
  expect_vector(tn::soft_margin_loss(x, t, Reduction::none),
                {T(std::log1p(std::exp(-0.5))), T(std::log1p(std::exp(2.0)))});
  expect_values(tn::multilabel_soft_margin_loss(tn::zeros<T>({2, 3}), tn::ones<T>({2, 3})), {},
                {T(std::log(2.0))});
}

TEST(BinaryLossErrors, NameShapesAndNumbers) {
  const auto x = tn::full<float>({2, 3}, 0.5f), other = tn::zeros<float>({3});
  expect_error<tn::ShapeError>([&] { tn::bce_loss(x, other); },
                               "[bce_loss] expected targets of shape (2, 3), got (3,)");
  expect_error<tn::ShapeError>([&] { tn::bce_with_logits_loss(x, other); },
                               "[bce_with_logits_loss] expected targets of shape (2, 3), got (3,)");
  expect_error<tn::ShapeError>([&] { tn::bce_loss(x, x, {.weight = tn::ones<float>({4, 2, 3})}); },
                               "[bce_loss] weight of shape (4, 2, 3) does not broadcast to (2, 3)");
  expect_error<tn::ValueError>([&] { tn::bce_loss(x, x, {.pos_weight = other}); },
                               "[bce_loss] pos_weight is for bce_with_logits_loss");
  expect_error<tn::ValueError>([&] { tn::bce_loss(tn::full<float>({2}, 1.5f), tn::zeros<float>({2})); },
                               "[bce_loss] a probability lies outside [0, 1]");
  expect_error<tn::ValueError>([&] { tn::sigmoid_focal_loss(x, x, {.gamma = -1}); },
                               "[sigmoid_focal_loss] gamma is -1, expected 0 or more");
  expect_error<tn::ShapeError>([&] { tn::dice_loss(other, other); },
                               "[dice_loss] expected probabilities of shape (N, ...), got (3,)");
  expect_error<tn::ShapeError>([&] { tn::multilabel_soft_margin_loss(tn::scalar(1.0f), tn::scalar(1.0f)); },
                               "[multilabel_soft_margin_loss] expected scores of shape (..., C), got ()");
}

}  // namespace binary_loss_test
