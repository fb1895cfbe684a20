#pragma once
/// What optimizers share: parameters in groups with options of their own, and one fused pass over memory for
/// each.

#include "tenon/autograd/grad.hpp"

namespace TENON_NAMESPACE::optim {

/// An optimizer over handles of parameters. `Rule` has `struct State` (what it remembers of one parameter)
/// and `static void update(Tensor<T>& parameter, const Tensor<T>& gradient, State&, const Options&)`.
template <Real T, class Options, class Rule>
class Optimizer {
 public:
  struct Group {
    std::vector<Tensor<T>> parameters;
    Options options;
    std::vector<typename Rule::State> states;
  };

  Optimizer(std::vector<Tensor<T>> parameters, const Options& options) {
    add_group(std::move(parameters), options);
  }

  /// More parameters, with options of their own.
  void add_group(std::vector<Tensor<T>> parameters, const Options& options) {
    Rule::validate(options);
    for (const Tensor<T>& p : parameters)
      check<ValueError>(p.defined() && p.is_contiguous(), Rule::name,
                        "parameters must be dense tensors, shape ", p.shape(), " is not");
    const std::size_t count = parameters.size();
    groups_.push_back({std::move(parameters), options, std::vector<typename Rule::State>(count)});
  }
  /// For schedules: the options may be changed between steps.
  std::vector<Group>& groups() { return groups_; }

  /// Moves every parameter by its gradient, given in the order of the parameters; an undefined gradient
  /// leaves its parameter alone. throws before any parameter has moved
  void step(const std::vector<Tensor<T>>& gradients) {
    const NoGrad no_grad;
    check_gradients(gradients);
    auto gradient = gradients.begin();
    for (Group& group : groups_) {
      for (std::size_t k = 0; k < group.parameters.size(); ++k, ++gradient)
        if (gradient->defined()) Rule::update(group.parameters[k], *gradient, group.states[k], group.options);
    }
  }
  /// The same with the gradients that `backward` accumulated.
  void step() {
    std::vector<Tensor<T>> gradients;
    for (const Group& group : groups_)
      for (const Tensor<T>& p : group.parameters) gradients.push_back(p.grad());
    step(gradients);
  }
  /// Forgets accumulated gradients.
  void zero_grad() {
    for (Group& group : groups_)
      for (Tensor<T>& p : group.parameters)
        if (p.requires_grad()) p.set_grad({});
  }

 private:
  void check_gradients(const std::vector<Tensor<T>>& gradients) const {
    std::vector<const Tensor<T>*> parameters;
    for (const Group& group : groups_)
      for (const Tensor<T>& p : group.parameters) parameters.push_back(&p);
    check<ValueError>(gradients.size() == parameters.size(), Rule::name, gradients.size(), " gradients for ",
                      parameters.size(), " parameters");
    for (std::size_t k = 0; k < gradients.size(); ++k) {
      const Tensor<T>& p = *parameters[k];
      const Tensor<T>& g = gradients[k];
      if (!g.defined()) continue;
      check<ShapeError>(g.shape() == p.shape(), Rule::name, "parameter ", k, " has shape ", p.shape(),
                        ", its gradient ", g.shape());
      check_writable(p, Rule::name);
    }
  }

  std::vector<Group> groups_;
};

/// A state tensor of the parameter's shape, zero at first.
template <class T>
void ensure_state(Tensor<T>& state, const Tensor<T>& parameter) {
  if (!state.defined()) state = zeros<T>(parameter.shape());
}

}  // namespace TENON_NAMESPACE::optim
