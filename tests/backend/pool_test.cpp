#include "tenon/backend/pool.hpp"

#include "backend/kernels_support.hpp"

namespace tenon::testing {
namespace pool_test {

using backend::Windows;

Windows square(index_t height, index_t width, index_t kernel, index_t stride, index_t padding,
               index_t dilation, index_t beyond) {
  Windows w;
  const index_t reach = dilation * (kernel - 1) + 1;
  for (int axis : {1, 2}) {
    w.size[axis] = axis == 1 ? height : width;
    w.kernel[axis] = kernel;
    w.stride[axis] = stride;
    w.padding[axis] = padding;
    w.dilation[axis] = dilation;
    w.result[axis] = (w.size[axis] + 2 * padding + beyond - reach) / stride + 1;
  }
  return w;
}

template <class T>
class Pool : public ::testing::Test {};
TYPED_TEST_SUITE(Pool, RealTypes);

TYPED_TEST(Pool, AgreesWithReferenceAtAnyThreadCount) {
  using T = TypeParam;
  for (const Windows& w : {square(6, 8, 2, 2, 0, 1, 0), square(35, 37, 3, 2, 1, 1, 1),
                           square(9, 70, 3, 1, 1, 2, 0), square(5, 5, 4, 3, 2, 1, 2)}) {
    for (const index_t planes : {index_t{0}, index_t{3}, index_t{70}}) {
      auto x = random_array<T>(planes * w.elements(), 1);
      for (std::size_t i = 0; i < x.size(); i += 11) x[i] = std::numeric_limits<T>::quiet_NaN();
      for (std::size_t i = 0; i < x.size(); i += 3) x[i] = T(1);  // equal numbers
      const auto values = [&](bool with_places) {
        std::vector<T> y(static_cast<std::size_t>(planes * w.positions()), T(77));
        std::vector<index_t> where(y.size(), 77);
        kernel<backend::MaxPool<T>>()(planes, w, x.data(), y.data(), with_places ? where.data() : nullptr);
        return std::pair(y, where);
      };
      expect_same_everywhere([&] { return values(true).first; }, 0, "max_pool");
      expect_same_everywhere([&] { return values(false).first; }, 0, "max_pool without places");
      expect_same_everywhere([&] { return values(true).second; }, 0, "max_pool places");
      const auto [y, where] = values(true);
      const auto gathered = [&] {
        std::vector<T> to(y.size(), T(77));
        kernel<backend::MaxPoolGather<T>>()(planes, w.positions(), w.elements(), x.data(), where.data(),
                                            to.data());
        return to;
      };
      expect_near(gathered(), y, 0, "plane_gather of the maxima");
      expect_same_everywhere(gathered, 0, "plane_gather");
      const auto scattered = [&] {
        std::vector<T> to(x.size(), T(7));
        kernel<backend::MaxUnpool<T>>()(planes, w.positions(), w.elements(), y.data(), where.data(),
                                        to.data());
        return to;
      };
      expect_same_everywhere(scattered, 0, "plane_scatter");
    }
  }
}

TYPED_TEST(Pool, AWindowOfNothingButMinusInfinityStillHasAPlace) {
  using T = TypeParam;
  const Windows w = square(4, 4, 3, 2, 1, 1, 0);
  const std::vector<T> x(16, -std::numeric_limits<T>::infinity());
  for (const Provider provider : {Provider::reference, Provider::cpu}) {
    const ScopedBackend backend(provider);
    std::vector<T> y(4, T(77));
    std::vector<index_t> where(4, 77);
    kernel<backend::MaxPool<T>>()(1, w, x.data(), y.data(), where.data());
    EXPECT_EQ(y[3], x[0]);
    EXPECT_EQ(where, (std::vector<index_t>{0, 1, 4, 5}));
  }
}

}  // namespace pool_test
}  // namespace tenon::testing
