#pragma once
/// Element types of files, of which there are more than of tensors, and their conversion to tensors.

#include <atomic>       // atomic
#include <bit>          // bit_cast, endian
#include <cmath>        // isfinite
#include <cstdint>      // int8_t, uint16_t
#include <cstring>      // memcpy
#include <limits>       // numeric_limits
#include <string_view>  // string_view
#include <type_traits>  // type_identity

#include "tenon/core/parallel.hpp"
#include "tenon/core/scalar.hpp"
#include "tenon/tensor/tensor.hpp"

namespace TENON_NAMESPACE::io {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they lie in files");

/// IEEE half precision: 5 bits of exponent, 10 of fraction. Conversion from float rounds to nearest, ties to
/// even.
struct float16 {
  std::uint16_t bits = 0;

  float16() = default;
  explicit float16(float value) {
    const auto word = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = word >> 16 & 0x8000u, magnitude = word & 0x7fffffffu;
    std::uint32_t half;
    if (magnitude > 0x7f800000u) {
      half = 0x7e00u;  // NaN
    } else if (magnitude >= 0x47800000u) {
      half = 0x7c00u;                      // 2^16 and above: infinity
    } else if (magnitude < 0x38800000u) {  // below 2^-14: a multiple of 2^-24, which is the last place of 0.5
      half = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5f) -
             std::bit_cast<std::uint32_t>(0.5f);
    } else {
      half = (magnitude - (112u << 23) + 0xfffu + (magnitude >> 13 & 1u)) >> 13;
    }
    bits = static_cast<std::uint16_t>(sign | half);
  }
  explicit operator float() const {
    const std::uint32_t sign = std::uint32_t{bits & 0x8000u} << 16, exponent = bits >> 10 & 31u,
                        fraction = bits & 1023u;
    if (exponent == 0) {  // zero and subnormal: multiples of 2^-24
      const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
      return sign ? -magnitude : magnitude;
    }
    const std::uint32_t wide = exponent == 31 ? 255u : exponent + 112u;  // infinity and NaN stay
    return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
  }
};

/// The element type of an array in a file.
enum class ElementType : std::uint8_t { f64, f32, f16, bf16, i64, i32, i16, i8, u64, u32, u16, u8, boolean };

/// Whether floating-point numbers of a file may be rounded to a smaller type.
enum class Cast : bool {
  exact,  ///< only conversions that keep every value: F16 and BF16 to float, I32 to int64
  lossy,  ///< also to smaller floating-point types, to nearest; overflow to infinity is an error
};

/// Calls `f` with `std::type_identity` of the C++ type of `type`.
template <class F>
decltype(auto) with_element_type(ElementType type, F&& f) {
  using std::type_identity;
  switch (type) {
    case ElementType::f64:
      return f(type_identity<double>{});
    case ElementType::f32:
      return f(type_identity<float>{});
    case ElementType::f16:
      return f(type_identity<float16>{});
    case ElementType::bf16:
      return f(type_identity<bfloat16>{});
    case ElementType::i64:
      return f(type_identity<std::int64_t>{});
    case ElementType::i32:
      return f(type_identity<std::int32_t>{});
    case ElementType::i16:
      return f(type_identity<std::int16_t>{});
    case ElementType::i8:
      return f(type_identity<std::int8_t>{});
    case ElementType::u64:
      return f(type_identity<std::uint64_t>{});
    case ElementType::u32:
      return f(type_identity<std::uint32_t>{});
    case ElementType::u16:
      return f(type_identity<std::uint16_t>{});
    case ElementType::u8:
      return f(type_identity<std::uint8_t>{});
    case ElementType::boolean:
      break;
  }
  return f(type_identity<bool>{});
}

/// The element type of a C++ type.
template <class T>
constexpr ElementType element_type() {
  if constexpr (std::is_same_v<T, double>) return ElementType::f64;
  if constexpr (std::is_same_v<T, float>) return ElementType::f32;
  if constexpr (std::is_same_v<T, bfloat16>) return ElementType::bf16;
  if constexpr (std::is_same_v<T, std::int64_t>) return ElementType::i64;
  if constexpr (std::is_same_v<T, std::int32_t>) return ElementType::i32;
  if constexpr (std::is_same_v<T, std::uint8_t>) return ElementType::u8;
  if constexpr (std::is_same_v<T, bool>) return ElementType::boolean;
}

/// The size of an element in bytes.
inline index_t element_bytes(ElementType type) {
  return with_element_type(type,
                           []<class Stored>(std::type_identity<Stored>) { return index_t{sizeof(Stored)}; });
}

/// Whether an array of type `stored` may be loaded as a tensor of `T`. Conversions between floating-point
/// numbers and integers or truth values are never allowed: load the array as it is and use `to`.
template <Scalar T>
bool converts(ElementType stored, Cast cast = Cast::exact);

/// A tensor from the bytes of an array of type `stored`, which must convert to `T`. It shares the memory if
/// the bytes are aligned elements of `T`, and is a converted copy otherwise. Undefined if rounding would make
/// a number infinite.
template <Scalar T>
Tensor<T> view_or_convert(const Ref<Storage>& bytes, ElementType stored, const Shape& shape);

/// The elements of a contiguous floating-point tensor converted to type `stored`, rounded to nearest; null if
/// a number would become infinite.
template <Scalar T>
Ref<Storage> rounded_to(const Tensor<T>& dense, ElementType stored);

// Definitions -----------------------------------------------------------------------------------------------

namespace detail {

template <class T>
inline constexpr bool is_floating = Real<T> || std::is_same_v<T, float16> || std::is_same_v<T, bfloat16>;

/// Whether `T` can hold every value of `Stored`.
template <class Stored, class T>
constexpr bool holds_all() {
  if constexpr (std::is_same_v<Stored, T>) {
    return true;
  } else if constexpr (is_floating<Stored> || is_floating<T>) {
    return is_floating<Stored> && Real<T> && sizeof(Stored) < sizeof(T);
  } else {
    return !std::is_same_v<T, bool> &&
           (std::is_same_v<Stored, bool> ||
            (std::numeric_limits<Stored>::digits <= std::numeric_limits<T>::digits &&
             std::is_signed_v<Stored> <= std::is_signed_v<T>));
  }
}

template <class Stored, class T>
constexpr bool rounds() {
  return is_floating<Stored> && is_floating<T>;
}

template <class To, class From>
To convert_element(From value) {
  if constexpr (std::is_same_v<To, From>)
    return value;
  else if constexpr (std::is_same_v<From, float16> || std::is_same_v<From, bfloat16>)
    return convert_element<To>(static_cast<float>(value));
  else if constexpr (std::is_same_v<To, float16>)
    return float16(static_cast<float>(value));
  else
    return static_cast<To>(value);
}

/// Converts elements that may lie at any address; false when a finite number became infinite.
template <class From, class To>
bool convert_elements(const char* from, index_t count, To* to) {
  using Stored = std::conditional_t<std::is_same_v<From, bool>, std::uint8_t, From>;  // bytes may be any
  std::atomic<bool> fits = true;
  parallel_for(count, index_t{1} << 16, [&](index_t begin, index_t end) {
    bool finite = true;
    for (index_t i = begin; i < end; ++i) {
      Stored value;
      std::memcpy(&value, from + i * index_t{sizeof value}, sizeof value);
      if constexpr (std::is_same_v<From, bool>)
        to[i] = static_cast<To>(value != 0);
      else
        to[i] = convert_element<To>(value);
      if constexpr (rounds<From, To>() && !holds_all<From, To>())
        finite &= std::isfinite(static_cast<float>(to[i])) || !std::isfinite(convert_element<double>(value));
    }
    if (!finite) fits = false;
  });
  return fits;
}

}  // namespace detail

template <Scalar T>
bool converts(ElementType stored, Cast cast) {
  return with_element_type(stored, [&]<class Stored>(std::type_identity<Stored>) {
    return detail::holds_all<Stored, T>() || (detail::rounds<Stored, T>() && cast == Cast::lossy);
  });
}

template <Scalar T>
Tensor<T> view_or_convert(const Ref<Storage>& bytes, ElementType stored, const Shape& shape) {
  const auto* from = static_cast<const char*>(bytes->data());
  const index_t count = element_count(shape, "load");
  const bool aligned = reinterpret_cast<std::uintptr_t>(from) % alignof(T) == 0;
  if (stored == element_type<T>() && aligned && !std::is_same_v<T, bool> && count > 0)
    return Tensor<T>::make(bytes, 0, shape, contiguous_strides(shape), count, true);
  return with_element_type(stored, [&]<class Stored>(std::type_identity<Stored>) {
    Tensor<T> out = Tensor<T>::empty(shape);
    bool fits = false;
    if constexpr (detail::holds_all<Stored, T>() || detail::rounds<Stored, T>())
      fits = detail::convert_elements<Stored>(from, count, out.mutable_data());
    return fits ? out : Tensor<T>();
  });
}

template <Scalar T>
Ref<Storage> rounded_to(const Tensor<T>& dense, ElementType stored) {
  return with_element_type(stored, [&]<class Stored>(std::type_identity<Stored>) {
    Ref<Storage> bytes = Storage::allocate(static_cast<std::size_t>(dense.size()) * sizeof(Stored));
    bool fits = false;
    if constexpr (detail::rounds<T, Stored>())
      fits = detail::convert_elements<T>(reinterpret_cast<const char*>(dense.data()), dense.size(),
                                         static_cast<Stored*>(bytes->data()));
    return fits ? bytes : Ref<Storage>();
  });
}

}  // namespace TENON_NAMESPACE::io
