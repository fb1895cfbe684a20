#include "tenon/backend/gemm.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>

#include "backend/kernels_support.hpp"

namespace tenon::testing {
namespace gemm_test {

template <class T>
class Gemm : public ::testing::Test {
 protected:
  struct Product {
    bool transpose_a, transpose_b;
    index_t m, n, k;
    std::string text() const { return join(transpose_a, transpose_b, " ", m, " x ", n, " x ", k); }
  };

  /// Every provider, every thread count, rows with gaps between them; what lies in the gaps stays as it was.
  static void check(const Product& p, T alpha, T beta) {
    const index_t gap = 3;
    const index_t lda = (p.transpose_a ? p.m : p.k) + gap, ldb = (p.transpose_b ? p.k : p.n) + gap,
                  ldc = p.n + gap;
    const auto a = random_array<T>((p.transpose_a ? p.k : p.m) * lda, 1);
    const auto b = random_array<T>((p.transpose_b ? p.n : p.k) * ldb, 2);
    const auto before = random_array<T>(p.m * ldc, 3);
    const auto run = [&](Provider provider) {
      const ScopedBackend backend(provider);
      auto c = before;
      kernel<backend::Gemm<T>>()(p.transpose_a, p.transpose_b, p.m, p.n, p.k, alpha, a.data(), lda, b.data(),
                                 ldb, beta, c.data(), ldc);
      return c;
    };
    const auto want = run(Provider::reference);
    for (const Provider provider : {Provider::cpu, Provider::blas}) {
      for (const int threads : {1, 2}) {
        set_num_threads(threads);
        expect_near(run(provider), want, 3 * tolerance<T>(p.k), p.text());
      }
    }
  }
};
TYPED_TEST_SUITE(Gemm, RealTypes);

TYPED_TEST(Gemm, AgreesWithReferenceForAwkwardExtents) {
  const int threads = num_threads();
  const index_t width = backend::Pack<TypeParam>::width;
  for (const index_t m : {1, 2, 3, 5, 13, 25, 50}) {
    for (const index_t n : {index_t{1}, index_t{3}, width - 1, width, width + 1, 2 * width, 4 * width + 5}) {
      for (const index_t k : {index_t{1}, index_t{7}, width + 1, 4 * width, index_t{271}}) {
        for (const int transposed : {0, 1, 2, 3}) {
          this->check({(transposed & 1) != 0, (transposed & 2) != 0, m, n, k}, TypeParam{1}, TypeParam{0});
          if (::testing::Test::HasFatalFailure()) return;
        }
      }
    }
  }
  set_num_threads(threads);
}

TYPED_TEST(Gemm, AgreesWithReferenceWhenLarge) {
  const int threads = num_threads();
  for (const int transposed : {0, 1, 2, 3}) {
    for (const auto& [m, n, k] : {std::array<index_t, 3>{211, 199, 523},
                                  {7, 1500, 300},
                                  {400, 70, 65},
                                  {1, 2100, 90},
                                  {3000, 1, 70}}) {
      this->check({(transposed & 1) != 0, (transposed & 2) != 0, m, n, k}, TypeParam(-0.5), TypeParam(2));
    }
  }
  set_num_threads(threads);
}

TYPED_TEST(Gemm, WithoutInnerExtentOnlyBetaCounts) {
  this->check({false, false, 5, 40, 0}, TypeParam{1}, TypeParam(0.5));
  this->check({false, true, 1, 40, 0}, TypeParam{1}, TypeParam(0));
  this->check({false, false, 0, 4, 3}, TypeParam{1}, TypeParam(0));
  this->check({false, false, 4, 0, 3}, TypeParam{1}, TypeParam(0));
}

TYPED_TEST(Gemm, WhenBetaIsZeroTheOldContentsAreNotRead) {
  using T = TypeParam;
  for (const Provider provider : {Provider::reference, Provider::cpu, Provider::blas}) {
    const ScopedBackend backend(provider);
    for (const auto& [m, n, k] : {std::array<index_t, 3>{1, 40, 5},
                                  {40, 1, 5},
                                  {4, 40, 100},
                                  {30, 35, 20},
                                  {3, 3, 0},
                                  {200, 200, 200}}) {
      for (const bool transpose_b : {false, true}) {
        const std::vector<T> a(static_cast<std::size_t>(m * k + 1), T{1}),
            b(static_cast<std::size_t>(k * n + 1), T{1});
        std::vector<T> c(static_cast<std::size_t>(m * n), std::numeric_limits<T>::quiet_NaN());
        kernel<backend::Gemm<T>>()(false, transpose_b, m, n, k, T{1}, a.data(), std::max<index_t>(k, 1),
                                   b.data(), std::max<index_t>(transpose_b ? k : n, 1), T{0}, c.data(), n);
        for (const T v : c) ASSERT_EQ(v, static_cast<T>(k)) << m << " " << n << " " << k;
      }
    }
  }
}

TYPED_TEST(Gemm, BatchesAgreeWithReference) {
  using T = TypeParam;
  struct Batch {
    index_t count, m, n, k;
  };
  for (const Batch& e : {Batch{0, 3, 3, 3}, Batch{1, 20, 30, 40}, Batch{100, 4, 5, 6}, Batch{9, 65, 64, 63},
                         Batch{3, 200, 190, 180}}) {
    const auto a = random_array<T>(e.m * e.k, 1);  // one matrix for all, as a broadcast has it
    const auto b = random_array<T>(e.count * e.k * e.n, 2);
    std::vector<index_t> a_offset, b_offset, c_offset;
    for (index_t i = 0; i < e.count; ++i) {
      a_offset.push_back(0);
      b_offset.push_back((e.count - 1 - i) * e.k * e.n);
      c_offset.push_back(i * e.m * e.n);
    }
    const auto run = [&](Provider provider) {
      const ScopedBackend backend(provider);
      std::vector<T> c(static_cast<std::size_t>(e.count * e.m * e.n), T(77));
      kernel<backend::BatchedGemm<T>>()(e.count, a_offset.data(), b_offset.data(), c_offset.data(), false,
                                        false, e.m, e.n, e.k, T{1}, a.data(), e.k, b.data(), e.n, T{0},
                                        c.data(), e.n);
      return c;
    };
    const auto want = run(Provider::reference);
    expect_near(run(Provider::cpu), want, 3 * tolerance<T>(e.k), "cpu");
    expect_near(run(Provider::blas), want, 3 * tolerance<T>(e.k), "blas");
  }
}

/// Rows further apart than the 32-bit integers of BLAS can say, in memory that is only reserved.
TEST(Gemm, RowsMayLieBillionsApart) {
  constexpr index_t m = 20, n = 24, k = 40, lda = (index_t{1} << 31) + 16;
  constexpr std::size_t bytes = sizeof(float) * ((m - 1) * lda + k);
  void* const area =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (area == MAP_FAILED) GTEST_SKIP() << "the system reserves no " << bytes << " bytes of addresses";
  float* const a = static_cast<float*>(area);
  const auto dense = random_array<float>(m * k, 1), b = random_array<float>(k * n, 2);
  for (index_t i = 0; i < m; ++i) std::copy_n(dense.data() + i * k, k, a + i * lda);
  const auto run = [&](const float* x, index_t distance) {
    std::vector<float> c(static_cast<std::size_t>(m * n), 77.0f);
    kernel<backend::Gemm<float>>()(false, false, m, n, k, 1, x, distance, b.data(), n, 0, c.data(), n);
    return c;
  };
  expect_near(run(a, lda), run(dense.data(), k), 3 * tolerance<float>(k), "rows far apart");
  munmap(area, bytes);
}

TEST(Gemm, IntegersByTheReference) {
  const std::int64_t a[] = {1, 2, 3, 4}, b[] = {5, 6, 7, 8};
  std::int64_t c[4] = {77, 77, 77, 77};
  kernel<backend::Gemm<std::int64_t>>()(false, true, 2, 2, 2, 1, a, 2, b, 2, 0, c, 2);
  EXPECT_EQ(std::vector<std::int64_t>(c, c + 4), (std::vector<std::int64_t>{17, 23, 39, 53}));
}

}  // namespace gemm_test
}  // namespace tenon::testing
