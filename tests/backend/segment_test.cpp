#include "tenon/backend/segment.hpp"

#include "backend/kernels_support.hpp"

namespace tenon::testing {
namespace segment_test {

template <class T>
class Segment : public ::testing::Test {};
TYPED_TEST_SUITE(Segment, RealTypes);

TYPED_TEST(Segment, ExtremaAgreeWithReferenceAtAnyThreadCount) {
  using T = TypeParam;
  for (const index_t count : {1, 7, 501}) {
    for (const index_t inner : {1, 3, 67}) {
      // Segment s has s % 5 rows, taken from the last row to the first.
      std::vector<index_t> offsets{0}, order;
      for (index_t s = 0; s < count; ++s) offsets.push_back(offsets.back() + s % 5);
      for (index_t e = offsets.back(); e-- > 0;) order.push_back(e);
      auto x = random_array<T>(offsets.back() * inner, 8);
      if (x.size() > 10) x[10] = std::numeric_limits<T>::quiet_NaN();
      const auto run = [&](auto kernel) {
        return [&, kernel] {
          std::vector<T> y(static_cast<std::size_t>(count * inner), T(77));
          kernel()(count, inner, offsets.data(), order.data(), x.data(), y.data());
          return y;
        };
      };
      const std::string what = join(count, " segments of rows of ", inner);
      expect_same_everywhere(run([] { return kernel<backend::SegmentMax<T>>(); }), 0, "max, " + what);
      expect_same_everywhere(run([] { return kernel<backend::SegmentMin<T>>(); }), 0, "min, " + what);
    }
  }
}

TEST(Segment, ByHand) {
  const index_t offsets[] = {0, 2, 2, 3}, order[] = {2, 0, 1};
  const float x[] = {1, -5, 7, NAN, 4, 2};  // three rows of two
  float y[6] = {77, 77, 77, 77, 77, 77};
  kernel<backend::SegmentMax<float>>()(3, 2, offsets, order, x, y);
  EXPECT_EQ((std::vector<float>(y, y + 5)), (std::vector<float>{4, 2, 0, 0, 7}));
  EXPECT_TRUE(std::isnan(y[5]));
  kernel<backend::SegmentMin<float>>()(3, 2, offsets, order, x, y);
  EXPECT_EQ((std::vector<float>(y, y + 5)), (std::vector<float>{1, -5, 0, 0, 7}));
}

}  // namespace segment_test
}  // namespace tenon::testing
