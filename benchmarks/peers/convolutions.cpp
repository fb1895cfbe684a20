/// Convolution, transposed convolution and pooling against libtorch: values, and values with all gradients,
/// one and two threads.

#include "benchmarks/peers/onednn.hpp"

namespace {

using bench::compare_op;
using bench::Tensors;
using tn::index_t;

Tensors random(std::initializer_list<tn::Shape> shapes) {
  Tensors all;
  for (const tn::Shape& shape : shapes) all.push_back(tn::randn<float>(shape));
  return all;
}

void convolve(int threads) {
  const auto conv = [threads](const char* name, const tn::Shape& x, const tn::Shape& w, index_t stride,
                              index_t padding, index_t groups = 1) {
    const Tensors values = random({x, w, {w[0]}});
    compare_op(
        name, threads, values,
        [=](const Tensors& t) {
          return tn::conv2d(t[0], t[1], t[2], {.stride = {stride}, .padding = {padding}, .groups = groups});
        },
        [=]([[maybe_unused]] const bench::Torch& t) {
          return TORCH_CALL(conv2d(t[0], t[1], t[2], stride, padding, 1, groups));
        },
        bench::onednn_conv(values, stride, padding, groups));
  };
  conv("conv7x7s2_8x3_64_224", {8, 3, 224, 224}, {64, 3, 7, 7}, 2, 3);
  conv("conv3x3_8x64_64_56", {8, 64, 56, 56}, {64, 64, 3, 3}, 1, 1);
  conv("conv3x3_8x128_128_28", {8, 128, 28, 28}, {128, 128, 3, 3}, 1, 1);
  conv("conv3x3_8x256_256_14", {8, 256, 14, 14}, {256, 256, 3, 3}, 1, 1);
  conv("conv3x3_8x512_512_7", {8, 512, 7, 7}, {512, 512, 3, 3}, 1, 1);
  conv("conv1x1_8x64_256_56", {8, 64, 56, 56}, {256, 64, 1, 1}, 1, 0);
  conv("dwconv3x3_8x144_56", {8, 144, 56, 56}, {144, 1, 3, 3}, 1, 1, 144);
  conv("conv5x5_64x1_32_28", {64, 1, 28, 28}, {32, 1, 5, 5}, 1, 2);
  compare_op(
      "conv_transpose4x4s2_8x128_64_16", threads, random({{8, 128, 16, 16}, {128, 64, 4, 4}, {64}}),
      [](const Tensors& t) {
        return tn::conv_transpose2d(t[0], t[1], t[2], {.stride = {2}, .padding = {1}});
      },
      TORCH_OP(torch::conv_transpose2d(x[0], x[1], x[2], 2, 1)));
}

void pooling(int threads) {
  const auto pool = [threads](const std::string& name, const tn::Shape& shape, index_t kernel,
                              index_t padding) {
    const Tensors values = random({shape});
    compare_op(
        "max_pool" + name, threads, values,
        [=](const Tensors& t) {
          return tn::max_pool2d(t[0], {kernel}, {.stride = {2}, .padding = {padding}});
        },
        [=]([[maybe_unused]] const bench::Torch& t) {
          return TORCH_CALL(max_pool2d(t[0], kernel, 2, padding));
        });
    compare_op(
        "avg_pool" + name, threads, values,
        [=](const Tensors& t) {
          return tn::avg_pool2d(t[0], {kernel}, {.stride = {2}, .padding = {padding}});
        },
        [=]([[maybe_unused]] const bench::Torch& t) {
          return TORCH_CALL(avg_pool2d(t[0], kernel, 2, padding));
        });
  };
  pool("3x3s2_8x64x112x112", {8, 64, 112, 112}, 3, 1);
  pool("2x2_64x32x28x28", {64, 32, 28, 28}, 2, 0);
}

}  // namespace

void bench::convolutions(int threads) {
  convolve(threads);
  pooling(threads);
}
