#pragma once
/// What this thread records, and whether layers such as dropout are training.

#include "tenon/core/config.hpp"

namespace TENON_NAMESPACE {

namespace graph {
struct Mode {
  bool recording = true;
  enum class Training : char { follow, on, off } training = Training::follow;
};
TENON_SHARED inline Mode& mode() {
  thread_local Mode mode;
  return mode;
}
}  // namespace graph

/// Whether operations are recorded for differentiation.
inline bool grad_enabled() {
  return graph::mode().recording;
}

/// Whether layers behave as in training. Follows `grad_enabled()` unless a `TrainingMode` says otherwise.
inline bool training() {
  const graph::Mode& m = graph::mode();
  return m.training == graph::Mode::Training::follow ? m.recording : m.training == graph::Mode::Training::on;
}

/// Sets recording for a scope of this thread.
class GradMode {
 public:
  [[nodiscard]] explicit GradMode(bool recording) : before_(graph::mode().recording) {
    graph::mode().recording = recording;
  }
  ~GradMode() { graph::mode().recording = before_; }
  GradMode(const GradMode&) = delete;
  GradMode& operator=(const GradMode&) = delete;

 private:
  bool before_;
};

/// Nothing is recorded in its scope; layers evaluate.
struct NoGrad : GradMode {
  [[nodiscard]] NoGrad() : GradMode(false) {}
};

/// Sets training or evaluation for a scope of this thread, apart from recording.
class TrainingMode {
 public:
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
