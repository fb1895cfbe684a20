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
  expect_error<tn::IndexError>([&] { tn::rfft(x, 4, 1); }, "[rfft] axis 1 is outside [-1, 1) of rank 1");
}

}  // namespace fft_test
