#pragma once
/// Tests whether tensors share memory, for functions that write in place while they read others.

#include <cstdint>  // uintptr_t

#include "tenon/tensor/tensor.hpp"

namespace TENON_NAMESPACE {

namespace detail {
/// The range of addresses from a tensor's first element to the end of its last.
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

/// Whether the address ranges of two tensors overlap. It may be true for tensors without common elements,
/// such as two columns of a matrix.
template <Scalar T, Scalar U>
bool may_overlap(const Tensor<T>& a, const Tensor<U>& b) {
  const detail::AddressRange x(a), y(b);
  return x.begin < y.end && y.begin < x.end;
}

/// Whether two tensors have the same elements in the same order, so that an element-wise function may read
/// one while it writes the other.
template <Scalar T>
bool same_elements(const Tensor<T>& a, const Tensor<T>& b) {
  return a.data() == b.data() && a.shape() == b.shape() && a.strides() == b.strides();
}

}  // namespace TENON_NAMESPACE
