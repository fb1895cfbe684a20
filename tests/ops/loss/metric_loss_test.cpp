#include "tenon/ops/loss/metric_loss.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"

namespace metric_loss_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::OpCases;
using support::positive;
using support::real;
using tn::from;
using tn::Reduction;
using tn::Tensor;

const OpCases cases{
    {"cosine_similarity",
     {real({3, 4}), real({3, 4})},
     [](const auto& x) { return tn::cosine_similarity(x[0], x[1], -1); }},
    {"pairwise_distance",
     {real({3, 4}), real({3, 4})},
     [](const auto& x) { return tn::pairwise_distance(x[0], x[1], 3, 0.1); }},
    {"cosine_embedding_loss",
     {real({4, 3}), real({4, 3})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       return tn::cosine_embedding_loss(x[0], x[1], from<T>({1, -1, 1, -1}), {.margin = -0.9});
     },
     {.fixed = true}},
    {"hinge_embedding_loss",
     {positive({4})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       return tn::hinge_embedding_loss(x[0], from<T>({1, -1, 1, -1}), {.margin = 2});
     },
     {.fixed = true}},
    {"margin_ranking_loss",
     {real({5}), real({5}), real({5})},
     [](const auto& x) { return tn::margin_ranking_loss(x[0], x[1], x[2], {.margin = 0.5}); }},
    {"triplet_margin_loss",
     {real({4, 3}), real({4, 3}), real({4, 3})},
     [](const auto& x) { return tn::triplet_margin_loss(x[0], x[1], x[2]); },
     {.fixed = true}},
    {"triplet_margin_loss_swapped",
     {real({4, 3}), real({4, 3}), real({4, 3})},
     [](const auto& x) {
       return tn::triplet_margin_loss(
           x[0], x[1], x[2], {.margin = 2, .p = 3, .eps = 0.1, .swap = true, .reduction = Reduction::none});
     },
     {.fixed = true}},
    {"nt_xent_loss",
     {real({4, 3}), real({4, 3})},
     [](const auto& x) { return tn::nt_xent_loss(x[0], x[1], 0.7); },
     {.fixed = true}},
    {"triplet_margin_with_distance_loss",
     {real({4, 3}), real({4, 3}), real({4, 3})},
     [](const auto& x) {
       const auto distance = [](const auto& a, const auto& b) {
         return tn::sum(tn::square(tn::sub(a, b)), {1});
       };
       return tn::triplet_margin_with_distance_loss(x[0], x[1], x[2], distance, {.margin = 3, .swap = true});
     }},
};

template <class T>
class MetricLoss : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(MetricLoss, Reals);

TYPED_TEST(MetricLoss, SimilarityAndDistance) {
  using T = TypeParam;
  const auto a = from<T>({{3, 4}, {1, 0}, {0, 0}}), b = from<T>({{4, 3}, {0, 2}, {1, 1}});
  expect_vector(tn::cosine_similarity(a, b), {T(0.96), 0, 0});
  expect_vector(tn::cosine_similarity(a, b, 0, 1e-8), {12 / std::sqrt(T(170)), 12 / std::sqrt(T(224))});
  const auto tiny = tn::full<T>({1, 3}, T(1e-9));
  expect_vector(tn::cosine_similarity(tiny, tiny), {T(0.03)});  // norms below eps count as eps
  expect_vector(tn::pairwise_distance(a, b, 1, 0), {2, 3, 2});
  expect_values(tn::pairwise_distance(a, b, 2, 0, true), {3, 1},
                {std::sqrt(T(2)), std::sqrt(T(5)), std::sqrt(T(2))});
}

TYPED_TEST(MetricLoss, ValuesByHand) {
  using T = TypeParam;
  const auto a = from<T>({{3, 4}, {3, 4}, {1, 0}}), b = from<T>({{4, 3}, {4, 3}, {0, 1}});
  const auto t = from<T>({1, -1, -1});
  expect_vector(tn::cosine_embedding_loss(a, b, t, {.margin = 0.5, .reduction = Reduction::none}),
                {T(0.04), T(0.46), 0});
  expect_values(tn::cosine_embedding_loss(a(0), b(0), tn::scalar<T>(1)), {}, {T(0.04)});
  const auto d = from<T>({0.5, T(0.2), 3});
  expect_vector(tn::hinge_embedding_loss(d, t, {.margin = 1, .reduction = Reduction::none}),
                {0.5, T(0.8), 0});
  expect_values(tn::hinge_embedding_loss(d, t), {}, {T(1.3) / 3});
  expect_vector(
      tn::margin_ranking_loss(d, from<T>({1, 1, 1}), t, {.margin = 0.25, .reduction = Reduction::none}),
      {0.75, 0, 2.25});
  const auto anchor = from<T>({{0, 0}}), near = from<T>({{0, 1}}), far = from<T>({{0, 1.5}});
  expect_vector(tn::triplet_margin_loss(anchor, near, far, {.eps = 0, .reduction = Reduction::none}), {0.5});
  expect_values(tn::triplet_margin_loss(anchor, near, far, {.eps = 0, .swap = true}), {}, {1.5});
}

TYPED_TEST(MetricLoss, TripletsOfAnyDistance) {
  using T = TypeParam;
  const auto anchor = from<T>({{0, 0}, {1, 1}}), near = from<T>({{0, 1}, {1, 1}}),
             far = from<T>({{0, 3}, {5, 1}});
  const auto city = [](const Tensor<T>& a, const Tensor<T>& b) {
    return tn::sum(tn::abs(tn::sub(a, b)), {1});
  };
  expect_vector(tn::triplet_margin_with_distance_loss(anchor, near, far, city,
                                                      {.margin = 4, .reduction = tn::Reduction::none}),
                {2, 0});
  expect_values(tn::triplet_margin_with_distance_loss(anchor, near, far, city, {.margin = 4, .swap = true}),
                {}, {1.5});
  expect_values(
      tn::triplet_margin_with_distance_loss(
          anchor, near, far, [](const auto& a, const auto& b) { return tn::pairwise_distance(a, b, 2, 0); }),
      {}, {0});
}

TYPED_TEST(MetricLoss, ContrastOfTwoViews) {
  using T = TypeParam;
  // Two samples at right angles, both views the same: the similarities of each row are 1 to its twin, 0 to
  // two.
  const auto x = from<T>({{2, 0}, {0, 5}});
  const T want = -std::log(std::exp(T(2)) / (std::exp(T(2)) + 2));
  expect_values(tn::nt_xent_loss(x, x), {}, {want}, 1e-6);
  expect_vector(tn::nt_xent_loss(x, x, 0.5, Reduction::none), {want, want, want, want}, 1e-6);
}

TEST(MetricLossErrors, NameShapes) {
  const auto x = tn::zeros<float>({2, 3}), y = tn::zeros<float>({3});
  expect_error<tn::ShapeError>(
      [&] { tn::cosine_embedding_loss(x, y, y); },
      "[cosine_embedding_loss] expected two tensors of one shape (N, D) or (D,), got (2, 3) and (3,)");
  expect_error<tn::ShapeError>([&] { tn::cosine_embedding_loss(x, x, y); },
                               "[cosine_embedding_loss] expected targets of shape (2,), got (3,)");
  expect_error<tn::ShapeError>(
      [&] { tn::triplet_margin_loss(x, x, y); },
      "[triplet_margin_loss] expected anchor, positive and negative of one rank, got "
      "shapes (2, 3), (2, 3) and (3,)");
  expect_error<tn::ShapeError>(
      [&] { tn::nt_xent_loss(x, y); },
      "[nt_xent_loss] expected two tensors of one shape (N, D), got (2, 3) and (3,)");
  const auto column = tn::ones<float>({4, 1}), row = tn::ones<float>({4});
  expect_error<tn::ShapeError>([&] { tn::hinge_embedding_loss(column, row); },
                               "[hinge_embedding_loss] expected targets of shape (4, 1), got (4,)");
  expect_error<tn::ShapeError>(
      [&] { tn::margin_ranking_loss(column, row, row); },
      "[margin_ranking_loss] expected x1, x2 and targets of one shape, got (4, 1), (4,) and (4,)");
  expect_error<tn::ShapeError>(
      [&] { tn::margin_ranking_loss(row, row, column); },
      "[margin_ranking_loss] expected x1, x2 and targets of one shape, got (4,), (4,) and (4, 1)");
  expect_error<tn::ValueError>([&] { tn::nt_xent_loss(x, x, 0); },
                               "[nt_xent_loss] the temperature is 0, expected a positive number");
  expect_error<tn::ShapeError>([&] { tn::cosine_similarity(x, tn::zeros<float>({2})); },
                               "[cosine_similarity] shapes do not broadcast: (2, 3) and (2,)");
  expect_error<tn::ShapeError>([&] { tn::pairwise_distance(x, tn::zeros<float>({2})); },
                               "[pairwise_distance] shapes do not broadcast: (2, 3) and (2,)");
}

}  // namespace metric_loss_test
