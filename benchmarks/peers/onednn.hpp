#pragma once
/// oneDNN's side of the comparisons: forward passes without a record, weights in the layout that it prefers,
/// arranged beforehand, and what it reads and writes in plain layouts, as a user's arrays are.

#include "benchmarks/peers/support.hpp"

#if defined(TENON_BENCHMARK_ONEDNN)
#include <dnnl.hpp>
#endif

namespace bench {

#if defined(TENON_BENCHMARK_ONEDNN)

using Dims = dnnl::memory::dims;
using Tag = dnnl::memory::format_tag;

inline dnnl::engine& engine() {
  static dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
  return cpu;
}
inline dnnl::stream& stream() {
  static dnnl::stream one(engine());
  return one;
}
inline dnnl::memory::desc described(const Dims& dims, Tag tag) {
  return {dims, dnnl::memory::data_type::f32, tag};
}
/// A copy of an array in a given layout.
inline dnnl::memory arranged(const tn::Tensor<float>& x, const Dims& dims, Tag tag,
                             const dnnl::memory::desc& as) {
  dnnl::memory plain(described(dims, tag), engine()), to(as, engine());
  std::copy_n(x.data(), x.size(), static_cast<float*>(plain.get_data_handle()));
  dnnl::reorder(plain, to).execute(stream(), plain, to);
  stream().wait();
  return to;
}
inline OneDnn executed(const dnnl::primitive& primitive, std::unordered_map<int, dnnl::memory> arguments) {
  return {[=] {
    primitive.execute(stream(), arguments);
    stream().wait();
  }};
}

/// By Winograd's algorithm where oneDNN has it for this processor. Activations are in oneDNN's own blocked
/// layout.
inline OneDnn onednn_conv(const Tensors& v, tn::index_t stride, tn::index_t padding, tn::index_t groups) {
  const auto dims = [](const tn::Tensor<float>& t) { return Dims(t.shape().begin(), t.shape().end()); };
  const Dims x = dims(v[0]), plain = dims(v[1]);
  Dims w = plain,
       y = {x[0], w[0], (x[2] + 2 * padding - w[2]) / stride + 1, (x[3] + 2 * padding - w[3]) / stride + 1};
  if (groups > 1) w = {groups, w[0] / groups, w[1], w[2], w[3]};
  for (const dnnl::algorithm way :
       {dnnl::algorithm::convolution_winograd, dnnl::algorithm::convolution_direct}) {
    try {
      const dnnl::convolution_forward::primitive_desc how(
          {dnnl::prop_kind::forward_inference,
           way,
           described(x, Tag::any),
           described(w, Tag::any),
           described({w[0] * (groups > 1 ? w[1] : 1)}, Tag::a),
           described(y, Tag::any),
           {stride, stride},
           {padding, padding},
           {padding, padding}},
          engine());
      const dnnl::memory to(how.dst_desc(), engine());
      return executed(
          dnnl::convolution_forward(how),
          {{DNNL_ARG_SRC, arranged(v[0], x, Tag::nchw, how.src_desc())},
           {DNNL_ARG_WEIGHTS, arranged(v[1], w, groups > 1 ? Tag::goihw : Tag::oihw, how.weights_desc())},
           {DNNL_ARG_BIAS, arranged(v[2], {v[2].size()}, Tag::a, how.bias_desc())},
           {DNNL_ARG_DST, to}});
    } catch (const dnnl::error&) {  // not for this processor
    }
  }
  return {};
}

inline OneDnn onednn_layer_norm(const tn::Tensor<float>& x) {
  const Dims dims(x.shape().begin(), x.shape().end());
  const dnnl::memory::desc rows = described(dims, Tag::ab);
  const dnnl::layer_normalization_forward::primitive_desc how(
      {dnnl::prop_kind::forward_inference, rows, 1e-5f, dnnl::normalization_flags::use_scale_shift},
      engine());
  return executed(dnnl::layer_normalization_forward(how),
                  {{DNNL_ARG_SRC, arranged(x, dims, Tag::ab, rows)},
                   {DNNL_ARG_SCALE_SHIFT, arranged(tn::ones<float>({2, dims[1]}), {2, dims[1]}, Tag::ab,
                                                   described({2, dims[1]}, Tag::ab))},
                   {DNNL_ARG_DST, dnnl::memory(rows, engine())}});
}

inline OneDnn onednn_softmax(const tn::Tensor<float>& x) {
  const Dims dims(x.shape().begin(), x.shape().end());
  const dnnl::memory::desc rows = described(dims, Tag::ab);
  const dnnl::softmax_forward::primitive_desc how({dnnl::prop_kind::forward_inference, rows, 1}, engine());
  return executed(dnnl::softmax_forward(how), {{DNNL_ARG_SRC, arranged(x, dims, Tag::ab, rows)},
                                               {DNNL_ARG_DST, dnnl::memory(rows, engine())}});
}

/// One layer in one direction; v is x (T, N, I), the weights (4 H, I) and (4 H, H), and two biases.
inline OneDnn onednn_lstm(const Tensors& v) {
  const std::int64_t steps = v[0].extent(0), batch = v[0].extent(1), input = v[0].extent(2),
                     hidden = v[2].extent(1);
  const Dims x = {steps, batch, input}, y = {steps, batch, hidden}, wx = {1, 1, input, 4, hidden},
             wh = {1, 1, hidden, 4, hidden}, b = {1, 1, 4, hidden};
  const dnnl::memory::desc none;
  const dnnl::lstm_forward::primitive_desc how(
      {dnnl::prop_kind::forward_inference, dnnl::rnn_direction::unidirectional_left2right,
       described(x, Tag::tnc), none, none, described(wx, Tag::any), described(wh, Tag::any),
       described(b, Tag::ldgo), described(y, Tag::tnc), none, none},
      engine());
  return executed(dnnl::lstm_forward(how),
                  {{DNNL_ARG_SRC_LAYER, arranged(v[0], x, Tag::tnc, described(x, Tag::tnc))},
                   {DNNL_ARG_WEIGHTS_LAYER, arranged(v[1], wx, Tag::ldgoi, how.weights_layer_desc())},
                   {DNNL_ARG_WEIGHTS_ITER, arranged(v[2], wh, Tag::ldgoi, how.weights_iter_desc())},
                   {DNNL_ARG_BIAS, arranged(v[3], b, Tag::ldgo, how.bias_desc())},
                   {DNNL_ARG_DST_LAYER, dnnl::memory(described(y, Tag::tnc), engine())}});
}

#else

inline OneDnn onednn_conv(const Tensors&, tn::index_t, tn::index_t, tn::index_t) {
  return {};
}
inline OneDnn onednn_layer_norm(const tn::Tensor<float>&) {
  return {};
}
inline OneDnn onednn_softmax(const tn::Tensor<float>&) {
  return {};
}
inline OneDnn onednn_lstm(const Tensors&) {
  return {};
}

#endif

}  // namespace bench
