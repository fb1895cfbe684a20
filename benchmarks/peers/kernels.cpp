/// The backend's kernels against libtorch's, both writing into arrays that exist: copies, reductions,
/// softmax, rows by index and matrix products.

#include "benchmarks/peers/support.hpp"
#include "tenon/backend/all_kernels.hpp"

namespace {

using tn::index_t;

#if defined(TENON_BENCHMARK_TORCH)
/// A libtorch call without recording.
#define TORCH(expression)             \
  [=] {                               \
    const torch::NoGradGuard no_grad; \
    expression;                       \
  }
#else
#define TORCH(expression) std::function<void()>()
#endif

/// An array that both sides see; ours as a pointer.
struct Array {
  explicit Array(const tn::Shape& shape) : tensor(tn::rand<float>(shape)), data(tensor.mutable_data()) {
#if defined(TENON_BENCHMARK_TORCH)
    t = torch::from_blob(data, std::vector<std::int64_t>(shape.begin(), shape.end()));
#endif
  }
  tn::Tensor<float> tensor;
  float* data;
#if defined(TENON_BENCHMARK_TORCH)
  mutable torch::Tensor t;  // a handle: what it refers to is written by libtorch's out= functions
#endif
};

void copies(int threads) {
  const auto copy = [threads](const char* name, const tn::Shape& source, const std::vector<int>& axes) {
    const Array x(source);
    tn::Shape shape;
    tn::Strides strides;
    for (int axis : axes) {
      shape.push_back(source[axis]);
      strides.push_back(tn::contiguous_strides(source)[axis]);
    }
    const Array y(shape);
    const tn::Strides dense = tn::contiguous_strides(shape);
    [[maybe_unused]] const std::vector<std::int64_t> order(axes.begin(), axes.end());
    bench::compare(
        {name, threads, 8.0 * static_cast<double>(tn::element_count(shape))},
        [=] {
          tn::backend::kernel<tn::backend::Copy<float>>()(shape.size(), shape.data(), x.data, strides.data(),
                                                          y.data, dense.data());
        },
        TORCH(y.t.copy_(x.t.permute(order))));
  };
  copy("copy_16M", {1 << 24}, {0});
  copy("transpose_4096x4096", {4096, 4096}, {1, 0});
  copy("transpose_4100x4000", {4100, 4000}, {1, 0});
  copy("transpose_512x512", {512, 512}, {1, 0});
  copy("bthd_to_bhtd_8x512x12x64", {8, 512, 12, 64}, {0, 2, 1, 3});
  copy("nhwc_to_nchw_64x56x56x64", {64, 56, 56, 64}, {0, 3, 1, 2});
}

void reductions(int threads) {
  const auto reduce = [threads](const char* name, index_t outer, index_t n, index_t inner) {
    const Array x({outer, n, inner}), y({outer, inner});
    bench::compare(
        {name, threads, 4.0 * static_cast<double>(outer * n * inner)},
        [=] { tn::backend::kernel<tn::backend::Sum<float>>()(outer, n, inner, x.data, y.data); },
        TORCH(torch::sum_out(y.t, x.t, 1)));
  };
  reduce("sum_1M", 1, 1 << 20, 1);
  reduce("sum_16M", 1, 1 << 24, 1);
  reduce("sum_rows_4096x4096", 4096, 4096, 1);
  reduce("sum_columns_4096x4096", 1, 4096, 4096);
  reduce("sum_middle_64x512x512", 64, 512, 512);
  reduce("sum_rows_1Mx16", 1 << 20, 16, 1);
  const Array x({4096, 4096});
  const auto position = std::make_shared<std::vector<index_t>>(4096);
  bench::compare(
      {"argmax_4096x4096", threads, 4.0 * 4096 * 4096},
      [=] { tn::backend::kernel<tn::backend::Argmax<float>>()(4096, 4096, 1, x.data, position->data()); },
      TORCH(torch::argmax(x.t, 1)));
}

void softmax(int threads) {
  const auto compare = [threads](const char* name, index_t rows, index_t columns) {
    const Array x({rows, columns}), y({rows, columns}), g({rows, columns}), dx({rows, columns});
    const double traffic = 4.0 * static_cast<double>(rows * columns);
    bench::compare(
        {std::string("softmax_") + name, threads, 2 * traffic},
        [=] { tn::backend::kernel<tn::backend::Softmax<float>>()(rows, columns, 1, x.data, y.data, false); },
        TORCH(at::_softmax_out(y.t, x.t, 1, false)));
    bench::compare(
        {std::string("softmax_backward_") + name, threads, 3 * traffic},
        [=] {
          tn::backend::kernel<tn::backend::SoftmaxBackward<float>>()(rows, columns, 1, y.data, g.data,
                                                                     dx.data, false);
        },
        TORCH(at::_softmax_backward_data_out(dx.t, g.t, y.t, 1, torch::kFloat32)));
  };
  compare("4096x1024", 4096, 1024);
  compare("64x10", 64, 10);
}

void rows_by_index(int threads) {
  const index_t rows = 50000, count = 65536, width = 128;
  const Array table({rows, width}), taken({count, width});
  const auto index = std::make_shared<std::vector<index_t>>();
  tn::Generator generator(1);
  for (index_t i = 0; i < count; ++i) index->push_back(static_cast<index_t>(generator.below(rows)));
#if defined(TENON_BENCHMARK_TORCH)
  const torch::Tensor at = torch::from_blob(index->data(), {count}, torch::kLong);
#endif
  const double traffic = 4.0 * static_cast<double>(count * width);
  bench::compare(
      {"gather_65536x128_of_50000", threads, 2 * traffic},
      [=] {
        tn::backend::kernel<tn::backend::Gather<float>>()(1, count, width, rows, table.data, index->data(),
                                                          taken.data);
      },
      TORCH(torch::index_select_out(taken.t, table.t, 0, at)));
  bench::compare(
      {"scatter_add_65536x128_to_50000", threads, 3 * traffic},
      [=] {
        tn::backend::kernel<tn::backend::ScatterAdd<float>>()(1, count, width, rows, index->data(),
                                                              taken.data, table.data);
      },
      TORCH(table.t.index_add_(0, at, taken.t)));
}

void products(int threads) {
  const auto product = [threads](index_t m, index_t n, index_t k, bool transpose_b) {
    const Array a({m, k}), b(transpose_b ? tn::Shape{n, k} : tn::Shape{k, n}), c({m, n});
    const std::string name = std::string(transpose_b ? "gemm_bt_" : "gemm_") + std::to_string(m) + "x" +
                             std::to_string(n) + "x" + std::to_string(k);
    bench::compare(
        {name, threads},
        [=] {
          tn::backend::kernel<tn::backend::Gemm<float>>()(false, transpose_b, m, n, k, 1, a.data, k, b.data,
                                                          transpose_b ? k : n, 0, c.data, n);
        },
        TORCH(torch::mm_out(c.t, a.t, transpose_b ? b.t.t() : b.t)));
  };
  for (index_t n : {8, 16, 64, 256, 1024, 2048}) product(n, n, n, false);
  product(1, 4096, 4096, false);
  product(1, 4096, 4096, true);
  product(32, 128, 784, true);
  product(256, 3072, 768, true);
  const index_t batch = 64, m = 128, n = 128, k = 64;
  const Array a({batch, m, k}), b({batch, k, n}), c({batch, m, n});
  const auto offsets = [](index_t step) {
    std::vector<index_t> all;
    for (index_t i = 0; i < batch; ++i) all.push_back(i * step);
    return all;
  };
  bench::compare(
      {"batched_gemm_64x_128x128x64", threads},
      [=, a_at = offsets(m * k), b_at = offsets(k * n), c_at = offsets(m * n)] {
        tn::backend::kernel<tn::backend::BatchedGemm<float>>()(batch, a_at.data(), b_at.data(), c_at.data(),
                                                               false, false, m, n, k, 1, a.data, k, b.data, n,
                                                               0, c.data, n);
      },
      TORCH(torch::bmm_out(c.t, a.t, b.t)));
}

void allocator() {
  bench::compare({"allocate_64_bytes", 1}, [] {
    void* block = tn::backend::memory::allocate(64);
    benchmark::DoNotOptimize(block);
    tn::backend::memory::deallocate(block, 64);
  });
}

}  // namespace

void bench::kernels(int threads) {
  if (threads == 1) allocator();
  copies(threads);
  reductions(threads);
  softmax(threads);
  rows_by_index(threads);
  products(threads);
}
