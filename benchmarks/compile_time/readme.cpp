// What README's first example costs: a program that trains and saves.

#include <tenon/io/model_file.hpp>
#include <tenon/tenon.hpp>
namespace nn = tn::nn;

struct Mlp {
  nn::Linear<float> in{784, 128}, out{128, 10};
  tn::Tensor<float> operator()(const tn::Tensor<float>& x) const { return out(relu(in(x))); }
};

int main() {
  Mlp model;
  tn::optim::Adam<float> adam(nn::parameters(model));
  const auto x = tn::randn<float>({32, 784});
  const auto label = tn::randint(0, 10, {32});
  for (int step = 0; step < 100; ++step) adam.step(grad(cross_entropy(model(x), label), adam.parameters()));
  tn::io::save("mlp.safetensors", model);
}
