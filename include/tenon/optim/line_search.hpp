#pragma once
/// Line search for a step that satisfies the strong Wolfe conditions (Nocedal & Wright 2006, algorithms 3.5
/// and 3.6), with the constants of Schmidt's minFunc, which PyTorch follows.

#include <algorithm>  // min, max
#include <cmath>      // abs, sqrt

#include "tenon/tensor/tensor.hpp"

namespace TENON_NAMESPACE::optim {

/// A point on the search line: its step length, and the loss, the gradient and the slope along the line
/// there.
template <Real T>
struct LinePoint {
  double step, loss;
  Tensor<T> gradient;
  double slope;
};

namespace detail {

/// The minimum, within bounds, of the cubic through the losses and slopes of two points; the middle of the
/// bounds if the cubic has no minimum.
template <class T>
double cubic_minimum(const LinePoint<T>& p, const LinePoint<T>& q, double low, double high) {
  const double d1 = p.slope + q.slope - 3 * (p.loss - q.loss) / (p.step - q.step);
  const double square = d1 * d1 - p.slope * q.slope;
  if (!(square >= 0)) return (low + high) / 2;
  const double d2 = std::sqrt(square);
  const LinePoint<T>&left = p.step <= q.step ? p : q, &right = p.step <= q.step ? q : p;
  const double least =
      right.step - (right.step - left.step) * ((right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2));
  return std::min(std::max(least, low), high);
}

/// Two points between which a step satisfies the conditions.
template <class T>
struct Bracket {
  LinePoint<T> point[2];
  bool insufficient = false;  // the last trial stood at an end

  double low_step() const { return std::min(point[0].step, point[1].step); }
  double high_step() const { return std::max(point[0].step, point[1].step); }
  /// The index of the point with the smaller loss.
  int best() const { return point[0].loss <= point[1].loss ? 0 : 1; }

  /// The next step to try: the minimum of the cubic, but not close to an end of the bracket twice in a row.
  double next() {
    const double low = low_step(), high = high_step(), margin = 0.1 * (high - low);
    const double t = cubic_minimum(point[0], point[1], low, high);
    if (!(std::min(high - t, t - low) < margin)) {
      insufficient = false;
    } else if (insufficient || t >= high || t <= low) {
      insufficient = false;
      return std::abs(t - high) < std::abs(t - low) ? high - margin : low + margin;
    } else {
      insufficient = true;
    }
    return t;
  }
};

}  // namespace detail

/// A point that satisfies the strong Wolfe conditions: sufficient decrease, loss <= start.loss + 1e-4 step
/// start.slope, and curvature, |slope| <= 0.9 |start.slope|. After 25 trials, the best point so far.
///
/// `at(step)` evaluates a point; `start` is the point at step 0, with a negative slope; `first` the step to
/// try first. The search also ends when the bracket times `scale`, the largest element of the direction, is
/// below `tolerance`.
template <Real T, class At>
LinePoint<T> strong_wolfe(const At& at, const LinePoint<T>& start, double first, double scale,
                          double tolerance) {
  constexpr int most_tries = 25;
  const auto falls_too_little = [&](const LinePoint<T>& p) {
    return p.loss > start.loss + 1e-4 * p.step * start.slope;
  };
  const auto is_flat = [&](const LinePoint<T>& p) { return std::abs(p.slope) <= -0.9 * start.slope; };

  LinePoint<T> before = start, now = at(first);
  int tries = 0;
  for (; tries < most_tries; ++tries) {
    if (falls_too_little(now) || (tries > 1 && now.loss >= before.loss)) break;
    if (is_flat(now)) return now;
    if (now.slope >= 0) break;
    const double further =
        detail::cubic_minimum(before, now, now.step + 0.01 * (now.step - before.step), 10 * now.step);
    before = now;
    now = at(further);
  }
  detail::Bracket<T> bracket{{tries == most_tries ? start : before, now}};
  int low = bracket.best();
  for (; tries < most_tries; ++tries) {
    if ((bracket.high_step() - bracket.low_step()) * scale < tolerance) break;
    now = at(bracket.next());
    LinePoint<T>&best = bracket.point[low], &other = bracket.point[1 - low];
    if (falls_too_little(now) || now.loss >= best.loss) {
      other = now;
      low = bracket.best();
      continue;
    }
    if (is_flat(now)) return now;
    if (now.slope * (other.step - best.step) >= 0) other = best;
    best = now;
  }
  return bracket.point[low];
}

}  // namespace TENON_NAMESPACE::optim
