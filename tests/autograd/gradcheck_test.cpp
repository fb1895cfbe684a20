#include "tenon/autograd/gradcheck.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "tenon/ops/elementwise/unary.hpp"

namespace gradcheck_test {

using tn::Backward;
using tn::from;
using tn::Gradients;
using tn::Tensor;
using Tensors = std::vector<Tensor<double>>;

/// The square, with rules that are off by factors: the first derivative, and the derivative of that.
Tensor<double> square(const Tensor<double>& x, double first, double second) {
  return tn::record("square", tn::square(x.detach()), {x},
                    [=](const Backward<double>& p) -> Gradients<double> {
                      const Tensor<double> again = p.input(0);
                      const Tensor<double> slope =
                          tn::record("slope", again.detach() * (2 * first), {tn::without_values(again)},
                                     [=](const Backward<double>& q) -> Gradients<double> {
                                       return {q.gradient() * (2 * first * second)};
                                     });
                      return {p.gradient() * slope};
                    });
}

TEST(Gradcheck, AcceptsRightRulesOfBothOrders) {
  EXPECT_NO_THROW(
      tn::gradcheck<2>([](const Tensors& x) { return square(x[0], 1, 1); }, {from<double>({0.5, -2})}));
  EXPECT_NO_THROW(tn::gradcheck<2>([](const Tensors& x) { return tn::sin(x[0]) * x[1]; },
                                   {from<double>({0.5, -2}), from<double>({{1}, {3}})}));
  EXPECT_NO_THROW(tn::gradcheck<2>([](const Tensors& x) { return 3 * x[0]; }, {from<double>({0.5, -2})}));
}

TEST(Gradcheck, RefusesAnErrorOfOnePercent) {
  const Tensors x{from<double>({0.5, -2})};
  EXPECT_THROW(tn::gradcheck<1>([](const Tensors& in) { return square(in[0], 1.01, 1); }, x), tn::GraphError);
  EXPECT_NO_THROW(tn::gradcheck<1>([](const Tensors& in) { return square(in[0], 1, 1.01); }, x));
  EXPECT_THROW(tn::gradcheck<2>([](const Tensors& in) { return square(in[0], 1, 1.01); }, x), tn::GraphError);
}

TEST(Gradcheck, NamesOrderInputAndNumbers) {
  try {
    tn::gradcheck<1>([](const Tensors& x) { return tn::sum(x[0]) + square(x[1], 1.5, 1); },
                     {from<double>({1, 2}), from<double>({{3}})});
    FAIL();
  } catch (const tn::GraphError& error) {
    EXPECT_TRUE(
        std::string(error.what()).starts_with("[gradcheck] order 1, input 1 of shape (1, 1): derivative "))
        << error.what();
  }
}

TEST(Gradcheck, RefusesNaN) {
  EXPECT_THROW(tn::gradcheck<1>([](const Tensors& x) { return tn::log(x[0]); }, {from<double>({-1})}),
               tn::GraphError);
}

TEST(Gradcheck, LeavesItsInputsAlone) {
  const Tensors x{from<double>({0.5, -2})};
  tn::gradcheck<2>([](const Tensors& in) { return tn::exp(in[0]); }, x);
  support::expect_vector(x[0], {0.5, -2});
  EXPECT_FALSE(x[0].requires_grad());
}

}  // namespace gradcheck_test
