#pragma once
/// Data sets: anything with a size and elements. Wrappers, which are small values, change a data set:
///
///     data::TensorDataset digits(images, labels);
///     auto [train, valid] = data::random_split(digits, 0.9);
///     auto noisy = data::map(train, [](auto digit, Generator& chance) { … return digit; });
///
/// Wrappers hold a copy of the data set: tensors are shared by handle, vectors copied unless moved.

#include <array>     // array
#include <cmath>     // round
#include <concepts>  // convertible_to
#include <tuple>     // tuple, apply
#include <utility>   // move, pair

#include "tenon/core/generator.hpp"
#include "tenon/ops/index/index.hpp"
#include "tenon/ops/index/select.hpp"
#include "tenon/ops/random/random.hpp"

namespace TENON_NAMESPACE::data {

/// A data set: a type with `size()` and `operator[]`, such as a vector. Elements may be of any type: tensors,
/// numbers, strings, tuples and structs of them. Elements that are random draw from `default_generator()`,
/// which a loader sets for each element, so that results depend on the seed and not on threads. Several
/// threads may read a data set at the same time.
template <class D>
concept Dataset = !is_tensor<D> && requires(const D& dataset) {  // a tensor's size counts elements, not rows
  { dataset.size() } -> std::convertible_to<index_t>;
  dataset[index_t{}];
};

/// The number of elements of a data set, as index_t.
template <Dataset D>
index_t size_of(const D& dataset) {
  return static_cast<index_t>(dataset.size());
}
/// Element i of a data set; converts the index for standard containers.
template <Dataset D>
decltype(auto) element_at(const D& dataset, index_t i) {
  if constexpr (requires { typename D::size_type; })
    return dataset[static_cast<typename D::size_type>(i)];
  else
    return dataset[i];
}
/// The type of a data set's elements.
template <Dataset D>
using Element = std::remove_cvref_t<decltype(element_at(std::declval<const D&>(), index_t{}))>;

/// A data set that can make a batch at once: `gather(positions)` equals the stack of the elements there.
template <class D>
concept GatherDataset =
    Dataset<D> && requires(const D& dataset, const Tensor<index_t>& positions) { dataset.gather(positions); };

/// A data set of tensors with equal first extents. Element i is the tuple of their entries i, as views; a
/// batch is one copy per tensor.
template <Scalar... Ts>
class TensorDataset {
 public:
  /// A data set that shares the tensors' memory if they are contiguous.
  ///   throws: ShapeError if first extents differ or a tensor has no axes
  explicit TensorDataset(const Tensor<Ts>&... tensors) : tensors_(contiguous(tensors.detach())...) {
    const Shape shapes[] = {tensors.shape()...};
    for (const Shape& shape : shapes)
      check<ShapeError>(shape.size() > 0 && shape[0] == shapes[0][0], "dataset",
                        "tensors differ in their first extent: ", shapes[0], " and ", shape);
  }

  /// The number of elements.
  index_t size() const { return std::get<0>(tensors_).shape()[0]; }
  /// Entry i of each tensor, as views.    throws: IndexError if i is out of range
  std::tuple<Tensor<Ts>...> operator[](index_t i) const {
    return std::apply([&](const auto&... x) { return std::tuple(select(x, 0, i)...); }, tensors_);
  }
  /// The entries at `positions` of each tensor, as copies.
  std::tuple<Tensor<Ts>...> gather(const Tensor<index_t>& positions) const {
    return std::apply([&](const auto&... x) { return std::tuple(index_select(x, 0, positions)...); },
                      tensors_);
  }
  /// The whole tensors.
  const std::tuple<Tensor<Ts>...>& tensors() const { return tensors_; }

 private:
  std::tuple<Tensor<Ts>...> tensors_;
};

/// A data set whose elements are f(element) for the elements of another; made by `map`.
template <Dataset D, class F>
class Map {
 public:
  Map(D dataset, F f) : dataset_(std::move(dataset)), f_(std::move(f)) {}

  index_t size() const { return size_of(dataset_); }
  auto operator[](index_t i) const {
    if constexpr (std::is_invocable_v<const F&, Element<D>, Generator&>)
      return f_(element_at(dataset_, i), default_generator());
    else
      return f_(element_at(dataset_, i));
  }

 private:
  D dataset_;
  F f_;
};

/// A data set of chosen elements of another; made by `subset`, `take` and `split`.
template <Dataset D>
class Subset {
 public:
  Subset(D dataset, const Tensor<index_t>& positions)
      : dataset_(std::move(dataset)), positions_(contiguous(positions)) {
    check<ShapeError>(positions.rank() == 1, "subset", "expected a vector of positions, got shape ",
                      positions.shape());
    for (const index_t i : positions_)
      check<IndexError>(i >= 0 && i < size_of(dataset_), "subset", "position ", i,
                        " is outside a data set of ", size_of(dataset_));
  }

  index_t size() const { return positions_.size(); }
  auto operator[](index_t i) const { return element_at(dataset_, positions_.at({i})); }
  auto gather(const Tensor<index_t>& positions) const
    requires GatherDataset<D>
  {
    return dataset_.gather(index_select(positions_, 0, positions));
  }

 private:
  D dataset_;
  Tensor<index_t> positions_;
};

/// A data set of the elements of two others, one after the other; made by `concat`.
template <Dataset A, Dataset B>
  requires std::same_as<Element<A>, Element<B>>
class Concat {
 public:
  Concat(A first, B second) : first_(std::move(first)), second_(std::move(second)) {}

  index_t size() const { return size_of(first_) + size_of(second_); }
  Element<A> operator[](index_t i) const {
    const index_t n = size_of(first_);
    if (i < n) return element_at(first_, i);
    return element_at(second_, i - n);
  }

 private:
  A first_;
  B second_;
};

/// The data set of f(element), or of f(element, generator) with the current `default_generator()`. Results
/// are not stored: f is called at each access.
template <Dataset D, class F>
Map<D, F> map(D dataset, F f) {
  return {std::move(dataset), std::move(f)};
}

/// The data set of the elements at `positions`, in this order.
///
///   throws: ShapeError if positions is no vector, IndexError if a position is out of range
template <Dataset D>
Subset<D> subset(D dataset, const Tensor<index_t>& positions) {
  return {std::move(dataset), positions};
}

/// The data set of the first `count` elements, or of all if there are fewer.
///
///   throws: ValueError if count < 0
template <Dataset D>
Subset<D> take(D dataset, index_t count) {
  check<ValueError>(count >= 0, "take", "negative count ", count);
  const index_t size = size_of(dataset);
  return {std::move(dataset), arange<index_t>(count < size ? count : size)};
}

/// The data set of the elements of two data sets, one after the other. Their elements have the same type.
template <Dataset A, Dataset B>
Concat<A, B> concat(A first, B second) {
  return {std::move(first), std::move(second)};
}
/// The data set of the elements of several data sets, one after another.
template <Dataset A, Dataset B, Dataset C, Dataset... Rest>
auto concat(A first, B second, C third, Rest... rest) {
  return concat(concat(std::move(first), std::move(second)), std::move(third), std::move(rest)...);
}

namespace detail {

template <Dataset D, std::size_t count>
std::array<Subset<D>, count> split_at(const D& dataset, const Tensor<index_t>& order,
                                      const index_t (&counts)[count]) {
  index_t total = 0;
  for (const index_t n : counts) {
    check<ValueError>(n >= 0, "split", "negative count ", n);
    total += n;
  }
  check<ValueError>(total == order.size(), "split", "counts add up to ", total, ", the data set has ",
                    order.size());
  index_t begin = 0;
  const auto part = [&](index_t n) {
    begin += n;
    return Subset<D>(dataset, narrow(order, 0, begin - n, n));
  };
  return [&]<std::size_t... i>(std::index_sequence<i...>) {
    return std::array<Subset<D>, count>{part(counts[i])...};
  }(std::make_index_sequence<count>());
}

template <Dataset D>
std::array<Subset<D>, 2> split_at(const D& dataset, const Tensor<index_t>& order, double share) {
  check<ValueError>(share >= 0 && share <= 1, "split", "expected a share between 0 and 1, got ", share);
  const auto first = static_cast<index_t>(std::round(share * static_cast<double>(order.size())));
  return split_at(dataset, order, {first, order.size() - first});
}

}  // namespace detail

/// Splits a data set into consecutive parts of given sizes: `split(d, {50000, 10000})`.
///
///   throws: ValueError if the counts do not add up to the size or one is negative
template <Dataset D, std::size_t count>
std::array<Subset<D>, count> split(const D& dataset, const index_t (&counts)[count]) {
  return detail::split_at(dataset, arange<index_t>(size_of(dataset)), counts);
}
/// Splits a data set into the first share of its elements, rounded, and the rest: `split(d, 0.9)`.
///
///   throws: ValueError if the share is not in [0, 1]
template <Dataset D>
std::array<Subset<D>, 2> split(const D& dataset, double share) {
  return detail::split_at(dataset, arange<index_t>(size_of(dataset)), share);
}

/// Splits a data set at random into parts of given sizes: `random_split(d, {50000, 10000})`.
///
///   throws: ValueError if the counts do not add up to the size or one is negative
template <Dataset D, std::size_t count>
std::array<Subset<D>, count> random_split(const D& dataset, const index_t (&counts)[count],
                                          Generator& generator = default_generator()) {
  return detail::split_at(dataset, randperm(size_of(dataset), generator), counts);
}
/// Splits a data set at random into a share of its elements, rounded, and the rest.
///
///   throws: ValueError if the share is not in [0, 1]
template <Dataset D>
std::array<Subset<D>, 2> random_split(const D& dataset, double share,
                                      Generator& generator = default_generator()) {
  return detail::split_at(dataset, randperm(size_of(dataset), generator), share);
}

}  // namespace TENON_NAMESPACE::data
