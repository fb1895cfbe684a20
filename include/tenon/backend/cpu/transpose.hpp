#pragma once
/// Transposed copy of a matrix, by square tiles that are turned around in registers.

#include <bit>          // bit_width
#include <type_traits>  // conditional_t
#include <utility>      // integer_sequence

#include "tenon/backend/pack.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// A square of elements held in registers, one row each.
template <class T>
class Tile {
  static constexpr int register_bytes = Pack<float>::width * static_cast<int>(sizeof(float));
  static constexpr int fitting = register_bytes / static_cast<int>(sizeof(T));

 public:
  static constexpr int extent = fitting < 16 ? fitting : 16;
  static constexpr bool streamable = can_stream_lines && extent * sizeof(T) == 64;

  /// dst[r * dst_stride + c] = src[c * src_stride + r].
  static void transpose(const T* src, index_t src_stride, T* dst, index_t dst_stride, bool stream) {
    Vector rows[2][extent];
#pragma GCC unroll 16
    for (int i = 0; i < extent; ++i) __builtin_memcpy(&rows[0][i], src + i * src_stride, sizeof(Vector));
    shuffle(rows, std::make_integer_sequence<int, rounds>{});
    const Vector* out = rows[rounds % 2];
#pragma GCC unroll 16
    for (int i = 0; i < extent; ++i) {
      if (streamable && stream) {
        stream_line(&out[i], dst + i * dst_stride);
      } else {
        __builtin_memcpy(static_cast<void*>(dst + i * dst_stride), &out[i], sizeof(Vector));
      }
    }
  }

 private:
  static constexpr int rounds = std::bit_width(static_cast<unsigned>(extent)) - 1;
  using Word = std::conditional_t<
      sizeof(T) == 1, std::uint8_t,
      std::conditional_t<sizeof(T) == 2, std::uint16_t,
                         std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>>;
  typedef Word Vector __attribute__((vector_size(extent * sizeof(T))));

  /// One perfect shuffle of the whole square rotates the bits of (row, column) by one place; after half of
  /// the places rows and columns have changed roles.
  template <int... Round>
  static void shuffle(Vector (&rows)[2][extent], std::integer_sequence<int, Round...>) {
    (interleave(rows[Round % 2], rows[(Round + 1) % 2], std::make_integer_sequence<int, extent>{}), ...);
  }
  template <int... Lane>
  static void interleave(const Vector* in, Vector* out, std::integer_sequence<int, Lane...>) {
    constexpr int half = extent / 2;
#pragma GCC unroll 8
    for (int i = 0; i < half; ++i) {
      out[2 * i] = __builtin_shufflevector(in[i], in[i + half], (Lane % 2 * extent + Lane / 2)...);
      out[2 * i + 1] = __builtin_shufflevector(in[i], in[i + half], (Lane % 2 * extent + half + Lane / 2)...);
    }
  }
};

/// dst(rows, columns) from src(columns, rows), both with unit stride along their last axis. `stream`: past
/// the caches, as far as the rows of dst are aligned for it.
///
/// A band of columns is written from top to bottom. When streaming it is as wide as a tile, whose lines are
/// written whole; otherwise wider, so that lines which start in the middle of a tile are completed while they
/// are in the cache.
template <class T>
void transpose(index_t rows, index_t columns, const T* src, index_t src_stride, T* dst, index_t dst_stride,
               bool stream) {
  constexpr index_t extent = Tile<T>::extent;
  const bool aligned =
      reinterpret_cast<std::uintptr_t>(dst) % 64 == 0 && dst_stride * index_t{sizeof(T)} % 64 == 0;
  stream = stream && aligned && Tile<T>::streamable;
  const index_t whole_rows = rows - rows % extent, whole_columns = columns - columns % extent;
  const index_t band = stream ? extent : 64;
  constexpr index_t tiles_ahead = 4;
  for (index_t begin = 0; begin < whole_columns; begin += band) {
    const index_t end = begin + band < whole_columns ? begin + band : whole_columns;
    for (index_t r = 0; r < whole_rows; r += extent) {
      for (index_t c = begin; c < end; c += extent) {
        for (index_t i = c; i < c + extent; ++i)
          __builtin_prefetch(src + i * src_stride + r + tiles_ahead * extent);
        Tile<T>::transpose(src + c * src_stride + r, src_stride, dst + r * dst_stride + c, dst_stride,
                           stream);
      }
    }
  }
  const auto by_element = [&](index_t first_row, index_t end_row, index_t first_column) {
    for (index_t r = first_row; r < end_row; ++r) {
      for (index_t c = first_column; c < columns; ++c) dst[r * dst_stride + c] = src[c * src_stride + r];
    }
  };
  by_element(0, whole_rows, whole_columns);
  by_element(whole_rows, rows, 0);
}

}  // namespace TENON_NAMESPACE::backend::cpu
