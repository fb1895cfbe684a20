#pragma once
/// A model as a function of its parameters.

#include "tenon/nn/module.hpp"

namespace TENON_NAMESPACE::nn {

namespace detail {
/// Replaces the handles of a model's parameters that are not frozen, in their order.
template <class T>
class ParameterBinder final : public ModuleVisitor {
 public:
  explicit ParameterBinder(const std::vector<Tensor<T>>& given) : given_(given) {}
  void parameter(const std::string& path, const AnyTensor& own) override {
    if (!own.requires_grad()) return;
    check<ValueError>(used < given_.size(), "functional_call", "no tensor is given for ", path, "; ",
                      given_.size(), " are");
    const Tensor<T>& x = given_[used++];
    check<ShapeError>(x.shape() == own.shape() && own.holds<T>(), "functional_call", path, " has shape ",
                      own.shape(), ", the tensor given for it ", x.shape());
    const_cast<AnyTensor&>(own) = x;  // the model is a copy that belongs to functional_call
  }
  std::size_t used = 0;

 private:
  const std::vector<Tensor<T>>& given_;
};
}  // namespace detail

/// model(x...) with other tensors in the place of its parameters, in the order of `parameters(model)`. They may be
/// leaves or results of recorded operations, through which gradients flow: hypernetworks, MAML, second derivatives
/// by parameters. The model stays as it is.
///
///     const auto fast = step_of(nn::parameters(model));     // recorded
///     const auto loss = cross_entropy(nn::functional_call(model, fast, x), y);
///
///   throws: ValueError for another number of tensors; ShapeError if one does not fit
///   cost: a copy of the model's parameters and buffers besides the call
template <class M, class... X>
auto functional_call(const M& model, const std::vector<Tensor<ScalarOf<M>>>& parameters, const X&... x) {
  M bound = model;
  detail::ParameterBinder<ScalarOf<M>> binder(parameters);
  walk(bound, binder);
  check<ValueError>(binder.used == parameters.size(), "functional_call", parameters.size(),
                    " tensors are given for ", binder.used, " parameters");
  return std::as_const(bound)(x...);
}

}  // namespace TENON_NAMESPACE::nn
