/// Golden cases of matrix products.

#include "tenon/ops/einsum.hpp"

#include "registry.hpp"

namespace golden {
namespace {

/// x w^T + b
template <class T>
tn::Tensor<T> linear(const Case<T>& c) {
  const tn::Tensor<T> y = tn::matmul(c.in("x"), tn::transpose(c.param("weight"), 0, 1));
  return c.has("bias") ? y + c.param("bias") : y;
}

const Family family{
    {"matmul", [](const auto& c) { return tn::matmul(c.in("a"), c.in("b")); }},
    {"bmm", [](const auto& c) { return tn::bmm(c.in("a"), c.in("b")); }},
    {"addmm",
     [](const auto& c) {
       return tn::addmm(c.in("input"), c.in("a"), c.in("b"), c.number("beta"), c.number("alpha"));
     }},
    {"linear", [](const auto& c) { return linear(c); }},
    {"einsum", [](const auto& c) { return tn::einsum(c.text("equation"), c.all("x")); }},
    {"outer", [](const auto& c) { return tn::outer(c.in("a"), c.in("b")); }},
};

}  // namespace
}  // namespace golden
