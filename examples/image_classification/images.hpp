#pragma once
/// Where the images come from: MNIST's files, a folder with a sub-folder for each class, or CIFAR-10's binary
/// files. All of them lie in memory as bytes.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "tenon/data/cifar10.hpp"
#include "tenon/data/idx.hpp"
#include "tenon/data/image.hpp"
#include "tenon/data/image_folder.hpp"
#include "tenon/data/transform.hpp"
#include "tenon/ops/index/select.hpp"

namespace image_classification {

using tn::index_t;
using tn::Tensor;
using Images = tn::data::TensorDataset<std::uint8_t, index_t>;  ///< (N, C, H, W) and classes (N)

struct ImageSet {
  enum class Kind { mnist, folder, cifar10 } kind = Kind::folder;
  Images train, test;  ///< cifar10: test only, and train the same
  std::vector<std::string> classes;
  bool is_standard = false;  ///< MNIST or CIFAR-10 itself, by whose test images others have measured

  index_t channels() const { return pixels(test).extent(1); }
  index_t size() const { return pixels(test).extent(2); }
  static const Tensor<std::uint8_t>& pixels(const Images& images) { return std::get<0>(images.tensors()); }
  static const Tensor<index_t>& labels(const Images& images) { return std::get<1>(images.tensors()); }
};

/// How bytes become what a network sees.
inline tn::data::PixelScale mnist_scale() {
  return {.mean = {0.1307}, .std = {0.3081}};
}
/// Of ImageNet, as public weights for CIFAR-10 expect it.
inline tn::data::PixelScale imagenet_scale() {
  return {.mean = {0.485, 0.456, 0.406}, .std = {0.229, 0.224, 0.225}};
}

struct ReadOptions {
  index_t size = 32;     ///< images of folders are brought to this height and width
  index_t channels = 3;  ///< and to so many channels
  index_t limit = 0;     ///< images to learn from at most, and as many to test; 0: all
};

/// throws IoError that says what is missing and how to get it
ImageSet read_images(const std::string& path, const ReadOptions& options);

/// Mean and deviation of each channel.
tn::data::PixelScale measure_scale(const Images& images);

// Definitions -----------------------------------------------------------------------------------------------

namespace detail {

namespace fs = std::filesystem;

inline Images first_of(const Images& images, index_t limit) {
  if (limit == 0 || limit >= images.size()) return images;
  return Images(tn::narrow(ImageSet::pixels(images), 0, 0, limit),
                tn::narrow(ImageSet::labels(images), 0, 0, limit));
}

/// The file of this name, or compressed; empty when there is neither.
inline std::string find_idx(const fs::path& folder, const std::string& name) {
  for (const std::string& file : {name, name + ".gz"})
    if (fs::exists(folder / file)) return (folder / file).string();
  return "";
}

inline Images read_idx_pair(const fs::path& folder, const std::string& part) {
  const std::string images = find_idx(folder, part + "-images-idx3-ubyte"),
                    labels = find_idx(folder, part + "-labels-idx1-ubyte");
  tn::check<tn::IoError>(!labels.empty(), "data", folder.string(), " has no ", part, "-labels-idx1-ubyte");
  const auto pixels = tn::data::read_idx<std::uint8_t>(images);
  tn::check<tn::IoError>(pixels.rank() == 3 && pixels.extent(1) == pixels.extent(2), "data", images,
                         " does not hold square images: its shape is ", pixels.shape());
  return Images(tn::unsqueeze(pixels, 1), tn::data::read_idx<index_t>(labels));
}

/// Whether a set is of this size and its labels begin so. Other sets come in the same files.
inline bool begins_with(const Images& images, index_t size, const std::vector<index_t>& labels) {
  return images.size() == size && std::equal(labels.begin(), labels.end(), ImageSet::labels(images).data());
}

inline ImageSet read_mnist(const fs::path& folder) {
  const bool complete = !find_idx(folder, "t10k-images-idx3-ubyte").empty();
  ImageSet set{ImageSet::Kind::mnist,
               read_idx_pair(folder, "train"),
               read_idx_pair(folder, complete ? "t10k" : "test5k"),
               {},
               false};
  for (int digit = 0; digit < 10; ++digit) set.classes.push_back(std::to_string(digit));
  set.is_standard = begins_with(set.train, 60'000, {5, 0, 4, 1, 9, 2, 1, 3, 1, 4, 3, 5, 3, 6, 1, 7}) &&
                    (complete ? begins_with(set.test, 10'000, {7, 2, 1, 0, 4, 1, 4, 9, 5, 9})
                              : begins_with(set.test, 5'000, {7, 1, 4, 4, 5, 0, 9, 1, 9, 3}));
  return set;
}

/// The square in the middle of an image (H, W, C), resized.
inline Tensor<std::uint8_t> as_planes(const Tensor<std::uint8_t>& image, index_t size) {
  const index_t h = image.extent(0), w = image.extent(1), side = std::min(h, w);
  const auto planes = tn::permute(image, {2, 0, 1});
  if (h == size && w == size) return tn::contiguous(planes);
  const auto square = tn::data::CenterCrop{side, side}(planes);
  const auto mode = side > size ? tn::Interpolation::area : tn::Interpolation::linear;
  const auto resized = tn::data::Resize{size, size, mode}(tn::data::scale_planes<float>(square));
  return tn::permute(tn::data::to_pixels(resized), {2, 0, 1});
}

inline Images read_all(const tn::data::ImageFolder& folder, const ReadOptions& options) {
  const index_t count = folder.size();
  auto pixels = Tensor<std::uint8_t>::empty({count, options.channels, options.size, options.size});
  auto labels = Tensor<index_t>::empty({count});
  for (index_t i = 0; i < count; ++i) {
    const auto [image, label] = folder[i];
    auto place = tn::select(pixels, 0, i);
    tn::copy_(place, as_planes(image, options.size));
    labels.mutable_data()[i] = label;
  }
  return Images(pixels, labels);
}

/// With the sub-folders train and test, or classes and any tenth image for testing.
inline ImageSet read_folder(const fs::path& path, const ReadOptions& options) {
  const tn::data::ImageOptions format{.channels = options.channels};
  if (fs::is_directory(path / "train") && fs::is_directory(path / "test")) {
    const tn::data::ImageFolder train((path / "train").string(), format),
        test((path / "test").string(), format);
    tn::check<tn::IoError>(train.classes() == test.classes(), "data", path.string(),
                           ": train and test have different classes");
    return {ImageSet::Kind::folder, read_all(train, options), read_all(test, options), train.classes(),
            false};
  }
  const tn::data::ImageFolder folder(path.string(), format);
  tn::check<tn::IoError>(folder.size() >= 10, "data", path.string(), " has ", folder.size(),
                         " images, of which every tenth is for testing: too few");
  const Images all = read_all(folder, options);
  std::vector<index_t> kept, tested;
  for (index_t i = 0; i < all.size(); ++i) (i % 10 == 9 ? tested : kept).push_back(i);
  const auto part = [&](const std::vector<index_t>& positions) {
    const auto [pixels, labels] = all.gather(tn::from(positions, {static_cast<index_t>(positions.size())}));
    return Images(pixels, labels);
  };
  return {ImageSet::Kind::folder, part(kept), part(tested), folder.classes(), false};
}

inline ImageSet read_cifar10(const std::string& path) {
  const Images images = tn::data::read_cifar10({path});
  return {ImageSet::Kind::cifar10,
          images,
          images,
          {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"},
          begins_with(images, 10'000, {3, 8, 8, 0, 6, 6, 1, 6, 3, 1})};
}

inline constexpr const char* how_to_get_mnist =
    "\nMNIST (11 MB) is fetched by\n"
    "  mkdir mnist && cd mnist\n"
    "  for part in train-images-idx3 train-labels-idx1 t10k-images-idx3 t10k-labels-idx1; do\n"
    "    curl -O https://ossci-datasets.s3.amazonaws.com/mnist/$part-ubyte.gz; done; cd ..\n"
    "and learned by\n"
    "  image_classification --data mnist\n"
    "Any folder of PNG or JPEG files with a sub-folder for each class does as well.";

}  // namespace detail

inline ImageSet read_images(const std::string& path, const ReadOptions& options) {
  tn::check<tn::IoError>(std::filesystem::exists(path), "data", "there is no folder ", path,
                         detail::how_to_get_mnist);
  ImageSet set = !std::filesystem::is_directory(path) ? detail::read_cifar10(path)
                 : !detail::find_idx(path, "train-images-idx3-ubyte").empty()
                     ? detail::read_mnist(path)
                     : detail::read_folder(path, options);
  set.is_standard &= options.limit == 0;
  set.train = detail::first_of(set.train, options.limit);
  set.test = detail::first_of(set.test, options.limit);
  return set;
}

inline tn::data::PixelScale measure_scale(const Images& images) {
  const auto pixels = ImageSet::pixels(images);
  const index_t channels = pixels.extent(1), plane = pixels.extent(2) * pixels.extent(3);
  tn::data::PixelScale scale;
  for (index_t c = 0; c < channels; ++c) {
    double sum = 0, squares = 0;
    for (index_t i = 0; i < pixels.extent(0); ++i) {
      const std::uint8_t* at = pixels.data() + (i * channels + c) * plane;
      for (index_t p = 0; p < plane; ++p) {
        const double value = at[p] / 255.0;
        sum += value;
        squares += value * value;
      }
    }
    const double count = static_cast<double>(pixels.extent(0) * plane), mean = sum / count;
    scale.mean.push_back(mean);
    scale.std.push_back(std::sqrt(std::max(squares / count - mean * mean, 1e-6)));
  }
  return scale;
}

}  // namespace image_classification
