#include "tenon/models/word_vectors/glove/loss.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "support/temporary_folder.hpp"
#include "tenon/autograd/grad.hpp"
#include "tenon/backend/glove.hpp"
#include "tenon/tensor/create.hpp"

namespace loss_test {

using tn::index_t;
using tn::Tensor;
using tn::models::glove_loss;

TEST(GloveLoss, ByHand) {
  const auto w = tn::from<double>({1, 2, 3, 4}, {2, 2}), b = tn::from<double>({0.5, -1}, {2});
  const auto i = tn::from<index_t>({0, 1}, {2}), j = tn::from<index_t>({1, 1}, {2});
  const auto count = tn::from<double>({std::exp(2.0), 16}, {2});
  // 11 + 0.5 - 1 - 2 = 8.5 with weight (e^2 / 16)^0.5; 25 - 2 - log 16 with weight 1, as of x_max on.
  const double first = std::exp(1.0) / 4 * 8.5 * 8.5, second = (23 - std::log(16)) * (23 - std::log(16));
  EXPECT_NEAR(glove_loss(w, w, b, b, i, j, count, 16, 0.5).item(), first + second, 1e-10);
  EXPECT_NEAR(glove_loss(w, w, b, b, i, j, count, 16, 0.5, tn::Reduction::mean).item(), (first + second) / 2,
              1e-10);
  EXPECT_EQ(support::message_of<tn::ShapeError>(
                [&] { glove_loss(w, w, b, b, i, tn::from<index_t>({0}, {1}), count); }),
            "[glove_loss] expected i, j and count of one shape (N,), got (2,), (1,) and (2,)");
}

/// The fused step is a step of AdaGrad along the gradient of half the loss; biases are coordinates beside
/// a 1.
TEST(GloveLoss, IsWhatTheFusedStepDescends) {
  constexpr index_t dim = 20, words = 5;
  tn::Generator generator{5};
  const auto parameter = [&](const tn::Shape& shape) {
    return tn::randn<double>(shape, generator).requires_grad_();
  };
  const auto w = parameter({words, dim}), w_tilde = parameter({words, dim});
  const auto b = parameter({words}), b_tilde = parameter({words});
  const index_t i = 3, j = 1;
  const double count = 2.5, x_max = 10, rate = 0.05;
  const auto loss = glove_loss(w, w_tilde, b, b_tilde, tn::from<index_t>({i}, {1}),
                               tn::from<index_t>({j}, {1}), tn::from<double>({count}, {1}), x_max) *
                    0.5;
  const auto gradients = tn::grad(loss, {w, w_tilde, b, b_tilde});

  const index_t stride = tn::backend::hogwild::row_stride<double>(dim + 2);
  std::vector<double> row(static_cast<std::size_t>(2 * stride), 0.0), context = row;
  const auto begin = [&](std::vector<double>& to, const Tensor<double>& vectors, index_t word, index_t one,
                         double bias, index_t bias_at) {
    for (index_t k = 0; k < stride; ++k) to[static_cast<std::size_t>(stride + k)] = 1;
    std::copy_n(vectors.data() + word * dim, dim, to.begin());
    to[static_cast<std::size_t>(bias_at)] = bias;
    to[static_cast<std::size_t>(one)] = 1;
    to[static_cast<std::size_t>(stride + one)] = tn::backend::fixed_squares<double>;
  };
  begin(row, w, i, dim + 1, b.data()[i], dim);
  begin(context, w_tilde, j, dim, b_tilde.data()[j], dim + 1);
  const double stepped =
      tn::backend::inline_kernel<tn::backend::GloveStep<double>>()(tn::backend::GloveRows<double>{
          row.data(), context.data(), stride, std::log(count), std::pow(count / x_max, 0.75), rate});

  EXPECT_NEAR(stepped, loss.item(), 1e-12 * loss.item());
  const auto expect_step = [&](double got, double before, double gradient) {
    const double g = rate * gradient;
    EXPECT_NEAR(got, before - g / std::sqrt(1 + g * g), 1e-13);
  };
  for (index_t k = 0; k < dim; ++k) {
    const auto at = static_cast<std::size_t>(k);
    expect_step(row[at], w.data()[i * dim + k], gradients[0].data()[i * dim + k]);
    expect_step(context[at], w_tilde.data()[j * dim + k], gradients[1].data()[j * dim + k]);
  }
  expect_step(row[dim], b.data()[i], gradients[2].data()[i]);
  expect_step(context[dim + 1], b_tilde.data()[j], gradients[3].data()[j]);
  EXPECT_EQ(row[dim + 1], 1.0);
  EXPECT_EQ(context[dim], 1.0);
}

}  // namespace loss_test
