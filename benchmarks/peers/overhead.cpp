/// What an operation costs beyond its arithmetic: tensors of four elements, and a chain of twenty small ops.

#include "benchmarks/peers/support.hpp"

namespace {

using bench::compare;

/// Ten times v <- tanh(v * 1.01): twenty ops.
template <class Tensor>
Tensor chain(Tensor v) {
  for (int i = 0; i < 10; ++i) v = tanh(v * 1.01f);
  return v;
}

#if defined(TENON_BENCHMARK_TORCH)
const auto torch_a = torch::rand({4}), torch_b = torch::rand({4}), torch_x = torch::rand({8, 8});
const auto torch_leaf = torch::rand({4}, torch::requires_grad()),
           torch_chain_leaf = torch::rand({8, 8}, torch::requires_grad());

void torch_add_nograd() {
  const torch::NoGradGuard no_grad;
  benchmark::DoNotOptimize(torch_a + torch_b);
}
void torch_add_recorded() {
  benchmark::DoNotOptimize(torch_leaf + torch_b);
}
void torch_add_backward() {
  benchmark::DoNotOptimize(torch::autograd::grad({(torch_leaf + torch_b).sum()}, {torch_leaf}));
}
void torch_chain_nograd() {
  const torch::NoGradGuard no_grad;
  benchmark::DoNotOptimize(chain(torch_x));
}
void torch_chain_backward() {
  benchmark::DoNotOptimize(torch::autograd::grad({chain(torch_chain_leaf).sum()}, {torch_chain_leaf}));
}
#define PEER(call) call
#else
#define PEER(call) std::function<void()>()
#endif

const auto a = tn::rand<float>({4}), b = tn::rand<float>({4}), x = tn::rand<float>({8, 8});
const auto leaf = tn::rand<float>({4}).requires_grad_(),
           chain_leaf = tn::rand<float>({8, 8}).requires_grad_();

void add_nograd() {
  const tn::NoGrad no_grad;
  benchmark::DoNotOptimize(a + b);
}
void add_recorded() {
  benchmark::DoNotOptimize(leaf + b);
}
void add_backward() {
  benchmark::DoNotOptimize(grad(sum(leaf + b), {leaf}));
}
void chain_nograd() {
  const tn::NoGrad no_grad;
  benchmark::DoNotOptimize(chain(x));
}
void chain_backward() {
  benchmark::DoNotOptimize(grad(sum(chain(chain_leaf)), {chain_leaf}));
}

}  // namespace

void bench::overhead(int threads) {
  compare({"add_4", threads}, add_nograd, PEER(torch_add_nograd));
  compare({"add_4_recorded", threads}, add_recorded, PEER(torch_add_recorded));
  compare({"add_4_fwd_bwd", threads}, add_backward, PEER(torch_add_backward));
  compare({"chain20_8x8", threads}, chain_nograd, PEER(torch_chain_nograd));
  compare({"chain20_8x8_fwd_bwd", threads}, chain_backward, PEER(torch_chain_backward));
}
