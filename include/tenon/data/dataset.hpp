#pragma once
/// Data sets: anything that has a size and elements. What changes a data set is a small value around it:
///
///     data::TensorDataset digits(images, labels);
///     auto [train, valid] = data::random_split(digits, 0.9);
///     auto noisy = data::map(train, [](auto digit, Generator& chance) { … return digit; });
///
/// Values copy what they are made of: tensors by handle, vectors by their elements unless they are moved in.

#include <array>     // array
#include <cmath>     // round
#include <concepts>  // convertible_to
#include <tuple>     // tuple, apply
#include <utility>   // move, pair

#include "tenon/core/generator.hpp"
#include "tenon/ops/index.hpp"
#include "tenon/ops/random.hpp"

namespace TENON_NAMESPACE::data {

/// `size()` and `operator[]`; vectors are data sets too. Elements may be of any type: tensors, numbers,
/// strings, tuples and structs of them. What is random in an element is drawn from `default_generator()`,
/// which a loader sets for each element, so that it depends on the seed and not on threads. Several threads
/// may read one data set.
template <class D>
concept Dataset = requires(const D& dataset) {
  { dataset.size() } -> std::convertible_to<index_t>;
  dataset[index_t{}];
};

template <Dataset D>
index_t size_of(const D& dataset) {
  return static_cast<index_t>(dataset.size());
}
template <Dataset D>
decltype(auto) element_at(const D& dataset, index_t i) {
  if constexpr (requires { typename D::size_type; })
    return dataset[static_cast<typename D::size_type>(i)];
  else
    return dataset[i];
}
template <Dataset D>
using Element = std::remove_cvref_t<decltype(element_at(std::declval<const D&>(), index_t{}))>;

/// A data set that makes a batch at once: `gather(positions)` is what stacking those elements would give.
template <class D>
concept GatherDataset = Dataset<D> && requires(const D& dataset, const Tensor<index_t>& positions) {
  dataset.gather(positions);
};

/// Tensors whose first axes count the same things. An element is a tuple of views, a batch one copy a tensor.
template <Scalar... Ts>
class TensorDataset {
 public:
  explicit TensorDataset(const Tensor<Ts>&... tensors) : tensors_(contiguous(tensors.detach())...) {
    const Shape shapes[] = {tensors.shape()...};
    for (const Shape& shape : shapes)
      check<ShapeError>(shape.size() > 0 && shape[0] == shapes[0][0], "dataset",
                        "tensors differ in their first extent: ", shapes[0], " and ", shape);
  }

  index_t size() const { return std::get<0>(tensors_).shape()[0]; }
  std::tuple<Tensor<Ts>...> operator[](index_t i) const {
    return std::apply([&](const auto&... x) { return std::tuple(select(x, 0, i)...); }, tensors_);
  }
  std::tuple<Tensor<Ts>...> gather(const Tensor<index_t>& positions) const {
    return std::apply([&](const auto&... x) { return std::tuple(index_select(x, 0, positions)...); },
                      tensors_);
  }
  const std::tuple<Tensor<Ts>...>& tensors() const { return tensors_; }

 private:
  std::tuple<Tensor<Ts>...> tensors_;
};

/// The elements of a data set passed through a function; see `map`.
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

/// Elements chosen by position; see `subset`.
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
  auto gather(const Tensor<index_t>& positions) const requires GatherDataset<D> {
    return dataset_.gather(index_select(positions_, 0, positions));
  }

 private:
  D dataset_;
  Tensor<index_t> positions_;
};

/// One data set after another; see `concat`.
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

/// f(element), or f(element, generator) where the generator is what `default_generator()` is then. Nothing
/// is kept: f runs whenever an element is asked for.
template <Dataset D, class F>
Map<D, F> map(D dataset, F f) {
  return {std::move(dataset), std::move(f)};
}

/// The elements at `positions`, in that order.
///   throws ShapeError, IndexError
template <Dataset D>
Subset<D> subset(D dataset, const Tensor<index_t>& positions) {
  return {std::move(dataset), positions};
}

/// The first `count` elements, or all when there are fewer.
template <Dataset D>
Subset<D> take(D dataset, index_t count) {
  check<ValueError>(count >= 0, "take", "negative count ", count);
  const index_t size = size_of(dataset);
  return {std::move(dataset), arange<index_t>(count < size ? count : size)};
}

/// The elements of all data sets, one after another.
template <Dataset A, Dataset B>
Concat<A, B> concat(A first, B second) {
  return {std::move(first), std::move(second)};
}
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
  }
  (std::make_index_sequence<count>());
}

template <Dataset D>
std::array<Subset<D>, 2> split_at(const D& dataset, const Tensor<index_t>& order, double share) {
  check<ValueError>(share >= 0 && share <= 1, "split", "expected a share between 0 and 1, got ", share);
  const auto first = static_cast<index_t>(std::round(share * static_cast<double>(order.size())));
  return split_at(dataset, order, {first, order.size() - first});
}

}  // namespace detail

/// Parts in the order of the data set: `split(d, {50000, 10000})`, or the first share and the rest, `split(d,
/// 0.9)`.
///   throws ValueError when the counts do not add up to the size
template <Dataset D, std::size_t count>
std::array<Subset<D>, count> split(const D& dataset, const index_t (&counts)[count]) {
  return detail::split_at(dataset, arange<index_t>(size_of(dataset)), counts);
}
template <Dataset D>
std::array<Subset<D>, 2> split(const D& dataset, double share) {
  return detail::split_at(dataset, arange<index_t>(size_of(dataset)), share);
}

/// Parts whose elements are drawn without replacement.
///   throws ValueError when the counts do not add up to the size
template <Dataset D, std::size_t count>
std::array<Subset<D>, count> random_split(const D& dataset, const index_t (&counts)[count],
                                          Generator& generator = default_generator()) {
  return detail::split_at(dataset, randperm(size_of(dataset), generator), counts);
}
template <Dataset D>
std::array<Subset<D>, 2> random_split(const D& dataset, double share,
                                      Generator& generator = default_generator()) {
  return detail::split_at(dataset, randperm(size_of(dataset), generator), share);
}

}  // namespace TENON_NAMESPACE::data
