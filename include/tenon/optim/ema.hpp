#pragma once
/// The exponential moving average of parameters, or their mean, which often predicts better than the parameters
/// themselves.
///
///     tn::optim::Ema<float> ema(named_parameters(model), {.decay = 0.999});
///     …  adam.step(gradients);  ema.update();
///     {
///       const auto averaged = ema.swapped();  // the model holds the averages until the scope ends
///       evaluate(model);
///     }

#include <algorithm>  // min

#include "tenon/optim/optimizer.hpp"

namespace TENON_NAMESPACE::optim {

/// Options of `Ema`.
struct EmaOptions {
  double decay = 0.999;  ///< weight of the old average in each update
  bool warm_up = false;  ///< bound the decay by (1 + t) / (10 + t), t the number of updates
  /// Stochastic weight averaging: the plain mean of the parameters at all updates, whatever the decay. Izmailov et
  /// al. 2018, https://arxiv.org/abs/1803.05407.
  bool equal_weights = false;
};

/// Exponential moving averages of parameters: a = decay a + (1 - decay) p at each update. With equal_weights,
/// the means of the parameters at all updates.
///
///   keeps: one tensor of each parameter's shape
///   source: Polyak & Juditsky 1992
template <Real T>
class Ema {
 public:
  /// Averages that begin as copies of the parameters.
  ///   throws: ValueError if decay is outside [0, 1] or a parameter is not contiguous
  explicit Ema(const std::vector<NamedTensor<T>>& parameters, const EmaOptions& options = {})
      : options_(options) {
    check<ValueError>(options.decay >= 0 && options.decay <= 1, "ema", "decay must lie in [0, 1], got ",
                      options.decay);
    for (const NamedTensor<T>& p : parameters) {
      check<ValueError>(p.tensor.is_contiguous(), "ema", "parameters must be dense tensors, shape ",
                        p.tensor.shape(), " is not");
      entries_.push_back({p, clone(p.tensor.detach())});
    }
  }

  /// Updates the averages from the current parameters, in one pass over memory.
  void update() {
    const NoGrad no_grad;
    const double decay = decay_at(static_cast<double>(++steps_));
    const T keep = static_cast<T>(decay), take = static_cast<T>(1 - decay);
    for (Entry& e : entries_)
      detail::update_fused([=](auto a, auto p) { return keep * a + take * p; }, e.average,
                           e.parameter.tensor);
  }

  /// Exchanges parameters and averages. A second call restores both.
  void swap() {
    const NoGrad no_grad;
    for (const Entry& e : entries_) check_writable(e.parameter.tensor, "ema");
    for (Entry& e : entries_) {
      Tensor<T>& p = e.parameter.tensor;
      tenon::detail::map_into<T>([](auto x, auto a) { return backend::Packs<T, 2>{{a, x}}; },
                                 {{p.mutable_data()}, {e.average.mutable_data()}}, p.shape(), p, e.average);
    }
  }
  /// Exchanges parameters and averages until the end of its scope.
  class [[nodiscard]] Swapped {
   public:
    [[nodiscard]] explicit Swapped(Ema& ema) : ema_(ema) { ema_.swap(); }
    ~Swapped() { ema_.swap(); }
    Swapped(const Swapped&) = delete;
    Swapped& operator=(const Swapped&) = delete;

   private:
    Ema& ema_;
  };
  /// Exchanges parameters and averages until the returned object is destroyed.
  Swapped swapped() { return Swapped(*this); }

  /// The averages and the number of updates, for a checkpoint.
  OptimizerState<T> state() const {
    OptimizerState<T> state;
    for (const Entry& e : entries_) state.tensors.push_back({join(e.parameter.name, ".average"), e.average});
    state.numbers.emplace_back("ema.steps", static_cast<double>(steps_));
    return state;
  }
  /// Loads the state of an Ema of the same parameters.
  ///   throws: ValueError for missing or unknown names, ShapeError for other shapes; before anything has
  ///           changed
  void load_state(const OptimizerState<T>& state) {
    detail::StateReader<T> reader("ema", state);
    index_t steps = 0;
    reader.read("ema.steps", steps);
    std::vector<Entry> entries = entries_;
    for (Entry& e : entries)
      reader.require(join(e.parameter.name, ".average"), e.average, e.parameter.tensor.shape());
    reader.finish();
    entries_ = std::move(entries);
    steps_ = steps;
  }

 private:
  struct Entry {
    NamedTensor<T> parameter;
    Tensor<T> average;
  };

  double decay_at(double t) const {
    if (options_.equal_weights) return (t - 1) / t;
    return options_.warm_up ? std::min(options_.decay, (1 + t) / (10 + t)) : options_.decay;
  }

  EmaOptions options_;
  std::vector<Entry> entries_;
  index_t steps_ = 0;
};

}  // namespace TENON_NAMESPACE::optim
