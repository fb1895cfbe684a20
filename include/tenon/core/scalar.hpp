#pragma once
/// The scalar types of tensors.

#include <concepts>     // same_as
#include <cstdint>      // int64_t
#include <type_traits>  // is_same_v

#include "tenon/core/dtype.hpp"

namespace TENON_NAMESPACE {

/// The type of extents, strides and positions. It is signed, so that differences and negative indices need no
/// conversion.
using index_t = std::int64_t;

/// The type of products of two 64-bit numbers, an extension of GCC and Clang.
__extension__ using uint128_t = unsigned __int128;

/// The scalar types in which is computed with real numbers: float and double.
template <class T>
concept Real = std::same_as<T, float> || std::same_as<T, double>;

/// The scalar types of which gradients are recorded: those of real numbers, and bfloat16 for the few ops that
/// support it.
template <class T>
concept Floating = Real<T> || std::same_as<T, bfloat16>;

/// The scalar types of tensors. `Real` stands in it by name, so that a function for real numbers is the better
/// match beside one for scalars.
template <class T>
concept Scalar = Real<T> || detail::DTypeOf<T>::has_tensors;

/// The scalar types of element-wise functions: all but bfloat16, which needs `to<float>` first.
template <class T>
concept Arithmetic = Scalar<T> && !std::same_as<T, bfloat16>;

/// The type in which arithmetic on `T` is done.
template <class T>
using compute_t = std::conditional_t<std::is_same_v<T, bfloat16>, float, T>;

/// The name of a scalar type in messages and files.
template <Scalar T>
constexpr const char* scalar_name() {
  return info(dtype_of<T>).name;
}

}  // namespace TENON_NAMESPACE
