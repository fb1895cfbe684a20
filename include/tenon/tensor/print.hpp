#pragma once
/// Tensors as text in NumPy's style: aligned columns and nested brackets, the middle of large tensors
/// omitted.

#include <cmath>   // isfinite, abs
#include <cstdio>  // snprintf
#include <iosfwd>  // ostream
#include <string>  // string
#include <vector>  // vector

#include "tenon/tensor/tensor.hpp"

namespace TENON_NAMESPACE {

/// Options of `to_string`.
struct PrintOptions {
  int precision = 4;         ///< digits after the point
  index_t threshold = 1000;  ///< tensors with more elements are abbreviated
  index_t edge = 3;          ///< entries shown at each end of an abbreviated axis
};

namespace detail {

/// Formats numbers in a common format and width, which depend on all numbers that are shown.
template <class T>
class ElementFormat {
 public:
  ElementFormat(const std::vector<T>& shown, int precision) : precision_(precision) {
    if constexpr (std::is_floating_point_v<compute_t<T>>) {
      double largest = 0, smallest = 1e300;
      bool whole = true;
      for (T v : shown) {
        const double a = std::abs(static_cast<double>(v));
        if (!std::isfinite(a)) continue;
        whole &= a == std::floor(a) && a < 1e8;
        largest = a > largest ? a : largest;
        if (a > 0 && a < smallest) smallest = a;
      }
      scientific_ = largest >= 1e8 || (largest > 0 && (largest < 1e-4 || smallest < largest * 1e-8));
      if (whole && !scientific_) precision_ = 0;
    }
    for (T v : shown) {
      const std::size_t length = text(v).size();
      width_ = length > width_ ? length : width_;
    }
  }
  std::string operator()(T value) const {
    const std::string s = text(value);
    return std::string(width_ - s.size(), ' ') + s;
  }

 private:
  std::string text(T value) const {
    if constexpr (std::is_same_v<T, bool>) {
      return value ? "true" : "false";
    } else if constexpr (std::is_integral_v<T>) {
      return std::to_string(value);
    } else {
      const auto v = static_cast<double>(value);
      if (std::isnan(v)) return "nan";
      if (std::isinf(v)) return v > 0 ? "inf" : "-inf";
      char buffer[400];
      std::snprintf(buffer, sizeof buffer,
                    scientific_       ? "%.*e"
                    : precision_ == 0 ? "%.*f."
                                      : "%.*f",
                    precision_, v);
      return buffer;
    }
  }

  int precision_;
  bool scientific_ = false;
  std::size_t width_ = 0;
};

template <class T>
class Printer {
 public:
  Printer(const Tensor<T>& x, const PrintOptions& options)
      : x_(x),
        edge_(x.size() > options.threshold ? options.edge : index_t{1} << 60),
        format_(collect(), options.precision) {}

  std::string print() const { return print(0, 0); }

 private:
  bool shown(index_t i, index_t extent) const { return i < edge_ || i >= extent - edge_; }
  std::vector<T> collect() const {
    std::vector<T> values;
    collect(0, 0, values);
    return values;
  }
  void collect(int axis, index_t offset, std::vector<T>& values) const {
    if (axis == x_.rank()) return values.push_back(x_.data()[offset]);
    const index_t extent = x_.shape()[axis];
    for (index_t i = 0; i < extent; ++i) {
      if (shown(i, extent)) collect(axis + 1, offset + i * x_.strides()[axis], values);
      if (i == edge_ && extent > 2 * edge_) i = extent - edge_ - 1;
    }
  }
  std::string print(int axis, index_t offset) const {
    if (axis == x_.rank()) return format_(x_.data()[offset]);
    const index_t extent = x_.shape()[axis];
    const int left = x_.rank() - axis - 1;  // axes inside this one; each of their rows has its own line
    const std::string gap = left == 0 ? ", "
                                      : "," + std::string(static_cast<std::size_t>(left), '\n') +
                                            std::string(static_cast<std::size_t>(axis + 1), ' ');
    std::string text = "[";
    for (index_t i = 0; i < extent; ++i) {
      if (i > 0) text += gap;
      if (i == edge_ && extent > 2 * edge_) {
        text += "...";
        i = extent - edge_ - 1;
      } else {
        text += print(axis + 1, offset + i * x_.strides()[axis]);
      }
    }
    return text + "]";
  }

  const Tensor<T>& x_;
  index_t edge_;
  ElementFormat<T> format_;
};

}  // namespace detail

/// The elements of `x` as text; "undefined" for an undefined tensor.
template <Scalar T>
[[nodiscard]] std::string to_string(const Tensor<T>& x, const PrintOptions& options = {}) {
  if (!x.defined()) return "undefined";
  return detail::Printer<T>(x, options).print();
}

/// The elements of a tensor of any scalar type as text.
///   throws: ValueError if there are no tensors of its type, such as float16
template <std::same_as<AnyTensor> Any>  // programs that do not print one compile none of the seven types
[[nodiscard]] std::string to_string(const Any& x, const PrintOptions& options = {}) {
  if (!x.defined()) return "undefined";
  return x.visit([&](const auto& typed) { return to_string(typed, options); });
}

/// Writes the elements of `x` as `to_string` formats them.
template <class Stream, Scalar T>
  requires std::is_base_of_v<std::ios_base, Stream>
Stream& operator<<(Stream& out, const Tensor<T>& x) {
  out << to_string(x);
  return out;
}

}  // namespace TENON_NAMESPACE
