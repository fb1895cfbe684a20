#pragma once
/// Training or evaluation as a property of a model, whichever thread calls it.

#include "tenon/core/atomic.hpp"
#include "tenon/graph/mode.hpp"

namespace TENON_NAMESPACE::nn {

/// The switch that `eval(model)` and `train(model)` set: a member of each layer that behaves differently in
/// training and in evaluation. It is copied with the layer and not saved to files. A module that calls a
/// function such as `dropout` itself needs a Mode too and passes it on:
///
///     nn::Mode mode{};
///     …
///     return out(dropout(h, 0.1, mode.training()));
class Mode {
 public:
  Mode() = default;
  Mode(const Mode& other) : evaluates_(other.evaluates()) {}
  Mode& operator=(const Mode& other) {
    set_training(!other.evaluates());
    return *this;
  }
  ~Mode() = default;

  /// Whether to behave as in training: false after `eval(model)`, otherwise this thread's
  /// `tenon::training()`.
  bool training() const { return !evaluates() && tenon::training(); }
  /// Switches to training (true) or evaluation (false). Safe while other threads call `training()`.
  void set_training(bool on) const { evaluates_.store(!on, MemoryOrder::relaxed); }

 private:
  bool evaluates() const { return evaluates_.load(MemoryOrder::relaxed); }
  mutable Atomic<bool> evaluates_{false};
};

}  // namespace TENON_NAMESPACE::nn
