#include "tenon/ops/reduce/distance.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"

namespace distance_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::inf;
using support::OpCases;
using support::real;
using tn::from;
using tn::Tensor;

const OpCases cases{
    {"dist", {real({3, 4}), real({4})}, [](const auto& x) { return tn::dist(x[0], x[1]); }},
    {"cdist",
     {real({3, 4}), real({5, 4})},
     [](const auto& x) { return tn::cdist(x[0], x[1]); },
     {.fixed = true}},
    {"cdist_stretched",
     {real({2, 1, 2, 11}), real({4, 3, 11})},
     [](const auto& x) { return tn::cdist(x[0], x[1]); },
     {.fixed = true}},
    {"cdist_of_any_order",
     {real({2, 1, 2, 3}), real({4, 3, 3})},
     [](const auto& x) { return tn::cdist(x[0], x[1], 1.5); },
     {.fixed = true}},
    {"pdist", {real({4, 3})}, [](const auto& x) { return tn::pdist(x[0], 3); }, {.fixed = true}},
};

TEST(Distance, OfTwoTensors) {
  const auto a = from<double>({1, 2, 3}), b = from<double>({4, 6, 3});
  EXPECT_EQ(tn::dist(a, b).item(), 5);
  EXPECT_EQ(tn::dist(a, b, 1).item(), 7);
  EXPECT_EQ(tn::dist(a, b, 0).item(), 2);
  EXPECT_EQ(tn::dist(a, b, HUGE_VAL).item(), 4);
  EXPECT_EQ(tn::dist(a, tn::scalar(1.0), 1).item(), 3);
  EXPECT_EQ(tn::dist(tn::zeros<float>({0}), tn::zeros<float>({0})).item(), 0);
}

TEST(Distance, OfAllPairs) {
  const auto a = from<float>({{0, 0}, {3, 4}}), b = from<float>({{0, 0}, {0, 1}, {3, 0}});
  expect_values(tn::cdist(a, b), {2, 3}, {0, 1, 3, 5, std::sqrt(18.f), 4});
  expect_values(tn::cdist(a, b, 1), {2, 3}, {0, 1, 3, 7, 6, 4});
  expect_values(tn::cdist(a, b, HUGE_VAL), {2, 3}, {0, 1, 3, 4, 3, 4});
  expect_values(tn::cdist(a, b, 0), {2, 3}, {0, 1, 1, 2, 2, 1});
  expect_vector(tn::pdist(b), {1, 3, std::sqrt(10.f)});
  EXPECT_EQ(tn::cdist(tn::zeros<float>({3, 0, 2}), tn::zeros<float>({1, 4, 2})).shape(),
            (tn::Shape{3, 0, 4}));
  expect_values(tn::cdist(tn::zeros<float>({1, 0}), tn::zeros<float>({2, 0})), {1, 2}, {0, 0});
  EXPECT_EQ(tn::pdist(tn::zeros<float>({1, 3})).shape(), (tn::Shape{0}));
  EXPECT_EQ(tn::pdist(tn::zeros<float>({0, 3})).shape(), (tn::Shape{0}));
}

TEST(Distance, TheGradientAtZeroIsZero) {
  const auto x = from<double>({{1, 2}, {1, 2}}).requires_grad_();
  for (const double p : {1.0, 2.0, 3.0}) {
    expect_values(tn::grad(tn::sum(tn::cdist(x, x.detach(), p)), {x})[0], {2, 2}, {0, 0, 0, 0});
    expect_values(tn::grad(tn::sum(tn::pdist(x, p)), {x})[0], {2, 2}, {0, 0, 0, 0});
  }
}

TEST(DistanceErrors, NameTheShapes) {
  const auto x = tn::zeros<float>({2, 3});
  expect_error<tn::ShapeError>([&] { tn::cdist(x, tn::zeros<float>({2, 2})); },
                               "[cdist] expected rows of one length, got shapes (2, 3) and (2, 2)");
  expect_error<tn::ShapeError>([&] { tn::cdist(x, tn::zeros<float>({3})); },
                               "[cdist] expected rows of one length, got shapes (2, 3) and (3,)");
  expect_error<tn::ShapeError>([] { tn::cdist(tn::zeros<float>({2, 1, 3}), tn::zeros<float>({3, 1, 3})); },
                               "[cdist] shapes do not broadcast: (2,) and (3,)");
  expect_error<tn::ValueError>([&] { tn::cdist(x, x, -1); },
                               "[cdist] expected an order of 0 or more, got -1");
  expect_error<tn::ShapeError>([] { tn::pdist(tn::zeros<float>({3})); },
                               "[pdist] expected a matrix, got shape (3,)");
  expect_error<tn::ValueError>([&] { tn::pdist(x, -HUGE_VAL); },
                               "[pdist] expected an order of 0 or more, got -inf");
}

}  // namespace distance_test
