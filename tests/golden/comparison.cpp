/// Golden cases of comparisons, and of what masks choose.

#include "tenon/ops/elementwise/compare.hpp"

#include "registry.hpp"

namespace golden {
namespace comparison_cases {

/// f of two tensors, or of a tensor and a number.
template <class T, class F>
tn::Tensor<bool> comparison(const Case<T>& c, F f) {
  return c.given("scalar") ? f(c.in("a"), c.number("scalar")) : f(c.in("a"), c.in("b"));
}

template <class T>
tn::Tensor<T> masked_fill(const Case<T>& c) {
  return tn::masked_fill(c.in("x"), c.mask("mask"), static_cast<T>(c.number("value")));
}

const Family family{
    {"eq",
     [](const auto& c) { return comparison(c, [](const auto& a, const auto& b) { return tn::eq(a, b); }); }},
    {"ne",
     [](const auto& c) { return comparison(c, [](const auto& a, const auto& b) { return tn::ne(a, b); }); }},
    {"lt",
     [](const auto& c) { return comparison(c, [](const auto& a, const auto& b) { return tn::lt(a, b); }); }},
    {"le",
     [](const auto& c) { return comparison(c, [](const auto& a, const auto& b) { return tn::le(a, b); }); }},
    {"gt",
     [](const auto& c) { return comparison(c, [](const auto& a, const auto& b) { return tn::gt(a, b); }); }},
    {"ge",
     [](const auto& c) { return comparison(c, [](const auto& a, const auto& b) { return tn::ge(a, b); }); }},
    {"where", [](const auto& c) { return tn::where(c.mask("cond"), c.in("a"), c.in("b")); }},
    {"clamp", [](const auto& c) { return tn::clamp(c.in("x"), c.bound("min"), c.bound("max")); }},
    {"masked_fill", [](const auto& c) { return masked_fill(c); }},
};

}  // namespace comparison_cases
}  // namespace golden
