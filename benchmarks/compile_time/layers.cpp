// What a program with convolutions, a recurrent layer and attention costs.

#include "tenon/tenon.hpp"

namespace nn = tn::nn;

/// Images (N, 1, 16, 16) to logits (N, 10): their rows, convolved, are a sequence.
struct Net {
  nn::Conv2d<float> conv{1, 8, 3, {.padding = {1}}};
  nn::BatchNorm2d<float> norm{8};
  nn::Lstm<float> lstm{128, 32};
  nn::TransformerEncoderLayer<float> attention{32, 4};
  nn::Linear<float> out{32, 10};

  tn::Tensor<float> operator()(const tn::Tensor<float>& x) const {
    const auto planes = relu(norm(conv(x)));
    const auto rows = reshape(permute(planes, {2, 0, 1, 3}), {16, -1, 128});
    return out(mean(attention(lstm(rows).output), {0}));
  }
};

int main() {
  Net model;
  tn::optim::Adam<float> adam(nn::parameters(model));
  const auto x = tn::randn<float>({32, 1, 16, 16});
  const auto label = tn::randint(0, 10, {32});
  for (int step = 0; step < 10; ++step) adam.step(grad(cross_entropy(model(x), label), adam.parameters()));
}
