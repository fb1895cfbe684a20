/// Golden cases of optimizers: some steps with given gradients.

#include <algorithm>  // find

#include "registry.hpp"
#include "tenon/ops/shape.hpp"
#include "tenon/optim/adam.hpp"
#include "tenon/optim/sgd.hpp"

namespace golden {
namespace {

tn::optim::SgdOptions sgd_options(const Args& a) {
  return {.lr = a.number("lr"),
          .momentum = a.number("momentum"),
          .dampening = a.number("dampening"),
          .weight_decay = a.number("weight_decay"),
          .nesterov = a.flag("nesterov"),
          .maximize = a.flag("maximize")};
}

tn::optim::AdamOptions adam_options(const Args& a) {
  const std::vector<double> betas = a.numbers("betas");
  return {.lr = a.number("lr"),
          .beta1 = betas.at(0),
          .beta2 = betas.at(1),
          .eps = a.number("eps"),
          .weight_decay = a.number("weight_decay"),
          .amsgrad = a.flag("amsgrad"),
          .maximize = a.flag("maximize")};
}

/// Parameters p0, p1, … moved by gradients g0, g1, …, whose row t belongs to step t; their values after each
/// step.
template <template <class> class Optimizer, class T, class Options>
Outputs steps(const Case<T>& c, Options (*options)(const Args&)) {
  std::vector<tn::Tensor<T>> parameters;
  for (const tn::Tensor<T>& p : c.all("p")) parameters.push_back(tn::clone(p));
  const std::vector<tn::Tensor<T>> gradients = c.all("g");

  // In the order of the groups: an optimizer takes gradients in the order of its parameters.
  std::vector<std::size_t> order;
  std::optional<Optimizer<T>> optimizer;
  const auto add = [&](const std::vector<std::size_t>& members, const Options& o) {
    std::vector<tn::Tensor<T>> group;
    for (std::size_t k : members) group.push_back(parameters.at(k));
    order.insert(order.end(), members.begin(), members.end());
    if (optimizer)
      optimizer->add_group(group, o);
    else
      optimizer.emplace(group, o);
  };
  if (c.given("groups")) {
    for (const Args& group : c.args().objects("groups")) {
      std::vector<std::size_t> members;
      for (const std::string& name : group.texts("params")) members.push_back(std::stoul(name.substr(1)));
      add(members, options(group));
    }
  } else {
    std::vector<std::size_t> members(parameters.size());
    for (std::size_t k = 0; k < members.size(); ++k) members[k] = k;
    add(members, options(c.args()));
  }

  std::vector<std::vector<tn::Tensor<T>>> history(parameters.size());
  for (tn::index_t t = 0; t < gradients.at(0).extent(0); ++t) {
    std::vector<tn::Tensor<T>> now;
    for (std::size_t k : order) now.push_back(tn::select(gradients.at(k), 0, t));
    optimizer->step(now);
    for (std::size_t k = 0; k < parameters.size(); ++k) history[k].push_back(tn::clone(parameters[k]));
  }
  std::vector<tn::Tensor<T>> moved;
  for (const auto& rows : history) moved.push_back(tn::stack(rows));
  return Outputs(moved, "p");
}

const Family family{
    {"sgd", [](const auto& c) { return steps<tn::optim::Sgd>(c, sgd_options); }},
    {"adam", [](const auto& c) { return steps<tn::optim::Adam>(c, adam_options); }},
    {"adamw", [](const auto& c) { return steps<tn::optim::AdamW>(c, adam_options); }},
};

}  // namespace
}  // namespace golden
