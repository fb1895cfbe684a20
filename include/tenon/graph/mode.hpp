#pragma once
/// The modes of a thread: whether operations are recorded, and whether layers such as dropout are training.

#include "tenon/core/config.hpp"

namespace TENON_NAMESPACE {

namespace graph {
/// The modes of a thread.
struct Mode {
  bool recording = true;  ///< whether operations are recorded
  /// Whether layers are training; `follow`: if operations are recorded.
  enum class Training : char { follow, on, off } training = Training::follow;
  class Anomaly* anomaly = nullptr;  ///< the search for NaN and infinity, if there is one; see anomaly.hpp
};
/// The modes of the calling thread.
TENON_SHARED inline Mode& mode() {
  thread_local Mode mode;
  return mode;
}
}  // namespace graph

/// Whether operations are recorded for differentiation on this thread.
inline bool grad_enabled() {
  return graph::mode().recording;
}

/// Whether layers behave as in training on this thread: `grad_enabled()`, unless a `TrainingMode` is in
/// scope.
inline bool training() {
  const graph::Mode& m = graph::mode();
  return m.training == graph::Mode::Training::follow ? m.recording : m.training == graph::Mode::Training::on;
}

/// Switches recording on or off for a scope of this thread.
class GradMode {
 public:
  /// Switches recording until the object is destroyed.
  [[nodiscard]] explicit GradMode(bool recording) : before_(graph::mode().recording) {
    graph::mode().recording = recording;
  }
  ~GradMode() { graph::mode().recording = before_; }
  GradMode(const GradMode&) = delete;
  GradMode& operator=(const GradMode&) = delete;

 private:
  bool before_;
};

/// Switches recording off for a scope of this thread. Layers then behave as in evaluation, unless a
/// `TrainingMode` is in scope.
struct NoGrad : GradMode {
  [[nodiscard]] NoGrad() : GradMode(false) {}
};

/// Sets training or evaluation for a scope of this thread, independently of recording.
class TrainingMode {
 public:
  /// Sets training (true) or evaluation until the object is destroyed.
  [[nodiscard]] explicit TrainingMode(bool on) : before_(graph::mode().training) {
    graph::mode().training = on ? graph::Mode::Training::on : graph::Mode::Training::off;
  }
  ~TrainingMode() { graph::mode().training = before_; }
  TrainingMode(const TrainingMode&) = delete;
  TrainingMode& operator=(const TrainingMode&) = delete;

 private:
  graph::Mode::Training before_;
};

}  // namespace TENON_NAMESPACE
