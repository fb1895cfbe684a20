/// Golden cases of optimizers: some steps with given gradients.

#include <algorithm>  // find

#include "registry.hpp"
#include "tenon/ops/index/select.hpp"
#include "tenon/ops/linalg/matmul.hpp"
#include "tenon/ops/shape/slice.hpp"
#include "tenon/optim/adadelta.hpp"
#include "tenon/optim/adagrad.hpp"
#include "tenon/optim/adamax.hpp"
#include "tenon/optim/asgd.hpp"
#include "tenon/optim/lbfgs.hpp"
#include "tenon/optim/nadam.hpp"
#include "tenon/optim/radam.hpp"
#include "tenon/optim/rmsprop.hpp"
#include "tenon/optim/rprop.hpp"
#include "tenon/optim/sgd.hpp"

namespace golden {
namespace optimizer_cases {

tn::optim::SgdOptions sgd_options(const Args& a) {
  return {.lr = a.number("lr"),
          .momentum = a.number("momentum"),
          .dampening = a.number("dampening"),
          .weight_decay = a.number("weight_decay"),
          .nesterov = a.flag("nesterov"),
          .maximize = a.flag("maximize")};
}

/// A list of two numbers.
std::vector<double> pair_of(const Args& a, const std::string& name) {
  const std::vector<double> pair = a.numbers(name);
  if (pair.size() != 2) throw Unsupported(name + " are not two");
  return pair;
}
std::vector<double> betas_of(const Args& a) {
  return pair_of(a, "betas");
}

template <class Options>
Options adam_options(const Args& a) {
  const std::vector<double> betas = betas_of(a);
  return {.lr = a.number("lr"),
          .beta1 = betas.at(0),
          .beta2 = betas.at(1),
          .eps = a.number("eps"),
          .weight_decay = a.number("weight_decay"),
          .amsgrad = a.flag("amsgrad"),
          .maximize = a.flag("maximize")};
}

tn::optim::RmspropOptions rmsprop_options(const Args& a) {
  return {.lr = a.number("lr"),
          .alpha = a.number("alpha"),
          .eps = a.number("eps"),
          .weight_decay = a.number("weight_decay"),
          .momentum = a.number("momentum"),
          .centered = a.flag("centered")};
}

tn::optim::AdagradOptions adagrad_options(const Args& a) {
  return {.lr = a.number("lr"),
          .lr_decay = a.number("lr_decay"),
          .weight_decay = a.number("weight_decay"),
          .initial_accumulator = a.number("initial_accumulator_value"),
          .eps = a.number("eps")};
}

tn::optim::AdadeltaOptions adadelta_options(const Args& a) {
  return {.lr = a.number("lr"),
          .rho = a.number("rho"),
          .eps = a.number("eps"),
          .weight_decay = a.number("weight_decay")};
}

tn::optim::NadamOptions nadam_options(const Args& a) {
  const std::vector<double> betas = betas_of(a);
  return {.lr = a.number("lr"),
          .beta1 = betas.at(0),
          .beta2 = betas.at(1),
          .eps = a.number("eps"),
          .weight_decay = a.number("weight_decay"),
          .momentum_decay = a.number("momentum_decay")};
}

tn::optim::RadamOptions radam_options(const Args& a) {
  const std::vector<double> betas = betas_of(a);
  return {.lr = a.number("lr"),
          .beta1 = betas.at(0),
          .beta2 = betas.at(1),
          .eps = a.number("eps"),
          .weight_decay = a.number("weight_decay")};
}

tn::optim::AdamaxOptions adamax_options(const Args& a) {
  const std::vector<double> betas = betas_of(a);
  return {.lr = a.number("lr"),
          .beta1 = betas.at(0),
          .beta2 = betas.at(1),
          .eps = a.number("eps"),
          .weight_decay = a.number("weight_decay"),
          .maximize = a.flag("maximize")};
}

tn::optim::RpropOptions rprop_options(const Args& a) {
  const std::vector<double> etas = pair_of(a, "etas"), step_sizes = pair_of(a, "step_sizes");
  return {.lr = a.number("lr"),
          .eta_minus = etas.at(0),
          .eta_plus = etas.at(1),
          .min_step = step_sizes.at(0),
          .max_step = step_sizes.at(1),
          .maximize = a.flag("maximize")};
}

tn::optim::AsgdOptions asgd_options(const Args& a) {
  return {.lr = a.number("lr"),
          .lambd = a.number("lambd"),
          .alpha = a.number("alpha"),
          .t0 = a.number("t0"),
          .weight_decay = a.number("weight_decay"),
          .maximize = a.flag("maximize")};
}

/// Parameters p0, p1, … moved by gradients g0, g1, …, whose row t belongs to step t; their values after each
/// step.
template <template <class> class Optimizer, class T, class Options>
Outputs steps(const Case<T>& c, Options (*options)(const Args&)) {
  std::vector<tn::NamedTensor<T>> parameters;
  for (const tn::Tensor<T>& p : c.all("p"))
    parameters.push_back({"p" + std::to_string(parameters.size()), tn::clone(p)});
  Optimizer<T> optimizer(parameters, options(c.args()));
  if (c.given("groups"))
    for (const Args& group : c.args().objects("groups")) {
      const std::vector<std::string> names = group.texts("params");
      for (const std::string& name : names)
        if (!c.has(name)) throw Unsupported("a group's params name " + name + ", which the case has not");
      optimizer.set_options(
          [&](const auto& p) { return std::find(names.begin(), names.end(), p.name) != names.end(); },
          options(group));
    }

  const std::vector<tn::Tensor<T>> gradients = c.all("g");
  std::vector<std::vector<tn::Tensor<T>>> history(parameters.size());
  for (tn::index_t t = 0; t < gradients.at(0).extent(0); ++t) {
    std::vector<tn::Tensor<T>> now;
    for (const tn::Tensor<T>& g : gradients) now.push_back(tn::select(g, 0, t));
    optimizer.step(now);
    for (std::size_t k = 0; k < history.size(); ++k)
      history[k].push_back(tn::clone(optimizer.parameters()[k]));
  }
  std::vector<tn::Tensor<T>> moved;
  for (const auto& rows : history) moved.push_back(tn::stack(rows));
  return Outputs(moved, "p");
}

/// L-BFGS on one of two functions of x; where each call of `step` led, and the loss that it began with.
template <class T>
Outputs lbfgs(const Case<T>& c) {
  auto x = tn::clone(c.param("x")).requires_grad_();
  const bool quadratic = c.template choice<bool>("objective", {{"quadratic", true}, {"rosenbrock", false}});
  const tn::Tensor<T> a = c.optional("A"), b = c.optional("b");
  const auto value = [&] {
    if (quadratic) return tn::sum(x * (T(0.5) * tn::matmul(a, x) - b));
    const auto now = x(tn::range(0, -1)), next = x(tn::range(1, {}));
    return tn::sum(T(100) * tn::square(next - now * now) + tn::square(T(1) - now));
  };
  const bool strong_wolfe =
      c.given("line_search_fn") && c.template choice<bool>("line_search_fn", {{"strong_wolfe", true}});
  tn::optim::Lbfgs<T> optimizer({x}, {.lr = c.number("lr"),
                                      .max_iter = c.integer("max_iter"),
                                      .max_eval = c.integer("max_eval"),
                                      .tolerance_grad = c.number("tolerance_grad"),
                                      .tolerance_change = c.number("tolerance_change"),
                                      .history_size = c.integer("history_size"),
                                      .strong_wolfe = strong_wolfe});
  std::vector<tn::Tensor<T>> points, losses;
  for (tn::index_t step = 0; step < c.integer("steps"); ++step) {
    const double loss = optimizer.step([&] {
      const auto y = value();
      return std::pair(y.item(), tn::grad(y, {x}));
    });
    losses.push_back(tn::scalar(static_cast<T>(loss)));
    points.push_back(tn::clone(x.detach()));
  }
  return {{"x", tn::stack(points)}, {"loss", tn::stack(losses)}};
}

const Family family{
    {"sgd", [](const auto& c) { return steps<tn::optim::Sgd>(c, sgd_options); }},
    {"adam", [](const auto& c) { return steps<tn::optim::Adam>(c, adam_options<tn::optim::AdamOptions>); }},
    {"adamw",
     [](const auto& c) { return steps<tn::optim::AdamW>(c, adam_options<tn::optim::AdamWOptions>); }},
    {"rmsprop", [](const auto& c) { return steps<tn::optim::Rmsprop>(c, rmsprop_options); }},
    {"adagrad", [](const auto& c) { return steps<tn::optim::Adagrad>(c, adagrad_options); }},
    {"adadelta", [](const auto& c) { return steps<tn::optim::Adadelta>(c, adadelta_options); }},
    {"nadam", [](const auto& c) { return steps<tn::optim::Nadam>(c, nadam_options); }},
    {"radam", [](const auto& c) { return steps<tn::optim::Radam>(c, radam_options); }},
    {"adamax", [](const auto& c) { return steps<tn::optim::Adamax>(c, adamax_options); }},
    {"rprop", [](const auto& c) { return steps<tn::optim::Rprop>(c, rprop_options); }},
    {"asgd", [](const auto& c) { return steps<tn::optim::Asgd>(c, asgd_options); }},
    {"lbfgs", [](const auto& c) { return lbfgs(c); }},
};

}  // namespace optimizer_cases
}  // namespace golden
