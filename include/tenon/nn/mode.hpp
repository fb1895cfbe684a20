#pragma once
/// Evaluation that stays with a model, whichever thread calls it.

#include "tenon/core/atomic.hpp"
#include "tenon/graph/mode.hpp"

namespace TENON_NAMESPACE::nn {

/// A member of each layer that behaves otherwise in training than in evaluation, which `eval(model)` and
/// `train(model)` switch. It is copied with the layer and is no part of files. A module that calls `dropout`
/// or the like itself has one as well and hands it on:
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

  /// Whether to behave as in training: as this thread says (`tenon::training()`), unless the model was set to
  /// evaluation.
  bool training() const { return !evaluates() && tenon::training(); }
  /// May be called while other threads ask.
  void set_training(bool on) const { evaluates_.store(!on, MemoryOrder::relaxed); }

 private:
  bool evaluates() const { return evaluates_.load(MemoryOrder::relaxed); }
  mutable Atomic<bool> evaluates_{false};
};

}  // namespace TENON_NAMESPACE::nn
