/// wgan_gp: two networks that play against each other until one draws points as the data are: a Wasserstein
/// GAN with gradient penalty (Gulrajani et al. 2017), on the eight Gaussians in a ring where plain GANs find
/// one or two and forget the others.
///
/// The critic f estimates how far the generated points are from the data, sup E f(data) - E f(generated) over
/// functions of slope at most 1. That slope is asked for by a penalty on the norm of the gradient of f at
/// points between data and generated ones: a gradient inside a loss, which is differentiated again.

#include <cstdint>
#include <cstdio>
#include <string>

#include "../support/common/program.hpp"
#include "tenon/nn/activation.hpp"
#include "tenon/nn/linear.hpp"
#include "tenon/nn/sequential.hpp"
#include "tenon/optim/adam.hpp"
#include "tenon/tenon.hpp"

namespace nn = tn::nn;
using tn::index_t, tn::Tensor;

constexpr index_t modes = 8, batch = 256, noise = 2;
constexpr float two_pi = 6.2831853f, ring = 2, spread = 0.05f;  // the ring's radius, the width of a Gaussian

/// Both networks have this form: two hidden layers.
using Net = nn::Sequential<nn::Linear<float>, nn::Relu, nn::Linear<float>, nn::Relu, nn::Linear<float>>;
Net make_net(index_t inputs, index_t outputs) {
  return Net({inputs, 128}, {}, {128, 128}, {}, {128, outputs});
}

/// The middles of the Gaussians (8, 2).
Tensor<float> centres() {
  const auto angle = two_pi / modes * tn::to<float>(tn::arange<index_t>(modes));
  return ring * tn::stack<float>({cos(angle), sin(angle)}, 1);
}

Tensor<float> draw_data(index_t count) {
  return tn::index_select(centres(), 0, tn::randint(0, modes, {count})) +
         spread * tn::randn<float>({count, 2});
}

/// The mean of (|gradient of the critic| - 1)^2 at random places between real and generated points.
Tensor<float> gradient_penalty(const Net& critic, const Tensor<float>& real, const Tensor<float>& fake) {
  const auto share = tn::rand<float>({real.extent(0), 1});
  auto between = share * real + (1 - share) * fake;
  between.requires_grad_();
  const auto slope = grad(sum(critic(between)), {between}, {.create_graph = true})[0];
  return mean(square(tn::norm(slope, 2, 1) - 1));
}

/// How the generated points lie: the Gaussians that have points within four standard deviations (a
/// twentieth of them at least for each eighth that is due), and the share of all points that do.
struct Coverage {
  index_t covered;
  double near;
};
Coverage coverage(const Tensor<float>& points) {
  const auto nearest = min(tn::cdist(points, centres()), 1);
  const auto near = nearest.values < 4 * spread;
  const auto hits = tn::bincount(tn::masked_select(nearest.indices, near), modes);
  return {sum(hits * 20 * modes > points.extent(0)).item(), mean(near).item()};
}

/// Points as a picture: the data in grey, what was generated in blue.
void write_picture(const std::string& file, const Tensor<float>& data, const Tensor<float>& generated) {
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-3 -3 6 6\" width=\"600\">\n";
  const auto add = [&](const Tensor<float>& points, const char* colour) {
    for (index_t i = 0; i < points.extent(0); ++i)
      svg += examples::format("<circle cx=\"%.3f\" cy=\"%.3f\" r=\"0.02\" fill=\"%s\"/>\n",
                              static_cast<double>(points(i, 0).item()),
                              static_cast<double>(points(i, 1).item()), colour);
  };
  add(data, "#bbb");
  add(generated, "#06c");
  tn::io::AtomicFile out(file);
  out.write(svg + "</svg>\n");
  out.commit();
}

struct Options {
  std::uint64_t seed = 1;
  int steps = 1000, critic_steps = 5;
  std::string picture;
};

examples::Status run(const Options& options) {
  tn::manual_seed(options.seed);
  Net generator = make_net(noise, 2), critic = make_net(2, 1);
  const tn::optim::AdamOptions recipe{.lr = 1e-3, .beta1 = 0.5, .beta2 = 0.9};
  tn::optim::Adam<float> generator_adam(nn::parameters(generator), recipe);
  tn::optim::Adam<float> critic_adam(nn::parameters(critic), recipe);
  const auto generate = [&](index_t count) { return generator(tn::randn<float>({count, noise})); };

  for (int step = 1; step <= options.steps; ++step) {
    double distance = 0;  // that of Wasserstein, as the critic estimates it
    for (int round = 0; round < options.critic_steps; ++round) {
      const auto real = draw_data(batch), fake = generate(batch).detach();
      const auto apart = mean(critic(real)) - mean(critic(fake));
      const auto loss = 0.1f * gradient_penalty(critic, real, fake) - apart;
      critic_adam.step(grad(loss, critic_adam.parameters()));
      distance = static_cast<double>(apart.item());
    }
    generator_adam.step(grad(-mean(critic(generate(batch))), generator_adam.parameters()));
    if (step == 1 || step % ((options.steps + 7) / 8) == 0 || step == options.steps) {
      const tn::NoGrad no_grad;
      const auto [covered, near] = coverage(generate(2000));
      std::printf("step %5d   distance %7.4f   modes %d of 8   %5.1f %% of points near one\n", step, distance,
                  static_cast<int>(covered), 100 * near);
    }
  }
  const tn::NoGrad no_grad;
  if (!options.picture.empty()) write_picture(options.picture, draw_data(1000), generate(1000));
  return examples::done;
}

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Learns to draw points from a mixture of Gaussians: a WGAN with gradient penalty.\n",
               "wgan_gp"};
  examples::prepare(app);
  examples::bound(app.add_option("--seed", options.seed, "of all that is random"), std::uint64_t{0});
  examples::bound(app.add_option("--steps", options.steps, "of the generator"), 1, 1000000);
  examples::bound(app.add_option("--critic-steps", options.critic_steps, "for each of these"), 1, 1000);
  app.add_option("--picture", options.picture, "where the points are drawn")->type_name("FILE.svg");
  return examples::run(app, argc, argv, [&] { return run(options); });
}
