#pragma once
/// The base of optimizers: parameters in groups with their own options, one fused pass over memory for each
/// parameter and step, and a state that can be saved.
///
///     tn::optim::AdamW<float> adam(named_parameters(model), {.lr = 1e-3});
///     adam.set_options([](const auto& p) { return p.tensor.rank() < 2; }, {.lr = 1e-3, .weight_decay = 0});
///     …
///     adam.step(grad(loss, adam.parameters()));

#include "tenon/autograd/grad.hpp"
#include "tenon/ops/elementwise/inplace.hpp"
#include "tenon/optim/optimizer_state.hpp"
#include "tenon/optim/rows.hpp"

namespace TENON_NAMESPACE::optim {

/// The option that schedules treat as momentum: `momentum`, otherwise `beta1`; null if there is neither.
template <class Options>
double* momentum_of(Options& options) {
  if constexpr (requires { options.momentum; })
    return &options.momentum;
  else if constexpr (requires { options.beta1; })
    return &options.beta1;
  else
    return nullptr;
}

/// An optimizer over handles of parameters. `Rule` updates one parameter; it has
///
///     Options                                        settings, among them `lr`
///     State                                          a plain struct of tensors of the parameter's shape and
///                                                    numbers, kept for each parameter
///     validate(options)                              throws ValueError for invalid options
///     prepare(state, parameter, options)             creates the tensors of the state that are needed
///     update(parameter, gradient, state, options)    updates parameter and state elementwise, in one pass
///
/// and, where the step of an element depends on the others of its parameter,
///
///     whole_parameters = true          there is no `step_rows`
///     check_parameter(NamedTensor)     throws ShapeError for a parameter that cannot be trained
///     state_shape(field, shape)        shape of a state tensor that has not its parameter's
template <Real T, class Rule>
class Optimizer {
 public:
  using Options = typename Rule::Options;

  /// A group of parameters with common options.
  struct Group {
    Options options;    ///< may be changed between steps
    double initial_lr;  ///< the rate on which schedules are based
  };

  /// An optimizer with one group. Unnamed parameters get their numbers as names: 0, 1, …
  ///   throws: ValueError for invalid options, or a parameter that is not contiguous or given twice
  explicit Optimizer(std::vector<Tensor<T>> parameters, const Options& options = {}) {
    add_group(std::move(parameters), options);
  }
  explicit Optimizer(const std::vector<NamedTensor<T>>& parameters, const Options& options = {}) {
    add_group(parameters, options);
  }

  /// Adds parameters with their own options. Their gradients follow those of the earlier parameters in
  /// `step`.
  ///   throws: ValueError for invalid options, or a parameter that is not contiguous or given twice
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
  /// Makes a new group of the parameters for which `where(NamedTensor)` is true. The order of gradients in
  /// `step` does not change.
  ///   throws: ValueError for invalid options, or if no parameter is selected
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

  /// Handles of the parameters in the order in which they were given, which is that of the gradients in
  /// `step`.
  const std::vector<Tensor<T>>& parameters() const { return parameters_; }
  /// The groups in the order in which they were made. Options may be changed; do not add or remove groups
  /// here.
  std::vector<Group>& groups() { return groups_; }

  /// Updates every parameter by its gradient. A parameter whose gradient is undefined is not changed.
  ///   throws: ValueError for another number of gradients, ShapeError for a gradient of another shape than
  ///           its parameter; in both cases before any parameter has changed
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
  /// Updates every parameter by the gradient that `backward` has accumulated in it.
  void step() {
    std::vector<Tensor<T>> gradients;
    for (const Tensor<T>& p : parameters_) gradients.push_back(p.grad());
    step(gradients);
  }
  /// Updates some rows of one parameter, as `lookup_rows` returns them. Other rows and their state do not
  /// change. Step counts of the state belong to the whole parameter, so a table trained this way needs its
  /// own optimizer.
  ///   shapes: rows (n), ascending, each once; gradient (n, rest of the parameter's shape)
  ///   throws: ValueError if `parameter` is not the optimizer's; ShapeError or IndexError if rows or gradient
  ///           do not fit it; before anything has changed
  void step_rows(const Tensor<T>& parameter, const Tensor<index_t>& rows, const Tensor<T>& gradient)
    requires(!requires { Rule::whole_parameters; })
  {
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
  /// Removes the gradients that `backward` has accumulated.
  void zero_grad() {
    for (Tensor<T>& p : parameters_)
      if (p.requires_grad()) p.set_grad({});
  }

  /// The state of each parameter, and the options that schedules change: learning rate and momentum.
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
  /// Loads the state of an optimizer with the same parameters and groups, to continue from there.
  ///   throws: ValueError for missing or unknown names or invalid options, ShapeError for a tensor of another
  ///           shape; before anything has changed
  void load_state(const OptimizerState<T>& state) {
    detail::StateReader<T> reader(Rule::name, state);
    std::vector<Slot> slots = slots_;
    std::vector<Group> groups = groups_;
    for (std::size_t k = 0; k < slots.size(); ++k)
      detail::read_fields(reader, slots[k].name, slots[k].state, state_shapes(parameters_[k].shape()));
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

  /// Calls f(name in the state, option) for the options that change during training.
  template <class F>
  static void for_each_scheduled(std::size_t group, Options& options, const F& f) {
    f(join("group", group, ".lr"), options.lr);
    constexpr const char* momentum = requires { options.momentum; } ? ".momentum" : ".beta1";
    if (double* value = momentum_of(options)) f(join("group", group, momentum), *value);
  }

  /// A function from the fields of a state to their shapes.
  static auto state_shapes(const Shape& parameter) {
    return [parameter](std::string_view field) {
      if constexpr (requires { Rule::state_shape(field, parameter); })
        return Rule::state_shape(field, parameter);
      else
        return parameter;
    };
  }
  static void check_new(const NamedTensor<T>& p, const std::vector<Tensor<T>>& tensors,
                        const std::vector<Slot>& slots) {
    check<ValueError>(p.tensor.defined(), Rule::name, "parameter \"", p.name, "\" is an undefined tensor");
    check<ValueError>(p.tensor.is_contiguous(), Rule::name, "parameters must be dense tensors, shape ",
                      p.tensor.shape(), " is not");
    for (std::size_t k = 0; k < slots.size(); ++k)
      check<ValueError>(slots[k].name != p.name && !tensors[k].is(p.tensor), Rule::name, "parameter \"",
                        p.name, "\" is here already, as \"", slots[k].name, "\"");
    if constexpr (requires { Rule::check_parameter(p); }) Rule::check_parameter(p);
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

/// Creates a state tensor of the parameter's shape, filled with `value`, unless it exists.
template <class T>
void ensure_state(Tensor<T>& state, const Tensor<T>& parameter, double value = 0) {
  if (!state.defined()) state = full<T>(parameter.shape(), static_cast<T>(value));
}

/// Updates a parameter and its state tensors in one pass: f(p, g, states…) returns the new p, or, with
/// states, `Packs` of the new p and the new states.
template <class T, class F, class... States>
void update_fused(const F& f, Tensor<T>& p, const Tensor<T>& g, States&... states) {
  tenon::detail::map_into<T>(f, {{p.mutable_data()}, {states.mutable_data()}...}, p.shape(), p,
                             tenon::detail::readable_while_writing(p, g), states...);
}

}  // namespace detail

}  // namespace TENON_NAMESPACE::optim
