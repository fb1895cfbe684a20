#pragma once
/// Observation of the outputs of layers without a change to the model: output hooks, and the base of
/// `summary`.

#include "tenon/nn/module.hpp"

namespace TENON_NAMESPACE::nn {

/// The record of one call of a layer, as observers receive it.
struct LayerCall {
  ModuleIdentity layer;    ///< the layer that was called
  Shape input, output;     ///< shapes of its first input and its output
  index_t macs;            ///< multiply-adds; 0 where the layer does not say
  const void* values;      ///< the output, a Tensor<T>
  const void* value_type;  ///< an address that is unique to the output's type
};

/// Base of observers: while it exists, `on_call` is called after every call of a layer on the thread that
/// made it. Observers are destroyed in the reverse order of their construction.
class LayerObserver {
 public:
  LayerObserver() : next_(first()) { first() = this; }
  virtual ~LayerObserver() { first() = next_; }
  LayerObserver(const LayerObserver&) = delete;
  LayerObserver& operator=(const LayerObserver&) = delete;

  /// Whether this thread has an observer.
  static bool any() { return first() != nullptr; }
  /// Passes a call to all observers of this thread.
  static void notify(const LayerCall& call) {
    for (LayerObserver* observer = first(); observer; observer = observer->next_) observer->on_call(call);
  }

 protected:
  /// Receives each call of a layer, after the layer has computed its output.
  virtual void on_call(const LayerCall& call) = 0;

 private:
  TENON_SHARED static LayerObserver*& first() {
    thread_local LayerObserver* observer = nullptr;
    return observer;
  }
  LayerObserver* next_;
};

/// Returns `output` after passing it to this thread's observers: the last line of every layer's call
/// operator. A layer that can count its multiply-adds has `index_t macs(const Shape& input, const Shape&
/// output) const`.
template <class Layer, Real T>
Tensor<T> notify_hooks(const Layer& layer, const Shape& input, Tensor<T> output) {
  if (LayerObserver::any()) [[unlikely]] {
    index_t macs = 0;
    if constexpr (requires { layer.macs(input, output.shape()); }) macs = layer.macs(input, output.shape());
    LayerObserver::notify(
        {detail::identity(layer), input, output.shape(), macs, &output, &detail::type_tag<Tensor<T>>});
  }
  return output;
}

/// Calls f(output) after every call of `layer` on this thread, as long as the hook exists. The layer must
/// outlive the hook and stay at its address.
///
///     nn::ForwardHook hook(model.encoder, [&](const Tensor<float>& y) { … });
template <class Layer, class F>
class ForwardHook final : LayerObserver {
 public:
  [[nodiscard]] ForwardHook(const Layer& layer, F f) : layer_(detail::identity(layer)), f_(std::move(f)) {}

 private:
  void on_call(const LayerCall& call) override {
    using T = ScalarOf<Layer>;
    if (call.layer == layer_ && call.value_type == &detail::type_tag<Tensor<T>>)
      f_(*static_cast<const Tensor<T>*>(call.values));
  }

  ModuleIdentity layer_;
  F f_;
};

}  // namespace TENON_NAMESPACE::nn
