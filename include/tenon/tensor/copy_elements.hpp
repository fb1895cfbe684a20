#pragma once
/// Copies between tensors whose scalar type is known at run time.

#include <algorithm>    // max
#include <cstring>      // memcpy
#include <type_traits>  // integral_constant

#include "tenon/core/parallel.hpp"
#include "tenon/tensor/any_tensor.hpp"

namespace TENON_NAMESPACE {

namespace detail {

/// Copies an array of any strides to another of the same shape; an element has `bytes` bytes. The last two axes
/// are walked in tiles, bands of which threads share, so that a transposed matrix is read and written in whole cache lines.
template <std::size_t bytes>
void copy_strided(const Shape& shape, const char* from, const Strides& from_strides, char* to,
                  const Strides& to_strides) {
  constexpr index_t tile = 16;
  const int rank = shape.size();
  const auto extent = [&](int from_last) { return from_last < rank ? shape.back(from_last) : 1; };
  const auto step = [&](const Strides& strides, int from_last) {
    return from_last < rank ? strides.back(from_last) * index_t{bytes} : 0;
  };
  const index_t rows = extent(1), columns = extent(0), bands = (rows + tile - 1) / tile;
  index_t matrices = 1;
  for (int axis = 2; axis < rank; ++axis) matrices *= extent(axis);
  parallel_for(matrices * bands,
               std::max<index_t>(1, (index_t{1} << 16) / (tile * std::max<index_t>(columns, 1))),
               [&](index_t begin, index_t end) {
                 for (index_t band = begin; band < end; ++band) {
                   const char* source = from;
                   char* target = to;
                   index_t rest = band / bands;
                   for (int axis = 2; axis < rank; ++axis) {
                     const index_t i = rest % extent(axis);
                     rest /= extent(axis);
                     source += i * step(from_strides, axis);
                     target += i * step(to_strides, axis);
                   }
                   const index_t row = band % bands * tile;
                   for (index_t column = 0; column < columns; column += tile)
                     for (index_t i = row; i < rows && i < row + tile; ++i)
                       for (index_t j = column; j < columns && j < column + tile; ++j)
                         std::memcpy(target + i * step(to_strides, 1) + j * step(to_strides, 0),
                                     source + i * step(from_strides, 1) + j * step(from_strides, 0), bytes);
                 }
               });
}

}  // namespace detail

/// Writes the elements of `from` into `to`, which must be of the same type and shape and share no memory with
/// it: unchecked, as is whether `to` may be written.
inline void copy_elements(const AnyTensor& from, AnyTensor& to) {
  const auto* source = static_cast<const char*>(from.data());
  auto* target = static_cast<char*>(to.mutable_data());
  if (from.is_contiguous() && to.is_contiguous()) {
    parallel_for(static_cast<index_t>(from.bytes()), index_t{1} << 20, [&](index_t begin, index_t end) {
      std::memcpy(target + begin, source + begin, static_cast<std::size_t>(end - begin));
    });
    return;
  }
  const auto copy = [&]<std::size_t bytes>(std::integral_constant<std::size_t, bytes>) {
    detail::copy_strided<bytes>(from.shape(), source, from.strides(), target, to.strides());
  };
  switch (info(from.dtype()).bytes) {
    case 1:
      return copy(std::integral_constant<std::size_t, 1>{});
    case 2:
      return copy(std::integral_constant<std::size_t, 2>{});
    case 4:
      return copy(std::integral_constant<std::size_t, 4>{});
    default:
      return copy(std::integral_constant<std::size_t, 8>{});
  }
}

/// The elements of x in row-major order without gaps: x itself if it is so already, else a copy. Not recorded.
inline AnyTensor contiguous(const AnyTensor& x) {
  if (x.is_contiguous()) return x;
  AnyTensor rows = AnyTensor::empty(x.dtype(), x.shape());
  copy_elements(x, rows);
  return rows;
}

}  // namespace TENON_NAMESPACE
