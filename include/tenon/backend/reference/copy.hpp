#pragma once
/// Copies between strided layouts, and along an axis by index.

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::backend::reference {

template <class T>
void copy(int rank, const index_t* shape, const T* src, const index_t* src_strides, T* dst,
          const index_t* dst_strides) {
  if (rank == 0) {
    *dst = *src;
    return;
  }
  for (index_t i = 0; i < shape[0]; ++i) {
    copy(rank - 1, shape + 1, src + i * src_strides[0], src_strides + 1, dst + i * dst_strides[0],
         dst_strides + 1);
  }
}

template <class T>
void gather(index_t outer, index_t count, index_t inner, index_t extent, const T* src, const index_t* index,
            T* dst) {
  for (index_t o = 0; o < outer; ++o) {
    for (index_t c = 0; c < count; ++c) {
      for (index_t i = 0; i < inner; ++i) {
        dst[(o * count + c) * inner + i] = src[(o * extent + index[c]) * inner + i];
      }
    }
  }
}

template <class T>
void scatter_add(index_t outer, index_t count, index_t inner, index_t extent, const index_t* index,
                 const T* src, T* dst) {
  for (index_t o = 0; o < outer; ++o) {
    for (index_t c = 0; c < count; ++c) {
      for (index_t i = 0; i < inner; ++i) {
        T& out = dst[(o * extent + index[c]) * inner + i];
        out = static_cast<T>(out + src[(o * count + c) * inner + i]);
      }
    }
  }
}

template <class T>
void put_rows(index_t count, index_t inner, const index_t* index, const T* src, T* dst) {
  for (index_t c = 0; c < count; ++c) {
    for (index_t i = 0; i < inner; ++i) dst[index[c] * inner + i] = src[c * inner + i];
  }
}

}  // namespace TENON_NAMESPACE::backend::reference
