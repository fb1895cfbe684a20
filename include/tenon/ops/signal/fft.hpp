#pragma once
/// Fourier transforms. Complex numbers are pairs of real and imaginary part along a last axis of extent 2,
/// which `axis` does not count. The axis is cut, or filled up with zeros, to length n if n is given.
///
///   throws: ShapeError if x has no axis to transform, or complex x no last axis of extent 2; IndexError if
///     the axis is out of range; ValueError if n is not positive
///   keeps: nothing
///   cost: O(n log n) a row; lengths with prime factors above 7 take about six times as long as others

#include <cmath>     // sqrt
#include <optional>  // optional

#include "tenon/backend/fft.hpp"
#include "tenon/ops/shape/pad.hpp"

namespace TENON_NAMESPACE {

/// Which transform divides by the length n: the inverse (backward), the forward one (forward), or each of
/// them by sqrt(n) (ortho).
enum class FftNorm { backward, ortho, forward };

namespace detail {

/// x(..., n, 2) transformed along n, undivided.
template <class T>
Tensor<T> raw_fft(const Tensor<T>& x, bool inverse) {
  Tensor<T> y = Tensor<T>::empty(x.shape());
  const index_t n = x.shape().back(1);
  backend::kernel<backend::Fft<T>>()(x.size() / std::max<index_t>(2 * n, 1), n, inverse,
                                     contiguous(x.detach()).data(), y.mutable_data());
  return record("fft", y, {without_values(x)}, [inverse](const Backward<T>& p) -> Gradients<T> {
    return {raw_fft(p.gradient(), !inverse)};
  });
}

/// Weights (bins, 1) of the bins of a real transform of length n: `ends` for those without a mirror image,
/// `inner` for all others.
template <class T>
Tensor<T> bin_weights(index_t n, T ends, T inner) {
  Tensor<T> weights = full<T>({n / 2 + 1, 1}, inner);
  weights.mutable_data()[0] = ends;
  if (n % 2 == 0) weights.mutable_data()[n / 2] = ends;
  return weights;
}

template <class T>
Tensor<T> raw_irfft(const Tensor<T>& x, index_t n);

/// x(..., n) to (..., n / 2 + 1, 2).
template <class T>
Tensor<T> raw_rfft(const Tensor<T>& x) {
  const index_t n = x.shape().back();
  Shape shape = x.shape();
  shape[x.rank() - 1] = n / 2 + 1;
  shape.push_back(2);
  Tensor<T> y = Tensor<T>::empty(shape);
  backend::kernel<backend::Rfft<T>>()(x.size() / n, n, contiguous(x.detach()).data(), y.mutable_data());
  return record("rfft", y, {without_values(x)}, [n](const Backward<T>& p) -> Gradients<T> {
    return {raw_irfft(mul(p.gradient(), bin_weights<T>(n, T(1), T(0.5))), n)};
  });
}
/// x(..., n / 2 + 1, 2) to (..., n), not divided by n.
template <class T>
Tensor<T> raw_irfft(const Tensor<T>& x, index_t n) {
  Shape shape(x.shape().begin(), x.shape().end() - 1);
  shape[shape.size() - 1] = n;
  Tensor<T> y = Tensor<T>::empty(shape);
  backend::kernel<backend::Irfft<T>>()(y.size() / n, n, contiguous(x.detach()).data(), y.mutable_data());
  return record("irfft", y, {without_values(x)}, [n](const Backward<T>& p) -> Gradients<T> {
    return {mul(raw_rfft(p.gradient()), bin_weights<T>(n, T(1), T(2)))};
  });
}

/// The factor of a transform that the kernel computes without division.
inline double fft_scale(FftNorm norm, bool inverse, index_t n) {
  if (norm == FftNorm::ortho) return 1 / std::sqrt(static_cast<double>(n));
  return (norm == FftNorm::backward) == inverse ? 1 / static_cast<double>(n) : 1;
}
template <class T>
Tensor<T> scaled(const Tensor<T>& x, double scale) {
  return scale == 1 ? x : mul(x, scale);
}

/// x cut, or filled up with zeros, to extent n of an axis.
template <class T>
Tensor<T> resized(const Tensor<T>& x, int axis, index_t n) {
  const index_t extent = x.shape()[axis];
  if (extent == n) return x;
  if (extent > n) return narrow(x, axis, 0, n);
  std::vector<index_t> amounts(2 * static_cast<std::size_t>(x.rank() - axis), 0);
  amounts.back() = n - extent;
  return pad(x, amounts);
}

/// The axis of a transform among `axes`, and its length.
template <class T>
std::pair<int, index_t> fft_place(const Tensor<T>& x, int axes, std::optional<index_t> n, index_t axis,
                                  const char* op) {
  check<ShapeError>(axes > 0, op, "expected an axis to transform, got shape ", x.shape());
  const int a = normalize_axis(axis, axes, op);
  const index_t length = n.value_or(x.shape()[a]);
  check<ValueError>(length > 0 && length < (index_t{1} << 40), op, "cannot transform ", length, " numbers");
  return {a, length};
}
template <class T>
int complex_axes(const Tensor<T>& x, const char* op) {
  check<ShapeError>(x.rank() >= 2 && x.shape().back() == 2, op,
                    "expected complex numbers as pairs along a last axis, got shape ", x.shape());
  return x.rank() - 1;
}

template <class T>
Tensor<T> complex_fft(const char* op, const Tensor<T>& x, std::optional<index_t> n, index_t axis,
                      FftNorm norm, bool inverse) {
  const int axes = complex_axes(x, op);
  const auto [a, length] = fft_place(x, axes, n, axis, op);
  const Tensor<T> rows = transpose(resized(x, a, length), a, axes - 1);
  return transpose(scaled(raw_fft(rows, inverse), fft_scale(norm, inverse, length)), a, axes - 1);
}

}  // namespace detail

/// Discrete Fourier transform of complex numbers along an axis, of any length: y_k = sum_j x_j exp(-2 pi i
/// j k / n).
///
///   shapes: x (..., n, 2)
///   returns: (..., n, 2)
template <Real T>
Tensor<T> fft(const Tensor<T>& x, std::optional<index_t> n = {}, index_t axis = -1,
              FftNorm norm = FftNorm::backward) {
  return detail::complex_fft("fft", x, n, axis, norm, false);
}
/// Inverse of `fft`: x_j = 1 / n sum_k y_k exp(2 pi i j k / n).
///
///   shapes: x (..., n, 2)
///   returns: (..., n, 2)
template <Real T>
Tensor<T> ifft(const Tensor<T>& x, std::optional<index_t> n = {}, index_t axis = -1,
               FftNorm norm = FftNorm::backward) {
  return detail::complex_fft("ifft", x, n, axis, norm, true);
}

/// Discrete Fourier transform of real numbers along an axis: its first n / 2 + 1 numbers, of which the
/// others are mirrored conjugates.
///
///   shapes: x (..., n)
///   returns: (..., n / 2 + 1, 2)
template <Real T>
Tensor<T> rfft(const Tensor<T>& x, std::optional<index_t> n = {}, index_t axis = -1,
               FftNorm norm = FftNorm::backward) {
  const auto [a, length] = detail::fft_place(x, x.rank(), n, axis, "rfft");
  const int last = x.rank() - 1;
  const Tensor<T> y = detail::raw_rfft(transpose(detail::resized(x, a, length), a, last));
  return transpose(detail::scaled(y, detail::fft_scale(norm, false, length)), a, last);
}
/// Inverse of `rfft`: the n real numbers whose transform is x, with n = 2 (m - 1) by default.
///
///   shapes: x (..., m, 2)
///   returns: (..., n)
template <Real T>
Tensor<T> irfft(const Tensor<T>& x, std::optional<index_t> n = {}, index_t axis = -1,
                FftNorm norm = FftNorm::backward) {
  const int axes = detail::complex_axes(x, "irfft"), given = normalize_axis(axis, axes, "irfft");
  const auto [a, length] = detail::fft_place(x, axes, n.value_or(2 * (x.shape()[given] - 1)), axis, "irfft");
  const Tensor<T> rows = transpose(detail::resized(x, a, length / 2 + 1), a, axes - 1);
  const Tensor<T> y = detail::raw_irfft(rows, length);
  return transpose(detail::scaled(y, detail::fft_scale(norm, true, length)), a, axes - 1);
}

/// Frequencies k / (n spacing) of the numbers that `rfft` computes of n samples that are `spacing` apart.
///
///   returns: (n / 2 + 1)
///   throws: ValueError if n is not positive
///   cost: O(n)
template <Real T>
Tensor<T> rfftfreq(index_t n, double spacing = 1) {
  check<ValueError>(n > 0, "rfftfreq", "cannot transform ", n, " numbers");
  return mul(arange<T>(static_cast<T>(n / 2 + 1)), 1 / (static_cast<double>(n) * spacing));
}

}  // namespace TENON_NAMESPACE
