/// Golden cases of layers that have no family of their own.

#include "tenon/nn/adaptive_softmax.hpp"
#include "tenon/nn/conv.hpp"
#include "tenon/nn/pool.hpp"
#include "tenon/nn/resample.hpp"
#include "tenon/nn/weight_norm.hpp"

#include "module_case.hpp"
#include "registry.hpp"

namespace golden {
namespace layer_cases {

namespace nn = tn::nn;

template <class Unpool, class T>
tn::Tensor<T> max_unpool(const Case<T>& c) {
  const Unpool layer(c.dims("kernel_size"), {.stride = c.dims("stride"), .padding = c.dims("padding")});
  return layer(c.in("x"), c.indices("indices"), c.dims("output_size"));
}

template <class T, class F>
Outputs fractional_max_pool(const Case<T>& c, F pool) {
  const auto [y, indices] = pool(c.in("x"), c.dims("kernel_size"), c.dims("output_size"), c.in("samples"));
  return {{"y", y}, {"indices", indices}};
}

template <class Pool, class T>
tn::Tensor<T> lp_pool(const Case<T>& c) {
  return Pool(c.number("p"), c.dims("kernel_size"),
              {.stride = c.dims("stride"), .ceil_mode = c.flag("ceil_mode")})(c.in("x"));
}

template <class T>
Outputs adaptive_softmax(const Case<T>& c) {
  const tn::Dims cutoffs = c.dims("cutoffs");
  nn::AdaptiveLogSoftmaxWithLoss<T> layer(c.integer("in_features"), c.integer("n_classes"),
                                          {cutoffs.begin(), cutoffs.end()}, c.number("div_value"),
                                          c.flag("head_bias"));
  load_case(layer, c);
  const auto [output, loss] = layer(c.in("x"), c.indices("target"));
  return {{"output", output}, {"loss", loss}, {"log_prob", layer.log_prob(c.in("x"))}};
}

template <class T>
tn::Tensor<T> weight_norm(const Case<T>& c) {
  nn::WeightNorm layer(nn::Linear<T>(c.integer("in"), c.integer("out"), c.flag("bias")), c.integer("dim"));
  load_case(layer, c);
  return layer(c.in("x"));
}

template <class T>
Outputs spectral_norm(const Case<T>& c) {
  nn::SpectralNorm layer(nn::ConvTranspose1d<T>(c.integer("in"), c.integer("out"), c.integer("kernel")));
  load_case(layer, c);
  nn::train(layer, c.flag("training"));
  const tn::Tensor<T> y = layer(c.in("x"));
  return {{"y", y}, {"weight_u", layer.weight_u}, {"weight_v", layer.weight_v}};
}

const Family family{
    {"max_unpool1d", [](const auto& c) { return max_unpool<nn::MaxUnpool1d>(c); }},
    {"max_unpool2d", [](const auto& c) { return max_unpool<nn::MaxUnpool2d>(c); }},
    {"max_unpool3d", [](const auto& c) { return max_unpool<nn::MaxUnpool3d>(c); }},
    {"fractional_max_pool2d",
     [](const auto& c) {
       return fractional_max_pool(
           c, [](const auto&... x) { return tn::fractional_max_pool2d_with_indices(x...); });
     }},
    {"fractional_max_pool3d",
     [](const auto& c) {
       return fractional_max_pool(
           c, [](const auto&... x) { return tn::fractional_max_pool3d_with_indices(x...); });
     }},
    {"lp_pool1d", [](const auto& c) { return lp_pool<nn::LpPool1d>(c); }},
    {"lp_pool2d", [](const auto& c) { return lp_pool<nn::LpPool2d>(c); }},
    {"adaptive_log_softmax_with_loss", [](const auto& c) { return adaptive_softmax(c); }},
    {"weight_norm_linear", [](const auto& c) { return weight_norm(c); }},
    {"spectral_norm_conv_transpose1d", [](const auto& c) { return spectral_norm(c); }},
};

}  // namespace layer_cases
}  // namespace golden
