#pragma once
/// Rows in order, by unsigned keys that compare as the elements do: long rows by radix sort (Knuth, "Sorting
/// and Searching", 5.2.5), short ones by comparison. A key stands beside its position, so that no two entries
/// are equal, and any sort is stable.

#include <algorithm>    // sort, nth_element, partition_point, max
#include <array>        // array
#include <bit>          // bit_cast
#include <type_traits>  // conditional_t, is_signed_v

#include "tenon/backend/memory.hpp"
#include "tenon/backend/reference/sort.hpp"
#include "tenon/core/parallel.hpp"

namespace TENON_NAMESPACE::backend::cpu {

template <class T>
using SortKey = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;

/// A number whose order is that of x: -0 equals 0, and NaN comes last.
template <class T>
SortKey<T> sort_key(T x) {
  using Key = SortKey<T>;
  constexpr Key sign = Key{1} << (8 * sizeof(Key) - 1);
  if constexpr (std::is_integral_v<T>) {
    const auto bits = static_cast<Key>(x);  // of one byte: what it says
    return std::is_signed_v<T> ? static_cast<Key>(bits ^ sign) : bits;
  } else if constexpr (!Real<T>) {
    return sort_key(static_cast<float>(x));
  } else {
    const Key bits = std::bit_cast<Key>(x + T(0));  // -0 + 0 is 0
    const Key ordered = (bits & sign) != 0 ? ~bits : bits | sign;
    return x != x ? ~Key{0} : ordered;
  }
}

/// An element on its way to its place.
template <class T>
struct SortEntry {
  SortKey<T> key;
  std::uint32_t position;
  friend bool operator<(const SortEntry& a, const SortEntry& b) {
    return a.key != b.key ? a.key < b.key : a.position < b.position;
  }
};
/// Positions fit their 32 bits up to here; longer rows are left to the plain loops.
inline constexpr index_t max_sort_row = index_t{1} << 32;
/// Rows from this length on are sorted digit by digit.
inline constexpr index_t radix_sort_from = 512;

template <class T>
SortEntry<T> sort_entry(const T* row, index_t i, bool descending) {
  const SortKey<T> key = sort_key(row[i]);
  return {descending ? static_cast<SortKey<T>>(~key) : key, static_cast<std::uint32_t>(i)};
}

/// Sorts by bytes of the key, the lowest first; bytes in which all keys agree are skipped. Returns whichever
/// of the two arrays holds the result.
template <class T>
SortEntry<T>* radix_sort(index_t n, SortEntry<T>* from, SortEntry<T>* to) {
  constexpr int bytes = sizeof(SortKey<T>);
  std::array<std::array<index_t, 256>, bytes> counts{};
  const auto digit = [](SortKey<T> key, int byte) {
    return static_cast<std::size_t>(key >> (8 * byte) & 255);
  };
  for (index_t i = 0; i < n; ++i)
    for (int b = 0; b < bytes; ++b) ++counts[static_cast<std::size_t>(b)][digit(from[i].key, b)];
  for (int b = 0; b < bytes; ++b) {
    auto& count = counts[static_cast<std::size_t>(b)];
    if (count[digit(from[0].key, b)] == n) continue;
    index_t start = 0;
    for (index_t& c : count) start += std::exchange(c, start);
    for (index_t i = 0; i < n; ++i) to[count[digit(from[i].key, b)]++] = from[i];
    std::swap(from, to);
  }
  return from;
}

template <class T>
void write_sorted(index_t count, const T* row, const SortEntry<T>* entries, T* values, index_t* indices) {
  for (index_t i = 0; i < count; ++i) {
    indices[i] = entries[i].position;
    values[i] = row[entries[i].position];
  }
}

/// Calls f(row number, scratch) for each row, with room for `room` entries.
template <class T, class F>
void each_sort_row(index_t rows, index_t n, index_t room, F f) {
  parallel_for(rows, std::max<index_t>(1, (index_t{1} << 13) / std::max<index_t>(1, n)),
               [&](index_t begin, index_t end) {
                 Buffer<SortEntry<T>> scratch(room);
                 for (index_t r = begin; r < end; ++r) f(r, scratch.data());
               });
}

template <class T>
void sort(index_t rows, index_t n, bool descending, const T* x, T* values, index_t* indices) {
  if (n >= max_sort_row) return reference::sort(rows, n, descending, x, values, indices);
  each_sort_row<T>(rows, n, 2 * n, [=](index_t r, SortEntry<T>* entries) {
    const T* const row = x + r * n;
    for (index_t i = 0; i < n; ++i) entries[i] = sort_entry(row, i, descending);
    SortEntry<T>* sorted = entries;
    if (n >= radix_sort_from)
      sorted = radix_sort<T>(n, entries, entries + n);
    else
      std::sort(entries, entries + n);
    write_sorted(n, row, sorted, values + r * n, indices + r * n);
  });
}

/// The first k in order, out of a pool that is thinned out whenever it is full: elements that cannot be among
/// them are not even stored.
template <class T>
void topk(index_t rows, index_t n, index_t k, bool descending, const T* x, T* values, index_t* indices) {
  if (n >= max_sort_row) return reference::topk(rows, n, k, descending, x, values, indices);
  if (k == 0) return;
  const index_t room = std::min(n, std::max<index_t>(2 * k, 256));
  each_sort_row<T>(rows, n, room, [=](index_t r, SortEntry<T>* pool) {
    const T* const row = x + r * n;
    index_t held = 0;
    for (; held < room; ++held) pool[held] = sort_entry(row, held, descending);
    const auto subsample = [&] {
      std::nth_element(pool, pool + k - 1, pool + held);
      held = k;
    };
    if (held < n) subsample();
    SortKey<T> limit = pool[k - 1].key;  // what comes later must be less: equals keep their order
    for (index_t i = room; i < n; ++i) {
      const SortEntry<T> entry = sort_entry(row, i, descending);
      if (entry.key >= limit) continue;
      pool[held++] = entry;
      if (held < room) continue;
      subsample();
      limit = pool[k - 1].key;
    }
    if (held > k) subsample();
    std::sort(pool, pool + k);
    write_sorted(k, row, pool, values + r * k, indices + r * k);
  });
}

template <class T>
void kthvalue(index_t rows, index_t n, index_t k, const T* x, T* values, index_t* indices) {
  if (n >= max_sort_row) return reference::kthvalue(rows, n, k, x, values, indices);
  each_sort_row<T>(rows, n, n, [=](index_t r, SortEntry<T>* entries) {
    const T* const row = x + r * n;
    for (index_t i = 0; i < n; ++i) entries[i] = sort_entry(row, i, false);
    std::nth_element(entries, entries + k, entries + n);
    write_sorted(1, row, entries + k, values + r, indices + r);
  });
}

template <class T>
void searchsorted(index_t rows, index_t n, index_t count, bool right, const T* sequence, index_t distance,
                  const T* values, index_t* positions) {
  parallel_for(rows * count, 1 << 12, [&](index_t begin, index_t end) {
    for (index_t i = begin; i < end; ++i) {
      const T* const row = sequence + i / count * distance;
      const T v = values[i];
      const auto before = [&](T at) {
        return right ? !reference::sorts_before(v, at) : reference::sorts_before(at, v);
      };
      positions[i] = std::partition_point(row, row + n, before) - row;
    }
  });
}

}  // namespace TENON_NAMESPACE::backend::cpu
