#include "tenon/nn/loss.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "tenon/nn/torch_names.hpp"

namespace loss_module_test {

namespace nn = tn::nn;
using support::expect_values;
using tn::from;
using tn::index_t;
using tn::Reduction;
using tn::Tensor;

void expect_same(const Tensor<double>& got, const Tensor<double>& want) {
  expect_values(got, want.shape(), want.to_vector(), 0);
}

TEST(LossModules, AreTheirFunctions) {
  tn::manual_seed(1);
  const auto x = tn::rand<double>({3, 4}), y = tn::rand<double>({3, 4}), z = tn::rand<double>({3, 4});
  const auto sign = from<double>({1, -1, 1}), signs = tn::expand(tn::unsqueeze(sign, 1), {3, 4});
  expect_same(nn::MSELoss{}(x, y), tn::mse_loss(x, y));
  expect_same(nn::MSELoss{Reduction::none}(x, y), tn::mse_loss(x, y, Reduction::none));
  expect_same(nn::L1Loss{Reduction::sum}(x, y), tn::l1_loss(x, y, Reduction::sum));
  expect_same(nn::SmoothL1Loss{{.beta = 0.1}}(x, y), tn::smooth_l1_loss(x, y, {.beta = 0.1}));
  expect_same(nn::HuberLoss{{.delta = 0.2}}(x, y), tn::huber_loss(x, y, {.delta = 0.2}));
  expect_same(nn::GaussianNLLLoss{{.full = true}}(x, y, z), tn::gaussian_nll_loss(x, y, z, {.full = true}));
  expect_same(nn::PoissonNLLLoss{{.log_input = false}}(x, y),
              tn::poisson_nll_loss(x, y, {.log_input = false}));
  expect_same(nn::KLDivLoss{{.reduction = Reduction::batch_mean}}(x, y),
              tn::kl_div(x, y, {.reduction = Reduction::batch_mean}));
  expect_same(nn::SoftMarginLoss{}(x, signs), tn::soft_margin_loss(x, signs));
  expect_same(nn::HingeEmbeddingLoss{}(x, signs), tn::hinge_embedding_loss(x, signs));
  expect_same(nn::HingeEmbeddingLoss{{.margin = 0.5}}(x, signs),
              tn::hinge_embedding_loss(x, signs, {.margin = 0.5}));
  expect_same(nn::MarginRankingLoss{{.margin = 0.5}}(x, y, signs),
              tn::margin_ranking_loss(x, y, signs, {.margin = 0.5}));
  expect_same(nn::CosineEmbeddingLoss{{.margin = 0.5}}(x, y, sign),
              tn::cosine_embedding_loss(x, y, sign, {.margin = 0.5}));
  expect_same(nn::TripletMarginLoss{{.swap = true}}(x, y, z),
              tn::triplet_margin_loss(x, y, z, {.swap = true}));
  expect_same(nn::TripletMarginWithDistanceLoss{nn::PairwiseDistance{.p = 1}, {.margin = 2}}(x, y, z),
              tn::triplet_margin_loss(x, y, z, {.margin = 2, .p = 1}));
  expect_same(nn::TripletMarginWithDistanceLoss<>{}(x, y, z), tn::triplet_margin_loss(x, y, z));
  const auto present = from<index_t>({{1, 3, -1, 0}, {0, -1, 2, 2}, {-1, 0, 0, 0}});
  expect_same(nn::MultiLabelMarginLoss{Reduction::sum}(x, present),
              tn::multilabel_margin_loss(x, present, Reduction::sum));
  const auto frames = tn::log_softmax(tn::randn<double>({5, 2, 3}), -1);
  const auto labels = from<index_t>({{1, 2}, {2, 1}}), lengths = from<index_t>({5, 5}),
             counts = from<index_t>({2, 1});
  expect_same(nn::CTCLoss{{.reduction = Reduction::sum}}(frames, labels, lengths, counts),
              tn::ctc_loss(frames, labels, lengths, counts, {.reduction = Reduction::sum}));
}

TEST(LossModules, KeepTheirWeights) {
  tn::manual_seed(2);
  const auto x = tn::rand<double>({3, 4}), y = tn::rand<double>({3, 4}), w = tn::rand<double>({4});
  const auto target = from<index_t>({0, 3, 1});
  expect_same(nn::CrossEntropyLoss<double>{.label_smoothing = 0.1}(x, target),
              tn::cross_entropy(x, target, {.label_smoothing = 0.1}));
  expect_same(nn::CrossEntropyLoss<double>{.weight = w, .ignore_index = 3}(x, target),
              tn::cross_entropy(x, target, {.weight = w, .ignore_index = 3}));
  expect_same(nn::CrossEntropyLoss<double>{.reduction = Reduction::none}(x, y),
              tn::cross_entropy(x, y, {.reduction = Reduction::none}));
  expect_same(nn::NLLLoss<double>{.weight = w, .reduction = Reduction::sum, .ignore_index = 0}(x, target),
              tn::nll_loss(x, target, {.weight = w, .reduction = Reduction::sum, .ignore_index = 0}));
  expect_same(nn::BCELoss<double>{.weight = w}(x, y), tn::bce_loss(x, y, {.weight = w}));
  expect_same(
      nn::BCEWithLogitsLoss<double>{.weight = w, .pos_weight = 2.0 * w, .reduction = Reduction::sum}(x, y),
      tn::bce_with_logits_loss(x, y, {.weight = w, .pos_weight = 2.0 * w, .reduction = Reduction::sum}));
  expect_same(nn::MultiLabelSoftMarginLoss<double>{.weight = w}(x, y),
              tn::multilabel_soft_margin_loss(x, y, {.weight = w}));
  expect_same(nn::MultiMarginLoss<double>{.p = 2, .margin = 0.5, .weight = w}(x, target),
              tn::multi_margin_loss(x, target, {.p = 2, .margin = 0.5, .weight = w}));
}

TEST(LossModules, AreMembersWithBuffers) {
  struct Task {
    nn::CrossEntropyLoss<float> classes{.weight = from<float>({1, 2})};
    nn::BceWithLogitsLoss<float> tags;
    nn::HuberLoss size{{.delta = 2}};
  };
  const Task task;
  const auto state = nn::state(task);
  ASSERT_EQ(state.size(), 1u);
  EXPECT_EQ(state[0].name, "classes.weight");
  EXPECT_TRUE(nn::parameters(task).empty());
}

}  // namespace loss_module_test
