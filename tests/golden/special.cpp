/// Golden cases of special functions, divisors and quotients rounded down.

#include "tenon/ops/elementwise/special.hpp"

#include "registry.hpp"
#include "tenon/ops/elementwise/math.hpp"

namespace golden {
namespace special_cases {

const Family family{
    {"erfinv", [](const auto& c) { return tn::erfinv(c.in("x")); }},
    {"lgamma", [](const auto& c) { return tn::lgamma(c.in("x")); }},
    {"digamma", [](const auto& c) { return tn::digamma(c.in("x")); }},
    {"polygamma", [](const auto& c) { return tn::polygamma(static_cast<int>(c.integer("n")), c.in("x")); }},
    {"i0", [](const auto& c) { return tn::i0(c.in("x")); }},
    {"sinc", [](const auto& c) { return tn::sinc(c.in("x")); }},
    {"floor_divide", [](const auto& c) { return tn::floor_divide(c.in("a"), c.in("b")); }},
    {"gcd", [](const auto& c) { return tn::gcd(c.indices("a"), c.indices("b")); }},
    {"lcm", [](const auto& c) { return tn::lcm(c.indices("a"), c.indices("b")); }},
};

}  // namespace special_cases
}  // namespace golden
