#include "tenon/backend/kernels.hpp"

#include <gtest/gtest.h>

namespace tenon::testing {
namespace {

using backend::kernels;
using backend::Provider;
using backend::ScopedBackend;

template <class T>
class Tables : public ::testing::Test {};
using AllTypes = ::testing::Types<float, double, bfloat16, std::int64_t, std::int32_t, std::uint8_t, bool>;
TYPED_TEST_SUITE(Tables, AllTypes);

TYPED_TEST(Tables, EveryEntryIsThereForEveryProvider) {
  for (const Provider provider : {Provider::reference, Provider::cpu, Provider::blas}) {
    const ScopedBackend backend(provider);
    const auto& table = kernels<TypeParam>();
    EXPECT_TRUE(table.gemm && table.batched_gemm && table.copy && table.sum && table.prod && table.max &&
                table.min && table.argmax && table.argmin && table.cumsum && table.softmax &&
                table.softmax_backward && table.gather && table.scatter_add);
  }
}

TEST(ScopedBackend, LastsAsLongAsItsScope) {
  const auto* const usual = &kernels<float>();
  {
    const ScopedBackend outer(Provider::reference);
    const auto* const reference = &kernels<float>();
    EXPECT_NE(reference, usual);
    {
      const ScopedBackend inner(Provider::cpu);
      EXPECT_NE(&kernels<float>(), reference);
    }
    EXPECT_EQ(&kernels<float>(), reference);
  }
  EXPECT_EQ(&kernels<float>(), usual);
}

}  // namespace
}  // namespace tenon::testing
