/// custom_layer: a layer, a loss and a training loop of your own, from nothing to a saved model. Read it from
/// the top; it runs in a few seconds, needs no data, and compiles alone:
///
///     g++ -std=c++20 -O2 -march=native -I include examples/custom_layer/main.cpp -o custom_layer

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "tenon/io/model_file.hpp"
#include "tenon/tenon.hpp"

using tn::Tensor;

/// A layer is a struct. What it trains is a Parameter, what it does is operator(). This one is the activation
/// of Ziyin et al. 2020 ("snake"), x + sin^2(a x) / a, and learns a frequency a for each feature.
///
/// An element-wise function is a generic lambda. `map` makes it a SIMD kernel, broadcasts, and derives the
/// gradients by x and by a: there is no backward pass to write.
struct Snake {
  tn::nn::Parameter<float> frequency;

  explicit Snake(tn::index_t features) : frequency(tn::ones<float>({features})) {}

  Tensor<float> operator()(const Tensor<float>& x) const {
    const auto wave = [](auto v, auto a) {
      const auto s = sin(a * v);
      return v + s * s / a;
    };
    return tn::map(wave, x, frequency);
  }
  TENON_FIELDS(frequency);  // a struct with constructors names its members: that is how they get saved
};

/// A model is a struct of layers. This one has no constructor, so its members are found without help.
struct Net {
  tn::nn::Linear<float> in{2, 32}, hidden{32, 32}, out{32, 1};
  Snake first{32}, second{32};

  /// Points (N, 2) to scores (N): above 0 for the one spiral, below for the other.
  Tensor<float> operator()(const Tensor<float>& x) const {
    return squeeze(out(second(hidden(first(in(x))))), 1);
  }
};

/// A loss is a function: here -log of the probability that a point, 1 or -1, is given to its spiral.
Tensor<float> loss_of(const Tensor<float>& scores, const Tensor<float>& spiral) {
  return mean(tn::map([](auto score, auto s) { return log1p(exp(-score * s)); }, scores, spiral));
}

/// Data are tensors: points on two spirals around each other, and to which each belongs.
struct Spirals {
  Tensor<float> points, spiral;
};
Spirals draw_spirals(tn::index_t count) {
  const auto spiral = sign(tn::rand<float>({count}) - 0.5f);
  const auto turn = 9.0f * tn::rand<float>({count});
  const auto radius = spiral * (turn / 9.5f + 0.05f);
  const auto exact = tn::stack<float>({radius * cos(turn), radius * sin(turn)}, 1);
  return {exact + 0.02f * tn::randn<float>({count, 2}), spiral};
}

/// Where the model says "above 0", drawn with letters. Under NoGrad nothing is recorded, and layers that
/// behave differently in training know that this is not.
void draw(const Net& net) {
  const tn::NoGrad no_grad;
  constexpr tn::index_t rows = 24, columns = 56;
  for (tn::index_t row = 0; row < rows; ++row) {
    const auto x = tn::linspace<float>(-1.1f, 1.1f, columns);
    const auto y = tn::full<float>({columns}, 1.1f - 2.2f * static_cast<float>(row) / (rows - 1));
    std::string line = "  ";
    for (const float score : net(tn::stack<float>({x, y}, 1))) line += score > 0 ? '#' : '.';
    std::puts(line.c_str());
  }
}

void run(int steps, const std::string& file) {
  tn::manual_seed(1);  // all random numbers of this thread: the data and the first weights
  const Spirals train = draw_spirals(1000), test = draw_spirals(1000);
  Net net;

  // The training loop. Gradients are values: `grad` returns them, the optimizer takes them.
  tn::optim::Adam<float> adam(tn::nn::named_parameters(net), {.lr = 3e-3});
  for (int step = 1; step <= steps; ++step) {
    const auto loss = loss_of(net(train.points), train.spiral);
    adam.step(grad(loss, adam.parameters()));
    if (step % (steps / 5) == 0)
      std::printf("step %5d   loss %.4f\n", step, static_cast<double>(loss.item()));
  }

  // A file holds every parameter by its name ("hidden.weight", "first.frequency"); any struct with the same
  // names can load it, and so can PyTorch.
  tn::io::save(file, net);
  Net loaded;
  tn::io::load(file, loaded);

  const tn::NoGrad no_grad;
  const auto right = mean(tn::to<float>(gt(loaded(test.points) * test.spiral, 0.0f)));
  draw(loaded);
  std::printf("%.1f %% of 1000 new points are given to their spiral\n",
              100 * static_cast<double>(right.item()));
}

int main(int argc, char** argv) {
  const int steps = argc > 1 ? std::atoi(argv[1]) : 500;
  const std::string file = argc > 2 ? argv[2] : "spirals.safetensors";
  if (argc > 3 || steps < 5) {
    std::fputs("custom_layer: usage: custom_layer [STEPS [FILE]], with at least 5 steps\n", stderr);
    return 2;
  }
  try {
    run(steps, file);
  } catch (const std::exception& error) {  // tn::Error says which op, which values, what it expected
    std::fprintf(stderr, "custom_layer: %s\n", error.what());
    return 1;
  }
}
