#include "tenon/backend/scoped_backend.hpp"

#include <gtest/gtest.h>

namespace tenon::testing {
namespace {

using backend::kernel;
using backend::Kernels;
using backend::Provider;
using backend::ScopedBackend;

template <class T>
class Tables : public ::testing::Test {};
using AllTypes = ::testing::Types<float, double, bfloat16, std::int64_t, std::int32_t, std::uint8_t, bool>;
TYPED_TEST_SUITE(Tables, AllTypes);

TYPED_TEST(Tables, EveryEntryIsThereForEveryProvider) {
  for (const Provider provider : {Provider::reference, Provider::cpu, Provider::blas}) {
    const Kernels<TypeParam> table = backend::table<TypeParam>(provider);
    EXPECT_TRUE(table.gemm && table.batched_gemm && table.copy && table.sum && table.max && table.min &&
                table.argmax && table.argmin && table.cumsum && table.softmax && table.softmax_backward &&
                table.gather && table.scatter_add);
    // Losses, sorting, random numbers
    EXPECT_TRUE(table.ctc && table.sort && table.topk && table.kth && table.dropout);
    EXPECT_TRUE(table.conv && table.conv_transpose && table.conv_weight && table.fold && table.max_pool &&
                table.plane_gather && table.plane_scatter);
    EXPECT_TRUE(table.csr_multiply && table.csr_sample);
    EXPECT_TRUE(table.fft && table.rfft && table.irfft);
    EXPECT_TRUE(table.moments && table.paired_sums && table.affine_planes && table.norm_rows &&
                table.norm_rows_backward && table.attention && table.attention_backward && table.recurrence &&
                table.recurrence_backward);
  }
}

TEST(ScopedBackend, LastsAsLongAsItsScope) {
  const auto usual = kernel<&Kernels<float>::sum>();
  {
    const ScopedBackend outer(Provider::reference);
    const auto reference = kernel<&Kernels<float>::sum>();
    EXPECT_NE(reference, usual);
    {
      const ScopedBackend inner(Provider::cpu);
      EXPECT_NE(kernel<&Kernels<float>::sum>(), reference);
    }
    EXPECT_EQ(kernel<&Kernels<float>::sum>(), reference);
  }
  EXPECT_EQ(kernel<&Kernels<float>::sum>(), usual);
}

}  // namespace
}  // namespace tenon::testing
