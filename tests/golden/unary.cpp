/// Golden cases of functions of one tensor.

#include "tenon/ops/elementwise/unary.hpp"

#include "tenon/ops/elementwise/arithmetic.hpp"

#include "registry.hpp"

namespace golden {
namespace unary_cases {

const Family family{
    {"neg", [](const auto& c) { return -c.in("x"); }},
    {"exp", [](const auto& c) { return tn::exp(c.in("x")); }},
    {"log", [](const auto& c) { return tn::log(c.in("x")); }},
    {"sqrt", [](const auto& c) { return tn::sqrt(c.in("x")); }},
    {"rsqrt", [](const auto& c) { return tn::rsqrt(c.in("x")); }},
    {"sin", [](const auto& c) { return tn::sin(c.in("x")); }},
    {"cos", [](const auto& c) { return tn::cos(c.in("x")); }},
    {"tanh", [](const auto& c) { return tn::tanh(c.in("x")); }},
    {"sigmoid", [](const auto& c) { return tn::sigmoid(c.in("x")); }},
    {"abs", [](const auto& c) { return tn::abs(c.in("x")); }},
    {"erf", [](const auto& c) { return tn::erf(c.in("x")); }},
};

}  // namespace unary_cases
}  // namespace golden
