/// Normalisation, recurrent layers and attention against libtorch, one and two threads.

#include "benchmarks/peers/onednn.hpp"

namespace {

using bench::compare_op;
using bench::Tensors;
using tn::Tensor;

#if defined(TENON_BENCHMARK_TORCH)
/// The initial state of a layer.
torch::Tensor state(const bench::Torch& x) {
  return torch::zeros({1, x[0].size(1), x[2].size(1)});
}
#endif

void norms_and_dropout(int threads) {
  const Tensor<float> rows = tn::randn<float>({4096, 768}), w = tn::randn<float>({768}),
                      b = tn::randn<float>({768});
  compare_op(
      "layer_norm_4096x768", threads, {rows, w, b},
      [](const Tensors& x) { return layer_norm(x[0], {768}, x[1], x[2]); },
      TORCH_OP(torch::layer_norm(x[0], {768}, x[1], x[2])), bench::onednn_layer_norm(rows));
  compare_op(
      "softmax_4096x768", threads, {rows}, [](const Tensors& x) { return softmax(x[0], 1); },
      TORCH_OP(torch::softmax(x[0], 1)), bench::onednn_softmax(rows));
  compare_op(
      "dropout_4096x768", threads, {rows}, [](const Tensors& x) { return dropout(x[0], 0.1, true); },
      TORCH_OP(torch::dropout(x[0], 0.1, true)));
  const Tensor<float> planes = tn::randn<float>({8, 64, 56, 56}), cw = tn::randn<float>({64}),
                      cb = tn::randn<float>({64});
  compare_op(
      "batch_norm_8x64x56x56", threads, {planes, cw, cb},
      [](const Tensors& x) { return batch_norm(x[0], {}, {}, x[1], x[2], {.training = true}); },
      TORCH_OP(torch::batch_norm(x[0], x[1], x[2], {}, {}, true, 0.1, 1e-5, false)));
  compare_op(
      "group_norm_8x64x56x56_32", threads, {planes, cw, cb},
      [](const Tensors& x) { return group_norm(x[0], 32, x[1], x[2]); },
      TORCH_OP(torch::group_norm(x[0], 32, x[1], x[2])));
}

/// One layer: x, weights and biases.
Tensors layer(tn::index_t gates, tn::index_t steps, tn::index_t batch, tn::index_t input,
              tn::index_t hidden) {
  const tn::index_t rows = gates * hidden;
  const auto small = [](const tn::Shape& shape) { return mul(tn::randn<float>(shape), 0.05f); };
  return {tn::randn<float>({steps, batch, input}), small({rows, input}), small({rows, hidden}), small({rows}),
          small({rows})};
}
std::vector<tn::RecurrentWeights<float>> weights(const Tensors& x) {
  return {{x[1], x[2], x[3], x[4]}};
}

void recurrent(int threads) {
  const auto lstm_case = [&](const char* name, const Tensors& inputs) {
    compare_op(
        name, threads, inputs, [](const Tensors& x) { return lstm(x[0], weights(x)).output; },
        TORCH_OP(std::get<0>(torch::lstm(x[0], {state(x), state(x)}, {x[1], x[2], x[3], x[4]}, true, 1, 0.0,
                                         false, false, false))),
        bench::onednn_lstm(inputs));
  };
  lstm_case("lstm_1x200_s35_b20", layer(4, 35, 20, 200, 200));
  lstm_case("lstm_1x650_s35_b20", layer(4, 35, 20, 650, 650));
  lstm_case("lstm_1x256_s100_b1", layer(4, 100, 1, 256, 256));
  compare_op(
      "gru_1x200_s35_b20", threads, layer(3, 35, 20, 200, 200),
      [](const Tensors& x) { return gru(x[0], weights(x)).output; },
      TORCH_OP(std::get<0>(
          torch::gru(x[0], state(x), {x[1], x[2], x[3], x[4]}, true, 1, 0.0, false, false, false))));
}

void attention(int threads) {
  for (const tn::index_t length : {256, 1024}) {
    const auto random = [&] { return tn::randn<float>({4, 12, length, 64}); };
    const Tensors qkv = {random(), random(), random()};
    const std::string name = "sdpa_4x12x" + std::to_string(length) + "x64";
    compare_op(
        name, threads, qkv, [](const Tensors& x) { return scaled_dot_product_attention(x[0], x[1], x[2]); },
        TORCH_OP(std::get<0>(torch::_scaled_dot_product_attention(x[0], x[1], x[2]))));
    compare_op(
        name + "_causal", threads, qkv,
        [](const Tensors& x) {
          return scaled_dot_product_attention<float>(x[0], x[1], x[2], {.is_causal = true});
        },
        TORCH_OP(std::get<0>(torch::_scaled_dot_product_attention(x[0], x[1], x[2], {}, 0.0, false, true))));
  }
}

}  // namespace

void bench::layers(int threads) {
  norms_and_dropout(threads);
  recurrent(threads);
  attention(threads);
}
