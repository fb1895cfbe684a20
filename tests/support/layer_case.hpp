#pragma once
/// One line about a layer, and everything that must hold of any layer is tested:
///
///     check_layer(nn::Linear<double>(3, 2), {.output = {4, 2}, .state = {"weight", "bias"}},
///                 tn::randn<double>({4, 3}));
///
/// The shape of its output; derivatives by inputs and parameters; names of its state; copies with weights of
/// their own; the same numbers in float. The layer must be a template over its scalar type, and smooth where
/// it is called.

#include <gtest/gtest.h>

#include "expect.hpp"
#include "tenon/autograd/gradcheck.hpp"
#include "tenon/nn/convert.hpp"
#include "tenon/nn/functional_call.hpp"

namespace support {

/// What is expected of a layer.
struct LayerCase {
  tn::Shape output{};
  std::vector<std::string> state{};  ///< names of parameters and buffers, in their order
  double tolerance = 2e-5;           ///< between float and double, relative to 1 + |value|
};

namespace detail {

/// The tensor in what a layer returns.
template <class Y>
auto output_of(const Y& y) {
  if constexpr (tn::is_tensor<Y>)
    return y;
  else if constexpr (requires { y.output; })
    return y.output;
  else
    return y.hidden;
}

template <class X>
inline constexpr bool is_real_tensor = std::is_same_v<X, tn::Tensor<double>>;

/// x, or where it is a tensor of real numbers the next of `given`.
template <class X>
X substituted(const X& x, const tn::Tensor<double>*& given) {
  if constexpr (is_real_tensor<X>)
    return *given++;
  else
    return x;
}

template <class Layer, class... X>
void check_gradients(const Layer& layer, const X&... x) {
  std::vector<tn::Tensor<double>> operands;
  const auto add = [&](const auto& input) {
    if constexpr (is_real_tensor<std::decay_t<decltype(input)>>) operands.push_back(input);
  };
  (add(x), ...);
  for (const auto& parameter : tn::nn::parameters(layer)) operands.push_back(parameter.detach());
  const auto run = [&](const std::vector<tn::Tensor<double>>& leaves) {
    const tn::Tensor<double>* given = leaves.data();
    std::tuple<X...> inputs{substituted(x, given)...};
    const std::vector<tn::Tensor<double>> parameters(given, leaves.data() + leaves.size());
    return std::apply(
        [&](const X&... input) { return output_of(tn::nn::functional_call(layer, parameters, input...)); },
        inputs);
  };
  EXPECT_NO_THROW(tn::gradcheck(run, operands));
}

template <class Layer, class... X>
void check_copies(const Layer& layer, const X&... x) {
  const tn::NoGrad no_grad;
  const std::vector<double> before = output_of(layer(x...)).to_vector();
  const Layer copy = layer;
  for (auto& named : tn::nn::state(copy)) named.tensor.visit([](auto tensor) { tn::fill_(tensor, 1); });
  EXPECT_EQ(output_of(layer(x...)).to_vector(), before) << "a copy shares its weights";
}

template <class Layer, class... X>
void check_float(const Layer& layer, double tolerance, const X&... x) {
  const tn::NoGrad no_grad;
  const auto in_float = [](const auto& input) {
    if constexpr (is_real_tensor<std::decay_t<decltype(input)>>)
      return tn::to<float>(input);
    else
      return input;
  };
  const auto y = output_of(tn::nn::to<float>(layer)(in_float(x)...));
  const auto want = output_of(layer(x...));
  expect_values(tn::to<double>(y), want.shape(), want.to_vector(), tolerance);
}

}  // namespace detail

/// Inputs that are tensors of double are differentiated by; others, such as indices, are handed over.
template <class Layer, class... X>
void check_layer(const Layer& layer, const LayerCase& expected, const X&... x) {
  EXPECT_EQ(detail::output_of(layer(x...)).shape(), expected.output);
  std::vector<std::string> names;
  for (const auto& named : tn::nn::state(layer)) names.push_back(named.name);
  EXPECT_EQ(names, expected.state);
  detail::check_gradients(layer, x...);
  detail::check_copies(layer, x...);
  detail::check_float(layer, expected.tolerance, x...);
}

}  // namespace support
