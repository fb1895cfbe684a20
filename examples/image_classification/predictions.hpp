#pragma once
/// What a network takes images for, and a sheet of those that it gets wrong.

#include <algorithm>
#include <cmath>
#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "network.hpp"
#include "tenon/data/image_file.hpp"
#include "tenon/ops/index/select.hpp"
#include "tenon/train/metrics/confusion_matrix.hpp"

namespace image_classification {

struct Mistake {
  index_t image, truth, guess;
  double confidence;  ///< the probability that the network gave its guess
};

struct Predictions {
  tn::train::ConfusionMatrix matrix;
  std::vector<Mistake> mistakes;  ///< the most confident first
  index_t count = 0;

  /// In percent.
  double error() const { return 100 * static_cast<double>(mistakes.size()) / static_cast<double>(count); }
};

inline Predictions predict(const Network& network, const Images& images, const tn::data::PixelScale& scale,
                           const std::vector<std::string>& classes) {
  const tn::NoGrad no_grad;
  constexpr index_t at_once = 250;
  Predictions result{tn::train::ConfusionMatrix(static_cast<index_t>(classes.size()), {.names = classes}),
                     {},
                     images.size()};
  for (index_t first = 0; first < images.size(); first += at_once) {
    const index_t n = std::min(at_once, images.size() - first);
    const auto pixels = tn::narrow(ImageSet::pixels(images), 0, first, n);
    const auto labels = tn::narrow(ImageSet::labels(images), 0, first, n);
    const auto best = tn::max(tn::log_softmax(network(tn::data::scale_planes<float>(pixels, scale)), 1), 1);
    result.matrix.add(best.indices, labels);
    for (index_t i = 0; i < n; ++i)
      if (best.indices.at({i}) != labels.at({i}))
        result.mistakes.push_back({first + i, labels.at({i}), best.indices.at({i}),
                                   std::exp(static_cast<double>(best.values.at({i})))});
  }
  std::sort(result.mistakes.begin(), result.mistakes.end(), [](const Mistake& a, const Mistake& b) {
    const auto which = std::strong_order(b.confidence, a.confidence);
    return which != 0 ? which < 0 : a.image < b.image;
  });
  return result;
}

/// Writes numbers into pictures, in a font of 3 by 5 pixels.
class Pen {
 public:
  struct Colour {
    std::uint8_t red, green, blue;
  };
  Pen(Tensor<std::uint8_t>& picture, index_t zoom) : picture_(picture), zoom_(zoom) {}

  /// At the place of the upper left corner. returns the place behind the number
  index_t write(index_t number, index_t top, index_t left, Colour colour) {
    for (const char digit : std::to_string(number)) {
      for (index_t y = 0; y < 5; ++y)
        for (index_t x = 0; x < 3; ++x)
          if (rows[digit - '0'][y] >> (2 - x) & 1) dot(top + y * zoom_, left + x * zoom_, colour);
      left += 4 * zoom_;
    }
    return left;
  }

 private:
  static constexpr std::uint8_t rows[10][5] = {
      {7, 5, 5, 5, 7}, {2, 6, 2, 2, 7}, {7, 1, 7, 4, 7}, {7, 1, 3, 1, 7}, {5, 5, 7, 1, 1},
      {7, 4, 7, 1, 7}, {7, 4, 7, 5, 7}, {7, 1, 2, 2, 2}, {7, 5, 7, 5, 7}, {7, 5, 7, 1, 7}};
  void dot(index_t top, index_t left, Colour colour) {
    const index_t width = picture_.extent(1);
    std::uint8_t* const pixels = picture_.mutable_data();
    for (index_t y = top; y < top + zoom_; ++y)
      for (index_t x = left; x < left + zoom_; ++x) {
        std::uint8_t* const pixel = pixels + (y * width + x) * 3;
        pixel[0] = colour.red;
        pixel[1] = colour.green;
        pixel[2] = colour.blue;
      }
  }

  Tensor<std::uint8_t>& picture_;
  index_t zoom_;
};

/// A picture (H, W, 3) of the first mistakes, ten in a row, each above its class (green) and the network's
/// guess (red).
inline Tensor<std::uint8_t> mistake_sheet(const Images& images, const std::vector<Mistake>& mistakes) {
  constexpr index_t columns = 10, most = 100, zoom = 2, margin = 6, caption = 18;
  const auto& pixels = ImageSet::pixels(images);
  const index_t count = std::min<index_t>(most, static_cast<index_t>(mistakes.size())),
                side = pixels.extent(2), cell = side * zoom + margin, row = cell + caption,
                rows = std::max<index_t>(1, (count + columns - 1) / columns);
  auto sheet = tn::full<std::uint8_t>({rows * row + margin, columns * cell + margin, 3}, 255);
  Pen pen(sheet, zoom);
  for (index_t k = 0; k < count; ++k) {
    const Mistake& mistake = mistakes[static_cast<std::size_t>(k)];
    const index_t top = k / columns * row + margin, left = k % columns * cell + margin;
    const auto image = tn::permute(tn::select(pixels, 0, mistake.image), {1, 2, 0});  // (H, W, C)
    for (index_t y = 0; y < side * zoom; ++y)
      for (index_t x = 0; x < side * zoom; ++x)
        for (index_t c = 0; c < 3; ++c)
          sheet.mutable_data()[((top + y) * sheet.extent(1) + left + x) * 3 + c] =
              image.at({y / zoom, x / zoom, std::min(c, image.extent(2) - 1)});
    const index_t place = pen.write(mistake.truth, top + side * zoom + 3, left, {0, 128, 0});
    pen.write(mistake.guess, top + side * zoom + 3, place + 2 * zoom, {200, 0, 0});
  }
  return sheet;
}

}  // namespace image_classification
