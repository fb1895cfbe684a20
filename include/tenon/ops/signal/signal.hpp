#pragma once
/// Windows, short-time Fourier transforms, mel filters and mu-law encoding, for speech. Semantics and names
/// are those of PyTorch and torchaudio.

#include <numbers>  // pi

#include "tenon/backend/fold.hpp"
#include "tenon/ops/reduce/reduce.hpp"
#include "tenon/ops/signal/fft.hpp"

namespace TENON_NAMESPACE {

namespace detail {
/// a - b cos(2 pi i / n), or for a symmetric window / (n - 1).
template <class T>
Tensor<T> cosine_window(const char* op, index_t n, bool periodic, double a, double b) {
  check<ValueError>(n >= 0, op, "negative length ", n);
  Tensor<T> w = Tensor<T>::empty({n});
  const index_t period = std::max<index_t>(periodic ? n : n - 1, 1);
  for (index_t i = 0; i < n; ++i)
    w.mutable_data()[i] = static_cast<T>(
        n == 1
            ? 1
            : a - b * std::cos(2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(period)));
  return w;
}
}  // namespace detail

/// Hann window: w_i = sin^2(pi i / n), or with n - 1 for n unless periodic. Periodic windows at a step of n
/// / 2 add up to 1; symmetric ones end as they begin.
///
///   returns: (n)
///   throws: ValueError if n is negative
///   keeps: nothing
///   cost: O(n)
template <Real T>
Tensor<T> hann_window(index_t n, bool periodic = true) {
  return detail::cosine_window<T>("hann_window", n, periodic, 0.5, 0.5);
}
/// Hamming window: w_i = alpha - beta cos(2 pi i / n), or with n - 1 for n unless periodic.
///
///   returns: (n)
///   throws: ValueError if n is negative
///   keeps: nothing
///   cost: O(n)
template <Real T>
Tensor<T> hamming_window(index_t n, bool periodic = true, double alpha = 0.54, double beta = 0.46) {
  return detail::cosine_window<T>("hamming_window", n, periodic, alpha, beta);
}

namespace detail {

template <class T>
Tensor<T> overlap_add(const Tensor<T>& x, index_t length, index_t hop);

/// x(B, length) as overlapping frames (B, count, size), `hop` apart: a view.
template <class T>
Tensor<T> frames(const Tensor<T>& x, index_t size, index_t hop) {
  const index_t count = (x.shape()[1] - size) / hop + 1;
  Tensor<T> y =
      x.view(0, {x.shape()[0], count, size}, {x.strides()[0], hop * x.strides()[1], x.strides()[1]});
  return record("frames", y, {without_values(x)},
                [hop, length = x.shape()[1]](const Backward<T>& p) -> Gradients<T> {
                  return {overlap_add(p.gradient(), length, hop)};
                });
}
/// The transpose of `frames`: frames (B, count, size) added up at their positions in (B, length).
template <class T>
Tensor<T> overlap_add(const Tensor<T>& x, index_t length, index_t hop) {
  const index_t batch = x.shape()[0], count = x.shape()[1], size = x.shape()[2];
  Tensor<T> y = Tensor<T>::empty({batch, length});
  backend::kernel<backend::OverlapAdd<T>>()(batch, count, size, hop, length, contiguous(x.detach()).data(),
                                            y.mutable_data());
  return record("overlap_add", y, {without_values(x)}, [size, hop](const Backward<T>& p) -> Gradients<T> {
    return {frames(p.gradient(), size, hop)};
  });
}

}  // namespace detail

/// Options of `stft` and `istft`.
template <Real T>
struct StftOptions {
  std::optional<index_t> hop_length{};  ///< samples from frame to frame; absent: n_fft / 4
  std::optional<index_t> win_length{};  ///< the window's length, in the middle of n_fft; absent: n_fft
  Tensor<T> window{};                   ///< (win_length); undefined: ones
  bool center = true;                   ///< whether frame t is centred on t hop: n_fft / 2 are padded
  PadMode pad_mode = PadMode::reflect;  ///< how the ends are padded if frames are centred
  bool normalized = false;              ///< whether the result is divided by sqrt(n_fft)
  bool onesided = true;                 ///< whether only the first n_fft / 2 + 1 bins are stored
  std::optional<index_t> length{};      ///< the length of the result of istft; absent: what frames cover
};

namespace detail {

/// The hop of a transform and its window filled up to n_fft.
template <class T>
std::pair<index_t, Tensor<T>> stft_setup(const char* op, index_t n_fft, const StftOptions<T>& o) {
  check<ValueError>(n_fft > 0, op, "n_fft is ", n_fft, ", expected a positive number");
  const index_t hop = o.hop_length.value_or(n_fft / 4), width = o.win_length.value_or(n_fft);
  check<ValueError>(hop > 0, op, "the hop is ", hop, ", expected a positive number");
  check<ValueError>(width > 0 && width <= n_fft, op, "the window's length ", width, " is not in [1, ", n_fft,
                    "]");
  check<ShapeError>(!o.window.defined() || o.window.shape() == Shape{width}, op,
                    "expected a window of length ", width, ", got shape ",
                    o.window.defined() ? o.window.shape() : Shape{});
  const Tensor<T> window = o.window.defined() ? o.window : ones<T>({width});
  const index_t left = (n_fft - width) / 2;
  return {hop, pad(window, {left, n_fft - width - left})};
}

}  // namespace detail

/// Short-time Fourier transform: windowed frames of a signal, each transformed, y[..., k, t] = sum_j
/// window[j] x[..., t hop + j] exp(-2 pi i j k / n_fft).
///
///   shapes: x (L) or (B, L)
///   returns: (F, frames, 2) or (B, F, frames, 2), F = n_fft / 2 + 1, or n_fft unless onesided
///   throws: ShapeError if x has another rank, the window another length, or the signal is shorter than a
///     frame; ValueError if a length is out of range, or the padding does not fit the signal
///   keeps: the padded signal and the window; differentiable with respect to both
///   cost: one transform a frame
template <Real T>
Tensor<T> stft(const Tensor<T>& x, index_t n_fft, const StftOptions<T>& options = {}) {
  check<ShapeError>(x.rank() == 1 || x.rank() == 2, "stft", "expected a signal (L) or (B, L), got shape ",
                    x.shape());
  if (x.rank() == 1) return squeeze(stft(unsqueeze(x, 0), n_fft, options), 0);
  const auto [hop, window] = detail::stft_setup("stft", n_fft, options);
  const Tensor<T> padded = options.center ? pad(x, {n_fft / 2, n_fft / 2}, options.pad_mode) : x;
  check<ShapeError>(padded.shape()[1] >= n_fft, "stft", "a signal of shape ", x.shape(),
                    " is shorter than one frame of ", n_fft);
  const Tensor<T> frames = mul(detail::frames(padded, n_fft, hop), window);
  Tensor<T> y = options.onesided ? detail::raw_rfft(frames)
                                 : detail::raw_fft(stack<T>({frames, zeros_like(frames)}, -1), false);
  if (options.normalized) y = mul(y, 1 / std::sqrt(static_cast<double>(n_fft)));
  return transpose(y, 1, 2);
}

/// Inverse of `stft`: frames transformed back, windowed, added up, and divided by the sum of the squared
/// windows. Griffin & Lim 1984.
///
///   shapes: x (F, frames, 2) or (B, F, frames, 2)
///   returns: (L) or (B, L)
///   throws: ShapeError if x or the window has another shape; ValueError if a length is out of range or the
///     squared windows add up to 0 at a position
///   keeps: the frames, the window, the signal and the sum of squared windows; differentiable with respect
///     to x and the window
///   cost: one transform a frame
template <Real T>
Tensor<T> istft(const Tensor<T>& x, index_t n_fft, const StftOptions<T>& options = {}) {
  check<ShapeError>((x.rank() == 3 || x.rank() == 4) && x.shape().back() == 2, "istft",
                    "expected (F, frames, 2) or (B, F, frames, 2), got shape ", x.shape());
  if (x.rank() == 3) return squeeze(istft(unsqueeze(x, 0), n_fft, options), 0);
  const auto [hop, window] = detail::stft_setup("istft", n_fft, options);
  const index_t bins = options.onesided ? n_fft / 2 + 1 : n_fft, count = x.shape()[2];
  check<ShapeError>(x.shape()[1] == bins && count > 0, "istft", "expected ", bins,
                    " bins and at least one frame, got shape ", x.shape());
  const Tensor<T> spectra = transpose(x, 1, 2);
  Tensor<T> frames =
      options.onesided ? detail::raw_irfft(spectra, n_fft) : select(detail::raw_fft(spectra, true), -1, 0);
  const double scale =
      options.normalized ? 1 / std::sqrt(static_cast<double>(n_fft)) : 1 / static_cast<double>(n_fft);
  frames = mul(mul(frames, window), scale);
  const index_t full_length = n_fft + hop * (count - 1), start = options.center ? n_fft / 2 : 0;
  const index_t end = options.length   ? start + *options.length
                      : options.center ? full_length - n_fft / 2
                                       : full_length;
  check<ValueError>(end > start, "istft", "nothing is left of ", full_length, " numbers");
  const index_t stop = std::min(end, full_length);
  const Tensor<T> squares = expand(square(window), {1, count, n_fft});
  const Tensor<T> envelope = narrow(detail::overlap_add(squares, full_length, hop), 1, start, stop - start);
  check<ValueError>(amin(envelope.detach()).item() > T(1e-11), "istft",
                    "the windows leave places that no frame covers: the hop or the window does not fit");
  const Tensor<T> signal = narrow(detail::overlap_add(frames, full_length, hop), 1, start, stop - start);
  return detail::resized(div(signal, envelope), 1, end - start);
}

/// Frequency scale of mel filters: HTK's, 2595 log10(1 + f / 700), or that of Slaney's Auditory Toolbox,
/// linear below 1000 Hz and logarithmic above.
enum class MelScale { htk, slaney };

namespace detail {
inline double hertz_to_mel(double f, MelScale scale) {
  if (scale == MelScale::htk) return 2595 * std::log10(1 + f / 700);
  return f < 1000 ? 3 * f / 200 : 15 + std::log(f / 1000) * 27 / std::log(6.4);
}
inline double mel_to_hertz(double m, MelScale scale) {
  if (scale == MelScale::htk) return 700 * (std::pow(10, m / 2595) - 1);
  return m < 15 ? 200 * m / 3 : 1000 * std::exp(std::log(6.4) / 27 * (m - 15));
}
}  // namespace detail

/// Options of `mel_filter_bank`.
struct MelOptions {
  double low = 0;                  ///< the lowest frequency, in Hz
  std::optional<double> high{};    ///< the highest frequency, in Hz; absent: half the sample rate
  MelScale scale = MelScale::htk;  ///< the scale on which filters are evenly spaced
  bool area_norm = false;          ///< whether each triangle is divided by half its width, as Slaney does
};

/// Triangular filters that are evenly spaced on the mel scale, one in each column. bins is the number of
/// bins of a real transform, n_fft / 2 + 1.
///
///   returns: (bins, filters)
///   throws: ValueError if there are fewer than two bins or no filter, or the frequencies are no range
///   keeps: nothing
///   cost: O(bins filters)
template <Real T>
Tensor<T> mel_filter_bank(index_t bins, index_t filters, double sample_rate, const MelOptions& options = {}) {
  const double high = options.high.value_or(sample_rate / 2);
  check<ValueError>(bins > 1 && filters > 0, "mel_filter_bank",
                    "expected at least two bins and one filter, got ", bins, " and ", filters);
  check<ValueError>(options.low >= 0 && options.low < high, "mel_filter_bank", "frequencies from ",
                    options.low, " to ", high, " are no range");
  const double first = detail::hertz_to_mel(options.low, options.scale),
               last = detail::hertz_to_mel(high, options.scale);
  std::vector<double> corners;
  for (index_t i = 0; i < filters + 2; ++i)
    corners.push_back(detail::mel_to_hertz(
        first + (last - first) * static_cast<double>(i) / static_cast<double>(filters + 1), options.scale));
  Tensor<T> bank = Tensor<T>::empty({bins, filters});
  T* to = bank.mutable_data();
  for (index_t bin = 0; bin < bins; ++bin) {
    const double f = sample_rate / 2 * static_cast<double>(bin) / static_cast<double>(bins - 1);
    for (std::size_t i = 0; i < static_cast<std::size_t>(filters); ++i) {
      const double left = corners[i], peak = corners[i + 1], right = corners[i + 2];
      const double height = std::max(0.0, std::min((f - left) / (peak - left), (right - f) / (right - peak)));
      *to++ = static_cast<T>(options.area_norm ? 2 * height / (right - left) : height);
    }
  }
  return bank;
}

/// Mu-law compression, which is finer near 0: sign(x) log(1 + mu |x|) / log(1 + mu). ITU-T G.711.
///
///   shapes: x any, in [-1, 1]
///   returns: the shape of x, in [-1, 1]
///   throws: ValueError if mu is not positive
///   keeps: x
///   cost: one pass in each direction
template <Real T>
Tensor<T> mu_law_compress(const Tensor<T>& x, double mu = 255) {
  check<ValueError>(mu > 0, "mu_law_compress", "expected mu above 0, got ", mu);
  return map(
      "mu_law_compress",
      [m = static_cast<T>(mu), scale = static_cast<T>(1 / std::log1p(mu))](auto v) {
        return scale * select(v < 0, -log1p(-(m * v)), log1p(m * v));
      },
      x);
}
/// Inverse of `mu_law_compress`: sign(x) ((1 + mu)^|x| - 1) / mu.
///
///   shapes: x any, in [-1, 1]
///   returns: the shape of x, in [-1, 1]
///   throws: ValueError if mu is not positive
///   keeps: x
///   cost: one pass in each direction
template <Real T>
Tensor<T> mu_law_expand(const Tensor<T>& x, double mu = 255) {
  check<ValueError>(mu > 0, "mu_law_expand", "expected mu above 0, got ", mu);
  return map(
      "mu_law_expand",
      [inverse = static_cast<T>(1 / mu), scale = static_cast<T>(std::log1p(mu))](auto v) {
        return inverse * select(v < 0, -expm1(-(scale * v)), expm1(scale * v));
      },
      x);
}
/// Number in [0, channels) of the interval in which x, compressed with mu = channels - 1, lies. Not
/// recorded.
///
///   shapes: x any, in [-1, 1]
///   returns: the shape of x
///   throws: ValueError if `channels` is below 2
///   keeps: nothing
///   cost: five passes
template <Real T>
Tensor<index_t> mu_law_encode(const Tensor<T>& x, index_t channels = 256) {
  check<ValueError>(channels > 1, "mu_law_encode", "expected at least two channels, got ", channels);
  const NoGrad no_grad;
  const double mu = static_cast<double>(channels - 1);
  return to<index_t>(add(mul(add(mu_law_compress(x, mu), 1), mu / 2), 0.5));
}
/// Value of each interval that `mu_law_encode` numbers.
///
///   shapes: x any, in [0, channels)
///   returns: the shape of x, in [-1, 1]
///   throws: ValueError if `channels` is below 2
///   keeps: nothing
///   cost: four passes
template <Real T>
Tensor<T> mu_law_decode(const Tensor<index_t>& x, index_t channels = 256) {
  check<ValueError>(channels > 1, "mu_law_decode", "expected at least two channels, got ", channels);
  const double mu = static_cast<double>(channels - 1);
  return mu_law_expand(sub(mul(to<T>(x), 2 / mu), 1), mu);
}

}  // namespace TENON_NAMESPACE
