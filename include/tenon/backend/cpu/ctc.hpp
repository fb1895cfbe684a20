#pragma once
/// Connectionist temporal classification by packs of states, one sequence on a thread. Each row of the
/// lattice is kept relative to its largest entry, and the offsets in double: what float rounds are
/// differences within a row, not log-probabilities that grow with the number of frames.

#include <algorithm>  // max, fill_n
#include <cmath>      // log, exp
#include <limits>     // infinity

#include "tenon/backend/cpu/loop.hpp"
#include "tenon/backend/memory.hpp"
#include "tenon/backend/reference/ctc.hpp"
#include "tenon/core/parallel.hpp"

namespace TENON_NAMESPACE::backend::cpu {

template <Real T>
class CtcLattice {
 public:
  CtcLattice(const CtcBatch& b, index_t n, const T* x)
      : b_(b),
        c_(b, n),
        n_(n),
        x_(x),
        frames_(b.input_length[n]),
        width_((c_.states + 2 * margin + Pack<T>::width - 1) / Pack<T>::width * Pack<T>::width +
               Pack<T>::width),
        skip_(width_),
        emission_(width_) {
    std::fill_n(skip_.data(), width_, never);
    std::fill_n(emission_.data(), width_, never);
    for (index_t s = 0; s < c_.states; ++s)
      if (c_.skips(s)) skip_[s] = T(0);
  }

  /// The loss, and the gradient unless null.
  T run(T* gradient) {
    if (frames_ == 0) return c_.states == 1 ? T(0) : -never;
    const index_t rows = gradient ? frames_ : 2;
    Buffer<T> alpha(rows * width_);
    Buffer<double> offset(frames_);
    const double likelihood = forward(alpha, rows, offset);
    if (gradient && likelihood > static_cast<double>(never)) backward(alpha, offset, likelihood, gradient);
    return static_cast<T>(-likelihood);
  }

 private:
  static constexpr index_t margin = 2;  // of impossible states, on either side
  static constexpr T never = -std::numeric_limits<T>::infinity();

  /// emission_[s] = log-probability of the label of s in frame t, less `shift`.
  void load_emission(index_t t, T shift) {
    const T* const row = x_ + (t * b_.batch + n_) * b_.classes;
    const T blank = row[c_.blank] - shift;
    for (index_t s = 0; s < c_.states; s += 2) emission_[s] = blank;
    for (index_t s = 1; s < c_.states; s += 2) emission_[s] = row[c_.labels[s / 2]] - shift;
  }

  static Pack<T> log_sum_exp(const Pack<T>& a, const Pack<T>& b, const Pack<T>& c) {
    const Pack<T> top = max(a, max(b, c));
    const Pack<T> m = select(top == Pack<T>(never), Pack<T>(0), top);
    return log(exp(a - m) + exp(b - m) + exp(c - m)) + m;
  }
  static T largest(const Pack<T>& pack) {
    T lanes[Pack<T>::width];
    pack.store(lanes);
    return *std::max_element(lanes, lanes + Pack<T>::width);
  }

  /// All rows of alpha, or the last two of them in turn; alpha of row t is what is kept plus offset[t].
  double forward(Buffer<T>& alpha, index_t rows, Buffer<double>& offset) {
    std::fill_n(alpha.data(), rows * width_, never);
    const auto row = [&](index_t t) { return alpha.data() + t % rows * width_ + margin; };
    load_emission(0, T(0));
    std::copy_n(emission_.data(), std::min<index_t>(2, c_.states), row(0));
    offset[0] = 0;
    T top = *std::max_element(row(0), row(0) + std::min<index_t>(2, c_.states));
    for (index_t t = 1; t < frames_; ++t) {
      if (top == never) return static_cast<double>(never);
      load_emission(t, top);
      offset[t] = offset[t - 1] + static_cast<double>(top);
      const T* const before = row(t - 1);
      T* const now = row(t);
      Pack<T> best(never);
      for (index_t s = 0; s < c_.states; s += Pack<T>::width) {
        const auto at = [&](const T* p) { return Pack<T>::load(p + s); };
        const Pack<T> a =
            log_sum_exp(at(before), at(before - 1), at(before - 2) + at(skip_.data())) + at(emission_.data());
        a.store(now + s);
        best = max(best, a);
      }
      top = largest(best);
    }
    const T* const last = row(frames_ - 1) + c_.states - 1;
    return offset[frames_ - 1] + reference::log_sum_exp(static_cast<double>(last[0]),
                                                        static_cast<double>(last[-1]), reference::ctc_never);
  }

  /// gradient -= the probability of being in a state, at the state's label.
  void backward(const Buffer<T>& alpha, const Buffer<double>& offset, double likelihood, T* gradient) {
    Buffer<T> beta(width_), onward(width_), share(width_);
    std::fill_n(onward.data(), width_, never);
    std::fill_n(beta.data(), width_, never);
    for (index_t s = std::max<index_t>(0, c_.states - 2); s < c_.states; ++s) beta[s] = T(0);
    double beta_offset = 0;
    T top = T(0);  // the largest entry of beta
    for (index_t t = frames_ - 1;; --t) {
      const Pack<T> factor(static_cast<T>(offset[t] + beta_offset - likelihood));
      const T* const a = alpha.data() + t * width_ + margin;
      for (index_t s = 0; s < c_.states; s += Pack<T>::width)
        exp(Pack<T>::load(a + s) + Pack<T>::load(beta.data() + s) + factor).store(share.data() + s);
      T* const g = gradient + (t * b_.batch + n_) * b_.classes;
      T blank = T(0);
      for (index_t s = 0; s < c_.states; s += 2) blank += share[s];
      g[c_.blank] -= blank;
      for (index_t s = 1; s < c_.states; s += 2) g[c_.labels[s / 2]] -= share[s];
      if (t == 0) return;
      beta_offset += static_cast<double>(top);
      top = step_back(t, top, beta, onward);
    }
  }
  /// beta of frame t - 1 from that of frame t, less `shift`. Returns its largest entry.
  T step_back(index_t t, T shift, Buffer<T>& beta, Buffer<T>& onward) {
    load_emission(t, shift);
    for (index_t s = 0; s < c_.states; ++s) onward[s] = beta[s] + emission_[s];
    Pack<T> best(never);
    for (index_t s = 0; s < c_.states; s += Pack<T>::width) {
      const auto at = [&](const T* p) { return Pack<T>::load(p + s); };
      const Pack<T> b =
          log_sum_exp(at(onward.data()), at(onward.data() + 1), at(onward.data() + 2) + at(skip_.data() + 2));
      b.store(beta.data() + s);
      best = max(best, b);
    }
    return largest(best);
  }

  const CtcBatch& b_;
  reference::CtcStates c_;
  index_t n_;
  const T* x_;
  index_t frames_, width_;
  Buffer<T> skip_, emission_;
};

template <Real T>
void ctc(const CtcBatch& b, const T* x, T* nll, T* gradient) {
  parallel_for(b.batch, 1, [&](index_t begin, index_t end) {
    for (index_t n = begin; n < end; ++n) {
      for (index_t t = 0; gradient && t < b.frames; ++t)
        std::fill_n(gradient + (t * b.batch + n) * b.classes, b.classes, T(0));
      nll[n] = CtcLattice<T>(b, n, x).run(gradient);
    }
  });
}

}  // namespace TENON_NAMESPACE::backend::cpu
