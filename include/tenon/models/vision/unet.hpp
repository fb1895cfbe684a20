#pragma once
/// U-Net (Ronneberger et al. 2015, https://arxiv.org/abs/1505.04597) with padded convolutions, so that the
/// result has the extents of the image.

#include "tenon/nn/conv.hpp"
#include "tenon/ops/elementwise/activation.hpp"
#include "tenon/ops/nn/pool.hpp"

namespace TENON_NAMESPACE::models {

/// Two 3 x 3 convolutions, each followed by ReLU: (N, in, H, W) to (N, out, H, W).
template <Real T>
struct DoubleConv {
  nn::Conv2d<T> conv1, conv2;

  DoubleConv() = default;
  DoubleConv(index_t in, index_t out, Generator& generator = default_generator())
      : conv1(in, out, 3, {.padding = {1}}, generator), conv2(out, out, 3, {.padding = {1}}, generator) {}

  Tensor<T> operator()(const Tensor<T>& x) const { return relu(conv2(relu(conv1(x)))); }
  TENON_FIELDS(conv1, conv2);
};

/// Options of `UNet`.
struct UNetOptions {
  index_t channels = 1;  ///< channels of the images
  index_t classes = 1;   ///< logits for each pixel
  index_t width = 64;    ///< channels of the first level; doubled at each further level
  index_t depth = 4;     ///< number of times that the extents are halved
};

/// U-Net for segmentation. Its modules are enc0, enc1, …, mid, up0, up1, …, dec0, dec1, … and head; level 0
/// has the image's resolution.
///
///   shapes: x (N, channels, H, W), H and W multiples of 2^depth
///   returns: logits (N, classes, H, W)
///   throws: ShapeError if x has another shape. The constructor throws ValueError if the depth is not in 0 …
///           15
///   source: Ronneberger et al. 2015, https://arxiv.org/abs/1505.04597
template <Real T>
class UNet {
 public:
  UNet() = default;
  explicit UNet(const UNetOptions& options, Generator& generator = default_generator()) {
    check<ValueError>(options.depth >= 0 && options.depth < 16, "unet", "the depth is ", options.depth,
                      ", expected 0 to 15");
    index_t in = options.channels, width = options.width;
    for (index_t level = 0; level < options.depth; ++level, in = width, width *= 2) {
      encoders_.emplace_back(in, width, generator);
      ups_.emplace_back(2 * width, width, 2, nn::ConvTransposeLayerOptions{.stride = {2}}, generator);
      decoders_.emplace_back(2 * width, width, generator);
    }
    middle_ = DoubleConv<T>(in, width, generator);
    head_ = nn::Conv2d<T>(options.width, options.classes, 1, {}, generator);
  }

  /// Logits (N, classes, H, W) of images (N, channels, H, W).
  Tensor<T> operator()(const Tensor<T>& x) const {
    std::vector<Tensor<T>> skips;
    Tensor<T> y = x;
    for (const DoubleConv<T>& encoder : encoders_) {
      skips.push_back(encoder(y));
      y = max_pool2d(skips.back(), {2});
    }
    y = middle_(y);
    for (std::size_t level = skips.size(); level-- > 0;)
      y = decoders_[level](cat<T>({skips[level], ups_[level](y)}, 1));
    return head_(y);
  }

  template <class Visitor>
  void visit_fields(Visitor&& visitor) {
    each(*this, visitor);
  }
  template <class Visitor>
  void visit_fields(Visitor&& visitor) const {
    each(*this, visitor);
  }
  auto tie_fields() { return std::tie(encoders_, middle_, ups_, decoders_, head_); }
  auto tie_fields() const { return std::tie(encoders_, middle_, ups_, decoders_, head_); }

 private:
  template <class Self, class Visitor>
  static void each(Self& self, Visitor& visitor) {
    const auto levels = [&](const char* name, auto& modules) {
      std::size_t level = 0;
      for (auto& module : modules) visitor(name + std::to_string(level++), module);
    };
    levels("enc", self.encoders_);
    visitor("mid", self.middle_);
    levels("up", self.ups_);
    levels("dec", self.decoders_);
    visitor("head", self.head_);
  }

  std::vector<DoubleConv<T>> encoders_;
  DoubleConv<T> middle_;
  std::vector<nn::ConvTranspose2d<T>> ups_;
  std::vector<DoubleConv<T>> decoders_;
  nn::Conv2d<T> head_;
};

}  // namespace TENON_NAMESPACE::models
