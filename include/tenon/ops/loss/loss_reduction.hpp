#pragma once
/// How losses of single elements become one number, and losses that are a function of each element.

#include "tenon/ops/reduce/map_sum.hpp"
#include "tenon/ops/reduce/reduce.hpp"

namespace TENON_NAMESPACE {

/// How the losses of single elements or samples become the result of a loss.
enum class Reduction {
  none,        ///< one loss for each element
  mean,        ///< the sum divided by the number of losses; NaN if there are none
  sum,         ///< the sum of all losses
  batch_mean,  ///< the sum divided by the first extent of the losses
};

namespace detail {

/// w l of a weight and a logarithm, and 0 where w is 0 and l is -infinity, derivatives too: an event of
/// probability 0 contributes nothing.
struct WeightedLog {
  template <class W, class L>
  auto operator()(const W& w, const L& l) const {
    return select((w == 0) & (l == -std::numeric_limits<double>::infinity()), 0, w * l);
  }
};
inline constexpr WeightedLog weighted_log{};
/// Throws unless both have one shape. Losses do not broadcast: (N, 1) against (N) would give N^2 losses.
template <class T>
void check_same_shape(const Tensor<T>& x, const Tensor<T>& target, const char* op) {
  check<ShapeError>(x.shape() == target.shape(), op, "expected targets of shape ", x.shape(), ", got ",
                    target.shape());
}

/// A sum of losses of the given shape, divided as the reduction says.
template <class T>
Tensor<T> scale_total(const Tensor<T>& total, const Shape& shape, Reduction reduction) {
  if (reduction == Reduction::sum) return total;
  const index_t batch = shape.empty() ? 1 : shape[0];
  return div(total, reduction == Reduction::mean ? element_count(shape) : batch);
}

template <class T>
Tensor<T> reduce_loss(const Tensor<T>& losses, Reduction reduction) {
  return reduction == Reduction::none ? losses : scale_total(sum(losses), losses.shape(), reduction);
}

/// f(x...) element by element, reduced; nothing of the losses' shape is stored when they are.
template <class F, class... X>
auto map_loss(const char* name, Reduction reduction, const F& f, const Tensor<X>&... x) {
  if (reduction == Reduction::none) return map(name, f, x...);
  Shape shape;
  ((shape = broadcast_shapes(shape, x.shape(), name)), ...);
  return scale_total(map_sum(name, f, x...), shape, reduction);
}

}  // namespace detail

}  // namespace TENON_NAMESPACE
