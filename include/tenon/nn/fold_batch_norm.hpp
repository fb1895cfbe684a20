#pragma once
/// Batch norms of a trained model as part of the layers before them, which saves a pass over the activations.

#include <cmath>        // sqrt
#include <string>       // string
#include <string_view>  // string_view
#include <type_traits>  // is_const_v
#include <vector>       // vector

#include "tenon/nn/conv.hpp"
#include "tenon/nn/linear.hpp"
#include "tenon/nn/module.hpp"
#include "tenon/nn/norm.hpp"

namespace TENON_NAMESPACE::nn {

namespace detail {

/// The digits at the end of a name.
inline std::string_view trailing_digits(std::string_view name) {
  return name.substr(name.find_last_not_of("0123456789") + 1);
}

/// Whether a module of the path `after` follows that of the path `before` by their names: entries n and n + 1
/// of the same sequence, or members of the same module whose names end in the same digits or in none.
inline bool follows(const std::string& before, const std::string& after) {
  const std::size_t first = before.rfind('.') + 1, second = after.rfind('.') + 1;
  if (before.compare(0, first, after, 0, second) != 0) return false;
  const std::string_view name = std::string_view(before).substr(first),
                         next = std::string_view(after).substr(second);
  const std::string_view digits = trailing_digits(name), next_digits = trailing_digits(next);
  const bool entry = !name.empty() && digits == name, next_entry = !next.empty() && next_digits == next;
  if (entry && next_entry)
    return std::stoull(std::string(digits)) + 1 == std::stoull(std::string(next_digits));
  return !entry && !next_entry && digits == next_digits;
}

/// Multiplies the rows of the layer's weight by weight / sqrt(var + eps) of the norm, and makes the norm's
/// shift part of the bias. Factors are computed in double, so that each weight is rounded once.
template <class T, class Layer, class Norm>
void fold(Layer& layer, Norm& norm) {
  const NoGrad no_grad;
  const index_t channels = layer.weight.extent(0), row = layer.weight.size() / channels;
  if (!layer.bias.defined()) {
    layer.bias = zeros<T>({channels});
    layer.bias.requires_grad_(layer.weight.requires_grad());
    if constexpr (requires { layer.options.bias; }) layer.options.bias = true;
  }
  T* const weight = layer.weight.mutable_data();
  T* const bias = layer.bias.mutable_data();
  for (index_t c = 0; c < channels; ++c) {
    const double gain = norm.weight.defined() ? double{norm.weight.data()[c]} : 1.0,
                 shift = norm.bias.defined() ? double{norm.bias.data()[c]} : 0.0,
                 scale = gain / std::sqrt(norm.running_var.data()[c] + norm.options.eps);
    for (index_t k = c * row; k < (c + 1) * row; ++k) weight[k] = static_cast<T>(weight[k] * scale);
    bias[c] = static_cast<T>((double{bias[c]} - norm.running_mean.data()[c]) * scale + shift);
  }
  norm.weight = {};
  norm.bias = {};
  norm.running_mean = {};
  norm.running_var = {};
  norm.num_batches_tracked = {};
  norm.options.folded = true;
}

/// Finds the pairs of a layer and the batch norm that directly follows it.
template <Real T>
class BatchNormFolder final : public ModuleVisitor {
 public:
  void enter(const std::string& path, const ModuleIdentity& module, std::string_view /*type*/) override {
    if (follows(left_path_, path)) {
      pair_if<Linear<T>, BatchNorm1d<T>>(path, module);
      pair_if<Conv1d<T>, BatchNorm1d<T>>(path, module);
      pair_if<Conv2d<T>, BatchNorm2d<T>>(path, module);
      pair_if<Conv3d<T>, BatchNorm3d<T>>(path, module);
    }
    open_.push_back({path, module});
    left_ = {};
  }
  void leave() override {
    left_ = open_.back().module;
    left_path_ = open_.back().path;
    open_.pop_back();
  }
  void parameter(const std::string& /*path*/, const AnyTensor& /*x*/) override { left_ = {}; }
  void buffer(const std::string& /*path*/, const AnyTensor& /*x*/) override { left_ = {}; }

  /// Folds all pairs; none if one of the norms is in training.
  void fold_all() const {
    for (const Pair& pair : pairs_)
      check<ValueError>(!pair.mode->training(), "fold_batch_norm", pair.path,
                        " is in training, where it normalises by the batch: call nn::eval(model) first");
    for (const Pair& pair : pairs_) pair.fold(pair.layer, pair.norm);
  }

 private:
  struct Module {
    std::string path;
    ModuleIdentity module;
  };
  struct Pair {
    std::string path;  // of the norm
    const Mode* mode;
    void *layer, *norm;
    void (*fold)(void* layer, void* norm);
  };

  /// Notes the module left last and `module` if they are a Layer and a Norm of its channels. The model that
  /// is walked may be changed.
  template <class Layer, class Norm>
  void pair_if(const std::string& path, const ModuleIdentity& module) {
    if (left_.type != &type_tag<Layer> || module.type != &type_tag<Norm>) return;
    auto* const layer = static_cast<Layer*>(const_cast<void*>(left_.address));
    auto* const norm = static_cast<Norm*>(const_cast<void*>(module.address));
    if (!layer->weight.defined() || !norm->running_mean.defined()) return;
    if (layer->weight.extent(0) != norm->running_mean.extent(0)) return;
    for (const Pair& known : pairs_)
      if (known.norm == norm) return;
    pairs_.push_back({path, &norm->mode, layer, norm, [](void* into, void* from) {
                        detail::fold<T>(*static_cast<Layer*>(into), *static_cast<Norm*>(from));
                      }});
  }

  std::vector<Module> open_;
  ModuleIdentity left_;  // the module left last, if nothing came after it
  std::string left_path_;
  std::vector<Pair> pairs_;
};

}  // namespace detail

/// Makes batch norms part of the convolutions and linear layers before them, for faster prediction:
/// weight' = weight s and bias' = (bias - running_mean) s + norm.bias with s = norm.weight /
/// sqrt(running_var + eps) for each channel. The norm loses its tensors and returns its input from then on;
/// a layer without a bias gets one. Files of the model therefore have other names than before.
///
/// Which norm belongs to which layer is told by members, not by calls: the norm is the next member of the
/// same module, has as many channels as the layer has outputs and as many axes, and is the next entry of the
/// same sequence (`0`, `1`) or has a name with the same digits at its end (`conv1`, `bn1`; `conv`, `norm`).
/// All other norms stay as they are, and so do those without running statistics. A model in which such a
/// norm is called before its layer or after something else, or in which the layer is called for others too,
/// or on x (N, L, in) of a linear layer, must not be folded.
///
///     nn::eval(model);
///     nn::fold_batch_norm(model);
///
///   throws: ValueError if such a norm is in training; the model is then unchanged
///   cost: two passes over the weights
///   source: Jacob et al. 2018, https://arxiv.org/abs/1712.05877, section 3.2
template <class M>
  requires(!std::is_const_v<M>)
void fold_batch_norm(M& model) {
  detail::BatchNormFolder<ScalarOf<M>> folder;
  nn::walk(model, folder);
  folder.fold_all();
}

}  // namespace TENON_NAMESPACE::nn
