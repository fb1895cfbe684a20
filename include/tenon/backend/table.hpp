#pragma once
/// THE interface between operations and hardware: a small table of plain functions on pointers, extents and
/// strides.
///
/// Matrices are row-major; `lda` is the distance between the starts of rows. Arrays described as (outer, n,
/// inner) are contiguous with those three extents, so that any axis of a tensor is the middle one. Extents
/// may be 0 unless a comment says otherwise, indices are in range, and outputs do not overlap inputs: the
/// operations have seen to that. Element-wise work is not here: it is a template over its formula (map.hpp).

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::backend {

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
  /// Integers wrap around; of booleans the sum is "any" and the product "all".
  void (*sum)(index_t outer, index_t n, index_t inner, const T* x, T* y);
  void (*prod)(index_t outer, index_t n, index_t inner, const T* x, T* y);
  void (*max)(index_t outer, index_t n, index_t inner, const T* x, T* y);
  void (*min)(index_t outer, index_t n, index_t inner, const T* x, T* y);
  /// The position of the extremum, n >= 1; of the first when there are several, and NaN beats any number.
  void (*argmax)(index_t outer, index_t n, index_t inner, const T* x, index_t* y);
  void (*argmin)(index_t outer, index_t n, index_t inner, const T* x, index_t* y);

  /// y(outer, n, inner) = running sum of x along n.
  void (*cumsum)(index_t outer, index_t n, index_t inner, const T* x, T* y);

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

}  // namespace TENON_NAMESPACE::backend
