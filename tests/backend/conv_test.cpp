#include "tenon/backend/conv.hpp"

#include "backend/kernels_support.hpp"
#include "tenon/backend/fold.hpp"

namespace tenon::testing {
namespace conv_test {

using backend::ConvShape;
using backend::Windows;

/// One spatial axis.
struct Axis {
  index_t size, kernel, stride = 1, padding = 0, dilation = 1, beyond = 0;
};

Windows windows(std::initializer_list<Axis> axes) {
  Windows w;
  int i = 3 - static_cast<int>(axes.size());
  for (const Axis& a : axes) {
    w.size[i] = a.size;
    w.kernel[i] = a.kernel;
    w.stride[i] = a.stride;
    w.padding[i] = a.padding;
    w.dilation[i] = a.dilation;
    const index_t reach = a.dilation * (a.kernel - 1) + 1;
    w.result[i] = (a.size + 2 * a.padding + a.beyond - reach) / a.stride + 1;
    ++i;
  }
  return w;
}

std::string text(const ConvShape& s) {
  const Windows& w = s.windows;
  std::string all = join(s.batch, " images, ", s.groups, " groups, ", s.in, " -> ", s.out);
  for (int i = 0; i < 3; ++i)
    all += join("; ", w.size[i], " by ", w.kernel[i], " stride ", w.stride[i], " padding ", w.padding[i],
                " dilation ", w.dilation[i]);
  return all;
}

/// Every path: few rows and many, one panel and several, images sharing a panel, phases of every axis, planes
/// that serve as they are, images cut into chunks.
std::vector<ConvShape> conv_shapes() {
  return {
      {2, 1, 3, 5, windows({{7, 3, 1, 1}})},
      {3, 1, 4, 20, windows({{9, 4, 3, 2, 2}})},
      {2, 1, 3, 33, windows({{9, 3, 1, 1}, {11, 3, 1, 1}})},
      {5, 1, 17, 40, windows({{7, 3, 1, 1}, {7, 3, 1, 1}})},
      {2, 1, 30, 64, windows({{6, 1}, {10, 1}})},
      {2, 1, 5, 16, windows({{11, 1, 2}, {10, 1, 2}})},
      {1, 1, 3, 14, windows({{23, 7, 2, 3}, {30, 7, 2, 3}})},
      {2, 3, 4, 6, windows({{8, 3, 2, 1}, {13, 2, 3, 0, 2}})},
      {2, 2, 9, 12, windows({{8, 3, 1, 1}, {13, 3, 1, 1}})},
      {2, 19, 1, 1, windows({{14, 3, 1, 1}, {35, 3, 1, 1}})},
      {3, 16, 2, 3, windows({{9, 3, 2, 1}, {20, 3, 2, 1}})},
      {40, 1, 1, 1, windows({{9, 3, 1, 1}, {20, 3, 2, 1}})},
      {2, 5, 1, 2, windows({{9, 5, 2, 2}, {33, 5, 2, 2}})},
      {2, 1, 3, 10, windows({{4, 2, 2}, {5, 3, 1, 1}, {6, 2, 1, 1, 2}})},
      {1, 1, 300, 13, windows({{5, 1}, {3, 1}})},
      {1, 1, 2, 3, windows({{4, 2, 5}, {6, 3, 1, 2, 1, -3}})},
      {1, 1, 2, 30, windows({{40, 3}, {1, 1}})},
      {6, 1, 24, 24, windows({{120, 3, 3, 1}, {120, 3, 3, 1}})},
      {0, 1, 2, 3, windows({{4, 2}})},
      {2, 1, 0, 3, windows({{4, 2}})},
      {2, 1, 2, 0, windows({{4, 2}})},
  };
}

/// What Winograd's algorithm can compute: incomplete tiles and packs, one channel and more than a block of
/// them, results smaller and larger than the input, many panels.
std::vector<ConvShape> winograd_shapes() {
  return {
      {1, 1, 1, 1, windows({{3, 3}, {3, 3}})},
      {1, 1, 1, 2, windows({{1, 3, 1, 1}, {1, 3, 1, 1}})},
      {2, 1, 3, 5, windows({{7, 3, 1, 1}, {9, 3, 1, 1}})},
      {2, 1, 17, 9, windows({{8, 3}, {13, 3}})},
      {1, 1, 16, 33, windows({{12, 3, 1, 2}, {5, 3, 1, 2}})},
      {3, 1, 20, 16, windows({{30, 3, 1, 1}, {21, 3, 1, 0}})},
      {1, 1, 5, 3, windows({{6, 3, 1, 2, 1, -3}, {70, 3, 1, 1, 1, -1}})},
      {1, 1, 300, 24, windows({{7, 3, 1, 1}, {7, 3, 1, 1}})},
      {2, 1, 24, 300, windows({{4, 3, 1, 1}, {6, 3, 1, 1}})},
      {20, 1, 16, 16, windows({{28, 3, 1, 1}, {28, 3, 1, 1}})},
  };
}

/// While one exists, convolutions are computed in the given way.
class ScopedAlgorithm {
 public:
  explicit ScopedAlgorithm(ConvAlgorithm algorithm) : before_(conv_algorithm()) {
    set_conv_algorithm(algorithm);
  }
  ~ScopedAlgorithm() { set_conv_algorithm(before_); }
  ScopedAlgorithm(const ScopedAlgorithm&) = delete;
  ScopedAlgorithm& operator=(const ScopedAlgorithm&) = delete;

 private:
  ConvAlgorithm before_;
};

template <class T>
class Conv : public ::testing::Test {};
TYPED_TEST_SUITE(Conv, RealTypes);

/// The convolution, its transpose and its gradient by the kernels, beside the plain loops. `error`: times that
/// of sums of products.
template <class T>
void expect_agreement(const std::vector<ConvShape>& shapes, double error = 1) {
  for (const ConvShape& s : shapes) {
    const Windows& v = s.windows;
    const index_t inner = s.in * v.taps();
    const auto x = random_array<T>(s.batch * s.groups * s.in * v.elements(), 1),
               w = random_array<T>(s.groups * s.out * inner, 2),
               dy = random_array<T>(s.batch * s.groups * s.out * v.positions(), 3),
               out_bias = random_array<T>(s.groups * s.out, 4), in_bias = random_array<T>(s.groups * s.in, 5);
    for (const bool biased : {false, true}) {
      const auto forward = [&] {
        std::vector<T> y(dy.size(), T(7));
        kernel<backend::Conv<T>>()(s, x.data(), w.data(), biased ? out_bias.data() : nullptr, y.data());
        return y;
      };
      expect_same_everywhere(forward, error * tolerance<T>(inner), "conv " + text(s));
      const auto transposed = [&] {
        std::vector<T> y(x.size(), T(7));
        kernel<backend::ConvTranspose<T>>()(s, dy.data(), w.data(), biased ? in_bias.data() : nullptr,
                                            y.data());
        return y;
      };
      expect_same_everywhere(transposed, error * tolerance<T>(s.out * v.taps()), "conv_transpose " + text(s));
    }
    const auto weight = [&] {
      std::vector<T> dw(w.size(), T(7));
      kernel<backend::ConvWeight<T>>()(s, x.data(), dy.data(), dw.data());
      return dw;
    };
    expect_same_everywhere(weight, error * tolerance<T>(s.batch * v.positions()), "conv_weight " + text(s));
  }
}

TYPED_TEST(Conv, AgreesWithReferenceAtAnyThreadCount) {
  const ScopedAlgorithm direct(ConvAlgorithm::direct);
  expect_agreement<TypeParam>(conv_shapes());
}

TYPED_TEST(Conv, WinogradAgreesWithReferenceAtAnyThreadCount) {
  const ScopedAlgorithm winograd(ConvAlgorithm::winograd);
  constexpr double error = 4;  // see ConvAlgorithm
  expect_agreement<TypeParam>(winograd_shapes(), error);
  expect_agreement<TypeParam>(conv_shapes(), error);  // those that it cannot compute are computed directly
}

/// The norm of the difference of float32 results from those of float64, over the norm of the latter.
double relative_error(const ConvShape& s, const std::vector<double>& x, const std::vector<double>& w) {
  const std::vector<float> x32(x.begin(), x.end()), w32(w.begin(), w.end());
  std::vector<double> want(static_cast<std::size_t>(s.batch * s.out * s.windows.positions()));
  std::vector<float> got(want.size());
  kernel<backend::Conv<double>>()(s, x.data(), w.data(), nullptr, want.data());
  kernel<backend::Conv<float>>()(s, x32.data(), w32.data(), nullptr, got.data());
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    difference += (got[i] - want[i]) * (got[i] - want[i]);
    norm += want[i] * want[i];
  }
  return std::sqrt(difference / norm);
}

TEST(Conv, ErrorOfWinogradIsAsItsCommentSays) {
  const ConvShape s{1, 1, 256, 64, windows({{28, 3, 1, 1}, {28, 3, 1, 1}})};
  // Values that float32 has, so that only the arithmetic differs.
  const auto exact = [](index_t size, std::uint64_t seed) {
    const auto values = random_array<float>(size, seed);
    return std::vector<double>(values.begin(), values.end());
  };
  const auto x = exact(s.in * s.windows.elements(), 1), w = exact(s.in * s.out * 9, 2);
  const auto error = [&](ConvAlgorithm algorithm) {
    const ScopedAlgorithm scope(algorithm);
    return relative_error(s, x, w);
  };
  const double direct = error(ConvAlgorithm::direct), winograd = error(ConvAlgorithm::winograd);
  EXPECT_LT(direct, 5e-7);
  EXPECT_LT(winograd, 2e-6);
  EXPECT_NE(direct, winograd) << "both were computed in one way";
}

TEST(Conv, AlgorithmIsAutomaticAtFirst) {
  EXPECT_EQ(conv_algorithm(), ConvAlgorithm::automatic);
}

TYPED_TEST(Conv, FoldAgreesWithReference) {
  using T = TypeParam;
  for (const ConvShape& s : conv_shapes()) {
    const Windows& v = s.windows;
    const index_t planes = s.batch * s.in;
    const auto columns = random_array<T>(planes * v.taps() * v.positions(), 1);
    const auto fold = [&] {
      std::vector<T> x(static_cast<std::size_t>(planes * v.elements()), T(7));
      kernel<backend::Fold<T>>()(planes, v, columns.data(), x.data());
      return x;
    };
    expect_same_everywhere(fold, tolerance<T>(v.taps()), "fold " + text(s));
  }
}

TYPED_TEST(Conv, OverlapAddAgreesWithReference) {
  using T = TypeParam;
  for (const index_t hop : {1, 3, 16, 40}) {
    const index_t batch = 5, count = 11, size = 16, length = 500;
    const auto x = random_array<T>(batch * count * size, 9);
    const auto run = [&] {
      std::vector<T> y(static_cast<std::size_t>(batch * length), T(77));
      kernel<backend::OverlapAdd<T>>()(batch, count, size, hop, length, x.data(), y.data());
      return y;
    };
    expect_same_everywhere(run, tolerance<T>(size), join("overlap_add, hop ", hop));
  }
}

TEST(Conv, OverlapAddByHand) {
  const float frames[] = {1, 2, 3, 10, 20, 30};
  float y[6] = {77, 77, 77, 77, 77, 77};
  kernel<backend::OverlapAdd<float>>()(1, 2, 3, 2, 6, frames, y);
  EXPECT_EQ((std::vector<float>(y, y + 6)), (std::vector<float>{1, 2, 13, 20, 30, 0}));
}

}  // namespace conv_test
}  // namespace tenon::testing
