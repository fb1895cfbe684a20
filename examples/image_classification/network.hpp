#pragma once
/// Which network, and what a file of weights says of its own.

#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "images.hpp"
#include "tenon/io/model_file.hpp"
#include "tenon/models/vision/lenet.hpp"
#include "tenon/models/vision/resnet.hpp"
#include "tenon/nn/any_module.hpp"

namespace image_classification {

using Network = tn::nn::AnyModule<float>;

struct NetworkSpec {
  std::string kind = "lenet5";  ///< lenet5, lenet5-classic, resnet or mnist-cnn
  index_t channels = 1, size = 28, classes = 10;
  index_t depth = 8, width = 8;  ///< of resnet
  tn::data::PixelScale scale{};

  std::string title() const {
    if (kind == "resnet") return "ResNet-" + std::to_string(depth);
    return kind == "lenet5" ? "LeNet-5" : kind == "mnist-cnn" ? "MNIST CNN" : "LeNet-5 of 1998";
  }
};

inline Network make_network(const NetworkSpec& spec) {
  using namespace tn::models;
  if (spec.kind == "mnist-cnn") return MnistCnn<float>{};
  if (spec.kind == "resnet")
    return CifarResNet<float>(
        {.depth = spec.depth, .channels = spec.channels, .width = spec.width, .classes = spec.classes});
  return LeNet5<float>({.channels = spec.channels,
                        .size = spec.size,
                        .classes = spec.classes,
                        .classic = spec.kind == "lenet5-classic"});
}

namespace detail {

inline std::string to_text(const std::vector<double>& numbers) {
  std::string text;
  for (const double number : numbers) text += tn::join(number) + " ";
  return text;
}
inline std::vector<double> to_numbers(const std::string& text) {
  std::vector<double> numbers;
  char* end = nullptr;
  for (const char* at = text.c_str();; at = end) {
    const double number = std::strtod(at, &end);
    if (end == at) return numbers;
    numbers.push_back(number);
  }
}

}  // namespace detail

/// Weights, and beside them what they expect to see.
inline void save_network(const std::string& path, const Network& network, const NetworkSpec& spec) {
  tn::io::save(path, network,
               {.metadata = {{"kind", spec.kind},
                             {"mean", detail::to_text(spec.scale.mean)},
                             {"std", detail::to_text(spec.scale.std)}}});
}

struct LoadedNetwork {
  Network network;
  NetworkSpec spec;
};

namespace detail {

/// What the names and shapes of weights tell; public files say no more.
inline NetworkSpec spec_of(const tn::io::SafetensorsFile& file) {
  const auto shape = [&](const char* name) {
    const auto at = file.entries().find(name);
    tn::check<tn::IoError>(at != file.entries().end(), "load", file.path(),
                           " holds none of this program's networks: no ", name, " in it");
    return at->second.shape;
  };
  NetworkSpec spec;
  const tn::Shape first = shape("conv1.weight");
  tn::check<tn::IoError>(first.size() == 4, "load", file.path(), ": conv1.weight has shape ", first);
  spec.channels = first[1];
  if (file.contains("linear.weight")) {
    spec.kind = "resnet";
    spec.width = first[0];
    spec.size = 32;
    spec.classes = shape("linear.bias")[0];
    index_t blocks = 0;
    while (file.contains("layer1." + std::to_string(blocks) + ".conv1.weight")) ++blocks;
    spec.depth = 6 * blocks + 2;
    spec.scale = imagenet_scale();
  } else if (file.contains("norm1.weight")) {
    spec.kind = "mnist-cnn";
    spec.scale = mnist_scale();
  } else {
    const double side = std::sqrt(static_cast<double>(shape("fc1.weight")[1]) / 16);
    spec.size = 2 * (2 * static_cast<index_t>(std::lround(side)) + 4);
    spec.classes = shape("fc3.bias")[0];
    spec.scale = mnist_scale();
  }
  return spec;
}

}  // namespace detail

/// throws IoError when the file does not hold one of the networks
inline LoadedNetwork load_network(const std::string& path) {
  const tn::io::SafetensorsFile file(path);
  NetworkSpec spec = detail::spec_of(file);
  const auto& metadata = file.metadata();
  const auto kind = metadata.find("kind"), mean = metadata.find("mean"), std = metadata.find("std");
  if (spec.kind == "lenet5" && kind != metadata.end() && kind->second == "lenet5-classic")
    spec.kind = kind->second;
  if (mean != metadata.end() && std != metadata.end())
    spec.scale = {.mean = detail::to_numbers(mean->second), .std = detail::to_numbers(std->second)};
  LoadedNetwork loaded{make_network(spec), spec};
  // Files from before PyTorch counted batches have no counters.
  tn::io::load(path, loaded.network, {.ignore = {"{any*}num_batches_tracked"}});
  return loaded;
}

}  // namespace image_classification
