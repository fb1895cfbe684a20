#pragma once
/// The build's options, and the namespace whose name contains them.
///
/// The library is in `namespace TENON_NAMESPACE`, which is `tenon` with an inline namespace named after the
/// instruction set and the options. Objects compiled with different options then fail to link instead of
/// sharing one of two different inline functions.

#define TENON_VERSION_MAJOR 0
#define TENON_VERSION_MINOR 1
#define TENON_VERSION_PATCH 0

// If a compiler may assume that NaN and infinity do not occur, or may reorder additions, results are silently
// wrong: amax loses NaN, log1p(1e-7f) is 1.19e-7 (docs/numerics.md).
#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__) || \
    defined(__ASSOCIATIVE_MATH__)
#if !defined(TENON_ALLOW_FAST_MATH)
#error \
    "Tenon gives wrong results with -ffast-math, -Ofast, -ffinite-math-only and -funsafe-math-optimizations; \
compile without, or define TENON_ALLOW_FAST_MATH to have it so"
#endif
#define TENON_ABI_VERSION v0fast
#else
#define TENON_ABI_VERSION v0
#endif

#if defined(__AVX512F__)
#define TENON_ABI_ISA avx512
#elif defined(__AVX2__)
#define TENON_ABI_ISA avx2
#elif defined(__ARM_NEON)
#define TENON_ABI_ISA neon
#else
#define TENON_ABI_ISA base
#endif

#if defined(TENON_USE_OPENBLAS)
#define TENON_ABI_BLAS openblas
#elif defined(TENON_USE_EIGEN)
#define TENON_ABI_BLAS eigen
#else
#define TENON_ABI_BLAS own
#endif

#define TENON_ABI_JOIN_(version, isa, blas) version##_##isa##_##blas
#define TENON_ABI_JOIN(version, isa, blas) TENON_ABI_JOIN_(version, isa, blas)
#define TENON_ABI TENON_ABI_JOIN(TENON_ABI_VERSION, TENON_ABI_ISA, TENON_ABI_BLAS)
#define TENON_NAMESPACE tenon::inline TENON_ABI

/// Marks state that a process has once, such as modes, seeds and memory, even if several shared libraries are
/// compiled with -fvisibility=hidden.
#define TENON_SHARED [[gnu::visibility("default")]]

namespace TENON_NAMESPACE {}

/// The short name of the namespace in documentation and examples.
namespace tn = tenon;
