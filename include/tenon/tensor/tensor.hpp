#pragma once
/// `Tensor<T>`: a shared handle of an n-dimensional array. Copies of a handle refer to the same tensor;
/// `clone` copies the elements.

#include <vector>  // vector

#include "tenon/core/ref.hpp"
#include "tenon/core/shape.hpp"
#include "tenon/tensor/storage.hpp"
#include "tenon/tensor/strided_iterator.hpp"

namespace TENON_NAMESPACE {

namespace graph {

/// The base of nodes of the autograd graph: the position of a tensor in it. Derived classes are in graph/.
class NodeBase : public RefCounted {
 public:
  virtual ~NodeBase() = default;
  static void* operator new(std::size_t bytes) { return backend::memory::allocate(bytes); }
  static void operator delete(void* p, std::size_t bytes) { backend::memory::deallocate(p, bytes); }

  /// Deletes a node and the nodes that only it kept alive, by a loop instead of recursion, since chains may
  /// be a million nodes long.
  static void dispose(NodeBase* node) {
    thread_local NodeBase* doomed = nullptr;
    thread_local bool busy = false;
    node->next_doomed_ = doomed;
    doomed = node;
    if (busy) return;
    busy = true;
    while (doomed) {
      NodeBase* victim = doomed;
      doomed = victim->next_doomed_;
      delete victim;
    }
    busy = false;
  }

 private:
  NodeBase* next_doomed_ = nullptr;
};

}  // namespace graph

/// The array to which handles refer.
template <Scalar T>
struct TensorBody : RefCounted {
  Ref<Storage> storage;
  T* data = nullptr;  // the first element, in storage
  index_t size = 0;
  bool contiguous = true;
  Shape shape;
  Strides strides;
  Ref<graph::NodeBase> node;  // null: a constant

  static void* operator new(std::size_t bytes) { return backend::memory::allocate(bytes); }
  static void operator delete(void* p, std::size_t bytes) { backend::memory::deallocate(p, bytes); }
  static void dispose(TensorBody* body) { delete body; }
};

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
  static Tensor empty(const Shape& shape) {
    const index_t size = element_count(shape);
    return make(Storage::allocate(static_cast<std::size_t>(size) * sizeof(T)), 0, shape,
                contiguous_strides(shape), size, true);
  }

  /// Whether the tensor has an array.
  [[nodiscard]] bool defined() const { return static_cast<bool>(body_); }
  /// The extents of the axes.
  [[nodiscard]] const Shape& shape() const { return body().shape; }
  /// The distances in elements between neighbours along the axes.
  [[nodiscard]] const Strides& strides() const { return body().strides; }
  /// The number of axes.
  [[nodiscard]] int rank() const { return body().shape.size(); }
  /// The number of elements.
  [[nodiscard]] index_t size() const { return body().size; }
  /// The extent of an axis; negative axes count from the end.    throws: IndexError if it is out of range
  [[nodiscard]] index_t extent(index_t axis) const {
    check<IndexError>(rank() > 0, "extent", "a tensor of rank 0 has no axes");
    return body().shape[normalize_axis(axis, rank(), "extent")];
  }
  /// Whether the elements are in row-major order without gaps.
  [[nodiscard]] bool is_contiguous() const { return body().contiguous; }

  /// The first element; the others are at the strides.
  [[nodiscard]] const T* data() const { return body().data; }
  /// The first element, for writing in place. It counts as a write: a backward rule that kept this tensor
  /// will throw GraphError.
  T* mutable_data() {
    body().storage->touch();
    return body().data;
  }
  /// The number of in-place writes to the tensor's storage.
  std::uint32_t version() const { return body().storage->version(); }

  /// The value of a tensor with exactly one element.    throws: ShapeError for another number of elements
  [[nodiscard]] T item() const {
    check<ShapeError>(size() == 1, "item", "expected one element, got shape ", shape());
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

  /// Whether the tensor is a leaf that requires a gradient, or the result of a recorded operation.
  [[nodiscard]] bool requires_grad() const { return static_cast<bool>(body().node); }
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
  Tensor detach() const {
    return make(body().storage, body().data - static_cast<T*>(body().storage->data()), shape(), strides(),
                size(), is_contiguous());
  }

  /// A constant with another layout of the same elements, unchecked: the basis of all view ops.
  Tensor view(index_t offset, const Shape& shape, const Strides& strides) const {
    const index_t start = body().data - static_cast<T*>(body().storage->data());
    return make(body().storage, start + offset, shape, strides, element_count(shape),
                tenon::is_contiguous(shape, strides));
  }
  /// Whether both are handles of the same tensor.
  [[nodiscard]] bool is(const Tensor& other) const { return body_.get() == other.body_.get(); }
  /// Whether this is the only handle of its elements, and nothing else owns their memory.
  [[nodiscard]] bool unshared() const {
    return body().unique() && body().storage->unique() && !body().storage->is_lent();
  }

  /// The node of the autograd graph; null for a constant.
  const Ref<graph::NodeBase>& node() const { return body().node; }
  /// Sets the node of the autograd graph.
  void set_node(Ref<graph::NodeBase> node) { body().node = std::move(node); }
  /// The memory of the elements.
  const Ref<Storage>& storage() const { return body().storage; }

  /// A constant over part of a storage, unchecked: `offset` is the position of the first element, `size` the
  /// number of elements of `shape`, `contiguous` whether `strides` are row-major.
  static Tensor make(Ref<Storage> storage, index_t offset, const Shape& shape, const Strides& strides,
                     index_t size, bool contiguous) {
    Tensor t;
    t.body_ = Ref<TensorBody<T>>(new TensorBody<T>);
    TensorBody<T>& body = *t.body_;
    body.data = static_cast<T*>(storage->data()) + offset;
    body.storage = std::move(storage);
    body.size = size;
    body.contiguous = contiguous;
    body.shape = shape;
    body.strides = strides;
    return t;
  }

 private:
  TensorBody<T>& body() const {
    check<ValueError>(defined(), "tensor", "an undefined tensor has no elements");
    return *body_;
  }

  Ref<TensorBody<T>> body_;
};

/// Whether a type is a Tensor.
template <class X>
inline constexpr bool is_tensor = false;
template <class T>
inline constexpr bool is_tensor<Tensor<T>> = true;

}  // namespace TENON_NAMESPACE
