#pragma once
/// Layers over the nodes of a graph. A graph is a sparse matrix A whose row i holds the weights of node i's
/// neighbours. Each layer takes the nodes' features and a matrix made once from the adjacency:
///
///     const Csr<float> gather = nn::gcn_normalized(adjacency);
///     y = second(relu(first(x, gather)), gather);
///
/// Holds for every layer of this file:
///   shapes: x (N, in); A (N, N)
///   throws: ShapeError if x and A do not fit each other or the weights

#include "tenon/nn/linear.hpp"
#include "tenon/ops/index/segment.hpp"
#include "tenon/ops/index/select.hpp"
#include "tenon/ops/nn/dropout.hpp"

namespace TENON_NAMESPACE::nn {

/// A with self-loops: an entry 1 on the diagonal wherever A has no entry there.
///
///   throws: ShapeError if A is not square
template <Real T>
Csr<T> with_self_loops(const Csr<T>& a) {
  check<ShapeError>(a.rows() == a.columns(), "with_self_loops", "expected as many rows as columns, got ",
                    a.rows(), " and ", a.columns());
  const Tensor<T> values = contiguous(a.values().detach());
  std::vector<index_t> offsets{0}, columns;
  std::vector<T> all;
  for (index_t r = 0; r < a.rows(); ++r) {
    bool looped = false;
    for (index_t e = a.offsets().data()[r]; e < a.offsets().data()[r + 1]; ++e) {
      looped |= a.indices().data()[e] == r;
      columns.push_back(a.indices().data()[e]);
      all.push_back(values.data()[e]);
    }
    if (!looped) {
      columns.push_back(r);
      all.push_back(T(1));
    }
    offsets.push_back(static_cast<index_t>(columns.size()));
  }
  const auto size = static_cast<index_t>(columns.size());
  return Csr<T>(a.rows(), a.columns(), from(offsets, {a.rows() + 1}), from(columns, {size}),
                from(all, {size}));
}

/// The normalised adjacency of `GcnConv`: D^-1/2 (A + I) D^-1/2 with the row sums D of A + I, for a symmetric
/// A. I is added only where A has no entry on the diagonal.
///
///   throws: ShapeError if A is not square
///   source: Kipf & Welling 2017, https://arxiv.org/abs/1609.02907
template <Real T>
Csr<T> gcn_normalized(const Csr<T>& adjacency) {
  const Csr<T> a = with_self_loops(adjacency);
  const Tensor<index_t> rows = tenon::detail::entry_rows(a.offsets());
  const Tensor<T> scale = rsqrt(segment_sum(a.values(), rows, a.rows()));
  return a.with(mul(a.values(), mul(index_select(scale, 0, rows), index_select(scale, 0, a.indices()))));
}

/// A with each row divided by its sum, for the mean over neighbours: D^-1 A. A row without entries stays
/// empty.
template <Real T>
Csr<T> row_normalized(const Csr<T>& a) {
  const Tensor<index_t> rows = tenon::detail::entry_rows(a.offsets());
  return a.with(div(a.values(), index_select(segment_sum(a.values(), rows, a.rows()), 0, rows)));
}

/// Graph convolution: y = A x weight + bias, with A from `gcn_normalized`.
///
///   shapes: x (N, in), dense or sparse; A (N, N)
///   returns: (N, out)
///   cost: N in out multiply-adds, and out for each entry of A
///   source: Kipf & Welling 2017, https://arxiv.org/abs/1609.02907
template <Real T>
struct GcnConv {
  Parameter<T> weight;  ///< (in, out), initially Xavier uniform
  Parameter<T> bias;    ///< (out), initially 0; or undefined

  GcnConv() = default;
  GcnConv(index_t inputs, index_t outputs, bool with_bias = true, Generator& generator = default_generator())
      : weight(init::xavier_uniform<T>({inputs, outputs}, 1, generator)) {
    if (with_bias) bias = zeros<T>({outputs});
  }

  /// The layer's output for dense features.
  Tensor<T> operator()(const Tensor<T>& x, const Csr<T>& a) const {
    return call_layer(*this, x, [&] { return gather(matmul(x, weight), a); });
  }
  /// The layer's output for sparse features, such as bags of words.
  Tensor<T> operator()(const Csr<T>& x, const Csr<T>& a) const {
    return call_layer(*this, Shape{x.rows(), x.columns()}, [&] { return gather(matmul(x, weight), a); });
  }
  /// Multiply-adds of the product with the weight; those with A are not counted.
  index_t macs(const Shape& x, const Shape&) const { return x[0] * weight.size(); }
  TENON_FIELDS(weight, bias);

 private:
  Tensor<T> gather(const Tensor<T>& h, const Csr<T>& a) const {
    const Tensor<T> y = matmul(a, h);
    return bias.defined() ? add(y, bias) : y;
  }
};

/// GraphSAGE layer: y = lin_l(A x) + lin_r(x), with A from `row_normalized`, so that A x is the mean over the
/// neighbours. Parameters are named as in PyTorch Geometric.
///
///   shapes: x (N, in); A (N, N)
///   returns: (N, out)
///   cost: 2 N in out multiply-adds, and `in` for each entry of A
///   source: Hamilton et al. 2017, https://arxiv.org/abs/1706.02216
template <Real T>
struct SageConv {
  Linear<T> lin_l, lin_r;  ///< maps of the neighbours' mean and of the node itself; lin_r has no bias

  SageConv() = default;
  SageConv(index_t inputs, index_t outputs, bool with_bias = true, Generator& generator = default_generator())
      : lin_l(inputs, outputs, with_bias, generator), lin_r(inputs, outputs, false, generator) {}

  /// The layer's output, (N, out).
  Tensor<T> operator()(const Tensor<T>& x, const Csr<T>& a) const {
    return call_layer(*this, x, [&] { return add(lin_l(matmul(a, x)), lin_r(x)); });
  }
  TENON_FIELDS(lin_l, lin_r);
};

/// Options of `GatConv`.
struct GatConvOptions {
  index_t heads = 1;            ///< attention heads
  bool concat = true;           ///< concatenate the heads' outputs; false: average them
  double negative_slope = 0.2;  ///< slope of the leaky ReLU of the attention logits
  double dropout = 0;           ///< the probability with which an attention weight is dropped in training
  bool bias = true;             ///< with a bias
};

/// Graph attention layer: y_i = sum_j w_ij h_j with h = lin(x) and, for each head,
/// w_ij = softmax_j(leaky_relu(att_src . h_j + att_dst . h_i)), j over the entries of row i of A. A's values
/// do not matter; A is usually from `with_self_loops`. Parameters are named as in PyTorch Geometric.
///
///   shapes: x (N, in), dense or sparse; A (N, N)
///   returns: (N, heads out), or (N, out) if the heads are averaged
///   throws: ShapeError if x and A do not fit. The constructor throws ValueError if heads <= 0
///   cost: N in heads out multiply-adds, and heads out for each entry of A
///   source: Veličković et al. 2018, https://arxiv.org/abs/1710.10903
template <Real T>
struct GatConv {
  Parameter<T> att_src, att_dst;  ///< (1, heads, out), initially Xavier uniform
  Parameter<T> bias;              ///< (heads out), or (out) if averaged, initially 0; or undefined
  Linear<T> lin;                  ///< weight (heads out, in), initially Xavier uniform; no bias
  GatConvOptions options;         ///< as given to the constructor
  Mode mode{};                    ///< training or evaluation

  GatConv() = default;
  GatConv(index_t inputs, index_t outputs, const GatConvOptions& layer_options = {},
          Generator& generator = default_generator())
      : options(layer_options) {
    check<ValueError>(options.heads > 0, "gat_conv", "expected a positive number of heads, got ",
                      options.heads);
    const auto draw = [&](const Shape& shape) { return init::xavier_uniform<T>(shape, 1, generator); };
    lin.weight = draw({options.heads * outputs, inputs});
    att_src = draw({1, options.heads, outputs});
    att_dst = draw({1, options.heads, outputs});
    if (options.bias) bias = zeros<T>({options.concat ? options.heads * outputs : outputs});
  }

  /// The layer's output for dense features.
  Tensor<T> operator()(const Tensor<T>& x, const Csr<T>& a) const {
    return call_layer(*this, x, [&] { return attend(lin(x), a); });
  }
  /// The layer's output for sparse features, such as bags of words.
  Tensor<T> operator()(const Csr<T>& x, const Csr<T>& a) const {
    return call_layer(*this, Shape{x.rows(), x.columns()},
                      [&] { return attend(matmul(x, transpose(lin.weight, 0, 1)), a); });
  }
  TENON_FIELDS(att_src, att_dst, bias, lin, options, mode);

 private:
  Tensor<T> attend(const Tensor<T>& projected, const Csr<T>& a) const {
    const Tensor<T> h = reshape(projected, {projected.extent(0), options.heads, att_src.extent(2)});
    const Tensor<T> weights = dropout(attention(h, a), options.dropout, mode.training());
    std::vector<Tensor<T>> heads;
    for (index_t k = 0; k < options.heads; ++k)
      heads.push_back(matmul(a.with(select(weights, 1, k)), select(h, 1, k)));
    const Tensor<T> y = options.concat ? cat(heads, 1) : mean(stack(heads), {0});
    return bias.defined() ? add(y, bias) : y;
  }
  /// The attention weight of each entry of A in each head, (entries, heads).
  Tensor<T> attention(const Tensor<T>& h, const Csr<T>& a) const {
    const Tensor<index_t> rows = tenon::detail::entry_rows(a.offsets());
    const Tensor<T> source = sum(mul(h, att_src), {2}), target = sum(mul(h, att_dst), {2});
    const Tensor<T> scores = add(index_select(source, 0, a.indices()), index_select(target, 0, rows));
    return segment_softmax(leaky_relu(scores, options.negative_slope), rows, a.rows());
  }
};

}  // namespace TENON_NAMESPACE::nn
