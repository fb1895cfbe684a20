#pragma once
/// Clipping of gradients, and their accumulation over parts of a batch. Gradients are values: the functions
/// replace handles in the vector and write in place only to tensors that no other handle shares.
///
///     auto gradients = grad(loss, adam.parameters());
///     clip_grad_norm(gradients, 1.0);
///     adam.step(gradients);

#include <cmath>   // isfinite, pow, sqrt
#include <limits>  // infinity

#include "tenon/ops/elementwise/inplace.hpp"
#include "tenon/ops/reduce/map_sum.hpp"
#include "tenon/ops/reduce/norm.hpp"
#include "tenon/ops/reduce/reduce.hpp"

namespace TENON_NAMESPACE::optim {

/// Options of `clip_grad_norm`.
struct ClipOptions {
  double norm_type = 2;             ///< the order p of the norm; infinity for the largest magnitude
  bool error_if_nonfinite = false;  ///< throw if the norm is infinite or NaN
};

namespace detail {

/// sum |g|^p, or max |g| for p = infinity. NaN if g has a NaN.
template <class T>
double power_sum(const Tensor<T>& g, double p) {
  if (g.size() == 0) return 0;
  if (std::isinf(p)) {  // two passes that write nothing; a NaN is greater than all
    const T top = amax(g).item(), bottom = -amin(g).item();
    return static_cast<double>(top > bottom || std::isnan(top) ? top : bottom);
  }
  const auto total = [&](const auto& f) { return static_cast<double>(map_sum(f, g).item()); };
  if (p == 2) return total([](auto v) { return v * v; });
  if (p == 1) return total([](auto v) { return abs(v); });
  const T order = static_cast<T>(p);
  return total([order](auto v) { return pow(abs(v), order); });
}

/// Whether g may be written in place: no other handle shares its elements.
template <class T>
bool is_ours(const Tensor<T>& g) {
  return g.unshared() && g.is_contiguous() && !g.requires_grad();
}

/// Replaces g by f(g).
template <class T, class F>
void replace(Tensor<T>& g, const F& f) {
  Tensor<T> result = is_ours(g) ? g : Tensor<T>::empty(g.shape());
  tenon::detail::map_into<T>(f, {{result.mutable_data()}}, g.shape(), g);
  g = result;
}

}  // namespace detail

/// The norm of all gradients together, as of one vector: (sum |g|^p)^(1 / p), p the norm_type.
///
///   throws: ValueError if norm_type <= 0
///   cost: one pass over memory
template <Real T>
double grad_norm(const std::vector<Tensor<T>>& gradients, double norm_type = 2) {
  check<ValueError>(norm_type > 0, "grad_norm", "norm_type must be positive, got ", norm_type);
  const NoGrad no_grad;
  const bool largest = std::isinf(norm_type);
  double total = 0;
  for (const Tensor<T>& g : gradients) {
    if (!g.defined()) continue;
    const double part = detail::power_sum(g, norm_type);
    total = !largest ? total + part : part > total || std::isnan(part) ? part : total;
  }
  if (largest || norm_type == 1) return total;
  return norm_type == 2 ? std::sqrt(total) : std::pow(total, 1 / norm_type);
}

/// Scales all gradients by min(1, max_norm / (norm + 1e-6)), norm that of all gradients together. As in
/// PyTorch, an infinite or NaN norm makes the gradients 0 or NaN, unless `error_if_nonfinite` is set.
///
///   returns: the norm before
///   throws: ValueError if max_norm < 0, or if `error_if_nonfinite` and the norm is infinite or NaN; before
///           any gradient has changed
///   cost: one pass over memory, a second one if the norm is too large
template <Real T>
double clip_grad_norm(std::vector<Tensor<T>>& gradients, double max_norm, const ClipOptions& options = {}) {
  check<ValueError>(max_norm >= 0, "clip_grad_norm", "max_norm must not be negative, got ", max_norm);
  const double norm = grad_norm(gradients, options.norm_type);
  check<ValueError>(!options.error_if_nonfinite || std::isfinite(norm), "clip_grad_norm",
                    "the norm of order ", options.norm_type, " of ", gradients.size(), " gradients is ",
                    norm);
  const double factor = max_norm / (norm + 1e-6);
  if (factor >= 1) return norm;
  const T scale = static_cast<T>(factor);
  for (Tensor<T>& g : gradients)
    if (g.defined()) detail::replace(g, [scale](auto v) { return scale * v; });
  return norm;
}

/// Bounds every element to [-clip_value, clip_value]; NaN stays NaN.
///
///   throws: ValueError if clip_value < 0
template <Real T>
void clip_grad_value(std::vector<Tensor<T>>& gradients, double clip_value) {
  check<ValueError>(clip_value >= 0, "clip_grad_value", "clip_value must not be negative, got ", clip_value);
  const T high = static_cast<T>(clip_value), low = -high;
  for (Tensor<T>& g : gradients)
    if (g.defined())
      detail::replace(g, [=](auto v) {
        using Pack = decltype(v);
        const Pack above = select(v < low, Pack(low), v);
        return select(above > high, Pack(high), above);
      });
}

/// Adds gradients to a running sum, which begins as an empty vector. Undefined gradients count as 0.
///
///     std::vector<Tensor<float>> sum;
///     for (const auto& part : parts) accumulate(sum, grad(loss(part) / count, adam.parameters()));
///     adam.step(sum);
///
///   throws: ValueError for another number of gradients than the sum has
template <Real T>
void accumulate(std::vector<Tensor<T>>& sum, const std::vector<Tensor<T>>& gradients) {
  if (sum.empty()) sum.resize(gradients.size());
  check<ValueError>(sum.size() == gradients.size(), "accumulate", gradients.size(),
                    " gradients for a sum of ", sum.size());
  const NoGrad no_grad;
  for (std::size_t k = 0; k < sum.size(); ++k) {
    if (!gradients[k].defined()) continue;
    if (!sum[k].defined())
      sum[k] = gradients[k];
    else if (detail::is_ours(sum[k]))
      add_(sum[k], gradients[k]);
    else
      sum[k] = add(sum[k], gradients[k]);
  }
}

}  // namespace TENON_NAMESPACE::optim
