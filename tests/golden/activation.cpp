/// Golden cases of activations.

#include "tenon/ops/elementwise/activation.hpp"

#include "registry.hpp"
#include "tenon/ops/elementwise/unary.hpp"
#include "tenon/ops/nn/softmax.hpp"

namespace golden {
namespace activation_cases {

template <class T>
tn::Tensor<T> gelu(const Case<T>& c) {
  const bool by_tanh = c.template choice<bool>("approximate", {{"none", false}, {"tanh", true}});
  return by_tanh ? tn::gelu_tanh(c.in("x")) : tn::gelu(c.in("x"));
}

const Family family{
    {"softmax", [](const auto& c) { return tn::softmax(c.in("x"), c.integer("dim")); }},
    {"log_softmax", [](const auto& c) { return tn::log_softmax(c.in("x"), c.integer("dim")); }},
    {"relu", [](const auto& c) { return tn::relu(c.in("x")); }},
    {"selu", [](const auto& c) { return tn::selu(c.in("x")); }},
    {"silu", [](const auto& c) { return tn::silu(c.in("x")); }},
    {"mish", [](const auto& c) { return tn::mish(c.in("x")); }},
    {"leaky_relu", [](const auto& c) { return tn::leaky_relu(c.in("x"), c.number("negative_slope")); }},
    {"elu", [](const auto& c) { return tn::elu(c.in("x"), c.number("alpha")); }},
    {"gelu", [](const auto& c) { return gelu(c); }},
    {"softplus",
     [](const auto& c) { return tn::softplus(c.in("x"), c.number("beta"), c.number("threshold")); }},
    {"hardtanh",
     [](const auto& c) { return tn::hardtanh(c.in("x"), c.number("min_val"), c.number("max_val")); }},
    {"prelu", [](const auto& c) { return tn::prelu(c.in("x"), c.param("weight")); }},
    {"glu", [](const auto& c) { return tn::glu(c.in("x"), c.integer("dim")); }},
};

}  // namespace activation_cases
}  // namespace golden
