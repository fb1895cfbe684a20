#pragma once
/// Scalar types as values, for what knows its scalar type only at run time: files, and models whose tensors are
/// of several types.

#include <cstdint>      // int64_t
#include <type_traits>  // type_identity

#include "tenon/core/half.hpp"

namespace TENON_NAMESPACE {

/// The table of scalar types, the only place that lists them: X(enumerator, C++ type, name in messages, name in
/// safetensors files, whether there are tensors of the type).
#define TENON_FOR_EACH_DTYPE(X)                    \
  X(float64, double, "float64", "F64", true)       \
  X(float32, float, "float32", "F32", true)        \
  X(float16, float16, "float16", "F16", false)     \
  X(bfloat16, bfloat16, "bfloat16", "BF16", true)  \
  X(int64, std::int64_t, "int64", "I64", true)     \
  X(int32, std::int32_t, "int32", "I32", true)     \
  X(int16, std::int16_t, "int16", "I16", false)    \
  X(int8, std::int8_t, "int8", "I8", false)        \
  X(uint64, std::uint64_t, "uint64", "U64", false) \
  X(uint32, std::uint32_t, "uint32", "U32", false) \
  X(uint16, std::uint16_t, "uint16", "U16", false) \
  X(uint8, std::uint8_t, "uint8", "U8", true)      \
  X(boolean, bool, "bool", "BOOL", true)

/// A scalar type.
enum class DType : std::uint8_t {
#define TENON_ENUMERATOR(enumerator, type, name, file_name, tensors) enumerator,
  TENON_FOR_EACH_DTYPE(TENON_ENUMERATOR)
#undef TENON_ENUMERATOR
};

/// What is known of a scalar type.
struct DTypeInfo {
  DType dtype;            ///< the type
  const char* name;       ///< in messages, as NumPy and PyTorch write it
  const char* file_name;  ///< in safetensors files
  int bytes;              ///< the size of an element
};

/// The scalar types, in the order of their enumerators.
inline constexpr DTypeInfo dtypes[] = {
#define TENON_INFO(enumerator, type, name, file_name, tensors) \
  {DType::enumerator, name, file_name, static_cast<int>(sizeof(type))},
    TENON_FOR_EACH_DTYPE(TENON_INFO)
#undef TENON_INFO
};
/// What is known of a scalar type.
constexpr const DTypeInfo& info(DType dtype) {
  return dtypes[static_cast<int>(dtype)];
}

namespace detail {
template <class T>
struct DTypeOf {
  static constexpr bool known = false, has_tensors = false;
};
#define TENON_TYPE(enumerator, type, name, file_name, tensors) \
  template <>                                                  \
  struct DTypeOf<type> {                                       \
    static constexpr bool known = true, has_tensors = tensors; \
    static constexpr DType value = DType::enumerator;          \
  };
TENON_FOR_EACH_DTYPE(TENON_TYPE)
#undef TENON_TYPE
}  // namespace detail

/// The value that stands for a C++ type.
template <class T>
  requires(detail::DTypeOf<T>::known)
inline constexpr DType dtype_of = detail::DTypeOf<T>::value;

/// Calls `f` with `std::type_identity` of the C++ type that `dtype` stands for.
template <class F>
decltype(auto) with_dtype(DType dtype, F&& f) {
  switch (dtype) {
#define TENON_CASE(enumerator, type, name, file_name, tensors) \
  case DType::enumerator:                                      \
    return f(std::type_identity<type>{});
    TENON_FOR_EACH_DTYPE(TENON_CASE)
#undef TENON_CASE
  }
  __builtin_unreachable();
}

}  // namespace TENON_NAMESPACE
