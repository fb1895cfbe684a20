#pragma once
/// Adafactor: Adam's second moments of a matrix by the sums of its rows and columns (Shazeer & Stern 2018).
/// The state of a large matrix is small.

#include <algorithm>  // max, min
#include <cmath>      // pow, sqrt
#include <limits>     // numeric_limits
#include <optional>   // optional

#include "tenon/ops/reduce/norm.hpp"
#include "tenon/ops/reduce/reduce.hpp"
#include "tenon/optim/optimizer.hpp"

namespace TENON_NAMESPACE::optim {

/// Options of `Adafactor`.
struct AdafactorOptions {
  double lr = 1e-2;                 ///< largest rate, relative to the size of the parameter
  double beta2_decay = -0.8;        ///< the running means take t^beta2_decay of step t
  std::optional<double> eps1 = {};  ///< least root of a second moment; default the scalar type's epsilon
  double eps2 = 1e-3;               ///< least size of a parameter
  double d = 1;                     ///< largest root mean square of an update
  double weight_decay = 0;          ///< decoupled: the parameter is multiplied by 1 - lr weight_decay
  bool maximize = false;            ///< ascend instead of descend
};

namespace detail {

template <Real T>
struct AdafactorRule {
  static constexpr const char* name = "adafactor";
  static constexpr bool whole_parameters = true;
  using Options = AdafactorOptions;
  struct State {
    Tensor<T> row_var, col_var;  // of matrices, and of stacks of them
    Tensor<T> variance;          // of vectors and scalars
    index_t steps = 0;
  };

  static void validate(const Options& o) {
    check<ValueError>(o.lr >= 0 && o.eps1.value_or(0) >= 0 && o.eps2 >= 0 && o.weight_decay >= 0, name,
                      "lr, eps1, eps2 and weight_decay must not be negative");
    check<ValueError>(o.beta2_decay <= 0 && o.d >= 1, name, "expected beta2_decay <= 0 and d >= 1, got ",
                      o.beta2_decay, " and ", o.d);
  }
  static Shape state_shape(std::string_view field, Shape shape) {
    const int rank = shape.size();
    if (rank > 1 && field == "row_var") shape[rank - 1] = 1;
    if (rank > 1 && field == "col_var") shape[rank - 2] = 1;
    return shape;
  }
  static void prepare(State& state, const Tensor<T>& p, const Options&) {
    const auto ensure = [&](std::string_view field, Tensor<T>& tensor) {
      if (!tensor.defined()) tensor = zeros<T>(state_shape(field, p.shape()));
    };
    if (p.rank() < 2) return ensure("variance", state.variance);
    ensure("row_var", state.row_var);
    ensure("col_var", state.col_var);
  }

  /// p -= alpha u / max(1, rms(u) / d), u = g / sqrt(v), v the estimate of the second moments
  static void update(Tensor<T>& p, const Tensor<T>& g, State& state, const Options& o) {
    if (p.size() == 0) return;
    const double t = static_cast<double>(++state.steps), eps1 = o.eps1.value_or(default_eps);
    const auto floor = static_cast<T>(eps1 * eps1);
    const Tensor<T> v = second_moments(square(g), state, static_cast<T>(std::pow(t, o.beta2_decay)), eps1);
    const Tensor<T> update =
        tenon::map([=](auto a, auto b) { return a / sqrt(select(b < floor, floor, b)); }, g, v);
    const double alpha = std::max(o.eps2, rms(p)) * std::min(o.lr, 1 / std::sqrt(t));
    const T rate = static_cast<T>((o.maximize ? -1 : 1) * alpha / std::max(1.0, rms(update) / o.d)),
            shrink = static_cast<T>(1 - o.lr * o.weight_decay);
    update_fused([=](auto w, auto u) { return shrink * w - rate * u; }, p, update);
  }

 private:
  static constexpr double default_eps = static_cast<double>(std::numeric_limits<T>::epsilon());

  static double rms(const Tensor<T>& x) {
    return static_cast<double>(norm(x).item()) / std::sqrt(static_cast<double>(x.size()));
  }
  /// Updates the running means and returns the estimate: of matrices r c / mean(r), r the means of rows, c
  /// those of columns.
  static Tensor<T> second_moments(const Tensor<T>& squares, State& state, T share, double eps1) {
    const auto move = [share](auto a, auto b) { return a + share * (b - a); };
    if (squares.rank() < 2) {
      update_fused(move, state.variance, squares);
      return state.variance;
    }
    update_fused(move, state.row_var, mean(squares, {-1}, true));
    update_fused(move, state.col_var, mean(squares, {-2}, true));
    const auto least = static_cast<T>(eps1);
    return tenon::map([=](auto r, auto c, auto m) { return r * c / select(m < least, least, m); },
                      state.row_var, state.col_var, mean(state.row_var, {-2}, true));
  }
};

}  // namespace detail

/// Adafactor: p -= a u / max(1, rms(u) / d), u = g / sqrt(v), a = max(eps2, rms(p)) min(lr, 1 / sqrt(t)).
/// Of a matrix v = r c / mean(r), with r and c the running means of g^2 over rows and columns, of a vector the
/// running mean itself; step t has the weight t^beta2_decay in them. Axes before the last two are those of a
/// stack of matrices.
///
///   throws: as `Optimizer`; ValueError for negative options, beta2_decay > 0 or d < 1
///   keeps: of a matrix (M, N), M + N numbers; of a vector one tensor of its shape
///   cost: five passes over parameter or gradient
///   source: Shazeer & Stern 2018, https://arxiv.org/abs/1804.04235, in PyTorch's form
template <Real T>
using Adafactor = Optimizer<T, detail::AdafactorRule<T>>;

}  // namespace TENON_NAMESPACE::optim
