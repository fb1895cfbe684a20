#include "tenon/backend/kernel.hpp"

#include <gtest/gtest.h>

#include "tenon/backend/gemm.hpp"
#include "tenon/backend/reduce.hpp"
#include "tenon/backend/softmax.hpp"
// With TENON_COMPILED the contracts leave them out.
#include "tenon/backend/blas/gemm.hpp"
#include "tenon/backend/cpu/gemm.hpp"
#include "tenon/backend/cpu/reduce.hpp"
#include "tenon/backend/cpu/softmax.hpp"
#include "tenon/backend/reference/gemm.hpp"
#include "tenon/backend/reference/reduce.hpp"

namespace tenon::testing {
namespace kernel_test {

using backend::Gemm;
using backend::kernel;
using backend::Provider;
using backend::Softmax;
using backend::Sum;

TEST(Kernel, IsTheBestThereIs) {
  EXPECT_EQ(kernel<Sum<float>>(), &backend::cpu::sum<float>);
  EXPECT_EQ(kernel<Softmax<double>>(), &backend::cpu::softmax<double>);
#if defined(TENON_HAS_BLAS)
  EXPECT_EQ(kernel<Gemm<float>>(), &backend::blas::gemm<float>);
#else
  EXPECT_EQ(kernel<Gemm<float>>(), &backend::cpu::gemm<float>);
#endif
}

TEST(Kernel, FallsBackOnPlainLoops) {
  EXPECT_EQ(kernel<Sum<bool>>(), &backend::reference::sum<bool>);
  EXPECT_EQ(kernel<Gemm<std::int64_t>>(), &backend::reference::gemm<std::int64_t>);
}

TEST(Kernel, IsByTheProvidersUpToOne) {
  EXPECT_EQ(kernel<Gemm<float>>(Provider::reference), &backend::reference::gemm<float>);
  EXPECT_EQ(kernel<Gemm<float>>(Provider::cpu), &backend::cpu::gemm<float>);
  EXPECT_EQ(kernel<Gemm<float>>(Provider::blas), kernel<Gemm<float>>());
  EXPECT_EQ(kernel<Sum<float>>(Provider::blas), &backend::cpu::sum<float>);
  EXPECT_EQ(kernel<Sum<bool>>(Provider::cpu), &backend::reference::sum<bool>);
}

/// A kernel of one provider, in its contract as those of the library are.
template <class T>
T twice(T x) {
  return 2 * x;
}
template <class T>
struct Twice {
  using Function = T(T);
  TENON_INLINE_PROVIDER(backend::Reference, twice<T>)
};

TEST(Kernel, SmallOnesAreKnownWhenTheCallerIsCompiled) {
  static_assert(backend::inline_kernel<Twice<int>>() == &twice<int>);
  EXPECT_EQ(backend::inline_kernel<Twice<int>>()(21), 42);
}

}  // namespace kernel_test
}  // namespace tenon::testing
