#include "tenon/backend/sort.hpp"

#include "backend/kernels_support.hpp"

namespace tenon::testing {
namespace sort_test {

template <class T>
class Sort : public ::testing::Test {};
using Sortable = ::testing::Types<float, double, std::int64_t, std::int32_t, std::uint8_t, bool>;
TYPED_TEST_SUITE(Sort, Sortable);

/// About a hundred times a normal number; of unsigned ones the magnitude, as far as they go.
template <class T>
T from_normal(double x) {
  if constexpr (std::is_unsigned_v<T>) return static_cast<T>(static_cast<int>(std::abs(x) * 100) % 256);
  return static_cast<T>(x * 100);
}

/// Numbers of either sign among which many are equal; of real ones some are infinite, NaN and -0.
template <class T>
std::unique_ptr<T[]> values_to_sort(index_t size) {
  Generator generator(3);
  std::unique_ptr<T[]> x(new T[static_cast<std::size_t>(size)]);
  for (index_t i = 0; i < size; ++i) {
    x[static_cast<std::size_t>(i)] = from_normal<T>(generator.normal());
    if constexpr (Real<T>) {
      const T special[] = {NAN, T(-0.0), T(0), HUGE_VALF, -HUGE_VALF, T(1e30)};
      if (generator.below(3) == 0) x[static_cast<std::size_t>(i)] = special[generator.below(6)];
    }
  }
  return x;
}

/// The positions, and the values as numbers, that a kernel finds.
template <class F>
std::vector<double> found(index_t count, F run) {
  std::vector<index_t> at(static_cast<std::size_t>(count), 77);
  std::vector<double> all = run(at.data());
  all.insert(all.end(), at.begin(), at.end());
  return all;
}

TYPED_TEST(Sort, AgreesWithReferenceAtAnyThreadCount) {
  using T = TypeParam;
  const auto numbers = [](const std::unique_ptr<T[]>& y, index_t n) {
    std::vector<double> all;
    for (index_t i = 0; i < n; ++i) all.push_back(static_cast<double>(y[static_cast<std::size_t>(i)]));
    return all;
  };
  for (const auto& size : {std::array<index_t, 2>{3, 1},
                           {5, 2},
                           {7, 31},
                           {3, 511},
                           {3, 512},
                           {200, 100},
                           {2, 5000},
                           {1, 70001}}) {
    const index_t rows = size[0], n = size[1];
    const auto x = values_to_sort<T>(rows * n);
    for (const bool descending : {false, true}) {
      const std::string what = join(rows, " rows of ", n, descending ? ", descending" : "");
      expect_same_everywhere(
          [&] {
            std::unique_ptr<T[]> y(new T[static_cast<std::size_t>(rows * n)]);
            return found(rows * n, [&](index_t* at) {
              kernel<backend::Sort<T>>()(rows, n, descending, x.get(), y.get(), at);
              return numbers(y, rows * n);
            });
          },
          0, "sort of " + what);
      for (const index_t k : {index_t{0}, index_t{1}, std::min<index_t>(n, 3), n / 2, n})
        expect_same_everywhere(
            [&] {
              std::unique_ptr<T[]> y(new T[static_cast<std::size_t>(rows * k + 1)]);
              return found(rows * k, [&](index_t* at) {
                kernel<backend::Topk<T>>()(rows, n, k, descending, x.get(), y.get(), at);
                return numbers(y, rows * k);
              });
            },
            0, join("top ", k, " of ", what));
    }
    for (const index_t k : {index_t{0}, n / 2, n - 1})
      expect_same_everywhere(
          [&] {
            std::unique_ptr<T[]> y(new T[static_cast<std::size_t>(rows)]);
            return found(rows, [&](index_t* at) {
              kernel<backend::Kthvalue<T>>()(rows, n, k, x.get(), y.get(), at);
              return numbers(y, rows);
            });
          },
          0, join("element ", k, " of ", rows, " rows of ", n));
  }
}

TEST(SortBfloat16, ByValue) {
  const std::vector<bfloat16> x{bfloat16(2.0f), bfloat16(-1.0f), bfloat16(0.5f)};
  std::vector<bfloat16> y(3);
  std::vector<index_t> at(3, 77);
  kernel<backend::Sort<bfloat16>>()(1, 3, false, x.data(), y.data(), at.data());
  EXPECT_EQ(at, (std::vector<index_t>{1, 2, 0}));
}

TYPED_TEST(Sort, SearchAgreesWithReferenceAtAnyThreadCount) {
  using T = TypeParam;
  for (const index_t n : {0, 1, 5, 300}) {
    const index_t rows = 9, count = 1031;
    const std::unique_ptr<T[]> x = values_to_sort<T>(rows * n), wanted = values_to_sort<T>(rows * count),
                               sequence(new T[static_cast<std::size_t>(rows * n)]);
    std::vector<index_t> at(static_cast<std::size_t>(rows * n));
    kernel<backend::Sort<T>>()(rows, n, false, x.get(), sequence.get(), at.data());
    for (const bool right : {false, true}) {
      for (const index_t distance : {index_t{0}, n}) {
        const auto run = [&] {
          std::vector<index_t> positions(static_cast<std::size_t>(rows * count), 77);
          kernel<backend::Searchsorted<T>>()(rows, n, count, right, sequence.get(), distance, wanted.get(),
                                             positions.data());
          return positions;
        };
        expect_same_everywhere(run, 0, join("searchsorted among ", n, right ? ", right" : ""));
      }
    }
  }
}

}  // namespace sort_test
}  // namespace tenon::testing
