#pragma once
/// The tensors that a module owns. They are values: a copy of a module has weights of its own.

#include "tenon/ops/elementwise/inplace.hpp"

namespace TENON_NAMESPACE::nn {

/// A tensor that belongs to a module. It can be used like any tensor, and a `Tensor` made from it is a handle
/// of the same elements. Copying a ModuleTensor copies its elements; assigning one of equal shape writes the
/// elements into place, so that the handles an optimizer holds stay handles of the model:
///
///     auto best = model;    // weights of its own
///     …
///     model = best;         // the optimizer of `model` goes on from there
///
/// With `trained` true it requires a gradient (`Parameter`), otherwise not (`Buffer`).
template <Scalar T, bool trained>
class ModuleTensor : public Tensor<T> {
 public:
  /// Undefined, such as the bias of a layer without a bias.
  ModuleTensor() = default;
  /// A tensor with the elements of `values`. They are copied unless `values` is contiguous, requires no
  /// gradient and is the only handle of its storage.
  ModuleTensor(Tensor<T> values) {
    const bool ours = values.unshared() && values.is_contiguous() && !values.requires_grad();
    adopt(ours ? std::move(values) : copy_of(values), trained);
  }
  ModuleTensor(const ModuleTensor& other) : Tensor<T>() {
    if (other.defined()) adopt(copy_of(other), other.requires_grad());
  }
  ModuleTensor(ModuleTensor&&) noexcept = default;
  ModuleTensor& operator=(const ModuleTensor& other) {
    if (this == &other) return *this;
    if (this->defined() && other.defined() && this->shape() == other.shape()) {
      const NoGrad no_grad;
      copy_(*this, other.detach());
    } else {
      handle() = Tensor<T>();
      if (other.defined()) adopt(copy_of(other), other.requires_grad());
    }
    return *this;
  }
  ModuleTensor& operator=(ModuleTensor&& other) {
    if (this->defined()) return *this = std::as_const(other);
    handle() = std::move(other.handle());
    return *this;
  }
  ~ModuleTensor() = default;

 private:
  Tensor<T>& handle() { return *this; }
  static Tensor<T> copy_of(const Tensor<T>& x) {
    Tensor<T> copy = Tensor<T>::empty(x.shape());
    copy_(copy, x.detach());
    return copy;
  }
  void adopt(Tensor<T> values, bool wants_gradient) {
    handle() = std::move(values);
    if constexpr (trained) this->requires_grad_(wants_gradient);
  }
};

/// A tensor of a module that training updates, such as a weight.
template <Real T>
using Parameter = ModuleTensor<T, true>;
/// A tensor of a module that is saved with the model but not trained, such as a running mean.
template <Scalar T>
using Buffer = ModuleTensor<T, false>;

}  // namespace TENON_NAMESPACE::nn
