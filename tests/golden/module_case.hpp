#pragma once
/// A module with the parameters of a golden case: a case of a network is "make it, load it, run it", since
/// the case's operands have the names of PyTorch's state.
///
///     nn::Lstm<T> lstm(c.integer("input_size"), c.integer("hidden_size"));
///     load_case(lstm, c);
///     return lstm(c.in("x")).output;

#include "case.hpp"
#include "tenon/nn/module.hpp"
#include "tenon/ops/shape/shape.hpp"

namespace golden {

/// Whether the case has the matrix of this path as (in, out), where the module has (out, in).
using StoredTransposed = bool (*)(const std::string& path);

template <class T>
class CaseLoader final : public tn::nn::ModuleVisitor {
 public:
  CaseLoader(const Case<T>& c, StoredTransposed transposed) : case_(c), transposed_(transposed) {}

  /// The module's handle becomes that of the case's leaf, for which the case has a gradient, or of its view.
  void parameter(const std::string& path, const tn::AnyTensor& x) override {
    const tn::Tensor<T> stored = case_.param(path);
    const tn::Tensor<T> operand = transposed_ && transposed_(path) ? tn::transpose(stored, 0, 1) : stored;
    expect_shape(path, x.shape(), operand.shape());
    const_cast<tn::AnyTensor&>(x) = operand;
  }
  /// Buffers get the elements alone, since modules write into them.
  void buffer(const std::string& path, const tn::AnyTensor& x) override {
    if (!x.holds<T>()) return;  // the number of batches
    const tn::Tensor<T> operand = case_.in(path);
    expect_shape(path, x.shape(), operand.shape());
    tn::Tensor<T> handle = x.as<T>();
    tn::copy_(handle, operand);
  }

 private:
  static void expect_shape(const std::string& path, const tn::Shape& module, const tn::Shape& operand) {
    tn::check<tn::ShapeError>(module == operand, "golden", path, " is of shape ", module,
                              " in the module, of shape ", operand, " in the case");
  }
  const Case<T>& case_;
  StoredTransposed transposed_;
};

/// Puts the case's parameters and buffers into the places of `module` that have their names. Parameters are
/// handles of the case's own: copy the module before, not after.
///   throws tn::ValueError when the case lacks one, tn::ShapeError
template <class M, class T>
void load_case(M& module, const Case<T>& c, StoredTransposed transposed = nullptr) {
  CaseLoader<T> loader(c, transposed);
  tn::nn::walk(module, loader);
}

}  // namespace golden
