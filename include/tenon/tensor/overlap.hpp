#pragma once
/// Whether tensors share memory, for what is written in place while others are read.

#include <cstdint>  // uintptr_t

#include "tenon/tensor/tensor.hpp"

namespace TENON_NAMESPACE {

namespace detail {
/// The addresses from a tensor's first element to the end of its last, whatever lies between.
struct AddressRange {
  std::uintptr_t begin = 0, end = 0;

  template <class T>
  explicit AddressRange(const Tensor<T>& x) {
    if (x.size() == 0) return;
    index_t first = 0, last = x.is_contiguous() ? x.size() - 1 : 0;
    for (int i = 0; !x.is_contiguous() && i < x.rank(); ++i) {
      const index_t way = (x.shape()[i] - 1) * x.strides()[i];
      (way < 0 ? first : last) += way;
    }
    begin = reinterpret_cast<std::uintptr_t>(x.data() + first);
    end = reinterpret_cast<std::uintptr_t>(x.data() + last + 1);
  }
};
}  // namespace detail

/// Whether the addresses of two tensors meet. Tensors that alternate, as two columns of a matrix, count as
/// meeting; tensors over one piece of borrowed memory do as well.
template <Scalar T, Scalar U>
bool may_overlap(const Tensor<T>& a, const Tensor<U>& b) {
  const detail::AddressRange x(a), y(b);
  return x.begin < y.end && y.begin < x.end;
}

/// Whether both show the same elements in the same order: written element by element, each is read in time.
template <Scalar T>
bool same_elements(const Tensor<T>& a, const Tensor<T>& b) {
  return a.data() == b.data() && a.shape() == b.shape() && a.strides() == b.strides();
}

}  // namespace TENON_NAMESPACE
