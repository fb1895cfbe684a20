#pragma once
/// Rows of a table, combined a bag at a time.

#include "tenon/ops/elementwise/compare.hpp"
#include "tenon/ops/index/index.hpp"
#include "tenon/ops/nn/embedding.hpp"

namespace TENON_NAMESPACE {

/// How the rows of a bag are combined.
enum class BagMode { sum, mean, max };

/// Options of `embedding_bag`.
template <Real T>
struct EmbeddingBagOptions {
  BagMode mode = BagMode::mean;            ///< how the rows of a bag are combined
  Tensor<T> per_sample_weights{};          ///< multiply the rows, of the index's shape; for sums only
  bool include_last_offset = false;        ///< the last offset is the number of indices, not a bag
  std::optional<index_t> padding_index{};  ///< entries equal to it are left out; negative counts from the end
};

namespace detail {

/// Which rows go into which bag.
template <std::same_as<index_t> I>
struct Bags {
  index_t count = 0;
  std::vector<I> row, bag, entry;  ///< one for each index but padding; `entry` is its place in the index

  Bags(const Tensor<I>& index, const Tensor<I>& offsets, index_t table_rows, bool include_last,
       std::optional<index_t> padding) {
    const char* const op = "embedding_bag";
    check<ShapeError>(
        offsets.defined() ? index.rank() == 1 && offsets.rank() == 1 : index.rank() == 2, op,
        "expected indices (bags, entries), or a vector of indices and a vector of offsets, got ",
        index.shape());
    const Tensor<I> at = checked_ids(index, table_rows, op);
    const std::vector<I> begins = starts(index, offsets, include_last, op);
    const index_t left_out = padding ? (*padding < 0 ? *padding + table_rows : *padding) : -1;
    check<IndexError>(!padding || (left_out >= 0 && left_out < table_rows), op, "padding index ",
                      padding.value_or(0), " is outside a table of ", table_rows, " rows");
    count = static_cast<index_t>(begins.size()) - 1;
    for (index_t b = 0; b < count; ++b) {
      for (index_t i = begins[static_cast<std::size_t>(b)]; i < begins[static_cast<std::size_t>(b) + 1];
           ++i) {
        if (at.data()[i] == left_out) continue;
        row.push_back(at.data()[i]);
        bag.push_back(b);
        entry.push_back(i);
      }
    }
  }

  static Tensor<I> tensor(const std::vector<I>& values) {
    return from(values, {static_cast<index_t>(values.size())});
  }

 private:
  /// Where each bag begins in the flattened index, and its end.
  static std::vector<I> starts(const Tensor<I>& index, const Tensor<I>& offsets, bool include_last,
                               const char* op) {
    std::vector<I> begins;
    if (!offsets.defined()) {
      for (index_t b = 0; b <= index.shape()[0]; ++b) begins.push_back(b * index.shape()[1]);
      return begins;
    }
    begins = offsets.to_vector();
    check<ValueError>(!include_last || !begins.empty(), op, "include_last_offset without any offset");
    if (!include_last) begins.push_back(index.size());
    for (std::size_t b = 0; b < begins.size(); ++b)
      check<ValueError>(begins[b] >= (b > 0 ? begins[b - 1] : 0) && begins[b] <= index.size(), op, "offset ",
                        begins[b], " is out of order among ", index.size(), " indices");
    check<ValueError>(begins.size() == 1 || begins[0] == 0, op, "the first offset is ", begins[0], ", not 0");
    return begins;
  }
};

/// For each bag and column, the place in the flattened table of the largest entry; -1 for an empty bag.
template <class T>
Tensor<index_t> largest_of_bags(const Tensor<T>& weight, const Bags<index_t>& bags) {
  const index_t columns = weight.shape()[1];
  const Tensor<T> table = contiguous(weight.detach());
  Tensor<index_t> places = full<index_t>({bags.count, columns}, -1);
  index_t* const place = places.mutable_data();
  const T* const w = table.data();
  for (std::size_t k = 0; k < bags.row.size(); ++k) {
    for (index_t d = 0; d < columns; ++d) {
      index_t& best = place[bags.bag[k] * columns + d];
      const index_t candidate = bags.row[k] * columns + d;
      const bool better =
          best < 0 || w[candidate] > w[best] || (w[candidate] != w[candidate] && w[best] == w[best]);
      if (better) best = candidate;
    }
  }
  return places;
}

}  // namespace detail

/// Sums, means or maxima of the rows of a table that bags of indices name. An empty bag gives zeros.
/// Gradient: dweight = g of each bag added at its rows, times the factors of a sum, divided by the size of
/// the bag for a mean, for a maximum at the largest entries.
///
///   shapes: weight (V, D); index (bags, entries) with entries in [0, V), or a vector, with `offsets` the
///     position at which each bag begins
///   returns: (bags, D)
///   throws: ShapeError if the shapes do not fit; IndexError if an index or the padding index is out of
///     range; ValueError if offsets do not ascend from 0 or per_sample_weights come with another mode than
///     sum
///   keeps: the indices; with per_sample_weights these and the rows; for a mean the sums and sizes, for a
///     maximum the largest entries
///   cost: one pass over the rows named, which are copied before they are combined
template <Real T>
Tensor<T> embedding_bag(const Tensor<T>& weight, const Tensor<index_t>& index,
                        const Tensor<index_t>& offsets = {}, const EmbeddingBagOptions<T>& options = {}) {
  check<ShapeError>(weight.rank() == 2, "embedding_bag", "expected a table of shape (V, D), got ",
                    weight.shape());
  const Tensor<T>& factors = options.per_sample_weights;
  check<ValueError>(!factors.defined() || options.mode == BagMode::sum, "embedding_bag",
                    "per_sample_weights are for sums only");
  check<ShapeError>(!factors.defined() || factors.shape() == index.shape(), "embedding_bag",
                    "expected per_sample_weights of shape ", index.shape(), ", got ",
                    factors.defined() ? factors.shape() : Shape{});
  const detail::Bags<index_t> bags(index, offsets, weight.shape()[0], options.include_last_offset,
                                   options.padding_index);
  const index_t columns = weight.shape()[1];
  if (options.mode == BagMode::max) {
    const Tensor<index_t> places = detail::largest_of_bags(weight, bags);
    const Tensor<bool> none = lt(places, 0);
    if (weight.size() == 0) return zeros<T>({bags.count, columns});
    const Tensor<index_t> some = where(none, zeros<index_t>(places.shape()), places);
    return masked_fill(reshape(index_select(flatten(weight), 0, flatten(some)), places.shape()), none, T(0));
  }
  Tensor<T> rows = index_select(weight, 0, detail::Bags<index_t>::tensor(bags.row));
  if (factors.defined())
    rows =
        mul(rows, unsqueeze(index_select(flatten(factors), 0, detail::Bags<index_t>::tensor(bags.entry)), 1));
  const Tensor<index_t> bag = detail::Bags<index_t>::tensor(bags.bag);
  const Tensor<T> total = index_add(zeros<T>({bags.count, columns}), 0, bag, rows);
  if (options.mode == BagMode::sum) return total;
  Tensor<T> share = zeros<T>({bags.count, 1});
  T* const counts = share.mutable_data();
  for (index_t b : bags.bag) counts[b] += T(1);
  return map("embedding_bag", [](auto t, auto n) { return t / select(n == 0, 1, n); }, total, share);
}

}  // namespace TENON_NAMESPACE
