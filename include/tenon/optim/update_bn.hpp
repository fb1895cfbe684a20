#pragma once
/// The running statistics of batch normalisation for weights that were not trained but averaged.
///
///     {
///       const auto averaged = ema.swapped();
///       optim::update_bn(model, batches, [&](const auto& batch) { model(batch.images); });
///       io::save(path, model);
///     }

#include <optional>     // optional
#include <string>       // string
#include <string_view>  // string_view
#include <utility>      // pair
#include <vector>       // vector

#include "tenon/nn/module.hpp"
#include "tenon/nn/norm.hpp"

namespace TENON_NAMESPACE::optim {

namespace detail {

/// Resets the running statistics of all batch norms that it visits and lets them weigh batches equally; sets
/// everything that it visits to training. Its destructor restores momenta and modes.
class RunningStatisticsReset final : public nn::ModuleVisitor {
 public:
  RunningStatisticsReset() = default;
  RunningStatisticsReset(const RunningStatisticsReset&) = delete;
  RunningStatisticsReset& operator=(const RunningStatisticsReset&) = delete;
  ~RunningStatisticsReset()
      override {  // backwards: what is visited twice was changed before it was remembered
    for (auto m = momenta_.rbegin(); m != momenta_.rend(); ++m) *m->first = m->second;
    for (auto m = modes_.rbegin(); m != modes_.rend(); ++m) m->first->set_training(m->second);
  }

  void enter(const std::string& /*path*/, const nn::ModuleIdentity& module,
             std::string_view /*type*/) override {
    reset_if<nn::BatchNorm1d<float>, nn::BatchNorm2d<float>, nn::BatchNorm3d<float>, nn::BatchNorm1d<double>,
             nn::BatchNorm2d<double>, nn::BatchNorm3d<double>>(module);
  }
  void mode(const nn::Mode& mode) override {
    modes_.emplace_back(&mode, mode.training());
    mode.set_training(true);
  }

 private:
  /// Resets a module that is one of the layers. `update_bn` takes models that may be changed.
  template <class... Layers>
  void reset_if(const nn::ModuleIdentity& module) {
    void* const address = const_cast<void*>(module.address);
    const auto reset_as = [&]<class Layer>(Layer* layer) {
      if (module.type == &nn::detail::type_tag<Layer>) reset(*layer);
    };
    (reset_as(static_cast<Layers*>(address)), ...);
  }
  template <class Layer>
  void reset(Layer& layer) {
    if (!layer.running_mean.defined()) return;
    fill_(layer.running_mean, 0);
    fill_(layer.running_var, 1);
    fill_(layer.num_batches_tracked, 0);
    momenta_.emplace_back(&layer.options.momentum, layer.options.momentum);
    layer.options.momentum.reset();
  }

  std::vector<std::pair<std::optional<double>*, std::optional<double>>> momenta_;
  std::vector<std::pair<const nn::Mode*, bool>> modes_;
};

}  // namespace detail

/// Makes the running statistics of all `BatchNorm` layers of a model the means over some batches: `forward`,
/// a function that passes one of them through the model, is called for each as in training, but not recorded.
/// Afterwards momenta and modes are as before.
///
///   throws: what `forward` throws; the statistics are then those of the batches before
///   cost: a forward pass a batch
///   source: Izmailov et al. 2018, "Averaging weights leads to wider optima and better generalization",
///     section 3.2
template <class Model, class Batches, class Forward>
void update_bn(Model& model, Batches&& batches, const Forward& forward) {
  const NoGrad no_grad;
  const TrainingMode training(true);
  detail::RunningStatisticsReset reset;
  nn::walk(model, reset);
  for (auto&& batch : batches) static_cast<void>(forward(batch));
}

}  // namespace TENON_NAMESPACE::optim
