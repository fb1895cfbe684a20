/// Golden cases of + - * / and powers.

#include "tenon/ops/elementwise/arithmetic.hpp"

#include "registry.hpp"

namespace golden {
namespace arithmetic_cases {

/// f of two tensors, or of a tensor and a number on either side.
template <class T, class F>
tn::Tensor<T> binary(const Case<T>& c, F f) {
  const tn::Tensor<T> a = c.in("a");
  if (!c.given("scalar")) {
    tn::check<tn::ValueError>(!c.flag("reverse"), "golden", "reverse without a scalar");
    return f(a, c.in("b"));
  }
  const double scalar = c.number("scalar");
  return c.flag("reverse") ? f(scalar, a) : f(a, scalar);
}

const Family family{
    {"add", [](const auto& c) { return binary(c, [](const auto& a, const auto& b) { return a + b; }); }},
    {"sub", [](const auto& c) { return binary(c, [](const auto& a, const auto& b) { return a - b; }); }},
    {"mul", [](const auto& c) { return binary(c, [](const auto& a, const auto& b) { return a * b; }); }},
    {"div", [](const auto& c) { return binary(c, [](const auto& a, const auto& b) { return a / b; }); }},
    {"pow",
     [](const auto& c) { return binary(c, [](const auto& a, const auto& b) { return tn::pow(a, b); }); }},
    {"maximum", [](const auto& c) { return tn::maximum(c.in("a"), c.in("b")); }},
    {"minimum", [](const auto& c) { return tn::minimum(c.in("a"), c.in("b")); }},
};

}  // namespace arithmetic_cases
}  // namespace golden
