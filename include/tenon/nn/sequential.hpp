#pragma once
/// A chain of modules whose types are known at compile time.

#include "tenon/nn/module.hpp"

namespace TENON_NAMESPACE::nn {

/// Calls modules in order, each on the output of the one before. Their paths are "0", "1", … as in PyTorch.
/// Anything callable with a tensor may be an element. Without modules it returns its input.
///
///     nn::Sequential net{nn::Linear<float>(784, 128), nn::Relu{}, nn::Linear<float>(128, 10)};
template <class... Modules>
class Sequential {
 public:
  Sequential() = default;
  explicit Sequential(Modules... modules)
    requires(sizeof...(Modules) > 0)
      : modules_(std::move(modules)...) {}

  template <class X>
  auto operator()(const X& x) const {
    return from<0>(x);
  }

  /// The module at a position, counted from 0.
  template <std::size_t index>
  auto& get() {
    return std::get<index>(modules_);
  }
  template <std::size_t index>
  const auto& get() const {
    return std::get<index>(modules_);
  }

  /// Calls visitor(name, module) for each module; see `HasFields`.
  template <class Visitor>
  void visit_fields(Visitor&& visitor) {
    each(*this, visitor, std::index_sequence_for<Modules...>());
  }
  template <class Visitor>
  void visit_fields(Visitor&& visitor) const {
    each(*this, visitor, std::index_sequence_for<Modules...>());
  }
  /// References to all modules.
  auto tie_fields() {
    return std::apply([](auto&... modules) { return std::tie(modules...); }, modules_);
  }
  auto tie_fields() const {
    return std::apply([](auto&... modules) { return std::tie(modules...); }, modules_);
  }

 private:
  template <std::size_t index, class X>
  auto from(const X& x) const {
    if constexpr (index == sizeof...(Modules))
      return x;
    else
      return from<index + 1>(std::get<index>(modules_)(x));
  }
  template <class Self, class Visitor, std::size_t... index>
  static void each(Self& self, Visitor& visitor, std::index_sequence<index...>) {
    (visitor(std::to_string(index), std::get<index>(self.modules_)), ...);
  }

  std::tuple<Modules...> modules_;
};

}  // namespace TENON_NAMESPACE::nn
