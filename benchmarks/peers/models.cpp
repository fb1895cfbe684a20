/// Whole models and their layers: a small network of batch 1, a transformer's encoder layer, ResNet-18.

#include "benchmarks/peers/support.hpp"

namespace {

using bench::Tensors;
using tn::index_t;
using tn::Tensor;

/// One step of gradient descent of a 784-128-10 network.
void small_network(int threads, index_t batch) {
  const Tensors values = {tn::randn<float>({batch, 784}), tn::mul(tn::randn<float>({128, 784}), 0.05f),
                          tn::zeros<float>({128}), tn::mul(tn::randn<float>({10, 128}), 0.05f),
                          tn::zeros<float>({10})};
  const std::string name = "mlp_784_128_10_train_step_b" + std::to_string(batch);
  const Tensor<index_t> labels = tn::zeros<index_t>({batch});
  const auto step = [labels, values, x = bench::leaves(values)] {
    const Tensor<float> logits = linear(relu(linear(values[0], x[1], x[2])), x[3], x[4]);
    const auto gradients = grad(cross_entropy(logits, labels), {x[1], x[2], x[3], x[4]});
    const tn::NoGrad no_grad;
    for (std::size_t i = 0; i < 4; ++i) {
      Tensor<float> weight = x[i + 1];
      tn::sub_(weight, tn::mul(gradients[i], 1e-3f));
    }
  };
  std::function<void()> peer;
#if defined(TENON_BENCHMARK_TORCH)
  const bench::Torch t = bench::torch_leaves(values);
  const torch::Tensor peer_labels = torch::zeros({batch}, torch::kLong);
  peer = [=] {
    const auto logits = torch::linear(torch::relu(torch::linear(t[0].detach(), t[1], t[2])), t[3], t[4]);
    const auto gradients =
        torch::autograd::grad({torch::cross_entropy_loss(logits, peer_labels)}, {t[1], t[2], t[3], t[4]});
    const torch::NoGradGuard no_grad;
    for (std::size_t i = 0; i < 4; ++i) t[i + 1].sub_(gradients[i], 1e-3);
  };
#endif
  bench::compare({name, threads}, step, peer);
}

void encoder_layer(int threads) {
  const auto layer = std::make_shared<tn::nn::TransformerEncoderLayer<float>>(
      512, 8, tn::nn::TransformerLayerOptions{.dim_feedforward = 2048, .dropout = 0});
#if defined(TENON_BENCHMARK_TORCH)
  const torch::nn::TransformerEncoderLayer peer(
      torch::nn::TransformerEncoderLayerOptions(512, 8).dim_feedforward(2048).dropout(0));
  const auto theirs = [=](const bench::Torch& x) { return torch::nn::TransformerEncoderLayer(peer)(x[0]); };
#else
  const int theirs = 0;
#endif
  bench::compare_op(
      "encoder_layer_d512_h8_ff2048_b8_t128", threads, {tn::randn<float>({128, 8, 512})},
      [layer](const Tensors& x) { return (*layer)(x[0]); }, theirs);
}

}  // namespace

void bench::models(int threads) {
  small_network(threads, 1);
  small_network(threads, 32);
  encoder_layer(threads);
}
