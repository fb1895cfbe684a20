#pragma once
/// Layers over the nodes of a graph. A graph is a sparse matrix whose row i says what node i hears of: each
/// layer is given the nodes' features and the matrix that it gathers by, made once of the adjacency:
///
///     const Csr<float> gather = nn::gcn_normalized(adjacency);
///     y = second(relu(first(x, gather)), gather);

#include "tenon/nn/linear.hpp"
#include "tenon/ops/segment.hpp"

namespace TENON_NAMESPACE::nn {

/// A with 1 on the diagonal wherever A has no entry there.
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

/// D^-1/2 (A + I) D^-1/2 with the row sums D of A + I, for a symmetric A. Kipf & Welling 2017.
template <Real T>
Csr<T> gcn_normalized(const Csr<T>& adjacency) {
  const Csr<T> a = with_self_loops(adjacency);
  const Tensor<index_t> rows = tenon::detail::entry_rows(a.offsets());
  const Tensor<T> scale = rsqrt(segment_sum(a.values(), rows, a.rows()));
  return a.with(mul(a.values(), mul(index_select(scale, 0, rows), index_select(scale, 0, a.indices()))));
}

/// Rows that add up to 1: each node hears the mean of its neighbours.
template <Real T>
Csr<T> row_normalized(const Csr<T>& a) {
  const Tensor<index_t> rows = tenon::detail::entry_rows(a.offsets());
  return a.with(div(a.values(), index_select(segment_sum(a.values(), rows, a.rows()), 0, rows)));
}

/// y = A x weight + bias, A from `gcn_normalized`. Kipf & Welling 2017.
template <Real T>
struct GcnConv {
  Parameter<T> weight;  ///< (in, out), Xavier's uniform
  Parameter<T> bias;    ///< (out), 0; or undefined

  GcnConv() = default;
  GcnConv(index_t inputs, index_t outputs, bool with_bias = true, Generator& generator = default_generator())
      : weight(init::xavier_uniform<T>({inputs, outputs}, 1, generator)) {
    if (with_bias) bias = zeros<T>({outputs});
  }

  /// x (N, in), dense or sparse
  Tensor<T> operator()(const Tensor<T>& x, const Csr<T>& a) const {
    return observed(*this, x.shape(), gather(matmul(x, weight), a));
  }
  Tensor<T> operator()(const Csr<T>& x, const Csr<T>& a) const {
    return observed(*this, {x.rows(), x.columns()}, gather(matmul(x, weight), a));
  }
  /// Of the product with the weight alone.
  index_t macs(const Shape& x, const Shape&) const { return x[0] * weight.size(); }
  TENON_FIELDS(weight, bias);

 private:
  Tensor<T> gather(const Tensor<T>& h, const Csr<T>& a) const {
    const Tensor<T> y = matmul(a, h);
    return bias.defined() ? add(y, bias) : y;
  }
};

/// y = lin_l(A x) + lin_r(x), A from `row_normalized`: the mean of the neighbours beside the node itself.
/// Hamilton et al. 2017; names as in PyTorch Geometric.
template <Real T>
struct SageConv {
  Linear<T> lin_l, lin_r;  ///< lin_r without a bias

  SageConv() = default;
  SageConv(index_t inputs, index_t outputs, bool with_bias = true, Generator& generator = default_generator())
      : lin_l(inputs, outputs, with_bias, generator), lin_r(inputs, outputs, false, generator) {}

  /// x (N, in)
  Tensor<T> operator()(const Tensor<T>& x, const Csr<T>& a) const {
    return observed(*this, x.shape(), add(lin_l(matmul(a, x)), lin_r(x)));
  }
  TENON_FIELDS(lin_l, lin_r);
};

struct GatConvOptions {
  index_t heads = 1;
  bool concat = true;           ///< outputs of the heads side by side; false: their mean
  double negative_slope = 0.2;  ///< of the leaky_relu of scores
  double dropout = 0;           ///< the probability with which a neighbour's weight is dropped in training
  bool bias = true;
};

/// Each node attends to the nodes that its row names, whatever the values: A from `with_self_loops`.
///   y_i = sum_j w_ij h_j, h = lin(x), w_i. = softmax_j leaky_relu(att_src . h_j + att_dst . h_i), by head
/// Veličković et al. 2018; names as in PyTorch Geometric.
template <Real T>
struct GatConv {
  Parameter<T> att_src, att_dst;  ///< (1, heads, out), Xavier's uniform
  Parameter<T> bias;              ///< (heads out), or (out) of a mean, 0; or undefined
  Linear<T> lin;                  ///< (heads out, in), Xavier's uniform, without a bias
  GatConvOptions options;
  Mode mode{};

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

  /// x (N, in), dense or sparse
  Tensor<T> operator()(const Tensor<T>& x, const Csr<T>& a) const {
    return observed(*this, x.shape(), attend(lin(x), a));
  }
  Tensor<T> operator()(const Csr<T>& x, const Csr<T>& a) const {
    return observed(*this, {x.rows(), x.columns()}, attend(matmul(x, transpose(lin.weight, 0, 1)), a));
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
  /// Of each entry of a in each head, (entries, heads).
  Tensor<T> attention(const Tensor<T>& h, const Csr<T>& a) const {
    const Tensor<index_t> rows = tenon::detail::entry_rows(a.offsets());
    const Tensor<T> source = sum(mul(h, att_src), {2}), target = sum(mul(h, att_dst), {2});
    const Tensor<T> scores = add(index_select(source, 0, a.indices()), index_select(target, 0, rows));
    return segment_softmax(leaky_relu(scores, options.negative_slope), rows, a.rows());
  }
};

}  // namespace TENON_NAMESPACE::nn
