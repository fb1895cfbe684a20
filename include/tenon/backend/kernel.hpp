#pragma once
/// THE interface between operations and hardware: kernels, plain functions on pointers, extents and strides.
///
/// A kernel is a struct in `backend/<concept>.hpp`, its contract: what it computes, for which scalar types,
/// its function type `Function`, and who provides it. An operation asks `kernel<Softmax<T>>()` and gets the
/// best function there is. Element-wise work has no kernels: it is a template over its formula (map.hpp).
///
/// Conventions of all contracts. Matrices are row-major; `lda` is the distance between the starts of rows.
/// Arrays described as (outer, n, inner) are contiguous with those three extents, so that any axis of a
/// tensor is the middle one. Extents may be 0 unless a comment says otherwise, indices are in range, and
/// outputs do not overlap inputs: the operations have seen to that.

#include "tenon/core/atomic.hpp"
#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::backend {

/// Layers of kernels. A provider has some kernels, and does them better than the providers before it.
enum class Provider {
  reference,  ///< plain loops: complete, and the oracle that the other providers are tested against
  cpu,        ///< SIMD and threads
  blas,       ///< matrix products by OpenBLAS or Eigen, where the build chose one
};

/// Tags of the providers: overload resolution picks the nearest provider that has a kernel.
struct Reference {};
struct Cpu : Reference {};
struct Blas : Cpu {};

/// Inside a contract: which function of a provider is this kernel, for the scalar types for which that
/// function template is declared. With TENON_COMPILED the functions are in the library tenon::compiled, and
/// programs do not even parse them; except those of TENON_INLINE_PROVIDER.
#define TENON_INLINE_PROVIDER(provider, ...) \
  static constexpr Function* by(provider)    \
    requires requires { __VA_ARGS__; }       \
  {                                          \
    return __VA_ARGS__;                      \
  }
#if defined(TENON_COMPILED)
#define TENON_PROVIDER(provider, ...)
#else
#define TENON_PROVIDER TENON_INLINE_PROVIDER
#endif

namespace detail {
/// A function to be used instead of the best one; see scoped_backend.hpp.
template <class K>
TENON_SHARED inline constinit Atomic<typename K::Function*> substitute = nullptr;
}  // namespace detail

/// The function of a kernel: `kernel<Sum<float>>()(outer, n, inner, x, y)`. A program is compiled with those
/// kernels alone that it uses; with TENON_COMPILED, with none of them.
template <class K>
typename K::Function* kernel();
/// The function of a kernel by the providers up to one.
template <class K>
typename K::Function* kernel(Provider provider);

#if !defined(TENON_COMPILED)
template <class K>
typename K::Function* kernel() {
  typename K::Function* const other = detail::substitute<K>.load(MemoryOrder::relaxed);
  return other ? other : K::by(Blas{});
}
template <class K>
typename K::Function* kernel(Provider provider) {
  return provider == Provider::reference ? K::by(Reference{})
         : provider == Provider::cpu     ? K::by(Cpu{})
                                         : K::by(Blas{});
}
#endif

/// The function of a kernel so small that a call would be felt: known when the caller is compiled, and not
/// swapped by ScopedBackend.
template <class K>
constexpr typename K::Function* inline_kernel() {
  return K::by(Blas{});
}

}  // namespace TENON_NAMESPACE::backend
