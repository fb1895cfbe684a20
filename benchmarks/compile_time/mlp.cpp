// What a small training program costs: two layers, Adam, and the circle that they learn.

#include <cstdio>

#include "tenon/tenon.hpp"

struct Mlp {
  tn::Tensor<float> w1 = tn::randn<float>({2, 32}) * 0.7f, b1 = tn::zeros<float>({32});
  tn::Tensor<float> w2 = tn::randn<float>({32, 2}) * 0.2f, b2 = tn::zeros<float>({2});

  tn::Tensor<float> operator()(const tn::Tensor<float>& x) const {
    return matmul(relu(matmul(x, w1) + b1), w2) + b2;
  }
};

int main() {
  tn::manual_seed(1);
  Mlp model;
  const std::vector parameters{model.w1, model.b1, model.w2, model.b2};
  for (tn::Tensor<float> p : parameters) p.requires_grad_();
  tn::optim::Adam<float> adam(parameters, {.lr = 0.01});

  const auto x = tn::randn<float>({256, 2});
  const auto inside = tn::to<tn::index_t>(tn::lt(tn::sum(x * x, {1}), 1.4f));
  for (int step = 0; step < 200; ++step) {
    const auto loss = tn::cross_entropy(model(x), inside);
    adam.step(tn::grad(loss, parameters));
    if (step % 50 == 0) std::printf("step %3d  loss %.4f\n", step, static_cast<double>(loss.item()));
  }
  const auto right = tn::to<float>(tn::eq(tn::argmax(model(x), 1), inside));
  std::printf("accuracy %.3f\n", static_cast<double>(tn::mean(right).item()));
}
