#include "tenon/backend/softmax.hpp"

#include "backend/kernels_support.hpp"

namespace tenon::testing {
namespace softmax_test {

template <class T>
class Softmax : public ::testing::Test {
 protected:
  static std::vector<T> softmax(const Extents& e, const std::vector<T>& x, bool log) {
    std::vector<T> y(x.size(), T(77));
    kernel<backend::Softmax<T>>()(e.outer, e.n, e.inner, x.data(), y.data(), log);
    return y;
  }
};
TYPED_TEST_SUITE(Softmax, RealTypes);

TYPED_TEST(Softmax, AgreesWithReferenceAtAnyThreadCount) {
  using T = TypeParam;
  for (const Extents& e : awkward_arrays<T>()) {
    const auto x = random_array<T>(e.size(), 1), g = random_array<T>(e.size(), 2);
    for (const bool log : {false, true}) {
      const auto what = (log ? "log_softmax " : "softmax ") + e.text();
      expect_same_everywhere([&] { return this->softmax(e, x, log); }, tolerance<T>(1), what);
      const auto y = this->softmax(e, x, log);
      const auto backward = [&] {
        std::vector<T> dx(x.size(), T(77));
        kernel<backend::SoftmaxBackward<T>>()(e.outer, e.n, e.inner, y.data(), g.data(), dx.data(), log);
        return dx;
      };
      expect_same_everywhere(backward, tolerance<T>(e.n), what + " backward");
    }
  }
}

TYPED_TEST(Softmax, LargeInputsDoNotOverflowAndMinusInfinityHasNoWeight) {
  using T = TypeParam;
  const T infinity = std::numeric_limits<T>::infinity();
  for (const Extents& e : {Extents{1, 40, 1}, Extents{1, 40, 3}}) {
    std::vector<T> x(static_cast<std::size_t>(e.size()), T{30000});
    for (index_t i = 0; i < e.inner; ++i) x[static_cast<std::size_t>(i)] = -infinity;
    const auto y = this->softmax(e, x, false), log_y = this->softmax(e, x, true);
    EXPECT_EQ(y[0], T{0});
    EXPECT_EQ(log_y[0], -infinity);
    EXPECT_NEAR(y.back(), 1.0 / 39, 1e-7);
    EXPECT_NEAR(log_y.back(), -std::log(39.0), 1e-6);
  }
}

TYPED_TEST(Softmax, NotANumberSpreadsOverItsRowOnly) {
  using T = TypeParam;
  const Extents e{2, 20, 1};
  std::vector<T> x(40, T{1});
  x[5] = std::numeric_limits<T>::quiet_NaN();
  const auto y = this->softmax(e, x, false);
  for (std::size_t i = 0; i < 20; ++i) EXPECT_TRUE(std::isnan(y[i]));
  EXPECT_NEAR(y[20], 0.05, 1e-6);
}

}  // namespace softmax_test
}  // namespace tenon::testing
