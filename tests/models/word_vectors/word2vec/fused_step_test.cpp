/// The step that trains equals the gradient of the loss written as an expression.

#include <gtest/gtest.h>

#include <vector>

#include "tenon/autograd/grad.hpp"
#include "tenon/backend/word2vec.hpp"
#include "tenon/models/word_vectors/word2vec/loss.hpp"
#include "tenon/tensor/create.hpp"

namespace fused_step_test {

using tn::index_t;
using tn::Tensor;

/// A window with shared negatives, taken as one pair for each word around: input k predicts the centre, not
/// the negatives.
struct SharedWindow {
  index_t words = 30, dim = 20;
  std::vector<index_t> inputs, negatives;
  index_t centre = 3;
};

Tensor<double> loss_of(const SharedWindow& window, const Tensor<double>& in, const Tensor<double>& out) {
  const auto m = static_cast<index_t>(window.inputs.size()),
             k = static_cast<index_t>(window.negatives.size());
  std::vector<index_t> negatives;
  for (index_t i = 0; i < m; ++i)
    negatives.insert(negatives.end(), window.negatives.begin(), window.negatives.end());
  return tn::models::sgns_loss(in, out, tn::from(window.inputs, {m}), tn::full<index_t>({m}, window.centre),
                               tn::from(negatives, {m, k}), tn::Reduction::sum);
}

/// Both matrices after a step of the fused kernel, and its loss.
struct Stepped {
  std::vector<double> in, out;
  double loss = 0;
};
Stepped step(const SharedWindow& window, const Tensor<double>& in, const Tensor<double>& out, double rate) {
  const index_t stride = tn::backend::hogwild::row_stride<double>(window.dim);
  const auto padded = [&](const Tensor<double>& matrix) {
    std::vector<double> rows(static_cast<std::size_t>(window.words * stride));
    for (index_t r = 0; r < window.words; ++r)
      for (index_t d = 0; d < window.dim; ++d)
        rows[static_cast<std::size_t>(r * stride + d)] = matrix.data()[r * window.dim + d];
    return rows;
  };
  const auto compact = [&](const std::vector<double>& rows) {
    std::vector<double> values;
    for (index_t r = 0; r < window.words; ++r)
      values.insert(values.end(), rows.begin() + r * stride, rows.begin() + r * stride + window.dim);
    return values;
  };
  std::vector<double> a = padded(in), b = padded(out);
  std::vector<double*> x, y = {b.data() + window.centre * stride};
  for (const index_t i : window.inputs) x.push_back(a.data() + i * stride);
  for (const index_t j : window.negatives) y.push_back(b.data() + j * stride);
  std::vector<double> labels(y.size(), 0.0);
  labels[0] = 1;
  const auto m = static_cast<index_t>(x.size()), n = static_cast<index_t>(y.size());
  tn::backend::SgnsScratch<double> scratch(m, n, stride);
  Stepped result;
  tn::backend::inline_kernel<tn::backend::SgnsStep<double>>()(tn::backend::SgnsBatch<double>{
      x.data(), x.data(), m, y.data(), labels.data(), n, stride, rate, &scratch, &result.loss});
  result.in = compact(a);
  result.out = compact(b);
  return result;
}

void expect_step_is_gradient(const SharedWindow& window) {
  tn::Generator generator{5};
  Tensor<double> in = tn::randn<double>({window.words, window.dim}, generator);
  Tensor<double> out = tn::randn<double>({window.words, window.dim}, generator);
  in.requires_grad_();
  out.requires_grad_();
  const Tensor<double> loss = loss_of(window, in, out);
  const auto gradients = tn::grad(loss, {in, out});

  constexpr double rate = 0.01;
  const Stepped stepped = step(window, in, out, rate);
  EXPECT_NEAR(stepped.loss, loss.item(), 1e-12 * loss.item());
  for (index_t i = 0; i < in.size(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    ASSERT_NEAR(stepped.in[at], in.data()[i] - rate * gradients[0].data()[i], 1e-14);
    ASSERT_NEAR(stepped.out[at], out.data()[i] - rate * gradients[1].data()[i], 1e-14);
  }
}

TEST(FusedStep, IsTheGradientOfTheLoss) {
  expect_step_is_gradient({.inputs = {1, 2, 4, 5, 8, 9}, .negatives = {10, 11, 12, 13, 14}});
  expect_step_is_gradient({.inputs = {7}, .negatives = {0, 29}});
  expect_step_is_gradient({.inputs = {1, 2, 3}, .negatives = {20, 21, 22, 23, 24, 25, 26, 27, 28, 0, 1}});
}

TEST(FusedStep, RowsMayRepeat) {
  expect_step_is_gradient({.inputs = {1, 2, 1, 3}, .negatives = {10, 10, 12}});
}

}  // namespace fused_step_test
