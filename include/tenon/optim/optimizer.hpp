#pragma once
/// What optimizers share: parameters in groups with options of their own, one fused pass over memory for each
/// step of each, and a state that files can keep.
///
///     tn::optim::AdamW<float> adam(named_parameters(model), {.lr = 1e-3});
///     adam.set_options([](const auto& p) { return p.tensor.rank() < 2; }, {.lr = 1e-3, .weight_decay = 0});
///     …
///     adam.step(grad(loss, adam.parameters()));

#include "tenon/autograd/grad.hpp"
#include "tenon/ops/inplace.hpp"
#include "tenon/optim/optimizer_state.hpp"
#include "tenon/optim/rows.hpp"

namespace TENON_NAMESPACE::optim {

/// What plays the part of momentum among options; null where nothing does.
template <class Options>
double* momentum_of(Options& options) {
  if constexpr (requires { options.momentum; })
    return &options.momentum;
  else if constexpr (requires { options.beta1; })
    return &options.beta1;
  else
    return nullptr;
}

/// An optimizer over handles of parameters. `Rule` says how one parameter moves:
///   Options   its settings, among them `lr`
///   State     a plain struct of what it remembers of a parameter: tensors of its shape, and numbers
///   validate(options)                              throws when they make no sense
///   prepare(state, parameter, options)             creates tensors of the state that are needed
///   update(parameter, gradient, state, options)    moves it, in one pass, each element by itself
template <Real T, class Rule>
class Optimizer {
 public:
  using Options = typename Rule::Options;

  struct Group {
    Options options;    ///< may be changed between steps
    double initial_lr;  ///< what schedules start from
  };

  /// Unnamed parameters are called by their number: 0, 1, …
  explicit Optimizer(std::vector<Tensor<T>> parameters, const Options& options = {}) {
    add_group(std::move(parameters), options);
  }
  explicit Optimizer(const std::vector<NamedTensor<T>>& parameters, const Options& options = {}) {
    add_group(parameters, options);
  }

  /// More parameters, with options of their own. Their gradients come after those of the earlier ones.
  void add_group(std::vector<Tensor<T>> parameters, const Options& options) {
    std::vector<NamedTensor<T>> named;
    for (Tensor<T>& p : parameters)
      named.push_back({std::to_string(parameters_.size() + named.size()), std::move(p)});
    add_group(named, options);
  }
  void add_group(const std::vector<NamedTensor<T>>& parameters, const Options& options) {
    Rule::validate(options);
    std::vector<Tensor<T>> tensors = parameters_;
    std::vector<Slot> slots = slots_;
    for (const NamedTensor<T>& p : parameters) {
      check_new(p, tensors, slots);
      tensors.push_back(p.tensor);
      slots.push_back({p.name, groups_.size(), {}});
    }
    groups_.push_back({options, options.lr});
    parameters_ = std::move(tensors);
    slots_ = std::move(slots);
  }
  /// Makes the parameters for which `where(NamedTensor)` is true a group with options of its own. Gradients
  /// stay in the order in which the parameters were given.
  template <class Where>
  void set_options(const Where& where, const Options& options) {
    Rule::validate(options);
    std::vector<Slot*> selected;
    for (std::size_t k = 0; k < slots_.size(); ++k)
      if (where(NamedTensor<T>{slots_[k].name, parameters_[k]})) selected.push_back(&slots_[k]);
    check<ValueError>(!selected.empty(), Rule::name, "options for none of the ", slots_.size(),
                      " parameters");
    for (Slot* slot : selected) slot->group = groups_.size();
    groups_.push_back({options, options.lr});
  }

  /// Handles, in the order in which they were given: the order of the gradients.
  const std::vector<Tensor<T>>& parameters() const { return parameters_; }
  /// In the order in which they were made. Options may be changed, but groups neither added nor removed.
  std::vector<Group>& groups() { return groups_; }

  /// Moves every parameter by its gradient; an undefined gradient leaves its parameter alone.
  ///   throws before any parameter has moved
  void step(const std::vector<Tensor<T>>& gradients) {
    const NoGrad no_grad;
    check_gradients(gradients);
    for (std::size_t k = 0; k < gradients.size(); ++k) {
      if (!gradients[k].defined()) continue;
      const Options& options = groups_[slots_[k].group].options;
      Rule::prepare(slots_[k].state, parameters_[k], options);
      Rule::update(parameters_[k], gradients[k], slots_[k].state, options);
    }
  }
  /// The same with the gradients that `backward` accumulated.
  void step() {
    std::vector<Tensor<T>> gradients;
    for (const Tensor<T>& p : parameters_) gradients.push_back(p.grad());
    step(gradients);
  }
  /// Moves rows of one parameter alone, as `lookup_rows` gives them: the other rows, and what is remembered
  /// of them, keep their bits. A table that is trained so has an optimizer of its own.
  ///   rows      of the parameter, ascending, each once    gradient  one row for each
  void step_rows(const Tensor<T>& parameter, const Tensor<index_t>& rows, const Tensor<T>& gradient) {
    const NoGrad no_grad;
    const std::size_t k = index_of(parameter);
    Tensor<T>& table = parameters_[k];
    check_writable(table, Rule::name);
    detail::check_rows(Rule::name, table, rows, gradient);
    typename Rule::State& state = slots_[k].state;
    const Options& options = groups_[slots_[k].group].options;
    Rule::prepare(state, table, options);
    typename Rule::State part = detail::state_of_rows(state, rows);
    Tensor<T> moved = index_select(table, 0, rows);
    Rule::update(moved, gradient, part, options);
    detail::put_rows(table, rows, moved);
    detail::put_state_of_rows(state, rows, part);
  }
  /// Forgets accumulated gradients.
  void zero_grad() {
    for (Tensor<T>& p : parameters_)
      if (p.requires_grad()) p.set_grad({});
  }

  /// What is remembered of each parameter, and the options that schedules change.
  OptimizerState<T> state() const {
    OptimizerState<T> state;
    for (const Slot& slot : slots_) detail::write_fields(state, slot.name, slot.state);
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      Options options = groups_[g].options;
      for_each_scheduled(g, options, [&](const std::string& name, double& value) {
        state.numbers.emplace_back(name, value);
      });
    }
    return state;
  }
  /// Continues where the optimizer of that state stood; it had the same parameters and groups.
  ///   throws before anything has changed
  void load_state(const OptimizerState<T>& state) {
    detail::StateReader<T> reader(Rule::name, state);
    std::vector<Slot> slots = slots_;
    std::vector<Group> groups = groups_;
    for (std::size_t k = 0; k < slots.size(); ++k)
      detail::read_fields(reader, slots[k].name, parameters_[k].shape(), slots[k].state);
    for (std::size_t g = 0; g < groups.size(); ++g) {
      for_each_scheduled(g, groups[g].options,
                         [&](const std::string& name, double& value) { reader.read(name, value); });
      Rule::validate(groups[g].options);
    }
    reader.finish();
    slots_ = std::move(slots);
    groups_ = std::move(groups);
  }

 private:
  struct Slot {
    std::string name;
    std::size_t group;
    typename Rule::State state;
  };

  /// The options that change as training goes on, by their names in the state.
  template <class F>
  static void for_each_scheduled(std::size_t group, Options& options, const F& f) {
    f(join("group", group, ".lr"), options.lr);
    if (double* momentum = momentum_of(options)) f(join("group", group, ".momentum"), *momentum);
  }

  static void check_new(const NamedTensor<T>& p, const std::vector<Tensor<T>>& tensors,
                        const std::vector<Slot>& slots) {
    check<ValueError>(p.tensor.defined() && p.tensor.is_contiguous(), Rule::name,
                      "parameters must be dense tensors, shape ", p.tensor.shape(), " is not");
    for (std::size_t k = 0; k < slots.size(); ++k)
      check<ValueError>(slots[k].name != p.name && !tensors[k].is(p.tensor), Rule::name, "parameter \"",
                        p.name, "\" is here already, as \"", slots[k].name, "\"");
  }
  void check_gradients(const std::vector<Tensor<T>>& gradients) const {
    check<ValueError>(gradients.size() == parameters_.size(), Rule::name, gradients.size(), " gradients for ",
                      parameters_.size(), " parameters");
    for (std::size_t k = 0; k < gradients.size(); ++k) {
      if (!gradients[k].defined()) continue;
      check<ShapeError>(gradients[k].shape() == parameters_[k].shape(), Rule::name, "parameter ",
                        slots_[k].name, " has shape ", parameters_[k].shape(), ", its gradient ",
                        gradients[k].shape());
      check_writable(parameters_[k], Rule::name);
    }
  }
  std::size_t index_of(const Tensor<T>& parameter) const {
    for (std::size_t k = 0; k < parameters_.size(); ++k)
      if (parameters_[k].is(parameter)) return k;
    fail<ValueError>(Rule::name, "a tensor of shape ", parameter.shape(), " is not among the parameters");
  }

  std::vector<Tensor<T>> parameters_;
  std::vector<Slot> slots_;  // of each parameter
  std::vector<Group> groups_;
};

namespace detail {

/// A state tensor of the parameter's shape, created when it is first needed.
template <class T>
void ensure_state(Tensor<T>& state, const Tensor<T>& parameter, double value = 0) {
  if (!state.defined()) state = full<T>(parameter.shape(), static_cast<T>(value));
}

/// One pass over a parameter, its gradient and what is remembered of it: f(p, g, states…) gives the new p, or
/// with states `Packs` of the new p and the new states.
template <class T, class F, class... States>
void update_fused(const F& f, Tensor<T>& p, const Tensor<T>& g, States&... states) {
  tenon::detail::map_into<T>(f, {{p.mutable_data()}, {states.mutable_data()}...}, p.shape(), p,
                             tenon::detail::readable_while_writing(p, g), states...);
}

}  // namespace detail

}  // namespace TENON_NAMESPACE::optim
