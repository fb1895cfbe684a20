/// Golden cases of matrix products and linear maps.

#include "tenon/ops/linalg/einsum.hpp"
#include "tenon/ops/nn/linear.hpp"

#include "registry.hpp"

namespace golden {
namespace matmul_cases {

const Family family{
    {"matmul", [](const auto& c) { return tn::matmul(c.in("a"), c.in("b")); }},
    {"bmm", [](const auto& c) { return tn::bmm(c.in("a"), c.in("b")); }},
    {"addmm",
     [](const auto& c) {
       return tn::addmm(c.in("input"), c.in("a"), c.in("b"), c.number("beta"), c.number("alpha"));
     }},
    {"linear", [](const auto& c) { return tn::linear(c.in("x"), c.param("weight"), c.optional("bias")); }},
    {"bilinear",
     [](const auto& c) {
       return tn::bilinear(c.in("x1"), c.in("x2"), c.param("weight"), c.optional("bias"));
     }},
    {"einsum", [](const auto& c) { return tn::einsum(c.text("equation"), c.all("x")); }},
    {"outer", [](const auto& c) { return tn::outer(c.in("a"), c.in("b")); }},
};

}  // namespace matmul_cases
}  // namespace golden
