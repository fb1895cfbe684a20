#pragma once
/// L-BFGS (Liu & Nocedal 1989) in PyTorch's form, which follows Schmidt's minFunc: for smooth losses over all
/// data at once.
///
///     tn::optim::Lbfgs<double> lbfgs(parameters(model), {.strong_wolfe = true});
///     for (int i = 0; i < 20; ++i)
///       lbfgs.step([&] {
///         const auto loss = mse_loss(model(x), y);
///         return std::pair(loss.item(), grad(loss, lbfgs.parameters()));
///       });

#include <concepts>  // invocable
#include <optional>  // optional

#include "tenon/ops/reduce/map_sum.hpp"
#include "tenon/ops/reduce/reduce.hpp"
#include "tenon/optim/line_search.hpp"
#include "tenon/optim/optimizer.hpp"

namespace TENON_NAMESPACE::optim {

/// Options of `Lbfgs`.
struct LbfgsOptions {
  double lr = 1;                         ///< length of a step, or the first length that the line search tries
  index_t max_iter = 20;                 ///< most iterations in one call of `step`
  std::optional<index_t> max_eval = {};  ///< most evaluations in one call of `step`; default max_iter * 5 / 4
  double tolerance_grad = 1e-7;          ///< `step` ends when no element of the gradient exceeds this
  double tolerance_change = 1e-9;        ///< `step` ends when loss or parameters change by less than this
  index_t history_size = 100;            ///< pairs of moves and gradient changes that approximate the Hessian
  bool strong_wolfe = false;  ///< search each direction for a step with the strong Wolfe conditions
};

/// L-BFGS: p += t d with d = -H g, H the approximate inverse Hessian of the last `history_size` moves.
///
///   throws: the constructor ValueError if an option is not positive or a parameter is not contiguous
///   keeps: 2 history_size + 2 numbers for each element of the parameters
///   cost: of an iteration, 4 history_size passes over all elements and at least one evaluation of the loss
///   source: Liu & Nocedal 1989; Nocedal & Wright 2006, algorithm 7.4
template <Real T>
class Lbfgs {
 public:
  /// An optimizer of all parameters together, as of one vector.
  explicit Lbfgs(std::vector<Tensor<T>> parameters, const LbfgsOptions& options = {})
      : parameters_(std::move(parameters)), options_(options) {
    check<ValueError>(options.lr > 0 && options.max_iter > 0 && options.history_size > 0, name,
                      "lr, max_iter and history_size must be positive");
    for (const Tensor<T>& p : parameters_) {
      check<ValueError>(p.defined() && p.is_contiguous(), name, "parameters must be dense tensors, shape ",
                        p.shape(), " is not");
      size_ += p.size();
    }
  }

  /// Handles of the parameters, in the order of the gradients.
  const std::vector<Tensor<T>>& parameters() const { return parameters_; }
  /// The options, as given to the constructor.
  const LbfgsOptions& options() const { return options_; }

  /// Runs up to max_iter iterations. `closure()` returns a pair of the loss at the current parameters and the
  /// gradients; it is called several times.
  ///   returns: the loss before the first iteration
  ///   throws: ValueError for another number of gradients, ShapeError for a gradient of another shape than
  ///           its parameter
  template <std::invocable Closure>
  double step(const Closure& closure) {
    const index_t most = options_.max_eval.value_or(options_.max_iter * 5 / 4);
    index_t evaluations = 0;
    const auto evaluate = [&] {
      ++evaluations;
      const auto [loss, gradients] = closure();
      return Evaluation{static_cast<double>(loss), flat(gradients)};
    };
    Evaluation now = evaluate();
    const double first_loss = now.loss;
    if (largest(now.gradient) <= options_.tolerance_grad) return first_loss;
    for (index_t iteration = 1;; ++iteration) {
      choose_direction(now.gradient);
      const double slope = dot(now.gradient, memory_.direction), loss_before = now.loss;
      if (slope > -options_.tolerance_change) break;
      if (options_.strong_wolfe) now = search(evaluate, now, slope);
      move(memory_.step_length);
      if (iteration == options_.max_iter) break;
      if (!options_.strong_wolfe) now = evaluate();
      if (evaluations >= most) break;
      if (largest(now.gradient) <= options_.tolerance_grad) break;
      if (largest(memory_.direction) * std::abs(memory_.step_length) <= options_.tolerance_change) break;
      if (std::abs(now.loss - loss_before) < options_.tolerance_change) break;
    }
    return first_loss;
  }

  /// The direction, gradient and history, for a checkpoint.
  OptimizerState<T> state() const {
    OptimizerState<T> state;
    detail::write_fields(state, name, memory_);
    state.numbers.emplace_back("lbfgs.history", static_cast<double>(history_.size()));
    for (std::size_t k = 0; k < history_.size(); ++k)
      detail::write_fields(state, join("lbfgs.history", k), history_[k]);
    return state;
  }
  /// Loads the state of an optimizer with the same parameters.
  ///   throws: ValueError for missing or unknown names, ShapeError for other shapes; before anything has
  ///           changed
  void load_state(const OptimizerState<T>& state) {
    detail::StateReader<T> reader(name, state);
    const auto shape_of = [&](auto) { return Shape{size_}; };
    Memory memory;
    detail::read_fields(reader, name, memory, shape_of);
    check<ValueError>(memory.iterations == 0 || (memory.direction.defined() && memory.gradient.defined()),
                      name, "the state lacks a direction or a gradient");
    index_t count = 0;
    reader.read("lbfgs.history", count);
    std::vector<Pair> history;
    for (index_t k = 0; k < count; ++k) {
      Pair& pair = history.emplace_back();
      detail::read_fields(reader, join("lbfgs.history", k), pair, shape_of);
      check<ValueError>(pair.move.defined() && pair.turn.defined(), name,
                        "the state lacks tensors of history ", k);
    }
    reader.finish();
    memory_ = std::move(memory);
    history_ = std::move(history);
  }

 private:
  static constexpr const char* name = "lbfgs";

  struct Evaluation {
    double loss;
    Tensor<T> gradient;  // of all parameters, concatenated
  };
  /// State that one iteration passes to the next.
  struct Memory {
    Tensor<T> direction, gradient;
    double step_length = 0;
    double scale = 1;  // of the first guess of the inverse Hessian
    index_t iterations = 0;
  };
  /// A move of the parameters and the change of the gradient over it.
  struct Pair {
    Tensor<T> move, turn;
    double inverse = 0;  // 1 / <move, turn>
  };

  static double dot(const Tensor<T>& a, const Tensor<T>& b) {
    const NoGrad no_grad;
    return static_cast<double>(map_sum([](auto x, auto y) { return x * y; }, a, b).item());
  }
  static double largest(const Tensor<T>& x) {
    if (x.size() == 0) return 0;
    const NoGrad no_grad;
    return static_cast<double>(std::max(amax(x).item(), -amin(x).item()));
  }
  /// x += factor y
  static void add_scaled(Tensor<T>& x, double factor, const Tensor<T>& y) {
    const T f = static_cast<T>(factor);
    detail::update_fused([f](auto a, auto b) { return a + f * b; }, x, y);
  }
  static Tensor<T> scaled(double factor, const Tensor<T>& x) {
    const NoGrad no_grad;
    const T f = static_cast<T>(factor);
    return map([f](auto v) { return f * v; }, x);
  }

  /// Calls f(k, view of the elements of parameter k in x).
  template <class F>
  void for_each_part(const Tensor<T>& x, const F& f) {
    index_t offset = 0;
    for (std::size_t k = 0; k < parameters_.size(); ++k) {
      const Shape& shape = parameters_[k].shape();
      f(k, x.view(offset, shape, contiguous_strides(shape)));
      offset += parameters_[k].size();
    }
  }
  Tensor<T> flat(const std::vector<Tensor<T>>& gradients) {
    const NoGrad no_grad;
    check<ValueError>(gradients.size() == parameters_.size(), name, gradients.size(), " gradients for ",
                      parameters_.size(), " parameters");
    Tensor<T> all = zeros<T>({size_});
    for_each_part(all, [&](std::size_t k, Tensor<T> part) {
      if (!gradients[k].defined()) return;
      check<ShapeError>(gradients[k].shape() == part.shape(), name, "parameter ", k, " has shape ",
                        part.shape(), ", its gradient ", gradients[k].shape());
      copy_(part, gradients[k].detach());
    });
    return all;
  }
  /// Moves the parameters along the direction.
  void move(double step) {
    const NoGrad no_grad;
    for_each_part(memory_.direction, [&](std::size_t k, const Tensor<T>& part) {
      check_writable(parameters_[k], name);
      add_scaled(parameters_[k], step, part);
    });
  }

  /// Sets the next direction and the first step length to try, from the current gradient and the history.
  void choose_direction(const Tensor<T>& gradient) {
    Memory& m = memory_;
    if (m.iterations++ == 0) {
      m.direction = scaled(-1, gradient);
      m.step_length = std::min(1.0, 1 / grad_sum(gradient)) * options_.lr;
    } else {
      remember(gradient);
      m.direction = newton_direction(gradient);
      m.step_length = options_.lr;
    }
    m.gradient = gradient;
  }
  static double grad_sum(const Tensor<T>& gradient) {
    const NoGrad no_grad;
    return static_cast<double>(map_sum([](auto v) { return abs(v); }, gradient).item());
  }
  void remember(const Tensor<T>& gradient) {
    const NoGrad no_grad;
    Pair pair{scaled(memory_.step_length, memory_.direction), sub(gradient, memory_.gradient)};
    const double curvature = dot(pair.turn, pair.move);
    if (!(curvature > 1e-10)) return;
    pair.inverse = 1 / curvature;
    memory_.scale = curvature / dot(pair.turn, pair.turn);
    if (static_cast<index_t>(history_.size()) == options_.history_size) history_.erase(history_.begin());
    history_.push_back(std::move(pair));
  }
  /// The direction -H g by the two-loop recursion, H the approximate inverse Hessian.
  Tensor<T> newton_direction(const Tensor<T>& gradient) const {
    Tensor<T> d = scaled(-1, gradient);
    std::vector<double> along(history_.size());
    for (std::size_t k = history_.size(); k-- > 0;) {
      along[k] = dot(history_[k].move, d) * history_[k].inverse;
      add_scaled(d, -along[k], history_[k].turn);
    }
    d = scaled(memory_.scale, d);
    for (std::size_t k = 0; k < history_.size(); ++k)
      add_scaled(d, along[k] - dot(history_[k].turn, d) * history_[k].inverse, history_[k].move);
    return d;
  }

  /// The point that the line search finds. The parameters do not change.
  template <class Evaluate>
  Evaluation search(const Evaluate& evaluate, const Evaluation& here, double slope) {
    std::vector<Tensor<T>> stand;
    for (const Tensor<T>& p : parameters_) stand.push_back(clone(p.detach()));
    const auto at = [&](double step) {
      move(step);
      const Evaluation there = evaluate();
      const NoGrad no_grad;
      for (std::size_t k = 0; k < stand.size(); ++k) copy_(parameters_[k], stand[k]);
      return LinePoint<T>{step, there.loss, there.gradient, dot(there.gradient, memory_.direction)};
    };
    const LinePoint<T> found =
        optim::strong_wolfe(at, LinePoint<T>{0, here.loss, here.gradient, slope}, memory_.step_length,
                            largest(memory_.direction), options_.tolerance_change);
    memory_.step_length = found.step;
    return {found.loss, found.gradient};
  }

  std::vector<Tensor<T>> parameters_;
  LbfgsOptions options_;
  index_t size_ = 0;
  Memory memory_;
  std::vector<Pair> history_;  // oldest first
};

}  // namespace TENON_NAMESPACE::optim
