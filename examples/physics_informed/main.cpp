/// physics_informed: a network that solves a differential equation, because its loss is the equation
/// (Raissi, Perdikaris, Karniadakis 2019). It is told nothing of the solution but where it begins:
///
///     u_t = a u_xx            heat in a rod, 0 < x < 1, 0 < t < 1, whose ends are kept at u = 0
///     u(x, 0) = sin(pi x) + sin(3 pi x) / 2
///
/// Fourier solved it: each sine decays on its own, exp(-a k^2 t) sin(k x). That is what the network is
/// compared with at the end.

#include <cstdint>
#include <cstdio>
#include <vector>

#include "../support/common/program.hpp"
#include "tenon/nn/linear.hpp"
#include "tenon/optim/adam.hpp"
#include "tenon/optim/schedule.hpp"
#include "tenon/tenon.hpp"

using tn::index_t, tn::Tensor;

constexpr float pi = 3.14159265f, diffusivity = 0.05f;

/// u(x, t), with x and t columns (N, 1). Its second derivatives are wanted, so its activation is smooth.
struct Net {
  tn::nn::Linear<float> in{2, 32}, hidden1{32, 32}, hidden2{32, 32}, out{32, 1};

  Tensor<float> operator()(const Tensor<float>& x, const Tensor<float>& t) const {
    return out(tanh(hidden2(tanh(hidden1(tanh(in(tn::cat({x, t}, 1))))))));
  }
};

Tensor<float> exact_solution(const Tensor<float>& x, const Tensor<float>& t) {
  const auto mode = [&](float k) { return exp(-diffusivity * k * k * t) * sin(k * x); };
  return mode(pi) + 0.5f * mode(3 * pi);
}

/// The derivatives of u, which depends on each point alone, by the coordinates of the points. They are
/// recorded in their turn (create_graph), so that they can be differentiated again: by x, and by the weights.
std::vector<Tensor<float>> derivatives(const Tensor<float>& u, const std::vector<Tensor<float>>& by) {
  return grad(sum(u), by, {.create_graph = true});
}

/// How far the network is from solving the problem, at points drawn anew for each step: u_t - a u_xx inside,
/// and u less its given value at the start and at both ends.
Tensor<float> loss_of(const Net& net, index_t points) {
  const auto column = [&] { return tn::rand<float>({points, 1}); };
  auto x = column(), t = column();
  x.requires_grad_(), t.requires_grad_();
  const auto first = derivatives(net(x, t), {x, t});
  const auto u_xx = derivatives(first[0], {x})[0], u_t = first[1];
  const auto inside = mean(square(u_t - diffusivity * u_xx));

  const auto begin = column(), never = tn::zeros<float>({points, 1});
  const auto start = mean(square(net(begin, never) - exact_solution(begin, never)));
  const auto end = round(column());  // 0 or 1
  const auto ends = mean(square(net(end, column())));
  return inside + 50 * (start + ends);
}

/// The largest deviation from the exact solution on a grid, with a table of both at some points.
double deviation(const Net& net) {
  const tn::NoGrad no_grad;
  constexpr index_t grid = 101;
  const auto axis = tn::linspace<float>(0, 1, grid);
  const auto points = tn::cartesian_prod<float>({axis, axis});
  const auto x = points(tn::all, tn::range(0, 1)), t = points(tn::all, tn::range(1, 2));
  const auto u = net(x, t), exact = exact_solution(x, t);
  std::puts("   x      t   network     exact");
  for (const index_t time : {0, 50, 100})
    for (const index_t place : {25, 50}) {
      const index_t row = place * grid + time;
      const auto at = [&](const Tensor<float>& column) { return static_cast<double>(column[row].item()); };
      std::printf("%.2f   %.2f  %8.4f  %8.4f\n", at(x), at(t), at(u), at(exact));
    }
  return static_cast<double>(max(abs(u - exact)).item());
}

examples::Status run(std::uint64_t seed, int steps, index_t points) {
  tn::manual_seed(seed);
  Net net;
  tn::optim::Adam<float> adam(tn::nn::parameters(net), {.lr = 5e-3});
  const tn::optim::CosineAnnealingLr schedule{static_cast<double>(steps)};
  for (int step = 1; step <= steps; ++step) {
    set_lr(adam, schedule, step - 1);
    const auto loss = loss_of(net, points);
    adam.step(grad(loss, adam.parameters()));
    if (step == 1 || step % ((steps + 4) / 5) == 0 || step == steps)
      std::printf("step %5d   loss %.6f\n", step, static_cast<double>(loss.item()));
  }
  std::printf("largest deviation %.4f, where u goes from 0 to 1\n", deviation(net));
  return examples::done;
}

int main(int argc, char** argv) {
  std::uint64_t seed = 1;
  int steps = 2000;
  index_t points = 128;
  CLI::App app{"Solves the heat equation with a network whose loss is the equation.\n", "physics_informed"};
  examples::prepare(app);
  examples::bound(app.add_option("--seed", seed, "of the points and of the first weights"), std::uint64_t{0});
  examples::bound(app.add_option("--steps", steps, "of the training"), 1, 1000000);
  examples::bound(app.add_option("--points", points, "inside and at each border, for a step"), index_t{1},
                  index_t{1000000});
  return examples::run(app, argc, argv, [&] { return run(seed, steps, points); });
}
