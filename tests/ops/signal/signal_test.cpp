#include "tenon/ops/signal/signal.hpp"
#include "tenon/ops/index/select.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"

namespace signal_test {

using support::between;
using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::OpCases;
using support::real;
using tn::from;
using tn::index_t;
using tn::Tensor;

template <class T>
tn::StftOptions<T> hann(index_t hop, index_t width) {
  return {.hop_length = hop, .win_length = width, .window = tn::hann_window<T>(width)};
}

const OpCases cases{
    {"stft",
     {real({2, 12})},
     []<class T>(const std::vector<Tensor<T>>& x) { return tn::stft(x[0], 4, hann<T>(2, 4)); },
     {.fixed = true}},
    {"stft_window",
     {real({11}), real({4})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       return tn::stft(x[0], 6,
                       {.hop_length = 3,
                        .win_length = 4,
                        .window = x[1],
                        .center = false,
                        .normalized = true,
                        .onesided = false});
     },
     {.fixed = true}},
    {"istft",
     {real({2, 3, 5, 2})},
     []<class T>(const std::vector<Tensor<T>>& x) { return tn::istft(x[0], 4, hann<T>(1, 4)); },
     {.fixed = true}},
    {"mu_law_compress",
     {between(-1, 1, {3, 4})},
     [](const auto& x) { return tn::mu_law_compress(x[0], 100); }},
    {"mu_law_expand",
     {between(-1, 1, {3, 4})},
     [](const auto& x) { return tn::mu_law_expand(x[0], 100); },
     {.tolerance = 1e-4}},
};

/// The numbers below are PyTorch's for this signal.
Tensor<double> signal() {
  return tn::mul(tn::sin(tn::arange<double>(1, 13)), 3);
}

TEST(Windows, PeriodicAndSymmetric) {
  expect_vector(tn::hann_window<double>(5),
                {0, 0.345491502813, 0.904508497187, 0.904508497187, 0.345491502813}, 1e-12);
  expect_vector(tn::hann_window<double>(4, false), {0, 0.75, 0.75, 0});
  expect_vector(tn::hamming_window<double>(4, false), {0.08, 0.77, 0.77, 0.08});
  expect_vector(tn::hann_window<float>(1), {1});
  EXPECT_EQ(tn::hann_window<float>(0).size(), 0);
}

TEST(Stft, AgreesWithPyTorch) {
  expect_values(tn::stft(signal(), 4, hann<double>(2, 4)), {3, 7, 2}, {5.252305234901,  0,
                                                                       0.652102421456,  0,
                                                                       -4.43109981425,  0,
                                                                       3.035873918793,  0,
                                                                       1.904361159326,  0,
                                                                       -4.620861662987, 0,
                                                                       -4.620861662987, 0,
                                                                       -2.524412954424, 0,
                                                                       -0.42336002418,  -2.4991498832,
                                                                       2.876772823989,  0.716080495664,
                                                                       -1.970959796156, 1.903160617233,
                                                                       -1.236355455725, -2.300069036269,
                                                                       2.999970619652,  0.011172289333,
                                                                       2.999970619652,  -0.011172289333,
                                                                       -0.203479326053, 0,
                                                                       0.194617626903,  0,
                                                                       -1.322445833729, 0,
                                                                       0.90604567352,   0,
                                                                       0.568349752124,  0,
                                                                       -1.379079576317, 0,
                                                                       -1.379079576317, 0},
                1e-12);
  const tn::StftOptions<double> two_sided{.hop_length = 3,
                                          .win_length = 4,
                                          .window = tn::hann_window<double>(4),
                                          .center = false,
                                          .normalized = true,
                                          .onesided = false};
  expect_values(tn::stft(signal(), 6, two_sided), {6, 3, 2}, {-1.427690765447, 0,
                                                              1.239390337411,  0,
                                                              -1.026283503345, 0,
                                                              1.177290370116,  -0.583386578939,
                                                              -1.022015652382, 0.672868889066,
                                                              0.846285284418,  -0.748883723804,
                                                              -0.676489579454, 0.583386578939,
                                                              0.587266282325,  -0.672868889066,
                                                              -0.486288846563, 0.748883723804,
                                                              0.426089184122,  0,
                                                              -0.369891597297, 0,
                                                              0.306290627636,  0,
                                                              -0.676489579454, -0.583386578939,
                                                              0.587266282325,  0.672868889066,
                                                              -0.486288846563, -0.748883723804,
                                                              1.177290370116,  0.583386578939,
                                                              -1.022015652382, -0.672868889066,
                                                              0.846285284418,  0.748883723804},
                1e-12);
  expect_values(tn::stft(tn::unsqueeze(signal(), 0), 4, {.hop_length = 5, .pad_mode = tn::PadMode::constant}),
                {1, 3, 3, 2},
                {5.252305234901, 0, -4.014467008354, 0, -5.005397250596, 0, -2.524412954424, 2.727892280477,
                 -1.432160991327, 4.847732620146, 4.236326075377, 0.022344578667, -0.203479326053, 0,
                 -2.202840952688, 0, 1.478166922743, 0},
                1e-12);
}

TEST(Istft, AgreesWithPyTorch) {
  const auto y = tn::stft(signal(), 4, hann<double>(2, 4));  // times 1 + i / 2
  const auto re = tn::select(y, -1, 0), im = tn::select(y, -1, 1);
  const auto turned = tn::stack<double>({re - im * 0.5, im + re * 0.5}, -1);
  auto options = hann<double>(2, 4);
  options.length = 11;
  expect_vector(
      tn::istft(turned, 4, options),
      {2.524412954424, 2.202629047916, -0.201427446621, -3.095440697966, -2.697752700074, 0.37368666044,
       2.446749950465, 2.784423654762, 0.661338196658, -2.691144851512, -2.997177547319},
      1e-12);
}

TEST(Istft, UndoesStft) {
  tn::Generator generator(3);
  const auto x = tn::randn<double>({3, 200}, generator);
  for (bool onesided : {true, false})
    for (bool normalized : {true, false}) {
      auto options = hann<double>(10, 40);
      options.onesided = onesided;
      options.normalized = normalized;
      expect_values(tn::istft(tn::stft(x, 50, options), 50, options), {3, 200}, x.to_vector(), 1e-12);
      options.length = 203;  // zeros where no frame comes
      const auto longer = tn::istft(tn::stft(x, 50, options), 50, options);
      EXPECT_EQ(longer.shape(), (tn::Shape{3, 203}));
    }
  auto inside = hann<double>(10, 40);
  inside.center = false;
  inside.window = tn::hamming_window<double>(40);
  expect_values(tn::istft(tn::stft(x, 40, inside), 40, inside), {3, 200}, x.to_vector(), 1e-12);
}

TEST(MelFilterBank, TrianglesOnTheScale) {
  // The corners 0, 3 and 6 steps of the HTK scale between 0 and 4000 Hz, by hand.
  const auto bank = tn::mel_filter_bank<double>(5, 2, 8000);
  const double step = 2595 * std::log10(1 + 4000 / 700.0) / 3;
  const double a = 700 * (std::pow(10, step / 2595) - 1), b = 700 * (std::pow(10, 2 * step / 2595) - 1);
  expect_values(bank, {5, 2},
                {0, 0, (b - 1000) / (b - a), (1000 - a) / (b - a), 0, (4000 - 2000) / (4000 - b), 0,
                 1000 / (4000 - b), 0, 0});
  const auto slaney = tn::mel_filter_bank<double>(
      201, 40, 16000, {.low = 20, .scale = tn::MelScale::slaney, .area_norm = true});
  // Every filter has area 1 between its corners, which a bin in 40 Hz samples coarsely where it is narrow.
  const auto areas = tn::sum(slaney, {0}) * 40;
  for (index_t i = 20; i < 40; ++i) EXPECT_NEAR(areas.at({i}), 1, 0.05);
  const auto plain =
      tn::mel_filter_bank<float>(201, 10, 16000, {.high = 4000, .scale = tn::MelScale::slaney});
  for (index_t bin = 101; bin < 201; ++bin) EXPECT_EQ(plain.at({bin, 9}), 0);
}

TEST(MuLaw, ThereAndBack) {
  expect_vector(tn::mu_law_encode(from<double>({-1, -0.5, -0.001, 0, 0.001, 0.5, 1})),
                {0, 16, 122, 128, 133, 239, 255});
  const auto levels = tn::arange<index_t>(256);
  EXPECT_EQ(tn::mu_law_encode(tn::mu_law_decode<double>(levels)).to_vector(), levels.to_vector());
  expect_vector(tn::mu_law_decode<double>(from<index_t>({0, 1}), 2), {-1, 1});
  const auto x = tn::linspace<double>(-1, 1, 9);
  expect_vector(tn::mu_law_expand(tn::mu_law_compress(x)), x.to_vector());
}

TEST(SignalErrors, NameWhatDoesNotFit) {
  const auto x = tn::zeros<float>({20});
  expect_error<tn::ShapeError>([] { tn::stft(tn::scalar<float>(1), 4); },
                               "[stft] expected a signal (L) or (B, L), got shape ()");
  expect_error<tn::ValueError>([&] { tn::stft(x, 0); }, "[stft] n_fft is 0, expected a positive number");
  expect_error<tn::ValueError>([&] { tn::stft(x, 8, {.hop_length = 0}); },
                               "[stft] the hop is 0, expected a positive number");
  expect_error<tn::ValueError>([&] { tn::stft(x, 8, {.win_length = 9}); },
                               "[stft] the window's length 9 is not in [1, 8]");
  expect_error<tn::ShapeError>([&] { tn::stft(x, 8, {.window = tn::ones<float>({4})}); },
                               "[stft] expected a window of length 8, got shape (4,)");
  expect_error<tn::ShapeError>([&] { tn::stft(x, 32, {.center = false}); },
                               "[stft] a signal of shape (1, 20) is shorter than one frame of 32");
  expect_error<tn::ShapeError>([&] { tn::istft(tn::zeros<float>({4, 3, 2}), 8); },
                               "[istft] expected 5 bins and at least one frame, got shape (1, 4, 3, 2)");
  expect_error<tn::ValueError>(
      [&] { tn::istft(tn::zeros<float>({5, 3, 2}), 8, {.window = tn::zeros<float>({8})}); },
      "[istft] the windows leave places that no frame covers: the hop or the window does not fit");
  expect_error<tn::ValueError>([] { tn::mel_filter_bank<float>(1, 2, 8000); },
                               "[mel_filter_bank] expected at least two bins and one filter, got 1 and 2");
  expect_error<tn::ValueError>([] { tn::mel_filter_bank<float>(5, 2, 8000, {.low = 4000}); },
                               "[mel_filter_bank] frequencies from 4000 to 4000 are no range");
  expect_error<tn::ValueError>([&] { tn::mu_law_encode(x, 1); },
                               "[mu_law_encode] expected at least two channels, got 1");
  expect_error<tn::ValueError>([&] { tn::mu_law_compress(x, 0); },
                               "[mu_law_compress] expected mu above 0, got 0");
  expect_error<tn::ValueError>([] { tn::hann_window<float>(-1); }, "[hann_window] negative length -1");
}

}  // namespace signal_test
