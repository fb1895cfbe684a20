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

namespace detail {

/// The tensor in what a layer returns, and the shape of what it takes.
template <class X>
const auto& tensor_of(const X& x) {
  if constexpr (requires { x.output; })
    return x.output;
  else if constexpr (requires { x.hidden; })
    return x.hidden;
  else
    return x;
}
template <class X>
const Shape& shape_of(const X& x) {
  if constexpr (std::is_same_v<X, Shape>)
    return x;
  else
    return x.shape();
}

/// Passes a call to this thread's observers.
template <class Layer, class Input, Real T>
[[gnu::cold]] void report(const Layer& layer, const Input& input, const Tensor<T>& output) {
  index_t macs = 0;
  if constexpr (requires { layer.macs(shape_of(input), output.shape()); })
    macs = layer.macs(shape_of(input), output.shape());
  LayerObserver::notify(
      {identity(layer), shape_of(input), output.shape(), macs, &output, &type_tag<Tensor<T>>});
}

/// Marks, while the search for NaN is on, the layer that is being called.
class CalledLayer {
 public:
  explicit CalledLayer(const Error::Place& place) : search_(graph::mode().anomaly) {
    if (!search_) return;
    before_ = search_->layer;
    search_->layer = place;
  }
  ~CalledLayer() {
    if (search_) search_->layer = before_;
  }
  CalledLayer(const CalledLayer&) = delete;
  CalledLayer& operator=(const CalledLayer&) = delete;

 private:
  graph::Anomaly* search_;
  Error::Place before_{};
};

}  // namespace detail

/// The call of a layer: returns compute(), after passing its tensor to this thread's observers. Each layer's call
/// operator consists of it. An Error that leaves it knows the layer, see `with_paths`. A layer that can count its
/// multiply-adds has `index_t macs(const Shape& input, const Shape& output) const`.
template <class Layer, class Input, class Compute>
auto call_layer(const Layer& layer, const Input& input, Compute compute) {
  const Error::Place place{&layer, &detail::type_tag<Layer>};
  const detail::CalledLayer called(place);
  try {
    auto output = compute();
    if (LayerObserver::any()) [[unlikely]]
      detail::report(layer, input, detail::tensor_of(output));
    return output;
  } catch (Error& error) {
    error.set_place(place);
    throw;
  }
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
