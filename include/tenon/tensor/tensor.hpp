#pragma once
/// `Tensor<T>`: a shared handle of an n-dimensional array. Copies of a handle refer to the same tensor;
/// `clone` copies the elements.

#include <concepts>  // same_as
#include <vector>    // vector

#include "tenon/tensor/any_tensor.hpp"
#include "tenon/tensor/strided_iterator.hpp"

namespace TENON_NAMESPACE {

/// A shared handle of an n-dimensional array of T with up to 8 axes. An undefined tensor has no array; every
/// member but `defined` and `is` throws ValueError for it.
template <Scalar T>
class [[nodiscard]] Tensor {
 public:
  using value_type = T;

  /// An undefined tensor.
  Tensor() = default;

  /// An uninitialised, contiguous tensor.
  ///   throws: ShapeError if an extent is negative or the shape too large
  static Tensor empty(const Shape& shape) { return Tensor(AnyTensor::empty(dtype_of<T>, shape)); }

  /// Whether the tensor has an array.
  [[nodiscard]] bool defined() const { return handle_.defined(); }
  /// The extents of the axes.
  [[nodiscard]] const Shape& shape() const { return handle_.shape(); }
  /// The distances in elements between neighbours along the axes.
  [[nodiscard]] const Strides& strides() const { return handle_.strides(); }
  /// The number of axes.
  [[nodiscard]] int rank() const { return handle_.rank(); }
  /// The number of elements.
  [[nodiscard]] index_t size() const { return handle_.size(); }
  /// The extent of an axis; negative axes count from the end.    throws: IndexError if it is out of range
  [[nodiscard]] index_t extent(index_t axis) const {
    check<IndexError>(rank() > 0, "extent", "a tensor of rank 0 has no axes");
    return shape()[normalize_axis(axis, rank(), "extent")];
  }
  /// Whether the elements are in row-major order without gaps.
  [[nodiscard]] bool is_contiguous() const { return handle_.is_contiguous(); }

  /// The first element; the others are at the strides.
  [[nodiscard]] const T* data() const { return static_cast<const T*>(handle_.data()); }
  /// The first element, for writing in place. It counts as a write: a backward rule that kept this tensor
  /// will throw GraphError.
  T* mutable_data() { return static_cast<T*>(handle_.mutable_data()); }
  /// The number of in-place writes to the tensor's storage.
  std::uint32_t version() const { return handle_.version(); }

  /// The value of a tensor with exactly one element.    throws: ShapeError for another number of elements
  [[nodiscard]] T item() const {
    check<ShapeError>(size() == 1, "item", "expected one element, got shape ", shape());
    return *data();
  }
  /// The truth value of a mask with exactly one element: `if (all(x > 0))`.
  ///   throws: ShapeError for another number of elements
  explicit operator bool() const
    requires std::same_as<T, bool>
  {
    check<ShapeError>(size() == 1, "bool", "a mask of shape ", shape(),
                      " is not one truth value: reduce it by any or all");
    return *data();
  }
  /// The element at some indices; negative ones count from the end.
  ///   throws: ShapeError for another number of indices than axes, IndexError if one is out of range
  [[nodiscard]] T at(const Dims& index) const {
    check<ShapeError>(index.size() == rank(), "at", "expected ", rank(), " indices, got ", index);
    index_t offset = 0;
    for (int axis = 0; axis < rank(); ++axis) {
      const index_t extent = shape()[axis], i = index[axis] < 0 ? index[axis] + extent : index[axis];
      check<IndexError>(i >= 0 && i < extent, "at", "index ", index, " is outside shape ", shape());
      offset += i * strides()[axis];
    }
    return data()[offset];
  }
  /// The begin of the elements in row-major order, for any strides.
  StridedIterator<T> begin() const { return {data(), shape(), strides(), 0}; }
  /// The end of the elements.
  StridedIterator<T> end() const { return {data(), shape(), strides(), size()}; }
  /// A copy of the elements in row-major order.
  [[nodiscard]] std::vector<T> to_vector() const { return std::vector<T>(begin(), end()); }

  /// Indexing as in NumPy, with one argument for each axis: an integer, `all`, `range(start, stop, step)`,
  /// `newaxis` or `ellipsis`. Defined in ops/shape/slice.hpp.
  template <class... Index>
  Tensor operator()(Index... index) const;
  /// A view of entry i of the first axis, which is dropped: `select(x, 0, i)`, of ops/index/select.hpp.
  Tensor operator[](index_t i) const;
  /// The elements in another shape, as the function `reshape` of ops/shape/reshape.hpp gives them.
  Tensor reshape(const Shape& shape) const;
  /// A view in another shape: the function `view` of ops/shape/rearrange.hpp, which throws where it had to copy.
  Tensor view(const Shape& shape) const;

  /// Whether the tensor is a leaf that requires a gradient, or the result of a recorded operation.
  [[nodiscard]] bool requires_grad() const { return handle_.requires_grad(); }
  /// Makes the tensor a leaf that requires a gradient or, with `on` false, a constant. Defined in
  /// graph/record.hpp.
  ///   throws: ValueError if the tensor is the result of a recorded operation
  Tensor& requires_grad_(bool on = true);
  /// The gradient that `backward` accumulated; undefined if there is none. Defined in graph/record.hpp.
  Tensor grad() const;
  /// Replaces the accumulated gradient; an undefined tensor clears it. Defined in graph/record.hpp.
  ///   throws: ValueError if the tensor is no leaf that requires a gradient
  void set_grad(Tensor gradient);
  /// A constant that shares the elements.
  Tensor detach() const { return Tensor(handle_.detach()); }

  /// A constant with another layout of the same elements, unchecked: the basis of all view ops.
  Tensor view(index_t offset, const Shape& shape, const Strides& strides) const {
    return Tensor(handle_.view(offset, shape, strides));
  }
  /// Whether both are handles of the same tensor.
  [[nodiscard]] bool is(const Tensor& other) const { return handle_.is(other.handle_); }
  /// Whether this is the only handle of its elements, and nothing else owns their memory.
  [[nodiscard]] bool unshared() const { return handle_.unshared(); }

  /// The node of the autograd graph; null for a constant.
  const Ref<graph::NodeBase>& node() const { return handle_.node(); }
  /// Sets the node of the autograd graph.
  void set_node(Ref<graph::NodeBase> node) { handle_.set_node(std::move(node)); }
  /// The memory of the elements.
  const Ref<Storage>& storage() const { return handle_.storage(); }

  /// A constant over part of a storage, unchecked: `offset` is the position of the first element, `size` the
  /// number of elements of `shape`, `contiguous` whether `strides` are row-major.
  static Tensor make(Ref<Storage> storage, index_t offset, const Shape& shape, const Strides& strides,
                     index_t size, bool contiguous) {
    return Tensor(AnyTensor::make(std::move(storage), offset, dtype_of<T>, shape, strides, size, contiguous));
  }

  /// The same handle without its static type.
  operator const AnyTensor&() const { return handle_; }

 private:
  friend class AnyTensor;
  explicit Tensor(AnyTensor handle) : handle_(std::move(handle)) {}

  AnyTensor handle_;
};

template <Scalar T>
Tensor<T> AnyTensor::as() const {
  check<ValueError>(holds<T>(), "as", "a tensor of ", info(dtype()).name, " and shape ", shape(),
                    " was asked for as one of ", scalar_name<T>(), "; `to` converts");
  return Tensor<T>(*this);
}

/// Whether a type is a Tensor.
template <class X>
inline constexpr bool is_tensor = false;
template <class T>
inline constexpr bool is_tensor<Tensor<T>> = true;

}  // namespace TENON_NAMESPACE
