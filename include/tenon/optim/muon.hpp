#pragma once
/// Muon: the momentum of a weight matrix, made orthogonal (Jordan et al. 2024). For the matrices within a
/// network; embeddings, the last layer and vectors are trained by another optimizer, such as AdamW.

#include <algorithm>  // max
#include <cmath>      // sqrt

#include "tenon/ops/linalg/matmul.hpp"
#include "tenon/ops/reduce/norm.hpp"
#include "tenon/optim/optimizer.hpp"

namespace TENON_NAMESPACE::optim {

/// Options of `Muon`.
struct MuonOptions {
  double lr = 1e-3;              ///< learning rate
  double weight_decay = 0.1;     ///< decoupled: the parameter is multiplied by 1 - lr weight_decay
  double momentum = 0.95;        ///< decay of the gradients' running mean
  bool nesterov = true;          ///< Nesterov's momentum
  index_t ns_steps = 5;          ///< iterations of Newton and Schulz
  double eps = 1e-7;             ///< least norm by which a matrix is divided
  bool match_rms_adamw = false;  ///< steps of the size of AdamW's, so that its learning rates serve
};

namespace detail {

template <Real T>
struct MuonRule {
  static constexpr const char* name = "muon";
  static constexpr bool whole_parameters = true;
  using Options = MuonOptions;
  struct State {
    Tensor<T> momentum_buffer;
  };

  static void validate(const Options& o) {
    check<ValueError>(o.lr >= 0 && o.weight_decay >= 0 && o.momentum >= 0 && o.ns_steps >= 0 && o.eps > 0,
                      name, "lr, weight_decay, momentum and ns_steps must not be negative, and eps positive");
  }
  static void check_parameter(const NamedTensor<T>& p) {
    check<ShapeError>(p.tensor.rank() == 2, name, "parameter \"", p.name, "\" has shape ", p.tensor.shape(),
                      ", expected a matrix");
  }
  static void prepare(State& state, const Tensor<T>& p, const Options&) {
    ensure_state(state.momentum_buffer, p);
  }

  /// b = momentum b + (1 - momentum) g;  p = (1 - lr decay) p - lr factor orthogonal(b)
  static void update(Tensor<T>& p, const Tensor<T>& g, State& state, const Options& o) {
    const T keep = static_cast<T>(o.momentum), take = static_cast<T>(1 - o.momentum);
    const auto mix = [=](auto b, auto d) { return keep * b + take * d; };
    update_fused(mix, state.momentum_buffer, g);
    const Tensor<T>& b = state.momentum_buffer;
    const Tensor<T> moved = orthogonal(o.nesterov ? tenon::map(mix, b, g) : b, o);
    const T rate = static_cast<T>(o.lr * factor(p.shape(), o)),
            shrink = static_cast<T>(1 - o.lr * o.weight_decay);
    update_fused([=](auto w, auto u) { return shrink * w - rate * u; }, p, moved);
  }

 private:
  static double factor(const Shape& shape, const Options& o) {
    const double rows = static_cast<double>(shape[0]), columns = static_cast<double>(shape[1]);
    if (o.match_rms_adamw) return 0.2 * std::sqrt(std::max(rows, columns));
    return columns > 0 ? std::sqrt(std::max(1.0, rows / columns)) : 1;
  }
  /// The matrix with all singular values moved towards 1, to about [0.7, 1.2]: x = a x + (b s + c s^2) x,
  /// s = x x^T, a few times. The coefficients are the authors', chosen for a steep slope at 0.
  static Tensor<T> orthogonal(const Tensor<T>& matrix, const Options& o) {
    constexpr T a = T(3.4445), b = T(-4.7750), c = T(2.0315);
    const bool tall = matrix.shape()[0] > matrix.shape()[1];
    Tensor<T> x = tall ? transpose(matrix, 0, 1) : matrix;
    x = mul(x, static_cast<T>(1 / std::max(static_cast<double>(norm(x).item()), o.eps)));
    for (index_t k = 0; k < o.ns_steps; ++k) {
      const Tensor<T> s = matmul(x, transpose(x, 0, 1));
      const Tensor<T> change =
          matmul(tenon::map([=](auto u, auto v) { return b * u + c * v; }, s, matmul(s, s)), x);
      x = tenon::map([=](auto u, auto v) { return a * u + v; }, x, change);
    }
    return tall ? transpose(x, 0, 1) : x;
  }
};

}  // namespace detail

/// Muon: b = momentum b + (1 - momentum) g, with Nesterov's momentum u = momentum b + (1 - momentum) g, else
/// u = b; p = (1 - lr weight_decay) p - lr sqrt(max(1, M / N)) orthogonal(u). `orthogonal` moves the singular
/// values to about 1 by ns_steps iterations of Newton and Schulz, in the parameter's own type (PyTorch's
/// in bfloat16).
///
///   shapes: each parameter (M, N)
///   throws: as `Optimizer`; ShapeError if a parameter is not a matrix; ValueError for negative options
///   keeps: one tensor of each parameter's shape
///   cost: 3 ns_steps products of a matrix (min(M, N), max(M, N))
///   source: Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/
template <Real T>
using Muon = Optimizer<T, detail::MuonRule<T>>;

}  // namespace TENON_NAMESPACE::optim
