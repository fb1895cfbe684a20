#pragma once
/// Conversion between the scalar types of files and those of tensors.

#include <algorithm>    // min
#include <atomic>       // atomic
#include <bit>          // endian
#include <cmath>        // isfinite
#include <cstdint>      // uintptr_t
#include <cstring>      // memcpy
#include <type_traits>  // is_same_v

#include "tenon/core/parallel.hpp"
#include "tenon/tensor/tensor.hpp"

namespace TENON_NAMESPACE::io {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they lie in files");

/// Whether floating-point numbers of a file may be rounded to a smaller type.
enum class Cast : bool {
  exact,  ///< only conversions that keep every value: F16 and BF16 to float, I32 to int64
  lossy,  ///< also to smaller floating-point types, to nearest; overflow to infinity is an error
};

/// Whether an array of type `stored` may be loaded as a tensor of type `wanted`. Conversions between
/// floating-point numbers and integers or truth values are never allowed: load the array as it is and use `to`.
bool converts(DType stored, DType wanted, Cast cast = Cast::exact);

/// A tensor of type `wanted` from the bytes of an array of type `stored`, which must convert. It shares the
/// memory if the bytes are aligned elements of that type, and is a converted copy otherwise. Undefined if
/// rounding would make a number infinite.
AnyTensor view_or_convert(const Ref<Storage>& bytes, DType stored, const Shape& shape, DType wanted);

/// The elements of a contiguous floating-point tensor converted to another floating-point type, rounded to
/// nearest. Undefined if a number would become infinite.
AnyTensor rounded_to(const AnyTensor& dense, DType wanted);

// Definitions -----------------------------------------------------------------------------------------------

namespace detail {

constexpr bool is_floating(DType type) {
  return type == DType::float64 || type == DType::float32 || type == DType::float16 ||
         type == DType::bfloat16;
}

constexpr bool is_unsigned(DType type) {
  return type == DType::uint64 || type == DType::uint32 || type == DType::uint16 || type == DType::uint8;
}

/// Whether `wanted` can hold every value of `stored`.
constexpr bool holds_all(DType stored, DType wanted) {
  if (stored == wanted) return true;
  const int from = info(stored).bytes, to = info(wanted).bytes;
  if (is_floating(stored) || is_floating(wanted))
    return is_floating(stored) && is_floating(wanted) && from < to;
  if (wanted == DType::boolean) return false;
  return stored == DType::boolean || (from < to && (is_unsigned(stored) || !is_unsigned(wanted)));
}

/// Calls load(type_identity<T>) for the types of a kind, of floating-point numbers or of integers: it makes a
/// chunk of one common type, so that n types need 2 n loops instead of n squared.
template <bool floating, class F>
void with_kind(DType type, F f) {
  with_dtype(type, [&]<class T>(std::type_identity<T> as) {
    if constexpr (is_floating(dtype_of<T>) == floating) f(as);
  });
}

/// Converts elements that may lie at any address, by way of double or of int64; false when a finite number
/// became infinite.
template <bool floating>
bool convert_elements(const char* from, DType stored, char* to, DType wanted, index_t count) {
  using Common = std::conditional_t<floating, double, std::int64_t>;
  constexpr index_t chunk = 512;
  Common values[chunk];
  bool finite = true;
  for (index_t begin = 0; begin < count; begin += chunk) {
    const index_t n = std::min(chunk, count - begin);
    with_kind<floating>(stored, [&]<class T>(std::type_identity<T>) {
      using Raw = std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>;  // bytes of files may be any
      Raw raw[chunk];
      std::memcpy(raw, from + begin * index_t{sizeof(T)}, static_cast<std::size_t>(n) * sizeof(T));
      for (index_t i = 0; i < n; ++i) {
        if constexpr (std::is_same_v<T, bool>)
          values[i] = raw[i] != 0;
        else if constexpr (std::is_same_v<T, float16>)
          values[i] = static_cast<Common>(static_cast<float>(raw[i]));
        else
          values[i] = static_cast<Common>(raw[i]);
      }
    });
    with_kind<floating>(wanted, [&]<class T>(std::type_identity<T>) {
      T raw[chunk];
      for (index_t i = 0; i < n; ++i) {
        if constexpr (std::is_same_v<T, float16>)
          raw[i] = T(static_cast<float>(values[i]));
        else
          raw[i] = static_cast<T>(values[i]);
        if constexpr (floating && !std::is_same_v<T, double>)
          finite &= std::isfinite(static_cast<float>(raw[i])) || !std::isfinite(values[i]);
      }
      std::memcpy(to + begin * index_t{sizeof(T)}, raw, static_cast<std::size_t>(n) * sizeof(T));
    });
  }
  return finite;
}

/// A converted copy; undefined when a finite number became infinite.
inline AnyTensor converted(const char* from, DType stored, const Shape& shape, DType wanted) {
  AnyTensor out = AnyTensor::empty(wanted, shape);
  char* const to = static_cast<char*>(out.mutable_data());
  if (stored == wanted && stored != DType::boolean) {
    std::memcpy(to, from, out.bytes());
    return out;
  }
  std::atomic<bool> fits = true;
  parallel_for(out.size(), index_t{1} << 16, [&](index_t begin, index_t end) {
    const auto convert = is_floating(wanted) ? convert_elements<true> : convert_elements<false>;
    if (!convert(from + begin * info(stored).bytes, stored, to + begin * info(wanted).bytes, wanted,
                 end - begin))
      fits = false;
  });
  return fits ? out : AnyTensor();
}

}  // namespace detail

inline bool converts(DType stored, DType wanted, Cast cast) {
  return detail::holds_all(stored, wanted) ||
         (detail::is_floating(stored) && detail::is_floating(wanted) && cast == Cast::lossy);
}

inline AnyTensor view_or_convert(const Ref<Storage>& bytes, DType stored, const Shape& shape, DType wanted) {
  const auto* from = static_cast<const char*>(bytes->data());
  const bool aligned =
      reinterpret_cast<std::uintptr_t>(from) % static_cast<std::uintptr_t>(info(wanted).bytes) == 0;
  if (stored == wanted && aligned && wanted != DType::boolean && element_count(shape, "load") > 0)
    return AnyTensor::make(bytes, 0, wanted, shape, contiguous_strides(shape), element_count(shape), true);
  return detail::converted(from, stored, shape, wanted);
}

inline AnyTensor rounded_to(const AnyTensor& dense, DType wanted) {
  return detail::converted(static_cast<const char*>(dense.data()), dense.dtype(), dense.shape(), wanted);
}

}  // namespace TENON_NAMESPACE::io
