#pragma once
/// `Tensor<T>`: a shared handle to an n-dimensional array. Copies of a handle are the same tensor; `clone`
/// copies elements.

#include <vector>  // vector

#include "tenon/core/ref.hpp"
#include "tenon/core/shape.hpp"
#include "tenon/tensor/storage.hpp"
#include "tenon/tensor/strided_iterator.hpp"

namespace TENON_NAMESPACE {

namespace graph {

/// Where a tensor stands in the record of what was computed. What a node does is known to graph/ alone.
class NodeBase : public RefCounted {
 public:
  virtual ~NodeBase() = default;
  static void* operator new(std::size_t bytes) { return backend::memory::allocate(bytes); }
  static void operator delete(void* p, std::size_t bytes) { backend::memory::deallocate(p, bytes); }

  /// Ends a node and everything that only it kept alive, by a loop: chains may be a million long.
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

/// The array behind the handles.
template <Scalar T>
struct TensorBody : RefCounted {
  Ref<Storage> storage;
  T* data = nullptr;  // the first element: storage plus offset
  index_t size = 0;
  bool contiguous = true;
  Shape shape;
  Strides strides;
  Ref<graph::NodeBase> node;  // null: a constant

  static void* operator new(std::size_t bytes) { return backend::memory::allocate(bytes); }
  static void operator delete(void* p, std::size_t bytes) { backend::memory::deallocate(p, bytes); }
  static void dispose(TensorBody* body) { delete body; }
};

template <Scalar T>
class [[nodiscard]] Tensor {
 public:
  using value_type = T;

  /// No tensor at all; see `defined`.
  Tensor() = default;

  /// An uninitialised, contiguous tensor.
  static Tensor empty(const Shape& shape) {
    const index_t size = element_count(shape);
    return make(Storage::allocate(static_cast<std::size_t>(size) * sizeof(T)), 0, shape,
                contiguous_strides(shape), size, true);
  }

  [[nodiscard]] bool defined() const { return static_cast<bool>(body_); }
  [[nodiscard]] const Shape& shape() const { return body().shape; }
  [[nodiscard]] const Strides& strides() const { return body().strides; }
  [[nodiscard]] int rank() const { return body().shape.size(); }
  /// The number of elements.
  [[nodiscard]] index_t size() const { return body().size; }
  /// The extent of an axis; negative axes count from the end.
  [[nodiscard]] index_t extent(index_t axis) const {
    check<IndexError>(rank() > 0, "extent", "a tensor of rank 0 has no axes");
    return body().shape[normalize_axis(axis, rank(), "extent")];
  }
  [[nodiscard]] bool is_contiguous() const { return body().contiguous; }

  [[nodiscard]] const T* data() const { return body().data; }
  /// For writing in place. Counts as a change: a rule that kept this tensor will say so.
  T* mutable_data() {
    body().storage->touch();
    return body().data;
  }
  std::uint32_t version() const { return body().storage->version(); }

  /// The value of a tensor with exactly one element.
  [[nodiscard]] T item() const {
    check<ShapeError>(size() == 1, "item", "expected one element, got shape ", shape());
    return *data();
  }
  /// One element by its indices; negative ones count from the end.
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
  /// Elements in row-major order, whatever the strides.
  StridedIterator<T> begin() const { return {data(), shape(), strides(), 0}; }
  StridedIterator<T> end() const { return {data(), shape(), strides(), size()}; }
  [[nodiscard]] std::vector<T> to_vector() const { return std::vector<T>(begin(), end()); }

  /// NumPy-like indexing, one entry an axis: an integer, `all`, `range(start, stop, step)`, `newaxis`,
  /// `ellipsis`. Defined in ops/slice.hpp.
  template <class... Index>
  Tensor operator()(Index... index) const;

  /// Whether gradients are wanted for this tensor. The members below are defined in graph/record.hpp.
  [[nodiscard]] bool requires_grad() const { return static_cast<bool>(body().node); }
  /// Makes a constant a leaf whose gradient is recorded, or a leaf a constant again.
  Tensor& requires_grad_(bool on = true);
  /// The gradient that `backward` accumulated; undefined when there is none.
  Tensor grad() const;
  /// Replaces the accumulated gradient; an undefined tensor clears it.
  void set_grad(Tensor gradient);
  /// The same elements as a constant.
  Tensor detach() const {
    return make(body().storage, body().data - static_cast<T*>(body().storage->data()), shape(), strides(),
                size(), is_contiguous());
  }

  /// Another layout of the same elements, unrecorded and unchecked: the step that every view op takes.
  Tensor view(index_t offset, const Shape& shape, const Strides& strides) const {
    const index_t start = body().data - static_cast<T*>(body().storage->data());
    return make(body().storage, start + offset, shape, strides, element_count(shape),
                tenon::is_contiguous(shape, strides));
  }
  /// Whether both are handles of one tensor.
  [[nodiscard]] bool is(const Tensor& other) const { return body_.get() == other.body_.get(); }
  /// Whether nothing else can see these elements.
  [[nodiscard]] bool unshared() const {
    return body().unique() && body().storage->unique() && !body().storage->is_lent();
  }

  const Ref<graph::NodeBase>& node() const { return body().node; }
  void set_node(Ref<graph::NodeBase> node) { body().node = std::move(node); }
  const Ref<Storage>& storage() const { return body().storage; }

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

template <class X>
inline constexpr bool is_tensor = false;
template <class T>
inline constexpr bool is_tensor<Tensor<T>> = true;

}  // namespace TENON_NAMESPACE
