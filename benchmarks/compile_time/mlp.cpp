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
  std::vector<tn::index_t> inside;
  for (tn::index_t i = 0; i < 256; ++i) {
    const float a = x.at({i, 0}), b = x.at({i, 1});
    inside.push_back(a * a + b * b < 1.4f);
  }
  const auto labels = tn::from(inside, {256});
  for (int step = 0; step < 200; ++step) {
    const auto loss = tn::cross_entropy(model(x), labels);
    adam.step(tn::grad(loss, parameters));
    if (step % 50 == 0) std::printf("step %3d  loss %.4f\n", step, static_cast<double>(loss.item()));
  }
}
