#include "tenon/ops/nn/attention.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"

namespace attention_test {

using support::expect_error;
using support::expect_values;
using support::inf;
using support::nan;
using support::OpCases;
using support::real;
using tn::from;
using tn::index_t;
using tn::scaled_dot_product_attention;
using tn::Tensor;
using tn::zeros;

const OpCases cases{
    {"scaled_dot_product_attention",
     {real({2, 3, 4}), real({2, 5, 4}), real({2, 5, 3})},
     [](const auto& x) { return scaled_dot_product_attention(x[0], x[1], x[2]); },
     {.fixed = true}},
    {"scaled_dot_product_attention_causal",
     {real({2, 3, 4}), real({2, 5, 4}), real({2, 5, 3})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       return scaled_dot_product_attention<T>(x[0], x[1], x[2], {.is_causal = true, .scale = 0.7});
     },
     {.fixed = true}},
    {"scaled_dot_product_attention_mask",
     {real({2, 3, 4}), real({2, 5, 4}), real({2, 5, 3}), real({3, 5})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       return scaled_dot_product_attention<T>(x[0], x[1], x[2], {.mask = x[3], .scale = 0.7});
     },
     {.fixed = true}},
    {"scaled_dot_product_attention_allowed",
     {real({3, 4}), real({3, 4}), real({3, 2})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       const auto allowed = from<bool>({{true, false, true}, {true, true, false}, {false, false, true}});
       return scaled_dot_product_attention<T>(x[0], x[1], x[2],
                                              {.mask = from<T>({{0.5, -1, 2}}), .allowed = allowed});
     },
     {.fixed = true}},
    {"scaled_dot_product_attention_grouped",
     {real({2, 4, 3, 2}), real({2, 2, 3, 2}), real({2, 2, 3, 2})},
     [](const auto& x) { return scaled_dot_product_attention(x[0], x[1], x[2]); },
     {.fixed = true}},
    {"scaled_dot_product_attention_broadcast",
     {real({2, 2, 3, 2}), real({1, 3, 2}), real({3, 2})},
     [](const auto& x) { return scaled_dot_product_attention(x[0], x[1], x[2]); },
     {.fixed = true}},
    {"scaled_dot_product_attention_dropout",
     {real({3, 4}), real({5, 4}), real({5, 2})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       // The mask is drawn anew by each call; 32 bits for a float and 64 for a double: only p = 1 is the
       // same.
       return scaled_dot_product_attention<T>(x[0], x[1], x[2], {.dropout_p = 1});
     },
     {.fixed = true}},
};

/// All weights at once.
template <class T>
Tensor<T> plainly(const Tensor<T>& q, const Tensor<T>& k, const Tensor<T>& v, bool causal) {
  const double scale = 1 / std::sqrt(static_cast<double>(q.extent(-1)));
  return tn::matmul(tn::detail::attention_weights(q, k, Tensor<T>{}, causal, scale), v);
}

TEST(Attention, LongSequencesAreThoseOfTheWholeMatrix) {
  tn::Generator generator(3);
  const auto random = [&](const tn::Shape& shape) {
    return tn::randn<double>(shape, generator).requires_grad_();
  };
  const Tensor<double> q = random({2, 300, 8}), k = random({2, 290, 8}), v = random({2, 290, 5});
  const Tensor<double> g = tn::randn<double>({2, 300, 5}, generator);
  for (const bool causal : {false, true}) {
    const auto y = scaled_dot_product_attention<double>(q, k, v, {.is_causal = causal}),
               want = plainly(q, k, v, causal);
    expect_values(y, want.shape(), want.to_vector());
    const auto got = tn::grad(y, {q, k, v}, {.output_gradient = g});
    const auto expected = tn::grad(want, {q, k, v}, {.output_gradient = g});
    for (std::size_t i = 0; i < 3; ++i)
      expect_values(got[i], expected[i].shape(), expected[i].to_vector(), 1e-12);
  }
}

TEST(Attention, HeadsOfPermutedTensorsAreReadWhereTheyLie) {
  tn::Generator generator(4);
  const auto x = tn::randn<float>({2, 5, 3, 4}, generator);  // batch, time, heads, depth
  const auto heads = tn::transpose(x, 1, 2);
  const auto y = scaled_dot_product_attention(heads, heads, heads), dense = tn::contiguous(heads);
  expect_values(y, {2, 3, 5, 4}, scaled_dot_product_attention(dense, dense, dense).to_vector());
}

TEST(Attention, GroupedHeadsShareKeys) {
  tn::Generator generator(5);
  const auto q = tn::randn<float>({1, 4, 3, 2}, generator), k = tn::randn<float>({1, 2, 5, 2}, generator);
  const auto mask = tn::randn<float>({4, 3, 5}, generator);
  const auto repeated = tn::index_select(k, 1, from<index_t>({0, 0, 1, 1}));
  expect_values(scaled_dot_product_attention<float>(q, k, k, {.mask = mask}), {1, 4, 3, 2},
                scaled_dot_product_attention<float>(q, repeated, repeated, {.mask = mask}).to_vector());
}

TEST(Attention, NothingToAttendToIsNaN) {
  const auto x = from<float>({{1, 2}, {3, 4}});
  expect_values(
      scaled_dot_product_attention<float>(x, x, x, {.allowed = from<bool>({{false, true}, {false, false}})}),
      {2, 2}, {3, 4, nan, nan});
  expect_values(scaled_dot_product_attention<float>(x, x, x, {.mask = from<float>({{0, -inf}})}), {2, 2},
                {1, 2, 1, 2});
}

TEST(Attention, EmptyOperands) {
  const auto x = zeros<float>({2, 0, 4});
  expect_values(scaled_dot_product_attention(x, x, x), {2, 0, 4}, {});
  const auto q = zeros<float>({0, 3, 4});
  expect_values(scaled_dot_product_attention(q, q, q), {0, 3, 4}, {});
}

TEST(Attention, DroppedWeightsAreScaledUp) {
  tn::Generator generator(6);
  const auto q = zeros<double>({1, 2}), k = zeros<double>({4000, 2}), v = tn::ones<double>({4000, 1});
  const auto y = scaled_dot_product_attention<double>(q, k, v, {.dropout_p = 0.25, .generator = &generator});
  EXPECT_NEAR(y.item(), 1, 5 * std::sqrt(0.25 / 0.75 / 4000));  // five standard deviations
  EXPECT_NE(y.item(), 1);
}

TEST(AttentionErrors, NameShapes) {
  const auto q = zeros<float>({2, 3, 4}), k = zeros<float>({2, 5, 4});
  expect_error<tn::ShapeError>(
      [&] { scaled_dot_product_attention(q, k, zeros<float>({2, 4, 4})); },
      "[scaled_dot_product_attention] expected q (..., L, E), k (..., S, E), v (..., S, D), "
      "got (2, 3, 4), (2, 5, 4), (2, 4, 4)");
  expect_error<tn::ShapeError>(
      [&] { scaled_dot_product_attention<float>(q, k, k, {.mask = zeros<float>({3, 4})}); },
      "[scaled_dot_product_attention] shapes do not broadcast: (3, 4) and (2, 3, 5)");
  expect_error<tn::ShapeError>(
      [&] { scaled_dot_product_attention<float>(q, k, k, {.mask = zeros<float>({2, 2, 3, 5})}); },
      "[scaled_dot_product_attention] mask of shape (2, 2, 3, 5) does not broadcast to the scores' shape (2, "
      "3, 5)");
  expect_error<tn::ValueError>([&] { scaled_dot_product_attention<float>(q, k, k, {.dropout_p = 1.5}); },
                               "[scaled_dot_product_attention] dropout_p 1.5 is no probability");
}

}  // namespace attention_test
