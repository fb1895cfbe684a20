#pragma once
/// Comparisons within one run: our work and a peer's, interleaved at random by Google Benchmark, medians and
/// their ratio.

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

inline constexpr bool have_torch =
#if defined(TENON_BENCHMARK_TORCH)
    true;
#else
    false;
#endif

/// Threads of both libraries.
inline void set_threads(int count) {
  tn::set_num_threads(count);
#if defined(TENON_BENCHMARK_TORCH)
  at::set_num_threads(count);
#endif
}

/// One line of the table: the same work done by two libraries.
struct Case {
  std::string name;
  int threads = 1;
  double bytes = 0;   ///< least traffic with memory, 0 where that says nothing
  double target = 0;  ///< the ratio that the project promises, 0 for none
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
/// Registers a comparison; without libtorch ours stands alone.
inline void compare(const Case& c, std::function<void()> ours,
                    [[maybe_unused]] std::function<void()> theirs = {}) {
  cases().push_back(c);
  register_side(c, "tenon", std::move(ours));
  if (have_torch && theirs) register_side(c, "torch", std::move(theirs));
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

/// Collects repetitions and prints medians and ratios when all have run.
class RatioReporter : public benchmark::BenchmarkReporter {
 public:
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
    std::printf("%-34s %3s %12s %12s %8s %8s %7s %6s\n", "case", "thr", "tenon us", "libtorch us", "ratio",
                "promise", "GB/s", "roof");
    for (const Case& c : cases()) print(c, roof[c.threads]);
  }

 private:
  double median(const Case& c, const char* side) {
    for (auto& [name, times] : times_) {
      if (name.rfind(c.name + "/" + std::to_string(c.threads) + "/" + side, 0) != 0) continue;
      std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2),
                       times.end());
      return times[times.size() / 2] / 1e3;
    }
    return 0;
  }
  void print(const Case& c, double roof) {
    const double ours = median(c, "tenon"), theirs = median(c, "torch");
    if (ours == 0) return;  // left out by --benchmark_filter
    std::printf("%-34s %3d %12.3f ", c.name.c_str(), c.threads, ours);
    theirs > 0 ? std::printf("%12.3f %8.2f ", theirs, theirs / ours) : std::printf("%12s %8s ", "-", "-");
    c.target > 0 ? std::printf("%8.1f ", c.target) : std::printf("%8s ", "-");
    if (c.bytes > 0) std::printf("%7.1f %5.0f%%", c.bytes / ours / 1e3, 100 * c.bytes / ours / 1e3 / roof);
    std::printf("\n");
  }

  std::map<std::string, std::vector<double>> times_;
};

/// Runs what was registered, interleaved unless the command line says otherwise.
inline int run(int argc, char** argv) {
  std::vector<std::string> arguments = {argv[0], "--benchmark_enable_random_interleaving=true",
                                        "--benchmark_repetitions=9", "--benchmark_min_time=0.15"};
  arguments.insert(arguments.end(), argv + 1, argv + argc);
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  int count = static_cast<int>(pointers.size());
  benchmark::Initialize(&count, pointers.data());
  if (benchmark::ReportUnrecognizedArguments(count, pointers.data())) return 1;
  RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return 0;
}

}  // namespace bench
