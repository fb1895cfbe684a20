#pragma once
/// What the build chose, and the namespace that carries it.
///
/// Everything lives in `namespace TENON_NAMESPACE`, which is `tenon` with an inline part named after the
/// instruction set and the options. Objects compiled with different choices then fail to link instead of
/// sharing one of two inline functions.

#define TENON_VERSION_MAJOR 0
#define TENON_VERSION_MINOR 1
#define TENON_VERSION_PATCH 0

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

#if defined(_OPENMP)
#define TENON_ABI_THREADS omp
#else
#define TENON_ABI_THREADS serial
#endif

#define TENON_ABI_JOIN_(isa, blas, threads) v0_##isa##_##blas##_##threads
#define TENON_ABI_JOIN(isa, blas, threads) TENON_ABI_JOIN_(isa, blas, threads)
#define TENON_ABI TENON_ABI_JOIN(TENON_ABI_ISA, TENON_ABI_BLAS, TENON_ABI_THREADS)
#define TENON_NAMESPACE tenon::inline TENON_ABI

/// What a process has once, however many shared libraries compiled it with -fvisibility=hidden: modes, seeds,
/// memory.
#define TENON_SHARED [[gnu::visibility("default")]]

namespace TENON_NAMESPACE {}

/// The short name that documentation and examples use.
namespace tn = tenon;
