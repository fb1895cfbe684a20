#include "tenon/autograd/hook.hpp"

#include "support/expect.hpp"
#include "tenon/autograd/grad.hpp"
#include "tenon/ops/reduce/reduce.hpp"

namespace hook_test {

using support::expect_vector;
using tn::Tensor;

TEST(Hook, ChangesTheGradient) {
  auto x = tn::from<double>({1, 2}).requires_grad_();
  const auto y = tn::register_hook(x * 3, [](const Tensor<double>& g) { return g * 10; });
  expect_vector(y, {3, 6});
  expect_vector(tn::grad(tn::sum(y), {x})[0], {30, 30});
}

TEST(Hook, MayOnlyLook) {
  auto x = tn::from<double>({1, 2}).requires_grad_();
  std::vector<double> seen;
  const auto y = tn::register_hook(x, [&](const Tensor<double>& g) { seen = g.to_vector(); });
  expect_vector(tn::grad(tn::sum(y * y), {x})[0], {2, 4});
  EXPECT_EQ(seen, (std::vector<double>{2, 4}));
}

TEST(Hook, OfAnotherShapeIsRefused) {
  auto x = tn::from<double>({1, 2}).requires_grad_();
  const auto y = tn::register_hook(x, [](const Tensor<double>& g) { return tn::sum(g); });
  support::expect_error<tn::GraphError>(
      [&] { static_cast<void>(tn::grad(tn::sum(y), {x})); },
      "[hook] the rule returned a gradient of shape () for input 0 of shape (2,)");
}

}  // namespace hook_test
