#pragma once
/// What the tests of kernels share: random arrays, awkward extents, and how near two results must be.

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "support/scoped_backend.hpp"
#include "tenon/backend/kernel.hpp"
#include "tenon/backend/pack.hpp"
#include "tenon/core/error.hpp"
#include "tenon/core/generator.hpp"
#include "tenon/core/parallel.hpp"
#include "tenon/core/shape.hpp"

namespace tenon::testing {

using backend::kernel;
using support::Provider;
using support::ScopedBackend;

template <class T>
std::vector<T> random_array(index_t size, std::uint64_t seed) {
  Generator generator(seed);
  std::vector<T> values(static_cast<std::size_t>(size));
  for (T& v : values) v = static_cast<T>(generator.normal());
  return values;
}

/// Extents around the width of a pack, 0, 1 and a prime.
template <class T>
std::vector<index_t> awkward_extents() {
  const index_t width = backend::Pack<T>::width;
  return {0, 1, 2, 3, width - 1, width, width + 1, 2 * width - 1, 4 * width + 1, 97};
}

struct Extents {
  index_t outer, n, inner;
  index_t size() const { return outer * n * inner; }
  std::string text() const { return join(outer, " x ", n, " x ", inner); }
};

/// Arrays (outer, n, inner): all awkward combinations of small extents, and a few that are cut into blocks,
/// pieces and chunks.
template <class T>
std::vector<Extents> awkward_arrays() {
  std::vector<Extents> arrays;
  for (index_t n : awkward_extents<T>()) {
    for (index_t inner : awkward_extents<T>()) arrays.push_back({3, n, inner});
  }
  for (Extents large :
       {Extents{1, 200003, 1}, Extents{2, 70001, 1}, Extents{5, 4099, 1}, Extents{1, 20011, 3},
        Extents{2, 1031, 67}, Extents{1, 523, 521}, Extents{1, 300, 4111}, Extents{30011, 2, 3}}) {
    arrays.push_back(large);
  }
  return arrays;
}

/// Sums of n numbers of magnitude 1 may differ by this much.
template <class T>
double tolerance(index_t n) {
  return (sizeof(T) == 8 ? 1e-14 : 3e-6) * (1 + std::sqrt(static_cast<double>(n)));
}

template <class T>
void expect_near(const std::vector<T>& got, const std::vector<T>& want, double tolerance,
                 const std::string& what) {
  ASSERT_EQ(got.size(), want.size()) << what;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double g = static_cast<double>(got[i]), w = static_cast<double>(want[i]);
    if (std::isnan(w) ? std::isnan(g) : g == w) continue;
    ASSERT_LE(std::abs(g - w), tolerance * (1 + std::abs(w))) << what << ", element " << i;
  }
}

/// Runs f(provider) → array for the reference, and for the fast kernels on one thread and on two: the fast
/// results must be near the reference and have the same bits.
template <class F>
void expect_same_everywhere(F&& run, double tolerance, const std::string& what) {
  const int threads = num_threads();
  const auto with = [&](Provider provider, int count) {
    const ScopedBackend backend(provider);
    set_num_threads(count);
    return run();
  };
  const auto want = with(Provider::reference, 1);
  const auto one = with(Provider::cpu, 1), two = with(Provider::cpu, 2);
  set_num_threads(threads);
  expect_near(one, want, tolerance, what);
  ASSERT_EQ(one.size(), two.size());
  if (!one.empty()) {
    ASSERT_EQ(0, std::memcmp(one.data(), two.data(), one.size() * sizeof(one[0])))
        << what << ", 1 against 2 threads";
  }
}

using RealTypes = ::testing::Types<float, double>;

}  // namespace tenon::testing
