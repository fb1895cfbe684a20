#include "tenon/backend/kernels.hpp"

#include "tenon/backend/providers.hpp"

#include <gtest/gtest.h>

namespace tenon::testing {
namespace {

using backend::kernel;
using backend::Kernels;

TEST(Kernel, IsTheBestThereIs) {
  EXPECT_EQ((kernel<&Kernels<float>::sum>()), (&backend::cpu::sum<float>));
  EXPECT_EQ((kernel<&Kernels<double>::softmax>()), (&backend::cpu::softmax<double>));
#if defined(TENON_HAS_BLAS)
  EXPECT_EQ((kernel<&Kernels<float>::gemm>()), (&backend::blas::gemm<float>));
#else
  EXPECT_EQ((kernel<&Kernels<float>::gemm>()), (&backend::cpu::gemm<float>));
#endif
}

TEST(Kernel, FallsBackOnPlainLoops) {
  EXPECT_EQ((kernel<&Kernels<bool>::sum>()), (&backend::reference::sum<bool>));
  EXPECT_EQ((kernel<&Kernels<std::int64_t>::gemm>()), (&backend::reference::gemm<std::int64_t>));
}

}  // namespace
}  // namespace tenon::testing
