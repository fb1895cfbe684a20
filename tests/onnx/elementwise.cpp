/// Arithmetic, comparison and activation operators.

#include "node.hpp"
#include "tenon/ops/nn/dropout.hpp"
#include "tenon/tenon.hpp"

namespace onnx_tests {
namespace elementwise_nodes {

using tn::Tensor;

/// f over any number of inputs, two at a time.
template <auto f>
Results fold(const Node& node) {
  return any_number(node, [&]<class T>(T) {
    Tensor<T> total = node.in<T>(0);
    for (int i = 1; i < node.inputs(); ++i) total = f(total, node.in<T>(i));
    return total;
  });
}
template <auto f>
Results compare(const Node& node) {
  return any_number(node, [&]<class T>(T) -> Value { return f(node.in<T>(0), node.in<T>(1)); });
}
template <auto f>
Results logical(const Node& node) {
  return {f(node.in<bool>(0), node.in<bool>(1))};
}

Results clip(const Node& node) {
  return any_number(node, [&]<class T>(T) {
    const auto bound = [&](int i) {
      return node.has(i) ? std::optional<T>(node.in<T>(i).item()) : std::nullopt;
    };
    return tn::clamp(node.in<T>(0), bound(1), bound(2));
  });
}

Results mean(const Node& node) {
  const Results total = fold<[](const auto& a, const auto& b) { return a + b; }>(node);
  return any_real(node,
                  [&]<class T>(T) { return std::get<Tensor<T>>(total[0]) / static_cast<T>(node.inputs()); });
}

/// Exponents of another scalar type take the base's.
Results power(const Node& node) {
  return any_real(node, [&]<class T>(T) {
    Tensor<T> exponent;
    any_number(
        node,
        [&]<class U>(U) {
          exponent = tn::to<T>(node.in<U>(1));
          return exponent;
        },
        1);
    return tn::pow(node.in<T>(0), exponent);
  });
}

Results where(const Node& node) {
  return any_type(
      node, [&]<class T>(T) { return tn::where(node.in<bool>(0), node.in<T>(1), node.in<T>(2)); }, 1);
}

/// The value as another scalar type, by ONNX's numbers for these.
Value cast(const Node& node, tn::index_t type) {
  Value result;
  any_type(node, [&]<class T>(T) {
    const Tensor<T> x = node.in<T>(0);
    switch (type) {
      case onnx::TensorProto::FLOAT:
        result = tn::to<float>(x);
        break;
      case onnx::TensorProto::DOUBLE:
        result = tn::to<double>(x);
        break;
      case onnx::TensorProto::INT64:
        result = tn::to<std::int64_t>(x);
        break;
      case onnx::TensorProto::INT32:
        result = tn::to<std::int32_t>(x);
        break;
      case onnx::TensorProto::UINT8:
        result = tn::to<std::uint8_t>(x);
        break;
      case onnx::TensorProto::BOOL:
        result = tn::to<bool>(x);
        break;
      default:
        throw Unsupported("scalar type " + std::to_string(type));
    }
    return x;
  });
  return result;
}
Results cast_like(const Node& node) {
  constexpr tn::index_t types[] = {0,
                                   onnx::TensorProto::FLOAT,
                                   onnx::TensorProto::DOUBLE,
                                   onnx::TensorProto::INT64,
                                   onnx::TensorProto::INT32,
                                   onnx::TensorProto::UINT8,
                                   onnx::TensorProto::BOOL};
  return {cast(node, types[node.value(1).index()])};
}

/// Without training, or with a ratio of 0, dropout is the identity; its mask is true.
Results dropout(const Node& node) {
  node.ignore({"seed", "ratio"});  // of what is not drawn
  require(!node.has(2) || !node.in<bool>(2).item() || (node.has(1) && node.in<float>(1).item() == 0),
          "randomness");
  return {node.value(0), tn::full<bool>(node.in<float>(0).shape(), true)};
}

Results isinf(const Node& node) {
  return any_real(node, [&]<class T>(T) -> Value {
    const Tensor<T> x = node.in<T>(0);
    constexpr T infinity = std::numeric_limits<T>::infinity();
    const Tensor<bool> none = tn::zeros<bool>(x.shape());
    const Tensor<bool> above = node.integer("detect_positive", 1) ? tn::eq(x, infinity) : none;
    const Tensor<bool> below = node.integer("detect_negative", 1) ? tn::eq(x, -infinity) : none;
    return tn::logical_or(above, below);
  });
}

const Family family{
    {"Abs", numbers<[](const auto& x) { return abs(x); }>},
    {"Neg", numbers<[](const auto& x) { return neg(x); }>},
    {"Sign", numbers<[](const auto& x) { return sign(x); }>},
    {"Exp", reals<[](const auto& x) { return exp(x); }>},
    {"Log", reals<[](const auto& x) { return log(x); }>},
    {"Sqrt", reals<[](const auto& x) { return sqrt(x); }>},
    {"Reciprocal", reals<[](const auto& x) { return reciprocal(x); }>},
    {"Floor", reals<[](const auto& x) { return floor(x); }>},
    {"Ceil", reals<[](const auto& x) { return ceil(x); }>},
    {"Round", reals<[](const auto& x) { return round(x); }>},
    {"Sin", reals<[](const auto& x) { return sin(x); }>},
    {"Cos", reals<[](const auto& x) { return cos(x); }>},
    {"Tan", reals<[](const auto& x) { return tan(x); }>},
    {"Asin", reals<[](const auto& x) { return asin(x); }>},
    {"Acos", reals<[](const auto& x) { return acos(x); }>},
    {"Atan", reals<[](const auto& x) { return atan(x); }>},
    {"Sinh", reals<[](const auto& x) { return sinh(x); }>},
    {"Cosh", reals<[](const auto& x) { return cosh(x); }>},
    {"Tanh", reals<[](const auto& x) { return tanh(x); }>},
    {"Asinh", reals<[](const auto& x) { return asinh(x); }>},
    {"Acosh", reals<[](const auto& x) { return acosh(x); }>},
    {"Atanh", reals<[](const auto& x) { return atanh(x); }>},
    {"Erf", reals<[](const auto& x) { return erf(x); }>},
    {"IsNaN",
     [](const Node& n) { return any_real(n, [&]<class T>(T) -> Value { return tn::isnan(n.in<T>(0)); }); }},
    {"IsInf", isinf},

    {"Add", pairs<[](const auto& a, const auto& b) { return a + b; }>},
    {"Sub", pairs<[](const auto& a, const auto& b) { return a - b; }>},
    {"Mul", pairs<[](const auto& a, const auto& b) { return a * b; }>},
    {"Div", [](const Node& n) { return any_real(n, [&]<class T>(T) { return n.in<T>(0) / n.in<T>(1); }); }},
    {"Mod",
     [](const Node& n) {
       return any_number(n, [&]<class T>(T) {
         return n.integer("fmod", 0) ? tn::fmod(n.in<T>(0), n.in<T>(1))
                                     : tn::remainder(n.in<T>(0), n.in<T>(1));
       });
     }},
    {"Pow", power},
    {"Max", fold<[](const auto& a, const auto& b) { return maximum(a, b); }>},
    {"Min", fold<[](const auto& a, const auto& b) { return minimum(a, b); }>},
    {"Sum", fold<[](const auto& a, const auto& b) { return a + b; }>},
    {"Mean", mean},
    {"Clip", clip},

    {"Equal", compare<[](const auto& a, const auto& b) { return eq(a, b); }>},
    {"Greater", compare<[](const auto& a, const auto& b) { return gt(a, b); }>},
    {"GreaterOrEqual", compare<[](const auto& a, const auto& b) { return ge(a, b); }>},
    {"Less", compare<[](const auto& a, const auto& b) { return lt(a, b); }>},
    {"LessOrEqual", compare<[](const auto& a, const auto& b) { return le(a, b); }>},
    {"And", logical<[](const auto& a, const auto& b) { return logical_and(a, b); }>},
    {"Or", logical<[](const auto& a, const auto& b) { return logical_or(a, b); }>},
    {"Xor", logical<[](const auto& a, const auto& b) { return logical_xor(a, b); }>},
    {"Not", [](const Node& n) -> Results { return {logical_not(n.in<bool>(0))}; }},
    {"Where", where},

    {"Identity", [](const Node& n) { return any_type(n, [&]<class T>(T) { return n.in<T>(0); }); }},
    {"Cast", [](const Node& n) -> Results { return {cast(n, n.integer("to", 0))}; }},
    {"CastLike", cast_like},
    {"Dropout", dropout},

    {"Relu", reals<[](const auto& x) { return relu(x); }>},
    {"Sigmoid", reals<[](const auto& x) { return sigmoid(x); }>},
    {"Softplus", reals<[](const auto& x) { return softplus(x); }>},
    {"Softsign", reals<[](const auto& x) { return softsign(x); }>},
    {"HardSwish", reals<[](const auto& x) { return hardswish(x); }>},
    {"LeakyRelu",
     [](const Node& n) {
       return any_real(n, [&]<class T>(T) { return tn::leaky_relu(n.in<T>(0), n.number("alpha", 0.01)); });
     }},
    {"Elu",
     [](const Node& n) {
       return any_real(n, [&]<class T>(T) { return tn::elu(n.in<T>(0), n.number("alpha", 1)); });
     }},
    {"Selu",
     [](const Node& n) {
       const double alpha = n.number("alpha", 1.6732632), gamma = n.number("gamma", 1.0507010);
       return any_real(n, [&]<class T>(T) { return static_cast<T>(gamma) * tn::elu(n.in<T>(0), alpha); });
     }},
    {"HardSigmoid",
     [](const Node& n) {
       return any_real(n, [&]<class T>(T) {
         const T slope = static_cast<T>(n.number("alpha", 0.2)),
                 shift = static_cast<T>(n.number("beta", 0.5));
         return tn::clamp(slope * n.in<T>(0) + shift, T(0), T(1));
       });
     }},
    {"Celu",
     [](const Node& n) {
       return any_real(n, [&]<class T>(T) { return tn::celu(n.in<T>(0), n.number("alpha", 1)); });
     }},
    {"ThresholdedRelu",
     [](const Node& n) {
       return any_real(
           n, [&]<class T>(T) { return tn::threshold(n.in<T>(0), static_cast<T>(n.number("alpha", 1)), 0); });
     }},
    {"PRelu",
     [](const Node& n) {
       return any_real(n, [&]<class T>(T) {  // ONNX broadcasts the slope; the library has one a channel
         const Tensor<T> x = n.in<T>(0);
         return tn::where(tn::lt(x, T(0)), x * n.in<T>(1), x);
       });
     }},
};

}  // namespace elementwise_nodes
}  // namespace onnx_tests
