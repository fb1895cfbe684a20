#pragma once
/// Connectionist temporal classification. (Graves et al. 2006, "Connectionist temporal classification:
/// labelling unsegmented sequence data with recurrent neural networks".)

#include <algorithm>  // max, fill_n
#include <cmath>      // exp, log
#include <limits>     // infinity
#include <vector>     // vector

#include "tenon/backend/ctc_batch.hpp"

namespace TENON_NAMESPACE::backend::reference {

/// One sequence of a batch: its labels with blanks before, between and after them are the states 0 … states -
/// 1 of the lattice.
struct CtcStates {
  const index_t* labels;
  index_t states, blank;

  CtcStates(const CtcBatch& b, index_t n)
      : labels(b.labels + b.offset[n]), states(2 * b.length[n] + 1), blank(b.blank) {}

  index_t label(index_t s) const { return s % 2 == 1 ? labels[s / 2] : blank; }
  /// Whether state s may follow s - 2: a blank stays between equal labels.
  bool skips(index_t s) const { return s % 2 == 1 && s > 1 && label(s) != label(s - 2); }
};

inline constexpr double ctc_never = -std::numeric_limits<double>::infinity();

inline double log_sum_exp(double a, double b, double c) {
  const double m = std::max(a, std::max(b, c));
  return m == ctc_never ? m : m + std::log(std::exp(a - m) + std::exp(b - m) + std::exp(c - m));
}

/// alpha(frames, states): the log-probability of all ways to reach a state, its own frame included. `at(t,
/// s)` is the log-probability of the label of state s in frame t.
template <class At>
std::vector<double> ctc_alpha(const CtcStates& c, index_t frames, At at) {
  std::vector<double> alpha(static_cast<std::size_t>(frames * c.states), ctc_never);
  const auto cell = [&](index_t t, index_t s) -> double& {
    return alpha[static_cast<std::size_t>(t * c.states + s)];
  };
  for (index_t s = 0; s < std::min<index_t>(2, c.states); ++s) cell(0, s) = at(0, s);
  for (index_t t = 1; t < frames; ++t)
    for (index_t s = 0; s < c.states; ++s)
      cell(t, s) = at(t, s) + log_sum_exp(cell(t - 1, s), s > 0 ? cell(t - 1, s - 1) : ctc_never,
                                          c.skips(s) ? cell(t - 1, s - 2) : ctc_never);
  return alpha;
}

/// Calls f(t, s, beta) from the last frame to the first with the log-probability of all ways to go on from a
/// state, its own frame excluded.
template <class At, class F>
void ctc_beta(const CtcStates& c, index_t frames, At at, F f) {
  std::vector<double> beta(static_cast<std::size_t>(c.states), ctc_never), next = beta;
  for (index_t t = frames; t-- > 0;) {
    for (index_t s = 0; s < c.states; ++s) {
      const auto from = [&](index_t to) { return at(t + 1, to) + next[static_cast<std::size_t>(to)]; };
      double& b = beta[static_cast<std::size_t>(s)];
      if (t == frames - 1)
        b = s >= c.states - 2 ? 0 : ctc_never;
      else
        b = log_sum_exp(from(s), s + 1 < c.states ? from(s + 1) : ctc_never,
                        s + 2 < c.states && c.skips(s + 2) ? from(s + 2) : ctc_never);
      f(t, s, b);
    }
    std::swap(beta, next);
  }
}

template <class T>
void ctc_sequence(const CtcBatch& b, index_t n, const T* x, T* nll, T* gradient) {
  const CtcStates c(b, n);
  const index_t frames = b.input_length[n];
  const auto position = [&](index_t t, index_t s) { return (t * b.batch + n) * b.classes + c.label(s); };
  const auto at = [&](index_t t, index_t s) { return static_cast<double>(x[position(t, s)]); };
  double log_likelihood = c.states == 1 ? 0 : ctc_never;  // of no frames
  const std::vector<double> alpha = frames > 0 ? ctc_alpha(c, frames, at) : std::vector<double>{};
  if (frames > 0)
    log_likelihood =
        log_sum_exp(alpha[alpha.size() - 1], c.states > 1 ? alpha[alpha.size() - 2] : ctc_never, ctc_never);
  *nll = static_cast<T>(-log_likelihood);
  if (!gradient || frames == 0 || log_likelihood == ctc_never) return;
  ctc_beta(c, frames, at, [&](index_t t, index_t s, double beta) {
    T& g = gradient[position(t, s)];
    g = static_cast<T>(static_cast<double>(g) -
                       std::exp(alpha[static_cast<std::size_t>(t * c.states + s)] + beta - log_likelihood));
  });
}

template <class T>
void ctc(const CtcBatch& b, const T* x, T* nll, T* gradient) {
  if (gradient) std::fill_n(gradient, b.frames * b.batch * b.classes, T(0));
  for (index_t n = 0; n < b.batch; ++n) ctc_sequence(b, n, x, nll + n, gradient);
}

}  // namespace TENON_NAMESPACE::backend::reference
