#pragma once
/// Adam (Kingma & Ba 2015), with decoupled weight decay as AdamW (Loshchilov & Hutter 2019), and AMSGrad
/// (Reddi et al. 2018).

#include <cmath>  // pow, sqrt

#include "tenon/optim/optimizer.hpp"

namespace TENON_NAMESPACE::optim {

struct AdamOptions {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0;
  bool decoupled = false;  ///< decay the parameter itself (AdamW) instead of adding to the gradient
  bool amsgrad = false;
  bool maximize = false;
};

namespace detail {

template <Real T>
struct AdamRule {
  static constexpr const char* name = "adam";
  struct State {
    Tensor<T> mean, square, largest_square;
    index_t steps = 0;
  };

  static void validate(const AdamOptions& o) {
    check<ValueError>(o.lr >= 0 && o.eps >= 0 && o.weight_decay >= 0, name,
                      "lr, eps and weight_decay must not be negative");
    check<ValueError>(o.beta1 >= 0 && o.beta1 < 1 && o.beta2 >= 0 && o.beta2 < 1, name,
                      "betas must lie in [0, 1), got ", o.beta1, " and ", o.beta2);
  }

  /// m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;  p -= lr / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + eps)
  static void update(Tensor<T>& p, const Tensor<T>& g, State& state, const AdamOptions& o) {
    ensure_state(state.mean, p);
    ensure_state(state.square, p);
    ++state.steps;
    const double t = static_cast<double>(state.steps);
    const T b1 = static_cast<T>(o.beta1), b2 = static_cast<T>(o.beta2), c1 = static_cast<T>(1 - o.beta1),
            c2 = static_cast<T>(1 - o.beta2);
    const T rate = static_cast<T>(o.lr / (1 - std::pow(o.beta1, t)));
    const T correction = static_cast<T>(1 / std::sqrt(1 - std::pow(o.beta2, t)));
    const T eps = static_cast<T>(o.eps), sign = o.maximize ? T(-1) : T(1);
    const T added = static_cast<T>(o.decoupled ? 0 : o.weight_decay),
            shrink = static_cast<T>(o.decoupled ? 1 - o.lr * o.weight_decay : 1);
    const auto moments = [=](auto w, auto d, auto m, auto v) {
      const auto slope = sign * d + added * w;
      return backend::Packs<T, 2>{{b1 * m + c1 * slope, b2 * v + c2 * slope * slope}};
    };
    const auto moved = [=](auto w, auto m, auto v) {
      return shrink * w - rate * m / (sqrt(v) * correction + eps);
    };
    if (o.amsgrad) {
      ensure_state(state.largest_square, p);
      const auto step = [=](auto w, auto d, auto m, auto v, auto largest) {
        const auto next = moments(w, d, m, v);
        const auto bound = select(next.pack[1] > largest, next.pack[1], largest);
        return backend::Packs<T, 4>{{moved(w, next.pack[0], bound), next.pack[0], next.pack[1], bound}};
      };
      tenon::detail::map_into<T>(step,
                                 {{p.mutable_data()},
                                  {state.mean.mutable_data()},
                                  {state.square.mutable_data()},
                                  {state.largest_square.mutable_data()}},
                                 p.shape(), p, g, state.mean, state.square, state.largest_square);
    } else {
      const auto step = [=](auto w, auto d, auto m, auto v) {
        const auto next = moments(w, d, m, v);
        return backend::Packs<T, 3>{{moved(w, next.pack[0], next.pack[1]), next.pack[0], next.pack[1]}};
      };
      tenon::detail::map_into<T>(
          step, {{p.mutable_data()}, {state.mean.mutable_data()}, {state.square.mutable_data()}}, p.shape(),
          p, g, state.mean, state.square);
    }
  }
};

inline AdamOptions decoupled(AdamOptions options) {
  options.decoupled = true;
  return options;
}

}  // namespace detail

template <Real T>
class Adam : public Optimizer<T, AdamOptions, detail::AdamRule<T>> {
 public:
  explicit Adam(std::vector<Tensor<T>> parameters, const AdamOptions& options = {})
      : Optimizer<T, AdamOptions, detail::AdamRule<T>>(std::move(parameters), options) {}
};

template <Real T>
class AdamW : public Adam<T> {
 public:
  explicit AdamW(std::vector<Tensor<T>> parameters, const AdamOptions& options = {.weight_decay = 0.01})
      : Adam<T>(std::move(parameters), detail::decoupled(options)) {}
  void add_group(std::vector<Tensor<T>> parameters, const AdamOptions& options) {
    Adam<T>::add_group(std::move(parameters), detail::decoupled(options));
  }
};

}  // namespace TENON_NAMESPACE::optim
