#pragma once
/// `AnyTensor`: a handle of a tensor whose scalar type is known at run time. Files are read into it, and the
/// tensors of a model, which may be of several types, are listed by it.

#include "tenon/core/ref.hpp"
#include "tenon/core/shape.hpp"
#include "tenon/tensor/storage.hpp"

namespace TENON_NAMESPACE {

namespace graph {

/// The base of nodes of the autograd graph: the position of a tensor in it. Derived classes are in graph/.
class NodeBase : public RefCounted {
 public:
  virtual ~NodeBase() = default;
  /// Whether the node is a leaf: a tensor that requires a gradient and is no result of a recorded operation.
  virtual bool is_leaf() const { return false; }
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
struct TensorBody : RefCounted {
  Ref<Storage> storage;       ///< the memory
  void* data = nullptr;       ///< the first element, in `storage`
  index_t size = 0;           ///< the number of elements
  bool contiguous = true;     ///< whether `strides` are row-major
  DType dtype;                ///< the type of the elements
  Shape shape;                ///< the extents
  Strides strides;            ///< the distances between neighbours, in elements
  Ref<graph::NodeBase> node;  ///< the place in the graph; null: a constant

  explicit TensorBody(DType type) : dtype(type) {}

  static void* operator new(std::size_t bytes) { return backend::memory::allocate(bytes); }
  static void operator delete(void* p, std::size_t bytes) { backend::memory::deallocate(p, bytes); }
  static void dispose(TensorBody* body) { delete body; }
};

template <Scalar T>
class Tensor;

/// A shared handle of an n-dimensional array of some scalar type, with up to 8 axes. A `Tensor<T>` converts to
/// it, and `as<T>` is the way back; both are the same handle, with its place in the graph. An undefined handle has
/// no array; every member but `defined` and `is` throws ValueError for it.
class [[nodiscard]] AnyTensor {
 public:
  /// An undefined tensor.
  AnyTensor() = default;

  /// An uninitialised, contiguous tensor. `dtype` may be a type of which there are no `Tensor<T>`.
  ///   throws: ShapeError if an extent is negative or the shape too large
  static AnyTensor empty(DType dtype, const Shape& shape) {
    const index_t size = element_count(shape);
    const auto bytes = static_cast<std::size_t>(size) * static_cast<std::size_t>(info(dtype).bytes);
    return make(Storage::allocate(bytes), 0, dtype, shape, contiguous_strides(shape), size, true);
  }
  /// A constant over part of a storage, unchecked: `offset` is the position of the first element, `size` the
  /// number of elements of `shape`, `contiguous` whether `strides` are row-major.
  static AnyTensor make(Ref<Storage> storage, index_t offset, DType dtype, const Shape& shape,
                        const Strides& strides, index_t size, bool contiguous) {
    void* const first = static_cast<char*>(storage->data()) + offset * info(dtype).bytes;
    return make_at(std::move(storage), first, dtype, shape, strides, size, contiguous);
  }

  /// Whether the tensor has an array.
  [[nodiscard]] bool defined() const { return static_cast<bool>(body_); }
  /// The type of the elements.
  [[nodiscard]] DType dtype() const { return body().dtype; }
  /// The extents of the axes.
  [[nodiscard]] const Shape& shape() const { return body().shape; }
  /// The distances in elements between neighbours along the axes.
  [[nodiscard]] const Strides& strides() const { return body().strides; }
  /// The number of axes.
  [[nodiscard]] int rank() const { return body().shape.size(); }
  /// The number of elements.
  [[nodiscard]] index_t size() const { return body().size; }
  /// The number of bytes of the elements.
  [[nodiscard]] std::size_t bytes() const {
    return static_cast<std::size_t>(size()) * static_cast<std::size_t>(info(dtype()).bytes);
  }
  /// Whether the elements are in row-major order without gaps.
  [[nodiscard]] bool is_contiguous() const { return body().contiguous; }

  /// The first element; the others are at the strides.
  [[nodiscard]] const void* data() const { return body().data; }
  /// The first element, for writing in place. It counts as a write: a backward rule that kept this tensor
  /// will throw GraphError.
  void* mutable_data() {
    body().storage->touch();
    return body().data;
  }
  /// The number of in-place writes to the tensor's storage.
  std::uint32_t version() const { return body().storage->version(); }

  /// Whether the tensor is a leaf that requires a gradient, or the result of a recorded operation.
  [[nodiscard]] bool requires_grad() const { return static_cast<bool>(body().node); }
  /// A constant that shares the elements.
  AnyTensor detach() const {
    return make_at(storage(), body().data, dtype(), shape(), strides(), size(), is_contiguous());
  }
  /// A constant with another layout of the same elements, unchecked: the basis of all view ops. `offset` counts
  /// from the first element.
  AnyTensor view(index_t offset, const Shape& shape, const Strides& strides) const {
    void* const first = static_cast<char*>(body().data) + offset * info(dtype()).bytes;
    return make_at(storage(), first, dtype(), shape, strides, element_count(shape),
                   tenon::is_contiguous(shape, strides));
  }
  /// Whether both are handles of the same tensor.
  [[nodiscard]] bool is(const AnyTensor& other) const { return body_.get() == other.body_.get(); }
  /// Whether this is the only handle of its elements, and nothing else owns their memory.
  [[nodiscard]] bool unshared() const {
    return body().unique() && storage()->unique() && !storage()->is_lent();
  }

  /// Whether the elements are of type T.
  template <Scalar T>
  [[nodiscard]] bool holds() const {
    return dtype() == dtype_of<T>;
  }
  /// The same handle as one of T. Defined in tensor/tensor.hpp.
  ///   throws: ValueError if the elements are of another type
  template <Scalar T>
  Tensor<T> as() const;
  /// Calls f(Tensor<T>) with the handle as its scalar type says.
  ///   throws: ValueError if there are no tensors of this type, such as float16; what f throws
  template <class F>
  decltype(auto) visit(F&& f) const {
    return with_dtype(dtype(),
                      [&]<class T>(std::type_identity<T>) -> decltype(f(std::declval<Tensor<float>>())) {
                        if constexpr (Scalar<T>)
                          return f(as<T>());
                        else
                          fail<ValueError>("visit", "there are no tensors of ", info(dtype()).name,
                                           ": convert the elements first");
                      });
  }

  /// The node of the autograd graph; null for a constant.
  const Ref<graph::NodeBase>& node() const { return body().node; }
  /// Sets the node of the autograd graph.
  void set_node(Ref<graph::NodeBase> node) { body().node = std::move(node); }
  /// The memory of the elements.
  const Ref<Storage>& storage() const { return body().storage; }

 private:
  static AnyTensor make_at(Ref<Storage> storage, void* first, DType dtype, const Shape& shape,
                           const Strides& strides, index_t size, bool contiguous) {
    AnyTensor x;
    x.body_ = Ref<TensorBody>(new TensorBody(dtype));
    TensorBody& body = *x.body_;
    body.data = first;
    body.storage = std::move(storage);
    body.size = size;
    body.contiguous = contiguous;
    body.shape = shape;
    body.strides = strides;
    return x;
  }
  TensorBody& body() const {
    check<ValueError>(defined(), "tensor", "an undefined tensor has no elements");
    return *body_;
  }

  Ref<TensorBody> body_;
};

}  // namespace TENON_NAMESPACE
