#pragma once
/// Collation: making a batch of a list of elements.
///
///     element                       batch by Stack                   batch by Pad
///     Tensor<T> of shape (…)        Tensor<T> of shape (N, …)        Padded<T>
///     vector of numbers             vector of vectors                Padded<T>
///     float, double, bool, uint8    Tensor of that type              Tensor of that type
///     another integer type          Tensor<index_t>                  Tensor<index_t>
///     tuple, pair                   tuple, pair, member by member    tuple, pair, member by member
///     struct of tensors             the struct, with batches         tuple, member by member
///     another struct                tuple, member by member          tuple, member by member
///     another type, as a string     vector                           vector

#include <algorithm>    // copy, fill_n, max
#include <string>       // string
#include <tuple>        // tuple, tuple_size
#include <type_traits>  // is_arithmetic
#include <utility>      // move, pair, index_sequence
#include <vector>       // vector

#include "tenon/core/reflect.hpp"
#include "tenon/tensor/create.hpp"

namespace TENON_NAMESPACE::data {

/// N sequences of different lengths in one tensor.
template <Scalar T>
struct Padded {
  Tensor<T> values;         ///< (N, longest, …), padded at the end
  Tensor<index_t> lengths;  ///< (N)
};

/// Copies tensors of equal shape into one with a new first axis. Unlike `stack`, nothing is recorded.
///
///   returns: (N, …)
///   throws: ShapeError if shapes differ, ValueError if there is no tensor
template <Scalar T>
Tensor<T> stack_copies(const std::vector<Tensor<T>>& items);

/// Copies sequences (length, …) of different lengths into one tensor, padded with `value`.
///
///   returns: values (N, longest, …), lengths (N)
///   throws: ShapeError if other extents than the lengths differ, ValueError if there is no sequence
template <Scalar T>
Padded<T> pad_sequence(const std::vector<Tensor<T>>& sequences, std::type_identity_t<T> value = T(0));

/// Collates by stacking, the default of loaders: tensors of equal shape become one with a new first axis. The
/// table at the head of the file gives the batch of each type of element.
///
///   throws: ShapeError if shapes differ
struct Stack {
  template <class E>
  auto operator()(std::vector<E> elements) const;
};

/// Collates by padding: tensors and vectors of numbers that differ in their first extent become a `Padded`.
/// The table at the head of the file gives the batch of each type of element.
///
///   throws: ShapeError if other extents differ
struct Pad {
  double value = 0;  ///< the padding

  template <class E>
  auto operator()(std::vector<E> elements) const;
};

// Definitions -----------------------------------------------------------------------------------------------

namespace detail {

template <class E>
concept TupleLike = requires { std::tuple_size<E>::value; };
template <class E>
inline constexpr bool is_pair = false;
template <class A, class B>
inline constexpr bool is_pair<std::pair<A, B>> = true;
template <class E>
inline constexpr bool is_number_vector = false;
template <Scalar T>
inline constexpr bool is_number_vector<std::vector<T>> = !std::is_same_v<T, bool>;

/// The scalar type of the tensor of numbers of type E.
template <class E>
using NumberScalar =
    std::conditional_t<Real<E> || std::is_same_v<E, bool> || std::is_same_v<E, std::uint8_t>, E, index_t>;

template <class E>
auto stack_numbers(const std::vector<E>& numbers) {
  using T = NumberScalar<E>;
  Tensor<T> batch = Tensor<T>::empty({static_cast<index_t>(numbers.size())});
  T* to = batch.mutable_data();
  for (const E number : numbers) *to++ = static_cast<T>(number);
  return batch;
}

/// Collates tuples and structs member by member, numbers as a tensor and other elements by `leaf`.
template <class Leaf, class E>
auto collate(const Leaf& leaf, std::vector<E> elements);

template <class Leaf, class E, class Members>
auto collate_members(const Leaf& leaf, std::vector<E>& elements, Members members_of) {
  using Tied = decltype(members_of(elements[0]));
  const auto member = [&]<std::size_t i>(std::integral_constant<std::size_t, i>) {
    std::vector<std::remove_cvref_t<std::tuple_element_t<i, Tied>>> column;
    column.reserve(elements.size());
    for (E& element : elements) column.push_back(std::move(std::get<i>(members_of(element))));
    return collate(leaf, std::move(column));
  };
  return [&]<std::size_t... i>(std::index_sequence<i...>) {
    return std::tuple{member(std::integral_constant<std::size_t, i>())...};
  }(std::make_index_sequence<std::tuple_size_v<Tied>>());
}

template <class E, class Columns>
auto as_struct(Columns columns) {
  using Tied = decltype(tie_fields(std::declval<E&>()));
  return [&]<std::size_t... i>(std::index_sequence<i...>) {
    if constexpr ((std::is_same_v<std::remove_cvref_t<std::tuple_element_t<i, Tied>>,
                                  std::tuple_element_t<i, Columns>> &&
                   ...))
      return E{std::get<i>(std::move(columns))...};
    else
      return columns;
  }(std::make_index_sequence<std::tuple_size_v<Tied>>());
}

template <class Leaf, class E>
auto collate(const Leaf& leaf, std::vector<E> elements) {
  if constexpr (std::is_arithmetic_v<E>) {
    return stack_numbers(elements);
  } else if constexpr (is_pair<E>) {
    auto columns = collate_members(leaf, elements, [](E& e) {
      return std::tuple<decltype(e.first)&, decltype(e.second)&>(e.first, e.second);
    });
    return std::pair{std::get<0>(std::move(columns)), std::get<1>(std::move(columns))};
  } else if constexpr (TupleLike<E>) {
    return collate_members(leaf, elements,
                           [](E& e) { return std::apply([](auto&... m) { return std::tie(m...); }, e); });
  } else if constexpr (PlainStruct<E>) {
    return as_struct<E>(collate_members(leaf, elements, [](E& e) { return tie_fields(e); }));
  } else {
    return leaf(std::move(elements));
  }
}

/// Copies the elements of a tensor to `to`, in row-major order.
template <class T>
void copy_elements(const Tensor<T>& from, T* to) {
  if (from.is_contiguous())
    std::copy_n(from.data(), from.size(), to);
  else
    std::copy(from.begin(), from.end(), to);
}

}  // namespace detail

template <Scalar T>
Tensor<T> stack_copies(const std::vector<Tensor<T>>& items) {
  check<ValueError>(!items.empty(), "collate", "an empty batch");
  Shape shape = items[0].shape();
  shape.insert(0, static_cast<index_t>(items.size()));
  Tensor<T> batch = Tensor<T>::empty(shape);
  T* to = batch.mutable_data();
  for (const Tensor<T>& item : items) {
    check<ShapeError>(item.shape() == items[0].shape(), "collate",
                      "elements of a batch differ in shape: ", items[0].shape(), " and ", item.shape(),
                      "; Pad collates sequences of several lengths");
    detail::copy_elements(item, to);
    to += item.size();
  }
  return batch;
}

template <Scalar T>
Padded<T> pad_sequence(const std::vector<Tensor<T>>& sequences, std::type_identity_t<T> value) {
  check<ValueError>(!sequences.empty(), "pad_sequence", "expected at least one sequence");
  const auto count = static_cast<index_t>(sequences.size());
  Tensor<index_t> lengths = Tensor<index_t>::empty({count});
  index_t longest = 0, *length = lengths.mutable_data();
  for (const Tensor<T>& sequence : sequences) {
    check<ShapeError>(sequence.rank() > 0, "pad_sequence", "a tensor of rank 0 is no sequence");
    longest = std::max(longest, *length++ = sequence.shape()[0]);
  }
  const auto padded = [&](const Tensor<T>& sequence) {
    Shape shape = sequence.shape();
    shape[0] = longest;
    return shape;
  };
  Shape shape = padded(sequences[0]);
  const index_t row = element_count(shape);
  shape.insert(0, count);
  Tensor<T> values = Tensor<T>::empty(shape);
  T* to = values.mutable_data();
  for (const Tensor<T>& sequence : sequences) {
    check<ShapeError>(padded(sequence) == padded(sequences[0]), "pad_sequence",
                      "sequences differ in more than their lengths: ", sequences[0].shape(), " and ",
                      sequence.shape());
    detail::copy_elements(sequence, to);
    std::fill(to + sequence.size(), to + row, value);
    to += row;
  }
  return {values, lengths};
}

template <class E>
auto Stack::operator()(std::vector<E> elements) const {
  return detail::collate(
      []<class Item>(std::vector<Item> items) {
        if constexpr (is_tensor<Item>)
          return stack_copies(items);
        else
          return items;
      },
      std::move(elements));
}

template <class E>
auto Pad::operator()(std::vector<E> elements) const {
  return detail::collate(
      [this]<class Item>(std::vector<Item> items) {
        if constexpr (is_tensor<Item>) {
          return pad_sequence(items, static_cast<typename Item::value_type>(value));
        } else if constexpr (detail::is_number_vector<Item>) {
          using T = typename Item::value_type;
          std::vector<Tensor<T>> sequences;
          for (const Item& item : items) sequences.push_back(from(item, {static_cast<index_t>(item.size())}));
          return pad_sequence(sequences, static_cast<T>(value));
        } else {
          return items;
        }
      },
      std::move(elements));
}

}  // namespace TENON_NAMESPACE::data
