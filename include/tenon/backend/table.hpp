#pragma once
/// THE interface between operations and hardware: a small table of plain functions on pointers, extents and
/// strides.
///
/// Matrices are row-major; `lda` is the distance between the starts of rows. Arrays described as (outer, n,
/// inner) are contiguous with those three extents, so that any axis of a tensor is the middle one. Extents
/// may be 0 unless a comment says otherwise, indices are in range, and outputs do not overlap inputs: the
/// operations have seen to that. Element-wise work is not here: it is a template over its formula (map.hpp).

#include "tenon/backend/attention.hpp"
#include "tenon/backend/recurrence.hpp"
#include "tenon/backend/windows.hpp"
#include "tenon/core/number.hpp"

namespace TENON_NAMESPACE::backend {

/// A batch of sequences for `ctc`: the labels of sequence n are `length[n]` numbers from labels[offset[n]],
/// and its frames are the first `input_length[n]` of `frames`.
struct CtcBatch {
  index_t frames, batch, classes, blank;
  const index_t *labels, *offset, *length, *input_length;
};

template <class T>
struct Kernels {
  /// c = alpha op(a) op(b) + beta c, with op(a) of shape (m, k), op(b) of (k, n) and op the transposition if
  /// asked for. When beta is 0, c is only written: NaN in it does not spread.
  void (*gemm)(bool transpose_a, bool transpose_b, index_t m, index_t n, index_t k, T alpha, const T* a,
               index_t lda, const T* b, index_t ldb, T beta, T* c, index_t ldc);

  /// `batch` such products of matrices at the given offsets from a, b and c. Those of c do not overlap.
  void (*batched_gemm)(index_t batch, const index_t* a_offset, const index_t* b_offset,
                       const index_t* c_offset, bool transpose_a, bool transpose_b, index_t m, index_t n,
                       index_t k, T alpha, const T* a, index_t lda, const T* b, index_t ldb, T beta, T* c,
                       index_t ldc);

  /// dst[i...] = src[i...] over `shape`. Strides of src may be 0 or negative; positions of dst are distinct.
  void (*copy)(int rank, const index_t* shape, const T* src, const index_t* src_strides, T* dst,
               const index_t* dst_strides);

  /// y(outer, inner) from x(outer, n, inner). max and min need n >= 1 and give NaN where there is one.
  /// Sums of integers and booleans are of 64 bits, and wrap around there.
  void (*sum)(index_t outer, index_t n, index_t inner, const T* x, sum_t<T>* y);
  void (*max)(index_t outer, index_t n, index_t inner, const T* x, T* y);
  void (*min)(index_t outer, index_t n, index_t inner, const T* x, T* y);
  /// The position of the extremum, n >= 1; of the first when there are several, and NaN beats any number.
  void (*argmax)(index_t outer, index_t n, index_t inner, const T* x, index_t* y);
  void (*argmin)(index_t outer, index_t n, index_t inner, const T* x, index_t* y);

  /// y(outer, n, inner) = running sum of x along n.
  void (*cumsum)(index_t outer, index_t n, index_t inner, const T* x, sum_t<T>* y);

  /// y = exp(x - m) / sum exp(x - m), m = max x, along n; or its logarithm.
  void (*softmax)(index_t outer, index_t n, index_t inner, const T* x, T* y, bool log);
  /// dx = y (g - <g, y>); of the logarithm, dx = g - exp(y) sum g.
  void (*softmax_backward)(index_t outer, index_t n, index_t inner, const T* y, const T* g, T* dx, bool log);

  /// dst(outer, count, inner)[o][c] = src(outer, extent, inner)[o][index[c]].
  void (*gather)(index_t outer, index_t count, index_t inner, index_t extent, const T* src,
                 const index_t* index, T* dst);
  /// dst(outer, extent, inner)[o][index[c]] += src(outer, count, inner)[o][c], in the order of c.
  void (*scatter_add)(index_t outer, index_t count, index_t inner, index_t extent, const index_t* index,
                      const T* src, T* dst);

  // Losses, sorting, random numbers
  /// nll(batch) of label sequences under log-probabilities x(frames, batch, classes), infinite where a
  /// sequence has too few frames; and the gradient by x, of x's shape, unless null (0 where infinite).
  void (*ctc)(const CtcBatch& batch, const T* x, T* nll, T* gradient);

  /// Each row of x(rows, n) in order, and where its elements stood; equal elements keep their order, NaN is
  /// greater than any number.
  void (*sort)(index_t rows, index_t n, bool descending, const T* x, T* values, index_t* indices);
  /// The first k <= n of each row so sorted.
  void (*topk)(index_t rows, index_t n, index_t k, bool descending, const T* x, T* values, index_t* indices);
  /// Element k < n of each row so sorted, upwards.
  void (*kth)(index_t rows, index_t n, index_t k, const T* x, T* values, index_t* indices);

  /// y[i] = scale x[i], or 0 where random word i is below `threshold`; words are those of
  /// `philox_word`.
  void (*dropout)(index_t n, std::uint64_t seed, std::uint64_t first_block, std::uint32_t threshold, T scale,
                  const T* x, T* y);
  // Windows over planes: convolution, pooling, folding ------------------------------------------------------

  /// y = w applied to the windows of x, plus bias[group, out] unless that is null.
  void (*conv)(const ConvShape& shape, const T* x, const T* w, const T* bias, T* y);
  /// The transpose of that: x collects w times y, plus bias[group, in] unless that is null.
  void (*conv_transpose)(const ConvShape& shape, const T* y, const T* w, const T* bias, T* x);
  /// dw = sum over images and windows of x times dy.
  void (*conv_weight)(const ConvShape& shape, const T* x, const T* dy, T* dw);

  /// x(planes, size) = sum of columns(planes, kernel, result) at the places that windows read them from.
  void (*fold)(index_t planes, const Windows& windows, const T* columns, T* x);

  /// y(planes, result) = the largest entry of each window of x(planes, size), NaN where there is one, and
  /// unless `where` is null its position in the plane: of the first when there are several. -infinity and the
  /// window's first position inside where a window holds nothing.
  void (*max_pool)(index_t planes, const Windows& windows, const T* x, T* y, index_t* where);
  /// y(planes, count)[c] = x(planes, extent)[where[c]].
  void (*plane_gather)(index_t planes, index_t count, index_t extent, const T* x, const index_t* where, T* y);
  /// x(planes, extent) = 0 with y(planes, count)[c] added at where[c], in the order of c.
  void (*plane_scatter)(index_t planes, index_t count, index_t extent, const T* y, const index_t* where,
                        T* x);
  // Normalisation
  /// Mean and variance (of all, not of a sample) of x(outer, n, inner) over outer and inner: n of each.
  void (*moments)(index_t outer, index_t n, index_t inner, const T* x, T* mean, T* variance);
  /// Over outer and inner, the sums of g and of g (x - mean).
  void (*paired_sums)(index_t outer, index_t n, index_t inner, const T* x, const T* g, const T* mean,
                      T* sum_g, T* sum_gx);
  /// y(outer, n, inner) = (x - centre) a + b + g c with centre, a, b, c of n; g may be null, then c is not
  /// read.
  void (*affine_planes)(index_t outer, index_t n, index_t inner, const T* x, const T* g, const T* centre,
                        const T* a, const T* b, const T* c, T* y);
  /// y = (x - m) s weight + bias for each row, s = 1 / sqrt(mean (x - m)^2 + eps); m is the mean, or 0 unless
  /// `centred`. mean(rows), scale(rows) = m, s. weight(n) and bias(n) may be null: 1 and 0.
  void (*norm_rows)(index_t rows, index_t n, const T* x, const T* weight, const T* bias, double eps,
                    bool centred, T* y, T* mean, T* scale);
  /// Its gradients, from the m and s that it gave.
  void (*norm_rows_backward)(index_t rows, index_t n, const T* x, const T* g, const T* weight, const T* mean,
                             const T* scale, bool centred, T* dx, T* dweight, T* dbias);

  // Attention
  /// y(batch, queries, value_depth), and the logarithm of each query's sum of exponentials.
  void (*attention)(const Attention<T>& a, T* y, T* log_sum);
  /// The gradients, dense: dq(batch, queries, depth), dk(batch, keys, depth), dv(batch, keys, value_depth).
  void (*attention_backward)(const Attention<T>& a, const T* y, const T* log_sum, const T* g, T* dq, T* dk,
                             T* dv);

  // Recurrence
  /// Runs the steps: gates hold W_ih x + b (of a gru its first three parts) and become their activations.
  /// weight(gates hidden, hidden) and bias(gates hidden) are those of the state, bias of a gru only.
  /// states(steps + 1, …) hold the initial one in the first slot that is read; so do cells, of an lstm only.
  void (*recurrence)(const Recurrence& r, const T* weight, const T* bias, T* gates, T* states, T* cells);
  /// dgates, from the gradient g of all slots but the initial; dh(batch, hidden) and dc take the gradients of
  /// the last state and cell besides, and give those of the initial ones. weight as above.
  void (*recurrence_backward)(const Recurrence& r, const T* weight, const T* gates, const T* states,
                              const T* cells, const T* g, T* dgates, T* dh, T* dc);
  // Sparse rows: entry e of row r, offsets[r] <= e < offsets[r + 1], stands in column columns[e].

  /// y(rows, inner)[r] = the sum of values[e] x(., inner)[columns[e]] over r's entries, in their order.
  void (*csr_multiply)(index_t rows, index_t inner, const index_t* offsets, const index_t* columns,
                       const T* values, const T* x, T* y);
  /// values[e] = <a(rows, inner)[r], b(., inner)[columns[e]]> for each entry e of row r.
  void (*csr_sample)(index_t rows, index_t inner, const index_t* offsets, const index_t* columns, const T* a,
                     const T* b, T* values);

  // Fourier transforms of rows, not divided by n; complex numbers are pairs.

  /// y(rows, n, 2)[k] = sum_j x(rows, n, 2)[j] exp(-2 pi i j k / n), or with +2 for the inverse.
  void (*fft)(index_t rows, index_t n, bool inverse, const T* x, T* y);
  /// The first n / 2 + 1 of them for real x(rows, n).
  void (*rfft)(index_t rows, index_t n, const T* x, T* y);
  /// y(rows, n) = the inverse of what x(rows, n / 2 + 1, 2) and its mirrored conjugate are; imaginary parts
  /// that can only be 0 are not looked at.
  void (*irfft)(index_t rows, index_t n, const T* x, T* y);
};

/// Layers of kernels; each has what it does better than the one before.
enum class Provider {
  reference,  ///< plain loops
  cpu,        ///< SIMD and threads
  blas,       ///< matrix products by OpenBLAS or Eigen, where the build chose one
};

/// Whether two entries are the same.
template <auto a, auto b>
inline constexpr bool same_entry = false;
template <auto a>
inline constexpr bool same_entry<a, a> = true;

/// What a provider's `find<T, entry>()` returns for an entry that it leaves to others.
struct NoKernel {};

}  // namespace TENON_NAMESPACE::backend
