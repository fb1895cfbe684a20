#include "tenon/ops/signal/fft.hpp"
#include "tenon/ops/index/select.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "support/scoped_backend.hpp"

namespace fft_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::OpCases;
using support::real;
using tn::FftNorm;
using tn::from;
using tn::index_t;
using tn::Tensor;

const OpCases cases{
    {"fft", {real({3, 8, 2})}, [](const auto& x) { return tn::fft(x[0]); }, {.fixed = true}},
    {"fft_axis",
     {real({6, 3, 2})},
     [](const auto& x) { return tn::fft(x[0], {}, 0, FftNorm::ortho); },
     {.fixed = true}},
    {"ifft", {real({2, 11, 2})}, [](const auto& x) { return tn::ifft(x[0]); }, {.fixed = true}},
    {"rfft", {real({3, 8})}, [](const auto& x) { return tn::rfft(x[0]); }, {.fixed = true}},
    {"rfft_odd", {real({2, 15})}, [](const auto& x) { return tn::rfft(x[0]); }, {.fixed = true}},
    {"rfft_axis", {real({6, 3})}, [](const auto& x) { return tn::rfft(x[0], 10, 0); }, {.fixed = true}},
    {"rfft_cut",
     {real({2, 9})},
     [](const auto& x) { return tn::rfft(x[0], 6, -1, FftNorm::forward); },
     {.fixed = true}},
    {"irfft", {real({3, 5, 2})}, [](const auto& x) { return tn::irfft(x[0]); }, {.fixed = true}},
    {"irfft_odd", {real({2, 4, 2})}, [](const auto& x) { return tn::irfft(x[0], 7); }, {.fixed = true}},
    {"irfft_longer",
     {real({4, 2, 2})},
     [](const auto& x) { return tn::irfft(x[0], 12, 0); },
     {.fixed = true}},
    {"fft2", {real({2, 3, 4, 2})}, [](const auto& x) { return tn::fft2(x[0]); }, {.fixed = true}},
    {"ifft2",
     {real({3, 4, 2})},
     [](const auto& x) { return tn::ifft2(x[0], {4, 3}, {0, 1}); },
     {.fixed = true}},
    {"rfft2", {real({2, 3, 4})}, [](const auto& x) { return tn::rfft2(x[0]); }, {.fixed = true}},
    {"irfft2", {real({3, 3, 2})}, [](const auto& x) { return tn::irfft2(x[0], {3, 5}); }, {.fixed = true}},
    {"fftn", {real({2, 3, 4, 2})}, [](const auto& x) { return tn::fftn(x[0], {}, {0, 2}); }, {.fixed = true}},
    {"ifftn",
     {real({2, 3, 2})},
     [](const auto& x) { return tn::ifftn(x[0], {}, {}, FftNorm::ortho); },
     {.fixed = true}},
    {"rfftn", {real({2, 3, 4})}, [](const auto& x) { return tn::rfftn(x[0]); }, {.fixed = true}},
    {"irfftn",
     {real({2, 4, 3, 2})},
     [](const auto& x) { return tn::irfftn(x[0], {5, 3}, {2, 1}); },
     {.fixed = true}},
    {"hfft", {real({2, 4, 2})}, [](const auto& x) { return tn::hfft(x[0], 7); }, {.fixed = true}},
    {"ihfft", {real({6, 2})}, [](const auto& x) { return tn::ihfft(x[0], {}, 0); }, {.fixed = true}},
    {"fftshift", {real({5, 4})}, [](const auto& x) { return tn::fftshift(x[0], {0, 1}); }, {.fixed = true}},
    {"ifftshift", {real({5, 4})}, [](const auto& x) { return tn::ifftshift(x[0], {0}); }, {.fixed = true}},
    {"rfft_many",  // several tasks, the last of them with fewer rows than lanes
     {real({211, 100})},
     [](const auto& x) { return tn::rfft(x[0]); },
     {.fixed = true, .order = 1, .tolerance = 1e-4}},
};

template <class T>
class Fft : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(Fft, Reals);

/// Every pass, products of them, lengths that need Bluestein's convolution; the definition as the witness.
TYPED_TEST(Fft, EveryLengthAgreesWithTheDefinition) {
  using T = TypeParam;
  std::vector<index_t> lengths;
  for (index_t n = 1; n <= 64; ++n) lengths.push_back(n);
  for (index_t n : {97, 100, 121, 128, 210, 243, 256, 343, 400, 441, 512, 625, 1009, 1024})
    lengths.push_back(n);
  const double unit = std::is_same_v<T, float> ? 1e-7 : 2e-16;
  tn::Generator generator(7);
  for (index_t n : lengths) {
    for (index_t rows : {1, 3, 19}) {
      if (rows == 19 && n > 128) continue;
      const auto z = tn::randn<T>({rows, n, 2}, generator),
                 half = tn::randn<T>({rows, n / 2 + 1, 2}, generator);
      const auto x = tn::randn<T>({rows, n}, generator);
      const auto all = [&] {
        return std::vector<Tensor<T>>{tn::fft(z), tn::ifft(z), tn::rfft(x), tn::irfft(half, n)};
      };
      const auto got = all();
      const support::ScopedBackend scope(support::Provider::reference);
      const auto want = all();
      for (std::size_t i = 0; i < got.size(); ++i) {
        SCOPED_TRACE(tn::join("n ", n, ", rows ", rows, ", transform ", i));
        // Sums of n numbers of size 1 are of size sqrt(n); Bluestein adds the rounding of three transforms.
        expect_values(got[i], want[i].shape(), want[i].to_vector(),
                      40 * unit * std::sqrt(static_cast<double>(n)));
      }
    }
  }
}

TEST(Rfft, Values) {
  expect_values(tn::rfft(from<double>({1, 2, 3, 4})), {3, 2}, {10, 0, -2, 2, -2, 0});
  expect_values(tn::rfft(from<double>({1, 2, 3})), {2, 2}, {6, 0, -1.5, std::sqrt(3) / 2});
  expect_values(tn::rfft(from<double>({5})), {1, 2}, {5, 0});
  expect_vector(tn::irfft(tn::rfft(from<double>({1, 2, 3, 4}))), {1, 2, 3, 4});
  expect_vector(tn::irfft(tn::rfft(from<double>({1, 2, 3})), 3), {1, 2, 3});
  expect_vector(tn::rfftfreq<double>(5, 0.5), {0, 0.4, 0.8});
  EXPECT_EQ(tn::rfft(tn::zeros<float>({0, 4})).shape(), (tn::Shape{0, 3, 2}));
}

TEST(Rfft, NormsPairUp) {
  tn::Generator generator(1);
  const auto x = tn::randn<double>({2, 12}, generator);
  const auto z = tn::randn<double>({3, 10, 2}, generator);
  for (FftNorm norm : {FftNorm::backward, FftNorm::ortho, FftNorm::forward}) {
    expect_values(tn::irfft(tn::rfft(x, {}, -1, norm), 12, -1, norm), {2, 12}, x.to_vector());
    expect_values(tn::ifft(tn::fft(z, {}, 0, norm), {}, 0, norm), {3, 10, 2}, z.to_vector());
  }
}

TEST(Rfft, ALongRowAndItsInverse) {
  tn::Generator generator(2);
  const auto x = tn::randn<double>({1 << 17}, generator);
  expect_vector(tn::irfft(tn::rfft(x)), x.to_vector());
  const auto prime = tn::randn<double>({65537}, generator);
  expect_vector(tn::irfft(tn::rfft(prime), 65537), prime.to_vector());
}

TEST(Rfft, ARowsBitsDoNotDependOnItsNeighbours) {
  tn::Generator generator(4);
  const auto x = tn::randn<float>({21, 60}, generator);
  const auto together = tn::rfft(x);
  for (index_t r = 0; r < 21; ++r)
    EXPECT_EQ(tn::rfft(tn::select(x, 0, r)).to_vector(), tn::select(together, 0, r).to_vector());
}

TEST(Fftn, IsOneTransformAfterTheOther) {
  tn::Generator generator(5);
  const auto z = tn::randn<double>({3, 4, 5, 2}, generator);
  const auto x = tn::randn<double>({3, 4, 5}, generator);
  for (FftNorm norm : {FftNorm::backward, FftNorm::ortho, FftNorm::forward}) {
    const auto over = [&](const Tensor<double>& y, index_t axis) { return tn::fft(y, {}, axis, norm); };
    const auto want = over(over(z, 1), 2);
    expect_values(tn::fft2(z, {}, {-2, -1}, norm), want.shape(), want.to_vector());
    expect_values(tn::fftn(z, {}, {}, norm), z.shape(), over(want, 0).to_vector());
    expect_values(tn::ifft2(tn::fft2(z, {}, {0, 2}, norm), {}, {0, 2}, norm), z.shape(), z.to_vector());
    expect_values(tn::ifftn(tn::fftn(z, {}, {}, norm), {}, {}, norm), z.shape(), z.to_vector());
    const auto half = over(over(tn::rfft(x, {}, -1, norm), 1), 0);
    expect_values(tn::rfftn(x, {}, {}, norm), {3, 4, 3, 2}, half.to_vector());
    expect_values(tn::irfftn(half, {3, 4, 5}, {}, norm), x.shape(), x.to_vector());
    expect_values(tn::irfft2(tn::rfft2(x, {}, {2, 0}, norm), {5, 3}, {2, 0}, norm), x.shape(), x.to_vector());
    expect_values(tn::hfft(tn::ihfft(x, {}, -1, norm), 5, -1, norm), x.shape(), x.to_vector());
  }
  EXPECT_EQ(tn::fftn(z, {7, 6}).shape(), (tn::Shape{3, 7, 6, 2}));
  EXPECT_EQ(tn::irfft2(z).shape(), (tn::Shape{3, 4, 8}));
}

TEST(Hfft, OfANumberAndItsConjugate) {
  // 1, i, -i: sum_j x_j exp(-2 pi i j k / 3)
  const double s = 2 * std::sqrt(0.75);
  expect_vector(tn::hfft(from<double>({{1, 0}, {0, 1}}), 3), {1, 1 + s, 1 - s});
}

TEST(Fftfreq, AndTheirShifts) {
  expect_vector(tn::fftfreq<double>(5, 0.5), {0, 0.4, 0.8, -0.8, -0.4});
  expect_vector(tn::fftfreq<double>(4), {0, 0.25, -0.5, -0.25});
  expect_vector(tn::fftfreq<double>(1), {0});
  for (index_t n : {1, 4, 5}) {
    const auto f = tn::fftfreq<double>(n), shifted = tn::fftshift(f, {0});
    for (index_t i = 1; i < n; ++i) EXPECT_LT(shifted.to_vector()[i - 1], shifted.to_vector()[i]);
    expect_vector(tn::ifftshift(shifted, {-1}), f.to_vector());
  }
  expect_values(tn::fftshift(from<index_t>({{1, 2, 3}, {4, 5, 6}}), {0, 1}), {2, 3}, {6, 4, 5, 3, 1, 2});
}

TEST(FftErrors, NameTheShape) {
  const auto x = tn::zeros<float>({4});
  expect_error<tn::ShapeError>([&] { tn::fft(x); },
                               "[fft] expected complex numbers as pairs along a last axis, got shape (4,)");
  expect_error<tn::ShapeError>([] { tn::rfft(tn::scalar<float>(1)); },
                               "[rfft] expected an axis to transform, got shape ()");
  expect_error<tn::ValueError>([&] { tn::rfft(x, 0); }, "[rfft] cannot transform 0 numbers");
  expect_error<tn::ValueError>([&] { tn::rfft(x, -3); }, "[rfft] cannot transform -3 numbers");
  expect_error<tn::ValueError>([] { tn::irfft(tn::zeros<float>({1, 2})); },
                               "[irfft] cannot transform 0 numbers");
  expect_error<tn::ShapeError>([&] { tn::hfft(x); },
                               "[hfft] expected complex numbers as pairs along a last axis, got shape (4,)");
  const auto z = tn::zeros<float>({4, 3, 2});
  expect_error<tn::ShapeError>([&] { tn::rfft2(x); }, "[rfft2] expected at least 2 axes to transform, got 1");
  expect_error<tn::ShapeError>([&] { tn::fftn(z, {2, 2, 2}); },
                               "[fftn] expected at least 3 axes to transform, got 2");
  expect_error<tn::ShapeError>([] { tn::rfftn(tn::scalar<float>(1)); },
                               "[rfftn] expected an axis to transform");
  expect_error<tn::ValueError>([&] { tn::fft2(z, {4}); },
                               "[fft2] sizes (4,) and axes (-2, -1) differ in number");
  expect_error<tn::ValueError>([&] { tn::ifft2(z, {}, {0, -2}); }, "[ifft2] axis 0 is named twice");
  expect_error<tn::ValueError>([&] { tn::fft2(z, {0, 2}); }, "[fft2] cannot transform 0 numbers");
  expect_error<tn::ValueError>([] { (void)tn::fftfreq<float>(0); }, "[fftfreq] cannot transform 0 numbers");
  expect_error<tn::IndexError>([&] { tn::rfft(x, 4, 1); }, "[rfft] axis 1 is outside [-1, 1) of rank 1");
}

}  // namespace fft_test
