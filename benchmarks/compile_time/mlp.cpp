// What a small training program costs: two layers, Adam, and the circle that they learn.

#include <cstdio>

#include "tenon/tenon.hpp"

namespace nn = tn::nn;

struct Mlp {
  nn::Linear<float> in{2, 32}, out{32, 2};
  tn::Tensor<float> operator()(const tn::Tensor<float>& x) const { return out(relu(in(x))); }
};

int main() {
  tn::manual_seed(1);
  Mlp model;
  tn::optim::Adam<float> adam(nn::parameters(model), {.lr = 0.01});

  const auto x = tn::randn<float>({256, 2});
  const auto inside = tn::to<tn::index_t>(tn::lt(tn::sum(x * x, {1}), 1.4f));
  for (int step = 0; step < 200; ++step) {
    const auto loss = tn::cross_entropy(model(x), inside);
    adam.step(tn::grad(loss, adam.parameters()));
    if (step % 50 == 0) std::printf("step %3d  loss %.4f\n", step, static_cast<double>(loss.item()));
  }
  const auto right = tn::to<float>(tn::eq(tn::argmax(model(x), 1), inside));
  std::printf("accuracy %.3f\n", static_cast<double>(tn::mean(right).item()));
}
