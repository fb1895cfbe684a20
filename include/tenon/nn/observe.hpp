#pragma once
/// Watching what layers compute, without touching the model: hooks on outputs, and what `summary` is made of.

#include "tenon/nn/module.hpp"

namespace TENON_NAMESPACE::nn {

/// One call of a layer.
struct LayerCall {
  ModuleIdentity layer;
  Shape input, output;
  index_t macs;            ///< multiplications with additions; 0 where the layer does not say
  const void* values;      ///< a Tensor<T> of the output
  const void* value_type;  ///< tells its T
};

/// Hears of every call of a layer in its scope on this thread.
class LayerObserver {
 public:
  LayerObserver() : next_(first()) { first() = this; }
  virtual ~LayerObserver() { first() = next_; }
  LayerObserver(const LayerObserver&) = delete;
  LayerObserver& operator=(const LayerObserver&) = delete;

  static bool any() { return first() != nullptr; }
  static void tell(const LayerCall& call) {
    for (LayerObserver* observer = first(); observer; observer = observer->next_) observer->called(call);
  }

 protected:
  virtual void called(const LayerCall& call) = 0;

 private:
  TENON_SHARED static LayerObserver*& first() {
    thread_local LayerObserver* observer = nullptr;
    return observer;
  }
  LayerObserver* next_;
};

/// What a layer returns: its output, after observers have heard of it. A layer that knows its work has
/// `index_t macs(const Shape& input, const Shape& output) const`.
template <class Layer, Real T>
Tensor<T> observed(const Layer& layer, const Shape& input, Tensor<T> output) {
  if (LayerObserver::any()) [[unlikely]] {
    index_t macs = 0;
    if constexpr (requires { layer.macs(input, output.shape()); }) macs = layer.macs(input, output.shape());
    LayerObserver::tell(
        {detail::identity(layer), input, output.shape(), macs, &output, &detail::type_tag<Tensor<T>>});
  }
  return output;
}

/// Calls f(output) whenever `layer`, which outlives the hook, has computed.
///
///     nn::OutputHook hook(model.encoder, [&](const Tensor<float>& y) { … });
template <class Layer, class F>
class OutputHook final : LayerObserver {
 public:
  [[nodiscard]] OutputHook(const Layer& layer, F f) : layer_(detail::identity(layer)), f_(std::move(f)) {}

 private:
  void called(const LayerCall& call) override {
    using T = ScalarOf<Layer>;
    if (call.layer == layer_ && call.value_type == &detail::type_tag<Tensor<T>>)
      f_(*static_cast<const Tensor<T>*>(call.values));
  }

  ModuleIdentity layer_;
  F f_;
};

}  // namespace TENON_NAMESPACE::nn
