/// Golden cases of Fourier transforms.

#include "tenon/ops/signal/fft.hpp"

#include "registry.hpp"

namespace golden {
namespace fft_cases {

template <class C>
tn::FftNorm norm_of(const C& c) {
  using tn::FftNorm;
  return c.template choice<FftNorm>(
      "norm", {{"backward", FftNorm::backward}, {"ortho", FftNorm::ortho}, {"forward", FftNorm::forward}});
}

/// A transform over several axes; those over two have axes by default.
template <class T, class F>
tn::Tensor<T> over_axes(const Case<T>& c, const tn::Dims& otherwise, F transform) {
  return transform(c.in("x"), c.dims("s"), c.given("dim") ? c.dims("dim") : otherwise, norm_of(c));
}
template <class T, class F>
tn::Tensor<T> over_one(const Case<T>& c, F transform) {
  std::optional<tn::index_t> n;
  if (c.given("n")) n = c.integer("n");
  return transform(c.in("x"), n, c.integer("dim"), norm_of(c));
}
const tn::Dims last_two{-2, -1};

const Family family{
    {"fft2", [](const auto& c) { return over_axes(c, last_two, [](auto... x) { return tn::fft2(x...); }); }},
    {"ifft2",
     [](const auto& c) { return over_axes(c, last_two, [](auto... x) { return tn::ifft2(x...); }); }},
    {"rfft2",
     [](const auto& c) { return over_axes(c, last_two, [](auto... x) { return tn::rfft2(x...); }); }},
    {"irfft2",
     [](const auto& c) { return over_axes(c, last_two, [](auto... x) { return tn::irfft2(x...); }); }},
    {"fftn", [](const auto& c) { return over_axes(c, {}, [](auto... x) { return tn::fftn(x...); }); }},
    {"ifftn", [](const auto& c) { return over_axes(c, {}, [](auto... x) { return tn::ifftn(x...); }); }},
    {"rfftn", [](const auto& c) { return over_axes(c, {}, [](auto... x) { return tn::rfftn(x...); }); }},
    {"irfftn", [](const auto& c) { return over_axes(c, {}, [](auto... x) { return tn::irfftn(x...); }); }},
    {"hfft", [](const auto& c) { return over_one(c, [](auto... x) { return tn::hfft(x...); }); }},
    {"ihfft", [](const auto& c) { return over_one(c, [](auto... x) { return tn::ihfft(x...); }); }},
    {"fftfreq", [](const auto& c) { return tn::fftfreq<double>(c.integer("n"), c.number("d")); }},
    {"fftshift", [](const auto& c) { return tn::fftshift(c.in("x"), c.dims("dim")); }},
    {"ifftshift", [](const auto& c) { return tn::ifftshift(c.in("x"), c.dims("dim")); }},
};

}  // namespace fft_cases
}  // namespace golden
