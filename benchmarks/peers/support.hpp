#pragma once
/// Comparisons within one run: our work and the peers', interleaved at random by Google Benchmark, medians and
/// their ratios.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tenon/tenon.hpp"

#if defined(_OPENMP)
#include <omp.h>
#endif
#if defined(__linux__)
#include <sys/mman.h>  // madvise
#endif
#if defined(__AVX__)
#include <immintrin.h>
#endif

#if defined(TENON_BENCHMARK_TORCH)
#include <torch/torch.h>
#endif

namespace bench {

/// Threads of all libraries: libtorch's and oneDNN's are OpenMP's.
inline void set_threads(int count) {
  tn::set_num_threads(count);
#if defined(TENON_BENCHMARK_TORCH)
  at::set_num_threads(count);
#endif
#if defined(_OPENMP)
  omp_set_num_threads(count);
#endif
}

/// One line of the table: the same work done by several libraries.
struct Case {
  std::string name;
  int threads = 1;
  double bytes = 0;  ///< least traffic with memory, 0 where that says nothing
};

/// Every case that was registered, in order.
inline std::vector<Case>& cases() {
  static std::vector<Case> all;
  return all;
}

inline void register_side(const Case& c, const char* side, std::function<void()> work) {
  const std::string name = c.name + "/" + std::to_string(c.threads) + "/" + side;
  benchmark::RegisterBenchmark(name.c_str(), [threads = c.threads,
                                              work = std::move(work)](benchmark::State& state) {
    set_threads(threads);
    for (auto _ : state) work();
  })->UseRealTime();
}
/// Registers a comparison; a peer that is missing has no function.
inline void compare(const Case& c, std::function<void()> ours, std::function<void()> torch = {},
                    std::function<void()> onednn = {}) {
  cases().push_back(c);
  register_side(c, "tenon", std::move(ours));
  if (torch) register_side(c, "torch", std::move(torch));
  if (onednn) register_side(c, "onednn", std::move(onednn));
}

/// The same values on both sides: of no graph, and as leaves of one.
using Tensors = std::vector<tn::Tensor<float>>;
inline Tensors leaves(const Tensors& values) {
  Tensors all;
  for (const tn::Tensor<float>& x : values) all.push_back(x.detach().requires_grad_());
  return all;
}
#if defined(TENON_BENCHMARK_TORCH)
using Torch = std::vector<torch::Tensor>;
inline torch::Tensor torch_tensor(const tn::Tensor<float>& x) {
  const std::vector<std::int64_t> shape(x.shape().begin(), x.shape().end());
  return torch::from_blob(const_cast<float*>(x.data()), shape, torch::kFloat32).clone();
}
inline Torch torch_leaves(const Tensors& values) {
  Torch all;
  for (const tn::Tensor<float>& x : values) all.push_back(torch_tensor(x).requires_grad_());
  return all;
}
/// An op of libtorch as a function of its operands `x`.
#define TORCH_OP(...) [](const bench::Torch& x) { return __VA_ARGS__; }
#define TORCH_CALL(...) torch::__VA_ARGS__
#else
using Torch = std::vector<int>;
#define TORCH_OP(...) 0
#define TORCH_CALL(...) 0
#endif

/// What oneDNN's side of an op is, forward alone; none without it.
struct OneDnn {
  std::function<void()> forward{};
};

/// One op: forward without a record, and forward and backward with a gradient of ones.
template <class Ours, class Theirs>
void compare_op(const std::string& name, int threads, const Tensors& values, Ours ours,
                [[maybe_unused]] Theirs theirs, const OneDnn& onednn = {}) {
  const Tensors xs = leaves(values);
  const auto forward = [=] {
    const tn::NoGrad no_grad;
    benchmark::DoNotOptimize(ours(xs));
  };
  const tn::Tensor<float> g = tn::ones_like(ours(xs).detach());
  const auto both = [=] { benchmark::DoNotOptimize(tn::grad(ours(xs), xs, {.output_gradient = g})); };
  std::function<void()> peer, peer_both;
#if defined(TENON_BENCHMARK_TORCH)
  const Torch ts = torch_leaves(values);
  const torch::Tensor ones = torch::ones_like(theirs(ts).detach());
  peer = [=] {
    const torch::NoGradGuard no_grad;
    benchmark::DoNotOptimize(theirs(ts));
  };
  peer_both = [=] { benchmark::DoNotOptimize(torch::autograd::grad({theirs(ts)}, ts, {ones})); };
#endif
  compare({name + "_fwd", threads}, forward, peer, onednn.forward);
  compare({name + "_fwd_bwd", threads}, both, peer_both);
}

/// An array on huge pages where the system has them, as ours are.
template <class T>
std::unique_ptr<T, decltype(&std::free)> huge_pages(std::ptrdiff_t count) {
  const auto bytes = static_cast<std::size_t>(count) * sizeof(T);
  void* const block = std::aligned_alloc(std::size_t{1} << 21, bytes);
#if defined(__linux__)
  madvise(block, bytes, MADV_HUGEPAGE);
#endif
  std::memset(block, 1, bytes);
  return {static_cast<T*>(block), &std::free};
}

/// Reads or copies n floats in the plainest way that reaches the memory's pace, with none of our code.
inline float read_all(const float* x, std::ptrdiff_t n) {
  float sum = 0;
#if defined(__AVX__)
  __m256 sums[4] = {};
  for (std::ptrdiff_t i = 0; i < n; i += 32)
    for (int k = 0; k < 4; ++k) sums[k] = _mm256_add_ps(sums[k], _mm256_loadu_ps(x + i + 8 * k));
  for (const __m256& part : sums) sum += _mm256_cvtss_f32(part);
#else
  for (std::ptrdiff_t i = 0; i < n; ++i) sum += x[i];
#endif
  return sum;
}
inline void copy_past_caches(const float* x, float* y, std::ptrdiff_t n) {
#if defined(__AVX512F__)
  for (std::ptrdiff_t i = 0; i < n; i += 16) _mm512_stream_ps(y + i, _mm512_loadu_ps(x + i));
  _mm_sfence();
#elif defined(__AVX__)
  for (std::ptrdiff_t i = 0; i < n; i += 8) _mm256_stream_ps(y + i, _mm256_loadu_ps(x + i));
  _mm_sfence();
#else
  std::memcpy(y, x, static_cast<std::size_t>(n) * sizeof(float));
#endif
}

/// GB/s that this machine moves when nothing else is asked of it: the best of reading and copying. The arrays
/// are as large as those of the cases, so that as much of them stays in the caches.
inline double measure_bandwidth(int threads) {
  constexpr std::ptrdiff_t count = 1 << 24;
  constexpr double gigabytes = 4e-9 * count;
  const auto x = huge_pages<float>(count), y = huge_pages<float>(count);
  const auto seconds = [threads](auto work) {
    const std::ptrdiff_t share = count / threads;
    const auto start = std::chrono::steady_clock::now();
    tn::set_num_threads(threads);
    tn::parallel_for(threads, 1, [&](tn::index_t t, tn::index_t) { work(t * share, share); });
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  double best = 0;
  for (int i = 0; i < 15; ++i) {
    const double read = seconds([&](std::ptrdiff_t begin, std::ptrdiff_t n) {
      benchmark::DoNotOptimize(read_all(x.get() + begin, n));
    });
    const double copy = seconds([&](std::ptrdiff_t begin, std::ptrdiff_t n) {
      copy_past_caches(x.get() + begin, y.get() + begin, n);
    });
    best = std::max({best, gigabytes / read, 2 * gigabytes / copy});
  }
  return best;
}

/// Collects repetitions and prints medians and ratios when all have run; as JSON too if a path is given.
class RatioReporter : public benchmark::BenchmarkReporter {
 public:
  explicit RatioReporter(std::string json) : json_(std::move(json)) {}

  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs)
      if (run.run_type == Run::RT_Iteration)
        times_[run.benchmark_name()].push_back(run.GetAdjustedRealTime());
  }
  void Finalize() override {
    std::map<int, double> roof;
    for (const Case& c : cases())
      if (c.bytes > 0 && !roof.contains(c.threads)) roof[c.threads] = measure_bandwidth(c.threads);
    for (const auto& [threads, bandwidth] : roof)
      std::printf("memory bandwidth, %d thread(s): %.1f GB/s\n", threads, bandwidth);
    std::printf("%-36s %3s %11s %9s %9s %6s %7s %6s\n", "case", "thr", "tenon us", "/libtorch", "/oneDNN",
                "gain", "GB/s", "roof");
    std::string rows;
    for (const Case& c : cases()) rows += print(c, roof[c.threads]);
    if (!json_.empty()) write(rows);
  }

 private:
  /// Microseconds, 0 if the side did not run.
  double median(const Case& c, int threads, const char* side) {
    for (auto& [name, times] : times_) {
      if (name.rfind(c.name + "/" + std::to_string(threads) + "/" + side, 0) != 0) continue;
      std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2),
                       times.end());
      return times[times.size() / 2] / 1e3;
    }
    return 0;
  }
  static std::string cell(double value, int width, int digits) {
    char text[32];
    if (value > 0)
      std::snprintf(text, sizeof text, "%*.*f ", width, digits, value);
    else
      std::snprintf(text, sizeof text, "%*s ", width, "-");
    return text;
  }
  std::string print(const Case& c, double roof) {
    const double ours = median(c, c.threads, "tenon"), torch = median(c, c.threads, "torch"),
                 onednn = median(c, c.threads, "onednn");
    if (ours == 0) return "";  // left out by --benchmark_filter
    const double gain = c.threads == 2 ? median(c, 1, "tenon") / ours : 0, rate = c.bytes / ours / 1e3;
    std::printf("%-36s %3d %s%s%s%s%s%s\n", c.name.c_str(), c.threads, cell(ours, 11, 2).c_str(),
                cell(torch / ours, 9, 2).c_str(), cell(onednn / ours, 9, 2).c_str(), cell(gain, 6, 2).c_str(),
                cell(rate, 7, 1).c_str(), cell(roof > 0 ? 100 * rate / roof : 0, 5, 0).c_str());
    char row[512];
    std::snprintf(
        row, sizeof row,
        R"(%s  {"case": "%s", "threads": %d, "tenon_us": %.3f, "libtorch_us": %.3f, "onednn_us": %.3f})",
        rows_++ == 0 ? "" : ",\n", c.name.c_str(), c.threads, ours, torch, onednn);
    return row;
  }
  void write(const std::string& rows) const {
    std::FILE* const file = std::fopen(json_.c_str(), "w");
    if (!file) return std::perror(json_.c_str());
    std::fprintf(file, "[\n%s\n]\n", rows.c_str());
    if (std::fclose(file) != 0) std::perror(json_.c_str());
  }

  std::string json_;
  int rows_ = 0;
  std::map<std::string, std::vector<double>> times_;
};

/// Runs what was registered, interleaved unless the command line says otherwise. `--json FILE` writes the
/// table's figures; the other options are Google Benchmark's.
inline int run(int argc, char** argv) {
  std::vector<std::string> arguments = {argv[0], "--benchmark_enable_random_interleaving=true",
                                        "--benchmark_repetitions=9", "--benchmark_min_time=0.15"};
  std::string json;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--json") == 0 && i + 1 < argc)
      json = argv[++i];
    else
      arguments.push_back(argv[i]);
  }
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  int count = static_cast<int>(pointers.size());
  benchmark::Initialize(&count, pointers.data());
  if (benchmark::ReportUnrecognizedArguments(count, pointers.data())) return 1;
  RatioReporter reporter(json);
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return 0;
}

// The groups of cases, a file each.
void overhead(int threads);
void elementwise(int threads);
void kernels(int threads);
void convolutions(int threads);
void layers(int threads);
void models(int threads);

}  // namespace bench
