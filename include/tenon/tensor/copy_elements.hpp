#pragma once
/// Copies between tensors whose scalar type is known at run time.

#include <cstring>      // memcpy
#include <type_traits>  // integral_constant

#include "tenon/tensor/any_tensor.hpp"

namespace TENON_NAMESPACE {

namespace detail {

/// Copies an array of any strides to another of the same shape; an element has `bytes` bytes. The last two axes
/// are walked in tiles, so that a transposed matrix is read and written in whole cache lines.
template <std::size_t bytes>
void copy_strided(const Shape& shape, int axis, const char* from, const Strides& from_strides, char* to,
                  const Strides& to_strides) {
  constexpr index_t tile = 16;
  const auto at = [](const Strides& strides, int k, index_t i) { return strides[k] * i * index_t{bytes}; };
  const int left = shape.size() - axis;
  if (left == 0) {
    std::memcpy(to, from, bytes);
  } else if (left != 2) {
    for (index_t i = 0; i < shape[axis]; ++i)
      copy_strided<bytes>(shape, axis + 1, from + at(from_strides, axis, i), from_strides,
                          to + at(to_strides, axis, i), to_strides);
  } else {
    for (index_t rows = 0; rows < shape[axis]; rows += tile)
      for (index_t columns = 0; columns < shape[axis + 1]; columns += tile)
        for (index_t i = rows; i < shape[axis] && i < rows + tile; ++i)
          for (index_t j = columns; j < shape[axis + 1] && j < columns + tile; ++j)
            std::memcpy(to + at(to_strides, axis, i) + at(to_strides, axis + 1, j),
                        from + at(from_strides, axis, i) + at(from_strides, axis + 1, j), bytes);
  }
}

}  // namespace detail

/// Writes the elements of `from` into `to`, which must be of the same type and shape and share no memory with
/// it: unchecked, as is whether `to` may be written.
inline void copy_elements(const AnyTensor& from, AnyTensor& to) {
  const auto* source = static_cast<const char*>(from.data());
  auto* target = static_cast<char*>(to.mutable_data());
  if (from.is_contiguous() && to.is_contiguous()) {
    if (from.size() > 0) std::memcpy(target, source, from.bytes());
    return;
  }
  const auto copy = [&]<std::size_t bytes>(std::integral_constant<std::size_t, bytes>) {
    detail::copy_strided<bytes>(from.shape(), 0, source, from.strides(), target, to.strides());
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
