#pragma once
/// A module whose type is known only at run time, for models that are built from a description.

#include <memory>  // unique_ptr

#include "tenon/nn/module.hpp"

namespace TENON_NAMESPACE::nn {

/// Holds any module that maps a tensor to a tensor. It is a value: copying it copies the module. A vector of
/// AnyModule is a sequence of layers made at run time:
///
///     std::vector<nn::AnyModule<float>> layers;
///     layers.push_back(nn::Linear<float>(784, width));
///     layers.push_back(nn::Relu{});
template <Real T>
class AnyModule {
 public:
  using module_scalar = T;
  using walks_itself = void;

  /// Holds no module; calling it throws.
  AnyModule() = default;
  /// Holds `module`, which is callable with a Tensor<T> and returns one.
  template <class M>
    requires(!std::is_same_v<M, AnyModule> && std::is_invocable_r_v<Tensor<T>, const M&, const Tensor<T>&>)
  AnyModule(M module) : held_(new Held<M>(std::move(module))) {}
  AnyModule(const AnyModule& other) : held_(other.held_ ? other.held_->clone() : nullptr) {}
  AnyModule(AnyModule&&) noexcept = default;
  AnyModule& operator=(AnyModule other) noexcept {
    held_ = std::move(other.held_);
    return *this;
  }
  ~AnyModule() = default;

  /// The module's output.    throws: ValueError if there is no module; otherwise what the module throws
  Tensor<T> operator()(const Tensor<T>& x) const {
    check<ValueError>(held_ != nullptr, "any_module", "it holds no module");
    return held_->forward(x);
  }
  /// The module if it is of type M, otherwise null.
  template <class M>
  const M* get() const {
    const auto* held = dynamic_cast<const Held<M>*>(held_.get());
    return held ? &held->module : nullptr;
  }
  /// Passes the held module's parts to `visitor`.
  void walk(const std::string& path, ModuleVisitor& visitor) const {
    if (held_) held_->walk(path, visitor);
  }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual std::unique_ptr<Base> clone() const = 0;
    virtual Tensor<T> forward(const Tensor<T>& x) const = 0;
    virtual void walk(const std::string& path, ModuleVisitor& visitor) const = 0;
  };
  template <class M>
  struct Held final : Base {
    explicit Held(M m) : module(std::move(m)) {}
    std::unique_ptr<Base> clone() const override { return std::make_unique<Held>(module); }
    Tensor<T> forward(const Tensor<T>& x) const override { return module(x); }
    void walk(const std::string& path, ModuleVisitor& visitor) const override {
      detail::walk(module, path, visitor);
    }
    M module;
  };

  std::unique_ptr<Base> held_;
};

}  // namespace TENON_NAMESPACE::nn
