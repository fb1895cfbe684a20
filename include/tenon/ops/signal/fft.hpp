#pragma once
/// Fourier transforms over one axis, two or several. Complex numbers are pairs of real and imaginary part
/// along a last axis of extent 2, which `axis` and `axes` do not count. An axis is cut, or filled up with
/// zeros, to length n if n is given.
///
/// Transforms over several axes take one length for each of `axes`, or none. Without axes, `fftn` and its
/// kin transform the last sizes.size() of them, and all if there are no sizes either.
///
///   throws: ShapeError if x has no axis to transform, or complex x no last axis of extent 2; IndexError
///     if an axis is out of range; ValueError if n is not positive, an axis is named twice, or sizes and
///     axes differ in number
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

namespace detail {

/// An axis to transform, and the length to which it is cut or filled.
struct FftPlace {
  int axis;
  std::optional<index_t> length;
};
/// The places of a transform over several of `count` axes.
inline std::vector<FftPlace> fft_places(int count, const Dims& sizes, const Dims& axes, const char* op) {
  std::vector<FftPlace> places;
  const int chosen = !axes.empty() ? axes.size() : !sizes.empty() ? sizes.size() : count;
  check<ShapeError>(chosen <= count, op, "expected at least ", chosen, " axes to transform, got ", count);
  check<ValueError>(sizes.empty() || sizes.size() == chosen, op, "sizes ", sizes, " and axes ", axes,
                    " differ in number");
  for (int i = 0; i < chosen; ++i) {
    const int axis = axes.empty() ? count - chosen + i : normalize_axis(axes[i], count, op);
    for (const FftPlace& place : places)
      check<ValueError>(place.axis != axis, op, "axis ", axis, " is named twice");
    places.push_back({axis, sizes.empty() ? std::nullopt : std::optional<index_t>(sizes[i])});
  }
  return places;
}

template <class T>
Tensor<T> complex_fftn(const char* op, const Tensor<T>& x, const std::vector<FftPlace>& places, FftNorm norm,
                       bool inverse) {
  Tensor<T> y = x;
  for (const FftPlace& place : places) y = complex_fft(op, y, place.length, place.axis, norm, inverse);
  return y;
}

/// The places of a transform between real and complex numbers, the last of which is the axis that is halved.
inline std::vector<FftPlace> real_fft_places(int count, const Dims& sizes, const Dims& axes, const char* op) {
  std::vector<FftPlace> places = fft_places(count, sizes, axes, op);
  check<ShapeError>(!places.empty(), op, "expected an axis to transform");
  return places;
}
template <class T>
Tensor<T> real_fftn(const char* op, const Tensor<T>& x, const Dims& sizes, const Dims& axes, FftNorm norm) {
  std::vector<FftPlace> places = real_fft_places(x.rank(), sizes, axes, op);
  const FftPlace halved = places.back();
  places.pop_back();
  return complex_fftn(op, rfft(x, halved.length, halved.axis, norm), places, norm, false);
}
template <class T>
Tensor<T> real_ifftn(const char* op, const Tensor<T>& x, const Dims& sizes, const Dims& axes, FftNorm norm) {
  std::vector<FftPlace> places = real_fft_places(complex_axes(x, op), sizes, axes, op);
  const FftPlace halved = places.back();
  places.pop_back();
  return irfft(complex_fftn(op, x, places, norm, true), halved.length, halved.axis, norm);
}

/// The norm by which a transform divides where its inverse, with `norm`, does not.
inline FftNorm opposite(FftNorm norm) {
  return norm == FftNorm::ortho ? norm : norm == FftNorm::backward ? FftNorm::forward : FftNorm::backward;
}
template <class T>
Tensor<T> conjugate(const Tensor<T>& x) {
  return mul(x, from<T>({T(1), T(-1)}));
}

/// x shifted by half of each axis, rounded down or up.
template <class T>
Tensor<T> shifted_by_half(const Tensor<T>& x, const Dims& axes, bool up) {
  Dims shifts;
  for (index_t axis : axes) shifts.push_back((x.extent(axis) + up) / 2);
  return axes.empty() ? x : roll(x, shifts, axes);
}

}  // namespace detail

/// Discrete Fourier transform of complex numbers over several axes.
///
///   shapes: x (..., n0, n1, ..., 2)
///   returns: (..., n0, n1, ..., 2)
template <Real T>
Tensor<T> fftn(const Tensor<T>& x, const Dims& sizes = {}, const Dims& axes = {},
               FftNorm norm = FftNorm::backward) {
  return detail::complex_fftn(
      "fftn", x, detail::fft_places(detail::complex_axes(x, "fftn"), sizes, axes, "fftn"), norm, false);
}
/// Inverse of `fftn`.
///
///   shapes: x (..., n0, n1, ..., 2)
///   returns: (..., n0, n1, ..., 2)
template <Real T>
Tensor<T> ifftn(const Tensor<T>& x, const Dims& sizes = {}, const Dims& axes = {},
                FftNorm norm = FftNorm::backward) {
  return detail::complex_fftn(
      "ifftn", x, detail::fft_places(detail::complex_axes(x, "ifftn"), sizes, axes, "ifftn"), norm, true);
}
/// Discrete Fourier transform of real numbers over several axes: `rfft` over the last of them, `fft` over
/// the others.
///
///   shapes: x (..., n0, ..., nk)
///   returns: (..., n0, ..., nk / 2 + 1, 2)
template <Real T>
Tensor<T> rfftn(const Tensor<T>& x, const Dims& sizes = {}, const Dims& axes = {},
                FftNorm norm = FftNorm::backward) {
  return detail::real_fftn("rfftn", x, sizes, axes, norm);
}
/// Inverse of `rfftn`; the last of the axes has by default 2 (m - 1) numbers.
///
///   shapes: x (..., n0, ..., m, 2)
///   returns: (..., n0, ..., nk)
template <Real T>
Tensor<T> irfftn(const Tensor<T>& x, const Dims& sizes = {}, const Dims& axes = {},
                 FftNorm norm = FftNorm::backward) {
  return detail::real_ifftn("irfftn", x, sizes, axes, norm);
}
/// `fftn` over two axes.
///
///   shapes: x (..., H, W, 2)
///   returns: (..., H, W, 2)
template <Real T>
Tensor<T> fft2(const Tensor<T>& x, const Dims& sizes = {}, const Dims& axes = {-2, -1},
               FftNorm norm = FftNorm::backward) {
  return detail::complex_fftn(
      "fft2", x, detail::fft_places(detail::complex_axes(x, "fft2"), sizes, axes, "fft2"), norm, false);
}
/// `ifftn` over two axes: the inverse of `fft2`.
///
///   shapes: x (..., H, W, 2)
///   returns: (..., H, W, 2)
template <Real T>
Tensor<T> ifft2(const Tensor<T>& x, const Dims& sizes = {}, const Dims& axes = {-2, -1},
                FftNorm norm = FftNorm::backward) {
  return detail::complex_fftn(
      "ifft2", x, detail::fft_places(detail::complex_axes(x, "ifft2"), sizes, axes, "ifft2"), norm, true);
}
/// `rfftn` over two axes.
///
///   shapes: x (..., H, W)
///   returns: (..., H, W / 2 + 1, 2)
template <Real T>
Tensor<T> rfft2(const Tensor<T>& x, const Dims& sizes = {}, const Dims& axes = {-2, -1},
                FftNorm norm = FftNorm::backward) {
  return detail::real_fftn("rfft2", x, sizes, axes, norm);
}
/// `irfftn` over two axes: the inverse of `rfft2`.
///
///   shapes: x (..., H, m, 2)
///   returns: (..., H, W), W = 2 (m - 1) by default
template <Real T>
Tensor<T> irfft2(const Tensor<T>& x, const Dims& sizes = {}, const Dims& axes = {-2, -1},
                 FftNorm norm = FftNorm::backward) {
  return detail::real_ifftn("irfft2", x, sizes, axes, norm);
}

/// Discrete Fourier transform of numbers whose other half is their mirrored conjugate, so that the result is
/// real: `irfft` with the sign of the exponent of `fft`.
///
///   shapes: x (..., m, 2)
///   returns: (..., n), n = 2 (m - 1) by default
template <Real T>
Tensor<T> hfft(const Tensor<T>& x, std::optional<index_t> n = {}, index_t axis = -1,
               FftNorm norm = FftNorm::backward) {
  detail::complex_axes(x, "hfft");
  return irfft(detail::conjugate(x), n, axis, detail::opposite(norm));
}
/// Inverse of `hfft`: the first n / 2 + 1 numbers.
///
///   shapes: x (..., n)
///   returns: (..., n / 2 + 1, 2)
template <Real T>
Tensor<T> ihfft(const Tensor<T>& x, std::optional<index_t> n = {}, index_t axis = -1,
                FftNorm norm = FftNorm::backward) {
  return detail::conjugate(rfft(x, n, axis, detail::opposite(norm)));
}

/// Frequencies of the numbers that `fft` computes of n samples that are `spacing` apart: k / (n spacing) for
/// k = 0, 1, ... and, from the middle on, for k = -n / 2, ..., -1.
///
///   returns: (n)
///   throws: ValueError if n is not positive
///   cost: O(n)
template <Real T>
Tensor<T> fftfreq(index_t n, double spacing = 1) {
  check<ValueError>(n > 0, "fftfreq", "cannot transform ", n, " numbers");
  const Tensor<T> k =
      cat<T>({arange<T>(static_cast<T>((n + 1) / 2)), arange<T>(static_cast<T>(-(n / 2)), T(0))});
  return mul(k, 1 / (static_cast<double>(n) * spacing));
}

/// Shifts axes cyclically so that frequency 0 comes to stand in their middle, at n / 2. An axis of pairs
/// counts here as any other: of complex numbers name axes from the front.
///
///   shapes: x any
///   returns: the shape of x
///   throws: IndexError if an axis is out of range
///   cost: one copy for each axis
template <Scalar T>
Tensor<T> fftshift(const Tensor<T>& x, const Dims& axes) {
  return detail::shifted_by_half(x, axes, false);
}
/// Inverse of `fftshift`, from which it differs for odd extents.
///
///   shapes: x any
///   returns: the shape of x
///   throws: IndexError if an axis is out of range
///   cost: one copy for each axis
template <Scalar T>
Tensor<T> ifftshift(const Tensor<T>& x, const Dims& axes) {
  return detail::shifted_by_half(x, axes, true);
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
