#pragma once
/// Creation of tensors: constants, ranges, random numbers, and copies of data.
///
/// Holds for every function of this file:
///   throws: ShapeError if an extent is negative or the shape is too large

#include <algorithm>         // copy, fill_n
#include <cmath>             // ceil, pow
#include <initializer_list>  // initializer_list
#include <vector>            // vector

#include "tenon/core/generator.hpp"
#include "tenon/core/number.hpp"
#include "tenon/core/parallel.hpp"
#include "tenon/tensor/tensor.hpp"

namespace TENON_NAMESPACE {

/// A tensor filled with a value.
///
///   throws: ValueError if T is an integer type that cannot represent the value
template <Scalar T>
Tensor<T> full(const Shape& shape, const ElementArgument<std::type_identity_t<T>>& value) {
  const T element = value.get("full");
  Tensor<T> x = Tensor<T>::empty(shape);
  T* data = x.mutable_data();
  parallel_for(x.size(), index_t{1} << 18,
               [&](index_t begin, index_t end) { std::fill(data + begin, data + end, element); });
  return x;
}
/// A tensor of zeros.
template <Scalar T>
Tensor<T> zeros(const Shape& shape) {
  return full<T>(shape, T(0));
}
/// A tensor of ones.
template <Scalar T>
Tensor<T> ones(const Shape& shape) {
  return full<T>(shape, T(1));
}
/// A tensor of zeros in the shape of x.
template <Scalar T>
Tensor<T> zeros_like(const Tensor<T>& x) {
  return zeros<T>(x.shape());
}
/// A tensor of ones in the shape of x.
template <Scalar T>
Tensor<T> ones_like(const Tensor<T>& x) {
  return ones<T>(x.shape());
}
/// A tensor in the shape of x filled with a value.
///
///   throws: ValueError if T is an integer type that cannot represent the value
template <Scalar T>
Tensor<T> full_like(const Tensor<T>& x, const ElementArgument<std::type_identity_t<T>>& value) {
  return full<T>(x.shape(), value);
}
/// An uninitialised, contiguous tensor in the shape of x.
template <Scalar T>
Tensor<T> empty_like(const Tensor<T>& x) {
  return Tensor<T>::empty(x.shape());
}

/// A tensor of rank 0 with one value.
template <Scalar T>
Tensor<T> scalar(T value) {
  return full<T>({}, value);
}

/// A tensor with a copy of `values` in row-major order.
///
///   throws: ShapeError if the number of values is not that of the shape's elements
template <Scalar T>
Tensor<T> from(const std::vector<T>& values, const Shape& shape) {
  const auto count = static_cast<index_t>(values.size());
  check<ShapeError>(element_count(shape, "from") == count, "from", count, " values do not fill shape ",
                    shape);
  Tensor<T> x = Tensor<T>::empty(shape);
  std::copy(values.begin(), values.end(), x.mutable_data());
  return x;
}
/// A vector of given values: `from<float>({1, 2, 3})`.
template <Scalar T>
Tensor<T> from(std::initializer_list<T> values) {
  return from(std::vector<T>(values), {static_cast<index_t>(values.size())});
}
/// A matrix of given rows: `from<float>({{1, 2}, {3, 4}})`.
///
///   throws: ShapeError if rows differ in length
template <Scalar T>
Tensor<T> from(std::initializer_list<std::initializer_list<T>> rows) {
  if (rows.size() == 0) return Tensor<T>::empty({0});  // `from({})` has no second axis
  const auto count = static_cast<index_t>(rows.size()), width = static_cast<index_t>(rows.begin()->size());
  Tensor<T> x = Tensor<T>::empty({count, width});
  T* out = x.mutable_data();
  for (const auto& row : rows) {
    const auto length = static_cast<index_t>(row.size());
    check<ShapeError>(length == width, "from", "rows differ in length: ", width, " and ", length);
    out = std::copy(row.begin(), row.end(), out);
  }
  return x;
}
namespace detail {

/// Numbers in nested braces, of any depth.
template <Scalar T>
class NestedList {
 public:
  template <class Number>
    requires std::convertible_to<Number, T>
  NestedList(Number value) : value_(static_cast<T>(value)) {}
  NestedList(std::initializer_list<NestedList> parts) : parts_(parts), is_list_(true) {}

  /// The shape of the list, if all parts of a level have that of the first.
  Shape shape() const {
    Shape shape;
    for (const NestedList* list = this; list->is_list_; list = &list->parts_.front()) {
      shape.push_back(static_cast<index_t>(list->parts_.size()));
      if (list->parts_.empty()) break;
    }
    return shape;
  }
  /// Writes the numbers and returns the end; `axis` is the level.
  T* write(const Shape& shape, int axis, T* out) const {
    const bool fits =
        axis == shape.size() ? !is_list_ : is_list_ && static_cast<index_t>(parts_.size()) == shape[axis];
    check<ShapeError>(fits, "tensor", "the lists of level ", axis,
                      " differ in length or depth from the first, of shape ", shape);
    if (!is_list_) *out++ = value_;
    for (const NestedList& part : parts_) out = part.write(shape, axis + 1, out);
    return out;
  }

 private:
  T value_{};
  std::vector<NestedList> parts_;
  bool is_list_ = false;
};

}  // namespace detail

/// A tensor of given numbers, with an axis for each level of braces: `tensor<float>({{1, 2}, {3, 4}})`.
///
///   throws: ShapeError if the lists of a level differ in length or depth
template <Scalar T>
Tensor<T> tensor(const detail::NestedList<T>& values) {
  Tensor<T> x = Tensor<T>::empty(values.shape());
  values.write(x.shape(), 0, x.mutable_data());
  return x;
}
/// A tensor over the caller's memory, which must outlive it unless `release` is given; release(context) is
/// called when the last handle is destroyed. Writing to the tensor writes to that memory.
template <Scalar T>
Tensor<T> borrow(T* data, const Shape& shape, void (*release)(void*) = nullptr, void* context = nullptr) {
  return Tensor<T>::make(Storage::borrow(data, release, context), 0, shape, contiguous_strides(shape),
                         element_count(shape, "borrow"), true);
}

namespace detail {
/// The type in which a range of T is computed: index_t for integers.
template <Scalar T>
using RangeNumber = std::conditional_t<std::integral<T>, index_t, compute_t<T>>;

/// The number of steps from start to below stop (above, for a negative step), computed unsigned so that no
/// difference of two integers overflows.
inline std::uint64_t range_count(index_t start, index_t stop, index_t step) {
  const auto from = static_cast<std::uint64_t>(start), to = static_cast<std::uint64_t>(stop),
             by = static_cast<std::uint64_t>(step);
  if (step > 0) return start < stop ? (to - from - 1) / by + 1 : 0;
  return start > stop ? (from - to - 1) / (0 - by) + 1 : 0;
}
template <Real T>
double range_count(T start, T stop, T step) {
  const double span = (static_cast<double>(stop) - static_cast<double>(start)) / static_cast<double>(step);
  return span <= 0 ? 0 : std::ceil(span);  // NaN stays
}
}  // namespace detail

/// The vector start, start + step, …, up to but without stop. For an integer T the arguments are of type
/// int64, and only the elements must fit T: `arange<std::uint8_t>(256)`.
///
///   throws: ValueError if step is 0, the range is too long or NaN, or an element does not fit T
template <Scalar T>
Tensor<T> arange(detail::RangeNumber<T> start, detail::RangeNumber<T> stop, detail::RangeNumber<T> step = 1) {
  check<ValueError>(step != 0, "arange", "step is 0");
  const auto span = detail::range_count(start, stop, step);
  check<ValueError>(span < 1ull << 58, "arange", "the range from ", start, " to ", stop, " by ", step,
                    " is too long");
  const auto count = static_cast<index_t>(span);
  const auto number = [start, step](index_t i) {
    if constexpr (std::integral<T>)  // unsigned, since the product may overflow index_t
      return static_cast<index_t>(static_cast<std::uint64_t>(start) +
                                  static_cast<std::uint64_t>(i) * static_cast<std::uint64_t>(step));
    else
      return start + static_cast<detail::RangeNumber<T>>(i) * step;
  };
  if constexpr (std::integral<T>)
    for (index_t end : {number(0), number(count > 0 ? count - 1 : 0)})
      check<ValueError>(count == 0 || static_cast<index_t>(static_cast<T>(end)) == end, "arange", end,
                        " in the range from ", start, " to ", stop, " by ", step, " does not fit ",
                        scalar_name<T>());
  Tensor<T> x = Tensor<T>::empty({count});
  T* data = x.mutable_data();
  for (index_t i = 0; i < count; ++i) data[i] = static_cast<T>(number(i));
  return x;
}
/// The vector 0, 1, …, up to but without stop.
template <Scalar T>
Tensor<T> arange(detail::RangeNumber<T> stop) {
  return arange<T>(0, stop);
}

/// `count` evenly spaced numbers from start to stop, both included. As in PyTorch, each is computed from the
/// nearer end.
///
///   throws: ValueError if count < 0
template <Real T>
Tensor<T> linspace(std::type_identity_t<T> start, std::type_identity_t<T> stop, index_t count) {
  check<ValueError>(count >= 0, "linspace", "negative count ", count);
  Tensor<T> x = Tensor<T>::empty({count});
  T* data = x.mutable_data();
  const T step = count > 1 ? (stop - start) / static_cast<T>(count - 1) : T(0);
  for (index_t i = 0; i < count; ++i)
    data[i] = i < count / 2 || count == 1 ? start + step * static_cast<T>(i)
                                          : stop - step * static_cast<T>(count - 1 - i);
  return x;
}
/// `count` powers of a base, whose exponents are evenly spaced from start to stop, both included.
///
///   throws: ValueError if count < 0
template <Real T>
Tensor<T> logspace(std::type_identity_t<T> start, std::type_identity_t<T> stop, index_t count,
                   double base = 10) {
  check<ValueError>(count >= 0, "logspace", "negative count ", count);
  Tensor<T> x = linspace<T>(start, stop, count);
  T* data = x.mutable_data();
  for (index_t i = 0; i < count; ++i) data[i] = static_cast<T>(std::pow(base, static_cast<double>(data[i])));
  return x;
}

/// The identity matrix (n, m), by default (n, n).
template <Scalar T>
Tensor<T> eye(index_t n, index_t m = -1) {
  if (m < 0) m = n;
  Tensor<T> x = zeros<T>({n, m});
  T* data = x.mutable_data();
  for (index_t i = 0; i < std::min(n, m); ++i) data[i * m + i] = T(1);
  return x;
}

// Random numbers: element i depends on the generator's seed, its position and i alone -----------------------

namespace detail {
/// Fills x with random numbers: f(block, values) makes `per_block` numbers of each Philox block.
template <int per_block, class T, class F>
void fill_random(Tensor<T>& x, Generator& generator, F f) {
  const index_t blocks = (x.size() + per_block - 1) / per_block;
  const std::uint64_t seed = generator.seed(),
                      first = generator.take_blocks(static_cast<std::uint64_t>(blocks));
  T* data = x.mutable_data();
  parallel_for(blocks, 1 << 13, [&](index_t begin, index_t end) {
    for (index_t b = begin; b < end; ++b) {
      const Philox::Block block = Philox::block(seed, first + static_cast<std::uint64_t>(b));
      T values[per_block];
      f(block, values);
      std::copy_n(values, std::min<index_t>(per_block, x.size() - b * per_block), data + b * per_block);
    }
  });
}
inline std::uint64_t word_pair(const Philox::Block& block, int i) {
  return std::uint64_t{block.word[2 * i]} << 32 | block.word[2 * i + 1];
}
}  // namespace detail

/// A tensor of uniform random numbers in [0, 1).
template <Real T>
Tensor<T> rand(const Shape& shape, Generator& generator = default_generator()) {
  Tensor<T> x = Tensor<T>::empty(shape);
  constexpr int per_block = sizeof(T) == 4 ? 4 : 2;
  detail::fill_random<per_block>(x, generator, [](const Philox::Block& block, T* values) {
    for (int i = 0; i < per_block; ++i)
      values[i] = unit_interval<T>(sizeof(T) == 4 ? block.word[i] : detail::word_pair(block, i));
  });
  return x;
}

/// A tensor of standard normal random numbers, by Box and Muller 1958 with both numbers of each pair.
template <Real T>
Tensor<T> randn(const Shape& shape, Generator& generator = default_generator()) {
  Tensor<T> x = Tensor<T>::empty(shape);
  detail::fill_random<2>(x, generator, [](const Philox::Block& block, T* values) {
    const double radius =
        std::sqrt(-2.0 * std::log(1.0 - unit_interval<double>(detail::word_pair(block, 0))));
    const double angle = 2.0 * std::numbers::pi * unit_interval<double>(detail::word_pair(block, 1));
    values[0] = static_cast<T>(radius * std::cos(angle));
    values[1] = static_cast<T>(radius * std::sin(angle));
  });
  return x;
}

/// A tensor of uniform random integers in [low, high).
///
///   throws: ValueError if low >= high, or T is an integer type that does not hold all of them
template <Arithmetic T = index_t>
Tensor<T> randint(index_t low, index_t high, const Shape& shape, Generator& generator = default_generator()) {
  check<ValueError>(low < high, "randint", "the range [", low, ", ", high, ") is empty");
  if constexpr (std::integral<T>)
    check<ValueError>(place_of<T>(low).exact && place_of<T>(high - 1).exact, "randint", "the range [", low,
                      ", ", high, ") does not fit ", scalar_name<T>());
  Tensor<T> x = Tensor<T>::empty(shape);
  const auto span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  detail::fill_random<2>(x, generator, [&](const Philox::Block& block, T* values) {
    for (int i = 0; i < 2; ++i) {
      const auto offset =
          static_cast<std::uint64_t>((static_cast<uint128_t>(detail::word_pair(block, i)) * span) >> 64);
      const std::uint64_t number = static_cast<std::uint64_t>(low) + offset;  // wraps around for negative low
      values[i] = static_cast<T>(static_cast<index_t>(number));
    }
  });
  return x;
}

/// A tensor of uniform random numbers in [0, 1) in the shape of x.
template <Real T>
Tensor<T> rand_like(const Tensor<T>& x, Generator& generator = default_generator()) {
  return rand<T>(x.shape(), generator);
}
/// A tensor of standard normal random numbers in the shape of x.
template <Real T>
Tensor<T> randn_like(const Tensor<T>& x, Generator& generator = default_generator()) {
  return randn<T>(x.shape(), generator);
}
/// A tensor of uniform random integers in [low, high) in the shape, and of the type, of x.
///
///   throws: ValueError if low >= high, or T is an integer type that does not hold all of them
template <Arithmetic T>
Tensor<T> randint_like(const Tensor<T>& x, index_t low, index_t high,
                       Generator& generator = default_generator()) {
  return randint<T>(low, high, x.shape(), generator);
}

}  // namespace TENON_NAMESPACE
