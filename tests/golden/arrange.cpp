/// Golden cases of ops that arrange tensors, and of those that make them.

#include "tenon/ops/shape/rearrange.hpp"

#include "registry.hpp"
#include "tenon/ops/shape/diagonal.hpp"

namespace golden {
namespace arrange_cases {

template <class T>
tn::Tensor<T> logspace(const Case<T>& c) {
  return tn::logspace<T>(static_cast<T>(c.number("start")), static_cast<T>(c.number("end")),
                         c.integer("steps"), c.number("base"));
}

const Family family{
    {"unbind", [](const auto& c) { return tn::unbind(c.in("x"), c.integer("dim")); }},
    {"moveaxis",
     [](const auto& c) { return tn::moveaxis(c.in("x"), c.dims("source"), c.dims("destination")); }},
    {"column_stack", [](const auto& c) { return tn::column_stack(c.all("x")); }},
    {"block_diag", [](const auto& c) { return tn::block_diag(c.all("x")); }},
    {"expand_as", [](const auto& c) { return tn::expand_as(c.in("x"), c.mask("other")); }},
    {"tril_indices",
     [](const auto& c) { return tn::tril_indices(c.integer("row"), c.integer("col"), c.integer("offset")); }},
    {"triu_indices",
     [](const auto& c) { return tn::triu_indices(c.integer("row"), c.integer("col"), c.integer("offset")); }},
    {"cartesian_prod", [](const auto& c) { return tn::cartesian_prod(c.all("x")); }},
    {"combinations",
     [](const auto& c) { return tn::combinations(c.in("x"), c.integer("r"), c.flag("with_replacement")); }},
    {"logspace", [](const auto& c) { return logspace(c); }},
};

}  // namespace arrange_cases
}  // namespace golden
