#include "tenon/backend/scoped_backend.hpp"

#include <gtest/gtest.h>

namespace tenon::testing {
namespace scoped_backend_test {

using backend::kernel;
using backend::Provider;
using backend::ScopedBackend;
using backend::Sum;

template <class K>
void expect_provided() {
  for (const Provider provider : {Provider::reference, Provider::cpu, Provider::blas})
    EXPECT_NE(kernel<K>(provider), nullptr);
}

template <class T>
class AllKernels : public ::testing::Test {};
using AllTypes = ::testing::Types<float, double, bfloat16, std::int64_t, std::int32_t, std::uint8_t, bool>;
TYPED_TEST_SUITE(AllKernels, AllTypes);

TYPED_TEST(AllKernels, AreThereForEveryProvider) {
#define EXPECT_PROVIDED(K) expect_provided<backend::K<TypeParam>>();
  TENON_FOR_EACH_SCALAR_KERNEL(EXPECT_PROVIDED)
  if constexpr (Real<TypeParam>) {
    TENON_FOR_EACH_REAL_KERNEL(EXPECT_PROVIDED)
  }
}

TEST(ScopedBackend, LastsAsLongAsItsScope) {
  const auto usual = kernel<Sum<float>>();
  {
    const ScopedBackend outer(Provider::reference);
    const auto reference = kernel<Sum<float>>();
    EXPECT_NE(reference, usual);
    {
      const ScopedBackend inner(Provider::cpu);
      EXPECT_NE(kernel<Sum<float>>(), reference);
    }
    EXPECT_EQ(kernel<Sum<float>>(), reference);
  }
  EXPECT_EQ(kernel<Sum<float>>(), usual);
}

}  // namespace scoped_backend_test
}  // namespace tenon::testing
