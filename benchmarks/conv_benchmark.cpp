/// Convolution, transposed convolution and pooling against libtorch: values, and values with all gradients,
/// one and two threads.

#include "benchmarks/support.hpp"

namespace {

using tn::index_t;
using tn::Tensor;

/// The same values on both sides, leaves of the graph.
struct Leaf {
  explicit Leaf(const tn::Shape& shape) : x(tn::randn<float>(shape)) {
#if defined(TENON_BENCHMARK_TORCH)
    t = torch::from_blob(x.mutable_data(), std::vector<std::int64_t>(shape.begin(), shape.end()),
                         torch::kFloat32)
            .clone()
            .requires_grad_();
#endif
    x.requires_grad_();
  }
  Tensor<float> x;
#if defined(TENON_BENCHMARK_TORCH)
  torch::Tensor t;
#endif
};

#if defined(TENON_BENCHMARK_TORCH)
using Peer = std::function<torch::Tensor()>;
#define TORCH(expression) [=] { return expression; }
#else
using Peer = std::function<void()>;
#define TORCH(expression) std::function<void()>()
#endif

/// Two comparisons: f() alone, and with the gradients of its leaves for an upstream gradient of ones.
template <class F>
void both_ways(const std::string& name, int threads, const std::vector<Leaf>& leaves, F ours,
               [[maybe_unused]] Peer theirs) {
  const auto value = [=] {
    const tn::NoGrad no_grad;
    benchmark::DoNotOptimize(ours());
  };
  std::vector<Tensor<float>> xs;
  for (const Leaf& leaf : leaves) xs.push_back(leaf.x);
  const Tensor<float> upstream = tn::ones<float>(ours().shape());
  const auto gradients = [=] {
    benchmark::DoNotOptimize(tn::grad(ours(), xs, {.output_gradient = upstream}));
  };
  std::function<void()> peer_value, peer_gradients;
#if defined(TENON_BENCHMARK_TORCH)
  std::vector<torch::Tensor> ts;
  for (const Leaf& leaf : leaves) ts.push_back(leaf.t);
  const torch::Tensor peer_upstream = torch::ones_like(theirs());
  peer_value = [=] {
    const torch::NoGradGuard no_grad;
    benchmark::DoNotOptimize(theirs());
  };
  peer_gradients = [=] { benchmark::DoNotOptimize(torch::autograd::grad({theirs()}, ts, {peer_upstream})); };
#endif
  bench::compare({name + "_fwd", threads}, value, peer_value);
  bench::compare({name + "_fwd_bwd", threads}, gradients, peer_gradients);
}

void convolutions(int threads) {
  const auto conv = [threads](const char* name, const tn::Shape& x, const tn::Shape& w, index_t stride,
                              index_t padding, index_t groups = 1) {
    const Leaf image(x), weight(w), bias(w[0]);
    both_ways(
        name, threads, {image, weight, bias},
        [=] {
          return tn::conv2d(image.x, weight.x, bias.x,
                            {.stride = {stride}, .padding = {padding}, .groups = groups});
        },
        TORCH(torch::conv2d(image.t, weight.t, bias.t, stride, padding, 1, groups)));
  };
  conv("conv7x7s2_8x3_64_224", {8, 3, 224, 224}, {64, 3, 7, 7}, 2, 3);
  conv("conv3x3_8x64_64_56", {8, 64, 56, 56}, {64, 64, 3, 3}, 1, 1);
  conv("conv3x3_8x128_128_28", {8, 128, 28, 28}, {128, 128, 3, 3}, 1, 1);
  conv("conv3x3_8x256_256_14", {8, 256, 14, 14}, {256, 256, 3, 3}, 1, 1);
  conv("conv3x3_8x512_512_7", {8, 512, 7, 7}, {512, 512, 3, 3}, 1, 1);
  conv("conv1x1_8x64_256_56", {8, 64, 56, 56}, {256, 64, 1, 1}, 1, 0);
  conv("dwconv3x3_8x144_56", {8, 144, 56, 56}, {144, 1, 3, 3}, 1, 1, 144);
  conv("conv5x5_64x1_32_28", {64, 1, 28, 28}, {32, 1, 5, 5}, 1, 2);
  const Leaf image({8, 128, 16, 16}), weight({128, 64, 4, 4}), bias(64);
  both_ways(
      "conv_transpose4x4s2_8x128_64_16", threads, {image, weight, bias},
      [=] { return tn::conv_transpose2d(image.x, weight.x, bias.x, {.stride = {2}, .padding = {1}}); },
      TORCH(torch::conv_transpose2d(image.t, weight.t, bias.t, 2, 1)));
}

void pooling(int threads) {
  const auto pool = [threads](const std::string& name, const tn::Shape& shape, index_t kernel,
                              index_t padding) {
    const Leaf image(shape);
    both_ways(
        "max_pool" + name, threads, {image},
        [=] { return tn::max_pool2d(image.x, {kernel}, {.stride = {2}, .padding = {padding}}); },
        TORCH(torch::max_pool2d(image.t, kernel, 2, padding)));
    both_ways(
        "avg_pool" + name, threads, {image},
        [=] { return tn::avg_pool2d(image.x, {kernel}, {.stride = {2}, .padding = {padding}}); },
        TORCH(torch::avg_pool2d(image.t, kernel, 2, padding)));
  };
  pool("3x3s2_8x64x112x112", {8, 64, 112, 112}, 3, 1);
  pool("2x2_64x32x28x28", {64, 32, 28, 28}, 2, 0);
}

}  // namespace

int main(int argc, char** argv) {
  for (int threads : {1, 2}) {
    convolutions(threads);
    pooling(threads);
  }
  return bench::run(argc, argv);
}
