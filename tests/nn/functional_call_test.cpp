#include "tenon/nn/functional_call.hpp"

#include "support/expect.hpp"
#include "tenon/autograd/grad.hpp"
#include "tenon/nn/linear.hpp"
#include "tenon/ops/reduce/reduce.hpp"

namespace functional_call_test {

namespace nn = tn::nn;
using support::expect_error;
using tn::Tensor;

struct Net {
  nn::Linear<double> in{2, 2}, out{2, 1, false};
  Tensor<double> operator()(const Tensor<double>& x) const { return out(in(x)); }
};

TEST(FunctionalCall, ComputesWithTheTensorsGiven) {
  const Net net;
  const auto before = net.in.weight.to_vector();
  const auto x = tn::from<double>({{1, 2}});
  std::vector<Tensor<double>> given{tn::from<double>({{1, 0}, {0, 1}}), tn::from<double>({10, 20}),
                                    tn::from<double>({{1, 1}})};
  for (auto& tensor : given) tensor.requires_grad_();
  const auto y = nn::functional_call(net, given, x);
  EXPECT_EQ(y.item(), 33);
  support::expect_values(tn::grad(tn::sum(y), given)[2], {1, 2}, {11, 22});
  EXPECT_EQ(net.in.weight.to_vector(), before);
}

TEST(FunctionalCall, DifferentiatesThroughAStep) {
  const Net net;
  const auto x = tn::from<double>({{1, 2}});
  const auto own = nn::parameters(net);
  const auto first = tn::grad(tn::sum(net(x)), own, {.create_graph = true});
  std::vector<Tensor<double>> fast;
  for (std::size_t i = 0; i < own.size(); ++i) fast.push_back(own[i] - 0.1 * first[i]);
  const auto second = tn::grad(tn::sum(nn::functional_call(net, fast, x)), own);
  EXPECT_EQ(second[0].shape(), own[0].shape());
}

TEST(FunctionalCall, FrozenParametersKeepTheirPlace) {
  Net net;
  nn::freeze(net.in);
  const auto y = nn::functional_call(net, {tn::zeros<double>({1, 2})}, tn::from<double>({{1, 2}}));
  EXPECT_EQ(y.item(), 0);
}

TEST(FunctionalCall, EachParameterNeedsItsTensor) {
  const Net net;
  const auto x = tn::from<double>({{1, 2}});
  auto given = nn::parameters(net);
  given.pop_back();
  expect_error<tn::ValueError>([&] { nn::functional_call(net, given, x); },
                               "[functional_call] no tensor is given for out.weight; 2 are");
  given = nn::parameters(net);
  given.push_back(x);
  expect_error<tn::ValueError>([&] { nn::functional_call(net, given, x); },
                               "[functional_call] 4 tensors are given for 3 parameters");
  given = nn::parameters(net);
  given[0] = x;
  expect_error<tn::ShapeError>(
      [&] { nn::functional_call(net, given, x); },
      "[functional_call] in.weight has shape (2, 2), the tensor given for it (1, 2)");
}

}  // namespace functional_call_test
