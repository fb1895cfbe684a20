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

template <class T>
class Conv : public ::testing::Test {};
TYPED_TEST_SUITE(Conv, RealTypes);

TYPED_TEST(Conv, AgreesWithReferenceAtAnyThreadCount) {
  using T = TypeParam;
  for (const ConvShape& s : conv_shapes()) {
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
      expect_same_everywhere(forward, tolerance<T>(inner), "conv " + text(s));
      const auto transposed = [&] {
        std::vector<T> y(x.size(), T(7));
        kernel<backend::ConvTranspose<T>>()(s, dy.data(), w.data(), biased ? in_bias.data() : nullptr,
                                            y.data());
        return y;
      };
      expect_same_everywhere(transposed, tolerance<T>(s.out * v.taps()), "conv_transpose " + text(s));
    }
    const auto weight = [&] {
      std::vector<T> dw(w.size(), T(7));
      kernel<backend::ConvWeight<T>>()(s, x.data(), dy.data(), dw.data());
      return dw;
    };
    expect_same_everywhere(weight, tolerance<T>(s.batch * v.positions()), "conv_weight " + text(s));
  }
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
