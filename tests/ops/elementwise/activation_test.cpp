#include "tenon/ops/elementwise/activation.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"

namespace activation_test {

using support::between;
using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::inf;
using support::nan;
using support::OpCases;
using support::real;
using tn::from;

const OpCases cases{
    {"relu", {real({3, 5})}, [](const auto& x) { return tn::relu(x[0]); }},
    {"leaky_relu", {real({3, 5})}, [](const auto& x) { return tn::leaky_relu(x[0], 0.2); }},
    {"elu", {real({3, 5})}, [](const auto& x) { return tn::elu(x[0], 0.7); }},
    {"selu", {real({3, 5})}, [](const auto& x) { return tn::selu(x[0]); }},
    {"silu", {real({3, 5})}, [](const auto& x) { return tn::silu(x[0]); }},
    {"softplus", {real({3, 5})}, [](const auto& x) { return tn::softplus(x[0], 1.5, 1.2); }},
    {"mish", {real({3, 5})}, [](const auto& x) { return tn::mish(x[0]); }},
    {"gelu", {real({3, 5})}, [](const auto& x) { return tn::gelu(x[0]); }},
    {"gelu_tanh", {real({3, 5})}, [](const auto& x) { return tn::gelu_tanh(x[0]); }},
    {"hardtanh", {real({3, 5})}, [](const auto& x) { return tn::hardtanh(x[0], -0.7, 0.9); }},
    {"prelu_one_weight", {real({3, 5}), real({1})}, [](const auto& x) { return tn::prelu(x[0], x[1]); }},
    {"prelu_channels", {real({2, 5, 3}), real({5})}, [](const auto& x) { return tn::prelu(x[0], x[1]); }},
    {"relu6", {between(-1, 8, {3, 5})}, [](const auto& x) { return tn::relu6(x[0]); }},
    {"celu", {real({3, 5})}, [](const auto& x) { return tn::celu(x[0], 0.7); }},
    {"threshold", {real({3, 5})}, [](const auto& x) { return tn::threshold(x[0], 0.25, 2); }},
    {"softsign", {real({3, 5})}, [](const auto& x) { return tn::softsign(x[0]); }},
    {"softshrink", {real({3, 5})}, [](const auto& x) { return tn::softshrink(x[0], 0.7); }},
    {"hardshrink", {real({3, 5})}, [](const auto& x) { return tn::hardshrink(x[0], 0.7); }},
    {"tanhshrink", {real({3, 5})}, [](const auto& x) { return tn::tanhshrink(x[0]); }},
    {"hardsigmoid", {between(-5, 5, {3, 5})}, [](const auto& x) { return tn::hardsigmoid(x[0]); }},
    {"hardswish", {between(-5, 5, {3, 5})}, [](const auto& x) { return tn::hardswish(x[0]); }},
    {"glu", {real({3, 4})}, [](const auto& x) { return tn::glu(x[0], 1); }, {.fixed = true}},
};

template <class T>
class Activation : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(Activation, Reals);

TYPED_TEST(Activation, Values) {
  using T = TypeParam;
  const auto x = from<T>({-2, 0, 3});
  const T e = std::exp(T(-2));
  const auto sigmoid = [](double v) { return 1 / (1 + std::exp(-v)); };
  const auto softplus = [](double v) { return std::log1p(std::exp(v)); };
  expect_vector(tn::relu(x), {0, 0, 3});
  expect_vector(tn::leaky_relu(x), {T(-0.02), 0, 3});
  expect_vector(tn::elu(x), {e - 1, 0, 3});
  expect_vector(tn::elu(x, 0.5), {(e - 1) / 2, 0, 3});
  expect_vector(tn::selu(x), {T(1.0507009873554805 * 1.6732632423543772 * (std::exp(-2.0) - 1)), 0,
                              T(3 * 1.0507009873554805)});
  expect_vector(tn::silu(x), {T(-2 * sigmoid(-2)), 0, T(3 * sigmoid(3))});
  expect_vector(tn::softplus(x), {T(softplus(-2)), T(std::log(2.0)), T(softplus(3))});
  expect_vector(tn::mish(x), {T(-2 * std::tanh(softplus(-2))), 0, T(3 * std::tanh(softplus(3)))});
  expect_vector(tn::gelu(x),
                {T(-(1 + std::erf(-std::sqrt(2.0)))), 0, T(1.5 * (1 + std::erf(3 / std::sqrt(2.0))))});
  expect_vector(tn::gelu_tanh(from<T>({1})),
                {T(0.5 * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * 1.044715)))});
  expect_vector(tn::hardtanh(x), {-1, 0, 1});
  expect_vector(tn::prelu(x, from<T>({0.25})), {-0.5, 0, 3});
  expect_vector(tn::glu(from<T>({4, 2, 0, 0}), 0), {2, 1});
}

TYPED_TEST(Activation, ValuesOfTheSimplerOnes) {
  using T = TypeParam;
  const auto x = from<T>({-4, -0.5, 0, 0.25, 3, 7});
  const auto e = [](double v) { return T(std::expm1(v)); };
  expect_vector(tn::relu6(x), {0, 0, 0, 0.25, 3, 6});
  expect_vector(tn::celu(x, 2), {2 * e(-2), 2 * e(-0.25), 0, 0.25, 3, 7});
  expect_vector(tn::threshold(x, 0.25, -1), {-1, -1, -1, -1, 3, 7});
  expect_vector(tn::softsign(x), {T(-0.8), T(-1) / 3, 0, T(0.2), 0.75, 0.875});
  expect_vector(tn::softshrink(x), {-3.5, 0, 0, 0, 2.5, 6.5});
  expect_vector(tn::hardshrink(x), {-4, 0, 0, 0, 3, 7});
  expect_vector(tn::tanhshrink(from<T>({0, 2})), {0, T(2 - std::tanh(2.0))});
  expect_vector(tn::hardsigmoid(x), {0, T(2.5) / 6, 0.5, T(3.25) / 6, 1, 1});
  expect_vector(tn::hardswish(x), {0, T(-1.25) / 6, 0, T(0.8125) / 6, 3, 7});
}

TYPED_TEST(Activation, NaNStaysNaN) {
  const auto x = from<TypeParam>({nan});
  for (const auto& y : {tn::relu(x),
                        tn::leaky_relu(x),
                        tn::elu(x),
                        tn::selu(x),
                        tn::silu(x),
                        tn::softplus(x),
                        tn::mish(x),
                        tn::gelu(x),
                        tn::gelu_tanh(x),
                        tn::hardtanh(x),
                        tn::prelu(x, from<TypeParam>({1})),
                        tn::relu6(x),
                        tn::celu(x),
                        tn::threshold(x, 0, 1),
                        tn::softsign(x),
                        tn::softshrink(x),
                        tn::hardshrink(x),
                        tn::tanhshrink(x),
                        tn::hardsigmoid(x),
                        tn::hardswish(x)})
    expect_vector(y, {nan});
}

TYPED_TEST(Activation, LargeArgumentsHaveFiniteValuesAndSlopes) {
  using T = TypeParam;
  using Function = tn::Tensor<T> (*)(const tn::Tensor<T>&);
  const Function functions[] = {[](const tn::Tensor<T>& x) { return tn::elu(x); },
                                [](const tn::Tensor<T>& x) { return tn::selu(x); },
                                [](const tn::Tensor<T>& x) { return tn::silu(x); },
                                [](const tn::Tensor<T>& x) { return tn::softplus(x); },
                                [](const tn::Tensor<T>& x) { return tn::mish(x); },
                                [](const tn::Tensor<T>& x) { return tn::gelu(x); },
                                [](const tn::Tensor<T>& x) { return tn::gelu_tanh(x); }};
  for (const Function f : functions) {
    auto x = from<T>({-1000, 1000}).requires_grad_();
    const auto y = f(x);
    EXPECT_TRUE(std::isfinite(y.at({0})) && y.at({1}) >= 1000);
    const auto slope = tn::grad(tn::sum(y), {x})[0];
    EXPECT_NEAR(slope.at({0}), 0, 1e-6);
    EXPECT_NEAR(slope.at({1}), y.at({1}) / 1000, 1e-5);
  }
}

TYPED_TEST(Activation, SlopesWhereBranchesMeet) {
  const auto slope = [](const auto& f) {
    auto x = from<TypeParam>({0}).requires_grad_();
    return tn::grad(f(x), {x}, {.output_gradient = tn::ones<TypeParam>({1})})[0].item();
  };
  EXPECT_EQ(slope([](const auto& x) { return tn::relu(x); }), 0);
  EXPECT_EQ(slope([](const auto& x) { return tn::leaky_relu(x, 0.25); }), 0.25);
  EXPECT_EQ(slope([](const auto& x) { return tn::elu(x, 0.5); }), 0.5);
}

TYPED_TEST(Activation, SoftplusBecomesTheIdentityBeyondItsThreshold) {
  expect_vector(tn::softplus(from<TypeParam>({10, 11}), 2, 21),
                {TypeParam(std::log1p(std::exp(20.0)) / 2), 11});
}

TEST(Activation, ReluOfIntegers) {
  expect_vector(tn::relu(from<std::int64_t>({-3, 0, 4})), {0, 0, 4});
}

TEST(ActivationErrors, SayWhichShapes) {
  expect_error<tn::ShapeError>(
      [] { tn::prelu(tn::zeros<float>({2, 3}), tn::zeros<float>({2})); },
      "[prelu] expected one weight or one for each channel of shape (2, 3), got shape (2,)");
  expect_error<tn::ShapeError>([] { tn::glu(tn::zeros<float>({2, 3})); },
                               "[glu] extent 3 of axis -1 of shape (2, 3) is odd");
}

TEST(ActivationErrors, NameNumbers) {
  const auto x = tn::zeros<float>({2});
  expect_error<tn::ValueError>([&] { tn::celu(x, 0); }, "[celu] alpha is 0");
  expect_error<tn::ValueError>([&] { tn::softshrink(x, -1); },
                               "[softshrink] lambda is -1, expected 0 or more");
}

// The result is the next op's input, so that keeping it costs no memory of its own.
TEST(Activations, OfReluTheResultIsKept) {
  const auto keeps_result = [](const tn::Tensor<float>& y) {
    return tn::graph::node_of(y)->edges()[0].kept.storage.get() == y.storage().get();
  };
  const auto x = tn::from<float>({-1, 0, 2}).requires_grad_();
  EXPECT_TRUE(keeps_result(tn::relu(x)) && keeps_result(tn::relu6(x)) && keeps_result(tn::hardtanh(x)));
  EXPECT_FALSE(keeps_result(tn::elu(x)));
  EXPECT_EQ(tn::graph::node_of(tn::elu(x))->edges()[0].kept.storage.get(), x.storage().get());
}

}  // namespace activation_test
