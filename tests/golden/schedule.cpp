/// Golden cases of schedules: the rates of some groups of parameters, step after step.

#include "tenon/optim/schedule.hpp"
#include "registry.hpp"
#include "tenon/optim/plateau.hpp"
#include "tenon/optim/sgd.hpp"

namespace golden {
namespace schedule_cases {

/// An optimizer with a group for each of these initial rates.
template <class T>
tn::optim::Sgd<T> groups(const std::vector<double>& rates) {
  tn::optim::Sgd<T> sgd({tn::zeros<T>({1})}, {.lr = rates.at(0), .momentum = 0.9});
  for (std::size_t k = 1; k < rates.size(); ++k)
    sgd.add_group({tn::zeros<T>({1})}, {.lr = rates[k], .momentum = 0.9});
  return sgd;
}

/// What the groups have, one row a step.
template <class T>
class History {
 public:
  void add(tn::optim::Sgd<T>& sgd) {
    ++rows_;
    for (const auto& group : sgd.groups()) {
      lr_.push_back(static_cast<T>(group.options.lr));
      momentum_.push_back(static_cast<T>(group.options.momentum));
    }
  }
  tn::Tensor<T> lr() const { return table(lr_); }
  tn::Tensor<T> momentum() const { return table(momentum_); }

 private:
  tn::Tensor<T> table(const std::vector<T>& values) const {
    return tn::from(values, {rows_, static_cast<tn::index_t>(values.size()) / rows_});
  }

  tn::index_t rows_ = 0;
  std::vector<T> lr_, momentum_;
};

template <class T, class S>
History<T> follow(const Case<T>& c, const std::vector<double>& initial, const S& schedule) {
  auto sgd = groups<T>(initial);
  History<T> history;
  for (tn::index_t t = 0; t <= c.integer("steps"); ++t) {
    set_lr(sgd, schedule, static_cast<double>(t));
    history.add(sgd);
  }
  return history;
}
template <class T, class S>
Outputs rates(const Case<T>& c, const S& schedule) {
  return {{"lr", follow(c, c.args().numbers("base_lr"), schedule).lr()}};
}

template <class T>
Outputs one_cycle(const Case<T>& c) {
  const tn::optim::OneCycleLr schedule{
      .total_steps = c.number("total_steps"),
      .pct_start = c.number("pct_start"),
      .linear = c.template choice<bool>("anneal_strategy", {{"cos", false}, {"linear", true}}),
      .cycle_momentum = c.flag("cycle_momentum"),
      .base_momentum = c.number("base_momentum"),
      .max_momentum = c.number("max_momentum"),
      .div_factor = c.number("div_factor"),
      .final_div_factor = c.number("final_div_factor"),
      .three_phase = c.flag("three_phase")};
  c.args().numbers("base_lr");  // replaced at once
  const History<T> history = follow(c, c.args().numbers("max_lr"), schedule);
  return {{"lr", history.lr()}, {"momentum", history.momentum()}};
}

template <class T>
Outputs cyclic(const Case<T>& c) {
  using Mode = tn::optim::CyclicMode;
  const double up = c.number("step_size_up");
  const tn::optim::CyclicLr schedule{
      .max_lr = c.number("max_lr"),
      .step_size_up = up,
      .step_size_down = c.given("step_size_down") ? c.number("step_size_down") : up,
      .mode = c.template choice<Mode>("mode", {{"triangular", Mode::triangular},
                                               {"triangular2", Mode::triangular2},
                                               {"exp_range", Mode::exp_range}}),
      .gamma = c.number("gamma"),
      .cycle_momentum = c.flag("cycle_momentum"),
      .base_momentum = c.number("base_momentum"),
      .max_momentum = c.number("max_momentum")};
  const History<T> history = follow(c, c.args().numbers("base_lr"), schedule);
  return {{"lr", history.lr()}, {"momentum", history.momentum()}};
}

template <class T>
Outputs chained(const Case<T>& c) {
  using namespace tn::optim;
  return rates(c, ChainedScheduler{ConstantLr{c.number("factor"), c.number("total_iters")},
                                   ExponentialLr{c.number("gamma")}, StepLr{c.number("step_size"), 0.5}});
}

/// The functions that users of transformers give to PyTorch's LambdaLR.
template <class T>
Outputs lambda(const Case<T>& c) {
  using namespace tn::optim;
  const double warm = c.number("warmup"), rest = std::max(1.0, c.number("total") - warm),
               cycles = c.number("num_cycles"), width = c.number("d_model");
  enum class Shape { constant, linear, cosine, noam };
  const Shape shape = c.template choice<Shape>("schedule", {{"warmup_constant", Shape::constant},
                                                            {"warmup_linear", Shape::linear},
                                                            {"warmup_cosine", Shape::cosine},
                                                            {"noam", Shape::noam}});
  const LinearLr up{.start_factor = 0, .total_iters = warm};
  if (shape == Shape::constant) return rates(c, up);
  if (shape == Shape::linear)
    return rates(c,
                 SequentialLr{up, warm, LinearLr{.start_factor = 1, .end_factor = 0, .total_iters = rest}});
  if (shape == Shape::cosine) return rates(c, SequentialLr{up, warm, CosineAnnealingLr{rest / (2 * cycles)}});
  return rates(c, [=](double lr, double t) {
    return lr * std::pow(width, -0.5) * std::min(std::pow(t + 1, -0.5), (t + 1) * std::pow(warm, -1.5));
  });
}

template <class T>
Outputs plateau(const Case<T>& c) {
  auto sgd = groups<T>(c.args().numbers("base_lr"));
  tn::optim::ReduceLrOnPlateau schedule(
      {.maximize = c.template choice<bool>("mode", {{"min", false}, {"max", true}}),
       .factor = c.number("factor"),
       .patience = c.number("patience"),
       .threshold = c.number("threshold"),
       .relative = c.template choice<bool>("threshold_mode", {{"abs", false}, {"rel", true}}),
       .cooldown = c.number("cooldown"),
       .min_lr = c.number("min_lr"),
       .eps = c.number("eps")});
  History<T> history;
  history.add(sgd);
  for (T metric : c.in("metrics")) {
    schedule.step(sgd, static_cast<double>(metric));
    history.add(sgd);
  }
  return {{"lr", history.lr()}};
}

const Family family{
    {"step_lr",
     [](const auto& c) { return rates(c, tn::optim::StepLr{c.number("step_size"), c.number("gamma")}); }},
    {"multi_step_lr",
     [](const auto& c) {
       return rates(c, tn::optim::MultiStepLr{c.args().numbers("milestones"), c.number("gamma")});
     }},
    {"exponential_lr", [](const auto& c) { return rates(c, tn::optim::ExponentialLr{c.number("gamma")}); }},
    {"cosine_annealing_lr",
     [](const auto& c) {
       return rates(c, tn::optim::CosineAnnealingLr{c.number("T_max"), c.number("eta_min")});
     }},
    {"cosine_annealing_warm_restarts",
     [](const auto& c) {
       return rates(c, tn::optim::CosineAnnealingWarmRestarts{c.number("T_0"), c.number("T_mult"),
                                                              c.number("eta_min")});
     }},
    {"linear_lr",
     [](const auto& c) {
       return rates(
           c, tn::optim::LinearLr{c.number("start_factor"), c.number("end_factor"), c.number("total_iters")});
     }},
    {"one_cycle_lr", [](const auto& c) { return one_cycle(c); }},
    {"cyclic_lr", [](const auto& c) { return cyclic(c); }},
    {"multiplicative_lr",
     [](const auto& c) {
       const double a = c.number("a"), b = c.number("b");
       return rates(c, tn::optim::MultiplicativeLr{[=](double t) { return a + b * t; }});
     }},
    {"chained_scheduler", [](const auto& c) { return chained(c); }},
    {"swa_lr",
     [](const auto& c) {
       return rates(c, tn::optim::SwaLr{
                           c.number("swa_lr"), c.number("anneal_epochs"),
                           c.template choice<bool>("anneal_strategy", {{"cos", false}, {"linear", true}})});
     }},
    {"lambda_lr", [](const auto& c) { return lambda(c); }},
    {"reduce_lr_on_plateau", [](const auto& c) { return plateau(c); }},
};

}  // namespace schedule_cases
}  // namespace golden
