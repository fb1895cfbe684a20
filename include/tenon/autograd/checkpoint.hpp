#pragma once
/// Activation checkpointing: activations are recomputed in the backward pass instead of kept, which trades
/// time for memory (Chen et al. 2016, https://arxiv.org/abs/1604.06174).

#include "tenon/autograd/grad.hpp"

namespace TENON_NAMESPACE {

namespace detail {
/// Sets the default generator to an earlier state for a scope, so that it repeats its numbers.
class ScopedState {
 public:
  [[nodiscard]] explicit ScopedState(const Generator::State& state) : before_(default_generator().state()) {
    default_generator().set_state(state);
  }
  ~ScopedState() { default_generator().set_state(before_); }
  ScopedState(const ScopedState&) = delete;
  ScopedState& operator=(const ScopedState&) = delete;

 private:
  Generator::State before_;
};
}  // namespace detail

/// Computes f(xs) without keeping f's intermediate results; the backward pass calls f again.
///
/// f is (const std::vector<Tensor<T>>&) -> Tensor<T>. Apart from numbers of the default generator, which are
/// repeated, it must be deterministic. Gradients flow only to tensors in xs, so parameters that f uses must
/// be among them.
///
///   keeps: xs
///   cost: one more evaluation of f in the backward pass
///   source: Chen et al. 2016, https://arxiv.org/abs/1604.06174
template <Real T, class F>
Tensor<T> checkpoint(F f, const std::vector<Tensor<T>>& xs) {
  const bool in_training = training();  // the same in both runs, though recording is not
  const Generator::State drawn_from = default_generator().state();
  Tensor<T> y = [&] {
    const TrainingMode mode(in_training);
    const NoGrad no_grad;
    return f(xs).detach();
  }();
  const std::vector<graph::Input<T>> inputs(xs.begin(), xs.end());
  const auto rule = [f, in_training, drawn_from](const Backward<T>& p) {
    const bool higher_order = grad_enabled();
    const detail::ScopedState again_from(drawn_from);
    const TrainingMode mode(in_training);
    const GradMode recording(true);
    std::vector<Tensor<T>> again, wanted;
    for (int i = 0; i < p.inputs(); ++i) {
      again.push_back(higher_order ? clone(p.input(i)) : p.input(i).detach());
      if (!p.needs(i)) continue;
      if (!higher_order) again.back().requires_grad_();
      wanted.push_back(again.back());
    }
    const std::vector<Tensor<T>> found =
        grad(f(again), wanted, {.output_gradient = p.gradient(), .create_graph = higher_order});
    Gradients<T> gradients;
    for (int i = 0, k = 0; i < p.inputs(); ++i)
      gradients.push_back(p.needs(i) ? found[static_cast<std::size_t>(k++)] : Tensor<T>{});
    return gradients;
  };
  return record("checkpoint", y, inputs.data(), static_cast<int>(inputs.size()), rule);
}

}  // namespace TENON_NAMESPACE
