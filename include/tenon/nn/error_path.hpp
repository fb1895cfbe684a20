#pragma once
/// Errors that say which layer of a model they come from.

#include <utility>  // forward

#include "tenon/nn/module.hpp"

namespace TENON_NAMESPACE::nn {

namespace detail {

/// Finds the path of a layer.
class PathFinder final : public ModuleVisitor {
 public:
  explicit PathFinder(const Error::Place& place) : place_(place) {}
  void enter(const std::string& path, const ModuleIdentity& module, std::string_view) override {
    if (module.address == place_.layer && module.type == place_.type) found = path;
  }
  std::string found;

 private:
  Error::Place place_;
};

/// Puts the path of the error's layer before its message, if the layer is part of the model.
template <class M>
[[gnu::cold]] void name_layer(Error& error, const M& model) {
  if (!error.place().layer) return;
  PathFinder finder(error.place());
  walk(model, "", finder);
  if (!finder.found.empty()) error.set_path(finder.found);
}

}  // namespace detail

/// Returns f(). An Error of a layer in it says where in the model the layer is:
/// `blocks.0.attn.fc2: [linear] x of shape (3, 32) does not fit the weight's shape (8, 31)`. It costs nothing
/// where nothing is thrown. `train::fit` does it.
///
///     nn::with_paths(model, [&] { backward(cross_entropy(model(x), y)); });
template <class M, class F>
decltype(auto) with_paths(const M& model, F&& f) {
  try {
    return std::forward<F>(f)();
  } catch (Error& error) {
    detail::name_layer(error, model);
    throw;
  }
}

}  // namespace TENON_NAMESPACE::nn
