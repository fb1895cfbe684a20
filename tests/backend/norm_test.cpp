#include "tenon/backend/norm.hpp"

#include "backend/kernels_support.hpp"

namespace tenon::testing {
namespace norm_test {

template <class T>
class Norm : public ::testing::Test {};
TYPED_TEST_SUITE(Norm, RealTypes);

/// Joined, so that one comparison sees both.
template <class T>
std::vector<T> joined(std::vector<T> a, const std::vector<T>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TYPED_TEST(Norm, MomentsSumsAndPlanesAgreeWithReferenceAtAnyThreadCount) {
  using T = TypeParam;
  for (const Extents& e : awkward_arrays<T>()) {
    if (e.inner == 0) continue;  // the mean of nothing
    const auto x = random_array<T>(e.size(), 1), g = random_array<T>(e.size(), 2),
               m = random_array<T>(e.n, 3);
    const auto moments = [&] {
      std::vector<T> mean(m.size(), T(77)), variance(mean);
      kernel<backend::Moments<T>>()(e.outer, e.n, e.inner, x.data(), mean.data(), variance.data());
      return joined(mean, variance);
    };
    expect_same_everywhere(moments, tolerance<T>(1), "moments " + e.text());
    const auto sums = [&] {
      std::vector<T> sum_g(m.size(), T(77)), sum_gx(sum_g);
      kernel<backend::NormBackwardSums<T>>()(e.outer, e.n, e.inner, x.data(), g.data(), m.data(),
                                             sum_g.data(), sum_gx.data());
      return joined(sum_g, sum_gx);
    };
    expect_same_everywhere(sums, tolerance<T>(10 * e.outer * e.inner), "paired sums " + e.text());
    for (const T* pulled : {static_cast<const T*>(nullptr), g.data()}) {
      const auto a = random_array<T>(e.n, 4), b = random_array<T>(e.n, 5), c = random_array<T>(e.n, 6);
      const auto affine = [&] {
        std::vector<T> y(x.size(), T(77));
        kernel<backend::ScaleShift<T>>()(e.outer, e.n, e.inner, x.data(), pulled, m.data(), a.data(),
                                         b.data(), c.data(), y.data());
        return y;
      };
      expect_same_everywhere(affine, tolerance<T>(4), "affine planes " + e.text());
    }
  }
}

TYPED_TEST(Norm, VarianceFarFromZeroIsExact) {
  using T = TypeParam;
  const index_t n = 1000;
  for (const Extents& e : {Extents{1, 1, n}, Extents{n, 1, 1}}) {
    std::vector<T> x;
    for (index_t i = 0; i < n; ++i) x.push_back(T(1000 + i % 2));
    T mean = 77, variance = 77;
    kernel<backend::Moments<T>>()(e.outer, e.n, e.inner, x.data(), &mean, &variance);
    EXPECT_EQ(mean, T(1000.5));
    EXPECT_EQ(variance, T(0.25));
  }
}

TYPED_TEST(Norm, RowsAgreeWithReferenceAtAnyThreadCount) {
  using T = TypeParam;
  for (const index_t rows : {0, 1, 5, 700}) {
    for (const index_t n : awkward_extents<T>()) {
      if (n == 0 && rows > 0) continue;  // the mean of nothing
      const auto x = random_array<T>(rows * n, 1), g = random_array<T>(rows * n, 2),
                 w = random_array<T>(n, 3), b = random_array<T>(n, 4);
      for (const bool centred : {false, true}) {
        for (const bool affine : {false, true}) {
          const std::string what =
              join("rows ", rows, " x ", n, centred ? " centred" : "", affine ? " affine" : "");
          std::vector<T> mean(static_cast<std::size_t>(rows), T(77)), scale(mean);
          const T *weight = affine ? w.data() : nullptr, *bias = affine ? b.data() : nullptr;
          const auto forward = [&] {
            std::vector<T> y(x.size(), T(77));
            kernel<backend::NormRows<T>>()(rows, n, x.data(), weight, bias, 0.1, centred, y.data(),
                                           mean.data(), scale.data());
            return joined(y, joined(mean, scale));
          };
          expect_same_everywhere(forward, tolerance<T>(4), what);
          const auto backward = [&] {
            std::vector<T> dx(x.size(), T(77)), dw(w.size(), T(77)), db(dw);
            kernel<backend::NormRowsBackward<T>>()(rows, n, x.data(), g.data(), weight, mean.data(),
                                                   scale.data(), centred, dx.data(), dw.data(), db.data());
            return joined(dx, joined(dw, db));
          };
          expect_same_everywhere(backward, tolerance<T>(10 * rows + 10), what + " backward");
        }
      }
    }
  }
}

}  // namespace norm_test
}  // namespace tenon::testing
