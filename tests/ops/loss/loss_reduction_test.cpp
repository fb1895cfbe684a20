#include "tenon/ops/loss/loss_reduction.hpp"

#include "support/expect.hpp"

namespace loss_reduction_test {

using support::expect_values;
using support::nan;
using tn::from;
using tn::Reduction;

constexpr auto twice = [](auto v, auto w) { return 2 * v + w; };

TEST(LossReduction, OfLossesThatAreThere) {
  const auto x = from<float>({{1, 2, 3}, {4, 5, 9}});
  expect_values(tn::detail::reduce_loss(x, Reduction::none), {2, 3}, {1, 2, 3, 4, 5, 9});
  expect_values(tn::detail::reduce_loss(x, Reduction::sum), {}, {24});
  expect_values(tn::detail::reduce_loss(x, Reduction::mean), {}, {4});
  expect_values(tn::detail::reduce_loss(x, Reduction::batch_mean), {}, {12});
}

TEST(LossReduction, OfAFunctionOfElementsThatBroadcast) {
  const auto x = from<double>({{1, 2, 3}, {4, 5, 9}}), w = from<double>({{1}, {0}});
  const auto loss = [&](Reduction reduction) {
    return tn::detail::map_loss("twice", reduction, twice, x, w);
  };
  expect_values(loss(Reduction::none), {2, 3}, {3, 5, 7, 8, 10, 18});
  expect_values(loss(Reduction::sum), {}, {51});
  expect_values(loss(Reduction::mean), {}, {8.5});
  expect_values(loss(Reduction::batch_mean), {}, {25.5});
}

TEST(LossReduction, OfNothingAndOfANumber) {
  const auto nothing = tn::zeros<float>({0, 3}), number = tn::scalar(3.0f);
  expect_values(tn::detail::map_loss("twice", Reduction::mean, twice, nothing, nothing), {}, {nan});
  expect_values(tn::detail::map_loss("twice", Reduction::sum, twice, nothing, nothing), {}, {0});
  expect_values(tn::detail::map_loss("twice", Reduction::batch_mean, twice, number, number), {}, {9});
}

}  // namespace loss_reduction_test
