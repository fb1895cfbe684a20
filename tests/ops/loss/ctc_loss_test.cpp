#include "tenon/ops/loss/ctc_loss.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"
#include "tenon/ops/nn/softmax.hpp"

namespace ctc_loss_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::inf;
using support::OpCases;
using support::real;
using tn::from;
using tn::index_t;
using tn::Reduction;
using tn::Tensor;

const OpCases cases{
    // Not only through a log-softmax: the gradient is that of the log-probabilities themselves.
    {"ctc_loss",
     {real({6, 3, 5})},
     [](const auto& x) {
       return tn::ctc_loss(x[0], from<index_t>({{1, 2, 2}, {4, 0, 0}, {3, 1, 0}}), from<index_t>({6, 5, 3}),
                           from<index_t>({3, 1, 2}));
     },
     {.fixed = true, .order = 1}},
    {"ctc_loss_of_scores",
     {real({7, 2, 4})},
     [](const auto& x) {
       return tn::ctc_loss(tn::log_softmax(x[0], -1), from<index_t>({0, 1, 1, 2}), from<index_t>({7, 6}),
                           from<index_t>({3, 1}), {.blank = 3, .reduction = Reduction::none});
     },
     {.fixed = true, .order = 1}},
};

template <class T>
class CtcLoss : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(CtcLoss, Reals);

const auto length = [](index_t n) { return from<index_t>({n}); };

TYPED_TEST(CtcLoss, AddsUpAllAlignments) {
  using T = TypeParam;
  // Three frames of the classes blank, a, b.
  const auto p = from<T>({{0.5, T(0.3), T(0.2)}, {T(0.1), T(0.6), T(0.3)}, {T(0.4), T(0.2), T(0.4)}});
  const auto x = tn::log(p);
  const auto three = tn::scalar<index_t>(3);
  const auto loss = [&](const Tensor<index_t>& labels) {
    return tn::ctc_loss(x, labels, three, tn::scalar(labels.size()), {.reduction = Reduction::sum});
  };
  // a: -a-, aa-, -aa, aaa, a--, --a
  const double a = 0.5 * 0.6 * 0.4 + 0.3 * 0.6 * 0.4 + 0.5 * 0.6 * 0.2 + 0.3 * 0.6 * 0.2 + 0.3 * 0.1 * 0.4 +
                   0.5 * 0.1 * 0.2;
  expect_values(loss(from<index_t>({1})), {}, {T(-std::log(a))});
  // ab: ab-, -ab, a-b, aab, abb;  aa: a-a alone;  nothing: ---
  const double ab = 0.3 * 0.3 * 0.4 + 0.5 * 0.6 * 0.4 + 0.3 * 0.1 * 0.4 + 0.3 * 0.6 * 0.4 + 0.3 * 0.3 * 0.4;
  expect_values(loss(from<index_t>({1, 2})), {}, {T(-std::log(ab))});
  expect_values(loss(from<index_t>({1, 1})), {}, {T(-std::log(0.3 * 0.1 * 0.2))});
  expect_values(loss(tn::zeros<index_t>({0})), {}, {T(-std::log(0.5 * 0.1 * 0.4))});
}

TYPED_TEST(CtcLoss, ReductionsOfABatch) {
  using T = TypeParam;
  tn::Generator generator(4);
  const auto x = tn::log_softmax(tn::randn<T>({5, 2, 3}, generator), -1);
  const auto input = from<index_t>({5, 4}), target = from<index_t>({2, 0});
  const auto padded = from<index_t>({{1, 2}, {0, 0}});
  const auto each = tn::ctc_loss(x, padded, input, target, {.reduction = Reduction::none});
  const T a = each.at({0}), b = each.at({1});
  EXPECT_EQ(each.shape(), tn::Shape{2});
  expect_values(tn::ctc_loss(x, padded, input, target), {}, {(a / 2 + b) / 2});
  expect_values(tn::ctc_loss(x, padded, input, target, {.reduction = Reduction::sum}), {}, {a + b});
  expect_vector(tn::ctc_loss(x, from<index_t>({1, 2}), input, target, {.reduction = Reduction::none}),
                {a, b});
  const auto alone = tn::ctc_loss(x(tn::all, 0), from<index_t>({1, 2}), tn::scalar<index_t>(5),
                                  tn::scalar<index_t>(2), {.reduction = Reduction::none});
  expect_values(alone, {}, {a});
}

TYPED_TEST(CtcLoss, LabelsThatDoNotFit) {
  using T = TypeParam;
  auto x = tn::log_softmax(tn::zeros<T>({3, 1, 3}), -1).requires_grad_();
  const auto labels = from<index_t>({{1, 1, 2}});  // needs four frames
  const auto y = tn::ctc_loss(x, labels, length(3), length(3), {.reduction = Reduction::none});
  expect_vector(y, {inf});
  EXPECT_TRUE(std::isnan(tn::grad(tn::sum(y), {x})[0].at({0, 0, 0})));
  const auto zero = tn::ctc_loss(x, labels, length(3), length(3), {.zero_infinity = true});
  expect_values(zero, {}, {0});
  expect_values(tn::grad(zero, {x})[0], {3, 1, 3}, std::vector<T>(9, T(0)));
  const auto nothing = tn::zeros<index_t>({1, 0});
  expect_values(tn::ctc_loss(x, nothing, length(0), length(0)), {}, {0});
  expect_values(tn::ctc_loss(x, labels, length(0), length(1)), {}, {inf});
}

TYPED_TEST(CtcLoss, ImpossibleFramesAndClassesAreInfiniteNotNaN) {
  using T = TypeParam;
  const auto x = tn::unsqueeze(from<T>({{-inf, 0, -inf}, {-inf, -inf, 0}}), 1);
  EXPECT_EQ(tn::ctc_loss(x, from<index_t>({{1, 2}}), length(2), length(2)).item(), 0);
  EXPECT_EQ(tn::ctc_loss(x, from<index_t>({{2, 1}}), length(2), length(2)).item(), inf);
}

TEST(CtcLoss, FloatIsUsableOverThousandsOfFrames) {
  tn::Generator generator(7);
  const index_t frames = 4000, labels = 300, classes = 20;
  const auto scores = tn::randn<double>({frames, 1, classes}, generator);
  Tensor<index_t> target = tn::randint(1, classes, {1, labels}, generator);
  const auto run = [&]<class T>(Tensor<T> x) {
    x.requires_grad_();
    const auto y = tn::ctc_loss(tn::log_softmax(x, -1), target, length(frames), length(labels),
                                {.reduction = Reduction::sum});
    return std::pair(static_cast<double>(y.item()), tn::to<double>(tn::grad(y, {x})[0]));
  };
  const auto [loss, gradient] = run(tn::clone(scores));
  const auto [loss_float, gradient_float] = run(tn::to<float>(scores));
  EXPECT_NEAR(loss_float / loss, 1, 1e-6);
  EXPECT_LT(tn::amax(tn::abs(gradient - gradient_float)).item(),
            2e-3);  // log-probabilities themselves are near 1e4, known to 1e-3
}

TEST(CtcLossErrors, NameWhatIsWrong) {
  const auto x = tn::zeros<float>({4, 2, 3});
  const auto two = from<index_t>({2, 2}), labels = from<index_t>({{1, 2}, {1, 2}});
  expect_error<tn::ShapeError>(
      [&] { tn::ctc_loss(tn::zeros<float>({3}), labels, two, two); },
      "[ctc_loss] expected log-probabilities of shape (T, N, C) or (T, C), got (3,)");
  expect_error<tn::ShapeError>(
      [&] { tn::ctc_loss(x, labels, from<index_t>({4}), two); },
      "[ctc_loss] expected one input length for each of 2 sequences, got shape (1,)");
  expect_error<tn::ShapeError>(
      [&] { tn::ctc_loss(x, labels, two, from<index_t>({1})); },
      "[ctc_loss] expected one target length for each of 2 sequences, got shape (1,)");
  expect_error<tn::IndexError>([&] { tn::ctc_loss(x, labels, from<index_t>({5, 4}), two); },
                               "[ctc_loss] input length 5 of sequence 0 is outside [0, 4]");
  expect_error<tn::IndexError>([&] { tn::ctc_loss(x, labels, two, from<index_t>({1, 3})); },
                               "[ctc_loss] target length 3 of sequence 1 is outside [0, 2]");
  expect_error<tn::IndexError>([&] { tn::ctc_loss(x, from<index_t>({{1, 3}, {1, 2}}), two, two); },
                               "[ctc_loss] target 3 is not one of 3 classes");
  expect_error<tn::IndexError>([&] { tn::ctc_loss(x, labels, two, two, {.blank = 3}); },
                               "[ctc_loss] blank 3 is not one of 3 classes");
  expect_error<tn::ShapeError>(
      [&] { tn::ctc_loss(x, tn::ones<index_t>({3, 2}), two, two); },
      "[ctc_loss] expected targets of shape (2, S) or, one after the other, (S,), got "
      "(3, 2)");
  expect_error<tn::ShapeError>([&] { tn::ctc_loss(x, tn::ones<index_t>({5}), two, two); },
                               "[ctc_loss] target lengths add up to 4, but there are 5 targets");
  auto leaf = tn::zeros<float>({4, 2, 3}).requires_grad_();
  expect_error<tn::GraphError>(
      [&] { tn::grad(tn::ctc_loss(leaf, labels, two, two), {leaf}, {.create_graph = true}); },
      "[ctc_loss] the loss is differentiable once, not twice");
}

}  // namespace ctc_loss_test
