#include "tenon/backend/reduce.hpp"

#include "backend/kernels_support.hpp"

namespace tenon::testing {
namespace reduce_test {

template <class T>
class Reduce : public ::testing::Test {};
TYPED_TEST_SUITE(Reduce, RealTypes);

template <class K, class Y, class T>
auto reduced(const Extents& e, const std::vector<T>& x) {
  return [&e, &x] {
    std::vector<Y> y(static_cast<std::size_t>(e.outer * e.inner), Y{7});
    kernel<K>()(e.outer, e.n, e.inner, x.data(), y.data());
    return y;
  };
}

TYPED_TEST(Reduce, SumAgreesWithReferenceAtAnyThreadCount) {
  using T = TypeParam;
  for (const Extents& e : awkward_arrays<T>()) {
    const auto x = random_array<T>(e.size(), 1);
    expect_same_everywhere(reduced<backend::Sum<T>, T>(e, x), tolerance<T>(e.n), e.text());
  }
}

TYPED_TEST(Reduce, ExtremaAgreeWithReferenceAtAnyThreadCount) {
  using T = TypeParam;
  for (const Extents& e : awkward_arrays<T>()) {
    if (e.n == 0) continue;
    const auto x = random_array<T>(e.size(), 2);
    expect_same_everywhere(reduced<backend::Max<T>, T>(e, x), 0, "max " + e.text());
    expect_same_everywhere(reduced<backend::Min<T>, T>(e, x), 0, "min " + e.text());
    expect_same_everywhere(reduced<backend::Argmax<T>, index_t>(e, x), 0, "argmax " + e.text());
    expect_same_everywhere(reduced<backend::Argmin<T>, index_t>(e, x), 0, "argmin " + e.text());
  }
}

TYPED_TEST(Reduce, TheFirstOfEqualExtremaIsFound) {
  using T = TypeParam;
  for (const Extents& e : {Extents{2, 100, 1}, Extents{2, 100, 5}}) {
    const std::vector<T> x(static_cast<std::size_t>(e.size()), T{3});
    for (const index_t position : reduced<backend::Argmax<T>, index_t>(e, x)()) EXPECT_EQ(position, 0);
    for (const index_t position : reduced<backend::Argmin<T>, index_t>(e, x)()) EXPECT_EQ(position, 0);
  }
}

TYPED_TEST(Reduce, NotANumberIsAnExtremumWhereverItStands) {
  using T = TypeParam;
  for (const Extents& e : {Extents{1, 300, 1}, Extents{1, 300, 3}, Extents{1, 5, 1}}) {
    for (index_t at = 0; at < e.n; at += 7) {
      auto x = random_array<T>(e.size(), 3);
      x[static_cast<std::size_t>(at * e.inner)] = std::numeric_limits<T>::quiet_NaN();
      const auto what = join(e.text(), " at ", at);
      ASSERT_TRUE(std::isnan(reduced<backend::Max<T>, T>(e, x)()[0])) << what;
      ASSERT_TRUE(std::isnan(reduced<backend::Min<T>, T>(e, x)()[0])) << what;
      ASSERT_EQ((reduced<backend::Argmin<T>, index_t>(e, x)()[0]), at) << what;
    }
  }
}

TEST(Reduce, ALongSumOfFloatsStaysAccurate) {
  // A plain loop in float stops at 2^24; accumulators of blocks do not.
  const index_t n = (index_t{1} << 24) + 12345;
  const std::vector<float> ones(static_cast<std::size_t>(n), 1.1f);
  float total = 77;
  kernel<backend::Sum<float>>()(1, n, 1, ones.data(), &total);
  EXPECT_NEAR(total, static_cast<double>(n) * 1.1f, 4.0);
}

TEST(Reduce, IntegersAndBooleansAddUpIn64Bits) {
  const std::vector<std::int64_t> numbers{INT64_MAX, 1};
  std::int64_t sum = 77;
  kernel<backend::Sum<std::int64_t>>()(1, 2, 1, numbers.data(), &sum);
  EXPECT_EQ(sum, INT64_MIN);
  const bool flags[] = {true, false, true};
  kernel<backend::Sum<bool>>()(1, 3, 1, flags, &sum);
  EXPECT_EQ(sum, 2);
  const std::uint8_t bytes[] = {200, 100, 255};
  kernel<backend::Sum<std::uint8_t>>()(1, 3, 1, bytes, &sum);
  EXPECT_EQ(sum, 555);
}

}  // namespace reduce_test
}  // namespace tenon::testing
