#include "tenon/ops/index/select.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/ops/reduce/reduce.hpp"

namespace select_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::OpCases;
using support::real;
using tn::from;
using tn::index_t;
using tn::Tensor;

const OpCases cases{
    {"take",
     {real({3, 4})},
     [](const auto& x) { return tn::take(x[0], from<index_t>({{11, 0}, {-1, 5}})); },
     {.fixed = true}},
    {"take_along_dim",
     {real({3, 4})},
     [](const auto& x) { return tn::take_along_dim(x[0], from<index_t>({{2, 0, 2, -4}}), 1); },
     {.fixed = true}},
    {"masked_select",
     {real({2, 3})},
     [](const auto& x) { return tn::masked_select(x[0], from<bool>({true, false, true})); },
     {.fixed = true}},
};

TEST(Take, FromTheFlattenedTensor) {
  const auto x = from<float>({{1, 2, 3}, {4, 5, 6}});
  expect_values(tn::take(x, from<index_t>({{5, 0}, {-2, 1}})), {2, 2}, {6, 1, 5, 2});
  expect_values(tn::take(tn::transpose(x, 0, 1), from<index_t>({1})), {1}, {4});
}

TEST(TakeAlongDim, FollowsArgmax) {
  const auto x = from<float>({{1, 7, 3}, {9, 5, 6}});
  expect_values(tn::take_along_dim(x, tn::argmax(x, 1, true), 1), {2, 1}, {7, 9});
  expect_values(tn::take_along_dim(x, from<index_t>({{1}, {0}}), 0), {2, 3}, {9, 5, 6, 1, 7, 3});
  expect_vector(tn::take_along_dim(x, from<index_t>({5, 1})), {6, 7});
}

TEST(MaskedSelect, BroadcastsBothWays) {
  const auto x = from<float>({{1, 2, 3}, {4, 5, 6}});
  expect_vector(tn::masked_select(x, from<bool>({{false, true, false}, {true, false, true}})), {2, 4, 6});
  expect_vector(tn::masked_select(from<float>({1, 2}), from<bool>({{true, true}, {false, true}})), {1, 2, 2});
  expect_vector(tn::masked_select(tn::scalar<float>(3), tn::scalar(true)), {3});
  expect_vector(tn::masked_select(x, tn::scalar(false)), {});
}

TEST(Nonzero, RowsOfIndices) {
  const auto x = from<float>({{0, 2, 0}, {4, 0, support::nan}});
  expect_values(tn::nonzero(x), {3, 2}, {0, 1, 1, 0, 1, 2});
  expect_values(tn::argwhere(from<bool>({true, false, true})), {2, 1}, {0, 2});
  expect_values(tn::nonzero(tn::scalar<float>(5)), {1, 0}, {});
  expect_values(tn::nonzero(tn::zeros<float>({0, 3})), {0, 2}, {});
}

TEST(OneHot, CountsClassesOrIsTold) {
  expect_values(tn::one_hot(from<index_t>({2, 0})), {2, 3}, {0, 0, 1, 1, 0, 0});
  expect_values(tn::one_hot(tn::scalar<index_t>(1), 3), {3}, {0, 1, 0});
  EXPECT_EQ(tn::one_hot(tn::zeros<index_t>({0}), 4).shape(), (tn::Shape{0, 4}));
}

TEST(SelectErrors, NameTheIndex) {
  const auto x = tn::zeros<float>({2, 3});
  expect_error<tn::IndexError>([&] { tn::take(x, from<index_t>({6})); },
                               "[take] index 6 is outside extent 6");
  expect_error<tn::ShapeError>(
      [&] { tn::take_along_dim(x, from<index_t>({0}), 0); },
      "[take_along_dim] index of shape (1,) and tensor of shape (2, 3) differ in rank or have no axes");
  expect_error<tn::ShapeError>([&] { tn::masked_select(x, from<bool>({true, false})); },
                               "[masked_select] shapes do not broadcast: (2, 3) and (2,)");
  expect_error<tn::IndexError>([] { tn::one_hot(from<index_t>({1, -1})); },
                               "[one_hot] index -1 is not one of 2 classes");
  expect_error<tn::IndexError>([] { tn::one_hot(from<index_t>({3}), 3); },
                               "[one_hot] index 3 is not one of 3 classes");
  expect_error<tn::ValueError>([] { tn::one_hot(from<index_t>({3}), 0); },
                               "[one_hot] expected a positive number of classes, got 0");
  expect_error<tn::ValueError>([] { tn::one_hot(tn::zeros<index_t>({0})); },
                               "[one_hot] no index tells the number of classes");
}

TEST(Brackets, AreViewsOfTheFirstAxis) {
  auto x = tn::from<float>({{1, 2}, {3, 4}});
  support::expect_vector(x[1], {3, 4});
  EXPECT_EQ(x[-1][0].item(), 3);
  auto row = x[0];
  row += 10;
  support::expect_values(x, {2, 2}, {11, 12, 3, 4});
  support::expect_error<tn::IndexError>([&] { static_cast<void>(x[2]); },
                                        "[select] index 2 is outside extent 2 of axis 0");
}

}  // namespace select_test
