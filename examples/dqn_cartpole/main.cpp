/// dqn_cartpole: a network that learns to balance a pole on a cart by trial and error: deep Q-learning
/// (Mnih et al. 2015) with a memory of what happened, and a target network that follows slowly.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "../support/common/program.hpp"
#include "tenon/nn/linear.hpp"
#include "tenon/optim/adam.hpp"
#include "tenon/optim/clip.hpp"
#include "tenon/tenon.hpp"

using tn::index_t, tn::Tensor;

constexpr index_t batch = 64, longest = 500;  // steps of an episode, as in Gym's CartPole-v1
constexpr float discount = 0.99f;

float uniform(float low, float high) {
  return tn::uniform<float>({}, low, high).item();
}

/// The cart of Barto, Sutton & Anderson 1983 with the constants of Gym: each step pushes it to the left or to
/// the right for 0.02 s, and is rewarded by 1 until the pole leans by 12 degrees or the cart is off the track.
struct CartPole {
  std::array<float, 4> state{};  // place, speed, angle and its speed
  int steps = 0;

  void reset() {
    for (float& value : state) value = uniform(-0.05f, 0.05f);
    steps = 0;
  }
  void push(bool right) {
    constexpr float gravity = 9.8f, pole_mass = 0.1f, mass = 1.1f, half_length = 0.5f, time = 0.02f;
    auto& [x, speed, angle, turn] = state;
    const float cosine = std::cos(angle), sine = std::sin(angle), force = right ? 10.0f : -10.0f;
    const float push = (force + pole_mass * half_length * turn * turn * sine) / mass;
    const float turning =
        (gravity * sine - cosine * push) / (half_length * (4.0f / 3.0f - pole_mass * cosine * cosine / mass));
    const float moving = push - pole_mass * half_length * turning * cosine / mass;
    x += time * speed, speed += time * moving, angle += time * turn, turn += time * turning;
    ++steps;
  }
  bool fallen() const { return std::abs(state[0]) > 2.4f || std::abs(state[2]) > 0.2095f; }
  bool over() const { return fallen() || steps == longest; }
};

/// The returns that are to be expected after each of the two pushes.
struct QNet {
  tn::nn::Linear<float> in{4, 128}, hidden{128, 128}, out{128, 2};
  Tensor<float> operator()(const Tensor<float>& x) const { return out(relu(hidden(relu(in(x))))); }
};

/// The last things that happened, of which batches are drawn: one row of a tensor each, which holds state,
/// next state, push, and whether the pole fell.
class Memory {
 public:
  explicit Memory(index_t capacity) : rows_(tn::zeros<float>({capacity, 10})) {}
  void add(const std::array<float, 4>& state, bool right, const CartPole& after) {
    const auto& next = after.state;
    auto row = rows_[added_++ % rows_.extent(0)];
    tn::copy_(row, tn::tensor<float>({state[0], state[1], state[2], state[3], next[0], next[1], next[2],
                                      next[3], right, after.fallen()}));
  }
  Tensor<float> draw(index_t count) const {
    const index_t filled = std::min(added_, rows_.extent(0));
    return tn::index_select(rows_, 0, tn::randint(0, filled, {count}));
  }

 private:
  Tensor<float> rows_;
  index_t added_ = 0;
};

/// What the network says of the pushes that were made, against the reward and what the target network expects
/// of the best push afterwards. The choice of that push is left to the network itself (van Hasselt 2016).
Tensor<float> loss_of(const QNet& net, const QNet& target, const Tensor<float>& rows) {
  const auto columns = [&](index_t begin, index_t end) { return rows(tn::all, tn::range(begin, end)); };
  const auto state = columns(0, 4), next = columns(4, 8), fallen = columns(9, 10);
  const auto pushed = tn::to<index_t>(columns(8, 9));
  const auto expected = [&] {
    const tn::NoGrad no_grad;
    return 1 + discount * (1 - fallen) * tn::gather(target(next), 1, argmax(net(next), 1, true));
  }();
  return smooth_l1_loss(tn::gather(net(state), 1, pushed), expected);
}

bool best_push(const QNet& net, const std::array<float, 4>& state) {
  const tn::NoGrad no_grad;
  return argmax(net(tn::tensor<float>({{state[0], state[1], state[2], state[3]}}))).item() == 1;
}

/// The mean return over episodes in which every push is the best that the network knows.
double mean_return(const QNet& net, int episodes) {
  double sum = 0;
  for (int k = 0; k < episodes; ++k) {
    CartPole cart;
    for (cart.reset(); !cart.over();) cart.push(best_push(net, cart.state));
    sum += cart.steps;
  }
  return sum / episodes;
}

examples::Status run(std::uint64_t seed, int steps) {
  tn::manual_seed(seed);
  QNet net, best;
  QNet target = net;  // a copy of the weights
  double best_return = 0;
  tn::optim::Adam<float> adam(tn::nn::parameters(net), {.lr = 5e-4});
  Memory memory(20000);
  CartPole cart;
  cart.reset();
  for (int step = 1; step <= steps; ++step) {
    const auto before = cart.state;
    const float curiosity = std::max(0.05f, 1 - static_cast<float>(step) / 5000);
    const bool right = uniform(0, 1) < curiosity ? uniform(0, 1) < 0.5f : best_push(net, before);
    cart.push(right);
    memory.add(before, right, cart);
    if (cart.over()) cart.reset();

    auto gradients = grad(loss_of(net, target, memory.draw(batch)), adam.parameters());
    tn::optim::clip_grad_norm(gradients, 10.0);
    adam.step(gradients);
    if (step % 250 == 0) target = net;
    if (step % ((steps + 9) / 10) == 0 || step == steps) {
      const double reached = mean_return(net, 10);
      if (reached >= best_return) best = net, best_return = reached;
      std::printf("step %6d   mean return %5.1f\n", step, reached);
    }
  }
  std::printf("best network: mean return %.1f of %d in 20 new episodes\n", mean_return(best, 20),
              static_cast<int>(longest));
  return examples::done;
}

int main(int argc, char** argv) {
  std::uint64_t seed = 1;
  int steps = 20000;
  CLI::App app{"Learns to balance a pole on a cart: deep Q-learning.\n", "dqn_cartpole"};
  examples::prepare(app);
  examples::bound(app.add_option("--seed", seed, "of all that is random"), std::uint64_t{0});
  examples::bound(app.add_option("--steps", steps, "of the cart and of the training"), 1, 10000000);
  return examples::run(app, argc, argv, [&] { return run(seed, steps); });
}
