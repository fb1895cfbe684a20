#include "tenon/backend/scan.hpp"

#include "backend/kernels_support.hpp"

namespace tenon::testing {
namespace scan_test {

template <class T>
class Scan : public ::testing::Test {};
TYPED_TEST_SUITE(Scan, RealTypes);

/// What a scan makes of x, called as its kernel is.
template <class K, class Y, class T>
auto scanned(const Extents& e, const std::vector<T>& x) {
  return [&e, &x] {
    std::vector<Y> y(x.size(), Y(77));
    kernel<K>()(e.outer, e.n, e.inner, x.data(), y.data());
    return y;
  };
}

TYPED_TEST(Scan, RunningResultsAgreeWithReferenceAtAnyThreadCount) {
  using T = TypeParam;
  for (const Extents& e : awkward_arrays<T>()) {
    const auto x = random_array<T>(e.size(), 4);
    expect_same_everywhere(scanned<backend::Cumsum<T>, T>(e, x), tolerance<T>(1), "cumsum " + e.text());
    expect_same_everywhere(scanned<backend::Cumprod<T>, T>(e, x), tolerance<T>(1), "cumprod " + e.text());
    expect_same_everywhere(scanned<backend::Cummax<T>, index_t>(e, x), 0, "cummax " + e.text());
    expect_same_everywhere(scanned<backend::Cummin<T>, index_t>(e, x), 0, "cummin " + e.text());
  }
}

TYPED_TEST(Scan, LinearRecurrencesAgreeWithReferenceAtAnyThreadCount) {
  using T = TypeParam;
  for (const Extents& e : awkward_arrays<T>()) {
    auto a = random_array<T>(e.size(), 5);
    for (T& v : a) v /= 4;  // so that the state stays bounded
    const auto b = random_array<T>(e.size(), 6);
    for (const bool reversed : {false, true}) {
      const auto run = [&] {
        std::vector<T> y(b.size(), T(77));
        kernel<backend::LinearScan<T>>()(e.outer, e.n, e.inner, reversed, a.data(), b.data(), y.data());
        return y;
      };
      expect_same_everywhere(run, tolerance<T>(10),
                             join("linear_scan ", e.text(), reversed ? " reversed" : ""));
    }
  }
}

TEST(Scan, RunsByHand) {
  const float a[] = {2, 3, 5}, b[] = {1, 10, 100};
  float y[3] = {77, 77, 77};
  kernel<backend::LinearScan<float>>()(1, 3, 1, false, a, b, y);
  EXPECT_EQ((std::vector<float>(y, y + 3)), (std::vector<float>{1, 13, 165}));
  kernel<backend::LinearScan<float>>()(1, 3, 1, true, a, b, y);
  EXPECT_EQ((std::vector<float>(y, y + 3)), (std::vector<float>{1531, 510, 100}));
  kernel<backend::Cumprod<float>>()(1, 3, 1, a, y);
  EXPECT_EQ((std::vector<float>(y, y + 3)), (std::vector<float>{2, 6, 30}));
}

TEST(Scan, ExtremaTakeTheLastOfEqualElementsAndNaN) {
  const float x[] = {1, 1, 0, NAN, 2};
  index_t y[5] = {77, 77, 77, 77, 77};
  kernel<backend::Cummax<float>>()(1, 5, 1, x, y);
  EXPECT_EQ((std::vector<index_t>(y, y + 5)), (std::vector<index_t>{0, 1, 1, 3, 3}));
  kernel<backend::Cummin<float>>()(1, 5, 1, x, y);
  EXPECT_EQ((std::vector<index_t>(y, y + 5)), (std::vector<index_t>{0, 1, 2, 3, 3}));
}

TEST(Scan, BooleansAddUpIn64Bits) {
  const bool flags[] = {true, false, true};
  std::int64_t y[3] = {77, 77, 77};
  kernel<backend::Cumsum<bool>>()(1, 3, 1, flags, y);
  EXPECT_EQ((std::vector<std::int64_t>(y, y + 3)), (std::vector<std::int64_t>{1, 1, 2}));
}

}  // namespace scan_test
}  // namespace tenon::testing
