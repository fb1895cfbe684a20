/// Golden cases of reductions.

#include "tenon/ops/reduce/cumulative.hpp"
#include "tenon/ops/reduce/norm.hpp"
#include "tenon/ops/reduce/reduce.hpp"

#include "registry.hpp"

namespace golden {
namespace reduction_cases {

tn::index_t correction(bool unbiased) {
  return unbiased ? 1 : 0;
}

/// f(x) over everything, or f(x, axis, keepdim).
template <class T, class F>
auto along(const Case<T>& c, F f) {
  const bool keepdim = c.flag("keepdim");
  if (c.given("dim")) return f(c.in("x"), c.integer("dim"), keepdim);
  if (keepdim) throw Unsupported("keepdim is true without a dim");
  return f(c.in("x"));
}

/// An extremum of everything is `y`; along an axis there are `values` and `indices`.
template <class T, class F>
Outputs extremum(const Case<T>& c, F f) {
  if (!c.given("dim")) {
    if (c.flag("keepdim")) throw Unsupported("keepdim is true without a dim");
    return f(c.in("x"));
  }
  const tn::ValuesIndices<T> found = f(c.in("x"), c.integer("dim"), c.flag("keepdim"));
  return {{"values", found.values}, {"indices", found.indices}};
}

const Family family{
    {"sum", [](const auto& c) { return tn::sum(c.in("x"), c.dims("dim"), c.flag("keepdim")); }},
    {"mean", [](const auto& c) { return tn::mean(c.in("x"), c.dims("dim"), c.flag("keepdim")); }},
    {"var",
     [](const auto& c) {
       return tn::var(c.in("x"), c.dims("dim"), correction(c.flag("unbiased")), c.flag("keepdim"));
     }},
    {"std",
     [](const auto& c) {
       return tn::std(c.in("x"), c.dims("dim"), correction(c.flag("unbiased")), c.flag("keepdim"));
     }},
    {"max", [](const auto& c) { return extremum(c, [](const auto&... a) { return tn::max(a...); }); }},
    {"min", [](const auto& c) { return extremum(c, [](const auto&... a) { return tn::min(a...); }); }},
    {"argmax", [](const auto& c) { return along(c, [](const auto&... a) { return tn::argmax(a...); }); }},
    {"argmin", [](const auto& c) { return along(c, [](const auto&... a) { return tn::argmin(a...); }); }},
    {"prod", [](const auto& c) { return along(c, [](const auto&... a) { return tn::prod(a...); }); }},
    {"logsumexp", [](const auto& c) { return tn::logsumexp(c.in("x"), c.dims("dim"), c.flag("keepdim")); }},
    {"cumsum", [](const auto& c) { return tn::cumsum(c.in("x"), c.integer("dim")); }},
    {"norm",
     [](const auto& c) { return tn::norm(c.in("x"), c.number("p"), c.dims("dim"), c.flag("keepdim")); }},
};

}  // namespace reduction_cases
}  // namespace golden
