/// Golden cases of quantiles, pairs of statistics, covariance, distances and closeness.

#include "tenon/ops/reduce/quantile.hpp"

#include "registry.hpp"
#include "tenon/ops/elementwise/close.hpp"
#include "tenon/ops/reduce/covariance.hpp"
#include "tenon/ops/reduce/cumulative.hpp"
#include "tenon/ops/reduce/distance.hpp"

namespace golden {
namespace statistics_cases {

/// f(x, q, axis, keepdim, interpolation), or f(x, q, interpolation) over everything.
template <class T, class F>
tn::Tensor<T> quantile(const Case<T>& c, F f) {
  using Interpolation = tn::QuantileInterpolation;
  const auto how = c.template choice<Interpolation>("interpolation", {{"linear", Interpolation::linear},
                                                                      {"lower", Interpolation::lower},
                                                                      {"higher", Interpolation::higher},
                                                                      {"nearest", Interpolation::nearest},
                                                                      {"midpoint", Interpolation::midpoint}});
  const bool keepdim = c.flag("keepdim");
  if (c.given("dim")) return f(c.in("x"), c.in("q"), c.integer("dim"), keepdim, how);
  if (keepdim) throw Unsupported("keepdim is true without a dim");
  return f(c.in("x"), c.in("q"), how);
}

template <class T>
Outputs mode(const Case<T>& c) {
  const auto found = tn::mode(c.in("x"), c.integer("dim"), c.flag("keepdim"));
  return {{"values", found.values}, {"indices", found.indices}};
}

template <class T>
Outputs aminmax(const Case<T>& c) {
  const auto found = tn::aminmax(c.in("x"), c.dims("dim"), c.flag("keepdim"));
  return {{"min", found.min}, {"max", found.max}};
}

template <class T>
Outputs std_mean(const Case<T>& c) {
  const auto found = tn::std_mean(c.in("x"), c.dims("dim"), c.flag("unbiased") ? 1 : 0, c.flag("keepdim"));
  return {{"std", found.std}, {"mean", found.mean}};
}

template <class T>
tn::Tensor<T> cov(const Case<T>& c) {
  tn::CovOptions<T> options{.correction = c.integer("correction"), .aweights = c.optional("aweights")};
  if (c.has("fweights")) options.fweights = c.indices("fweights");
  return tn::cov(c.in("x"), options);
}

template <class T>
tn::CloseOptions close_options(const Case<T>& c) {
  return {.rtol = c.number("rtol"), .atol = c.number("atol"), .equal_nan = c.flag("equal_nan")};
}

const Family family{
    {"logcumsumexp", [](const auto& c) { return tn::logcumsumexp(c.in("x"), c.integer("dim")); }},
    {"quantile",
     [](const auto& c) { return quantile(c, [](const auto&... a) { return tn::quantile(a...); }); }},
    {"nanquantile",
     [](const auto& c) { return quantile(c, [](const auto&... a) { return tn::nanquantile(a...); }); }},
    {"mode", [](const auto& c) { return mode(c); }},
    {"aminmax", [](const auto& c) { return aminmax(c); }},
    {"std_mean", [](const auto& c) { return std_mean(c); }},
    {"cov", [](const auto& c) { return cov(c); }},
    {"corrcoef", [](const auto& c) { return tn::corrcoef(c.in("x")); }},
    {"cdist", [](const auto& c) { return tn::cdist(c.in("x1"), c.in("x2"), c.number("p")); }},
    {"pdist", [](const auto& c) { return tn::pdist(c.in("x"), c.number("p")); }},
    {"dist", [](const auto& c) { return tn::dist(c.in("a"), c.in("b"), c.number("p")); }},
    {"isclose", [](const auto& c) { return tn::isclose(c.in("a"), c.in("b"), close_options(c)); }},
    {"allclose",
     [](const auto& c) { return tn::scalar(tn::allclose(c.in("a"), c.in("b"), close_options(c))); }},
    {"equal", [](const auto& c) { return tn::scalar(tn::equal(c.in("a"), c.in("b"))); }},
};

}  // namespace statistics_cases
}  // namespace golden
