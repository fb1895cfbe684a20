#include "tenon/ops/elementwise/inplace.hpp"

#include "support/expect.hpp"
#include "tenon/autograd/grad.hpp"
#include "tenon/ops/shape/shape.hpp"
#include "tenon/ops/shape/slice.hpp"

namespace inplace_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using tn::from;

TEST(Inplace, FillCopyAddOnViews) {
  auto x = tn::zeros<float>({2, 3});
  auto column = x(tn::all, 1);
  tn::fill_(column, 5);
  expect_values(x, {2, 3}, {0, 5, 0, 0, 5, 0});
  tn::copy_(x, from<float>({1, 2, 3}));
  expect_values(x, {2, 3}, {1, 2, 3, 1, 2, 3});
  tn::add_(x, from<float>({{10}, {20}}));
  expect_values(x, {2, 3}, {11, 12, 13, 21, 22, 23});
  auto turned = tn::transpose(x, 0, 1);
  tn::add_(turned, from<float>({100, 200}));
  expect_values(x, {2, 3}, {111, 112, 113, 221, 222, 223});
  auto indices = tn::zeros<std::int64_t>({2});
  tn::fill_(indices, 7);
  expect_vector(indices, {7, 7});
}

TEST(Inplace, EveryWriteCounts) {
  auto x = tn::zeros<float>({2});
  const auto version = x.version();
  tn::fill_(x, 1);
  EXPECT_GT(x.version(), version);
  const auto view = x(tn::range(0, 1));
  EXPECT_EQ(view.version(), x.version());
}

TEST(Inplace, ArithmeticOfTensorsAndNumbers) {
  auto x = from<float>({{1, 2}, {3, 4}});
  tn::add_(x, 1);
  tn::mul_(x, from<float>({1, 10}));
  expect_values(x, {2, 2}, {2, 30, 4, 50});
  tn::sub_(x, from<float>({{2}, {4}}));
  expect_values(x, {2, 2}, {0, 28, 0, 46});
  tn::div_(x, 2);
  tn::sub_(x, 1);
  expect_values(x, {2, 2}, {-1, 13, -1, 22});
  tn::div_(x, from<float>({0, 2}));
  expect_values(x, {2, 2}, {-support::inf, 6.5, -support::inf, 11});
  auto numbers = from<std::int32_t>({1, 2, 3});
  tn::mul_(numbers, numbers);
  tn::add_(numbers, from<std::int32_t>({1, 1, 1}));
  tn::sub_(numbers, 10);
  expect_vector(numbers, {-8, -5, 0});
  auto nothing = tn::zeros<double>({0, 3});
  tn::mul_(nothing, 2);
}

TEST(Inplace, ArithmeticOnViews) {
  auto x = from<double>({{1, 2, 3}, {4, 5, 6}});
  auto column = x(tn::all, 1);
  tn::mul_(column, 10);
  tn::div_(column, from<double>({4, 5}));
  expect_values(x, {2, 3}, {1, 5, 3, 4, 10, 6});
  auto turned = tn::transpose(x, 0, 1);
  tn::sub_(turned, turned(0));  // the row that is subtracted is overwritten on the way
  expect_values(x, {2, 3}, {0, 4, 2, 0, 6, 2});
  auto square = from<float>({{1, 2}, {3, 4}});
  tn::mul_(square, tn::transpose(square, 0, 1));
  expect_values(square, {2, 2}, {1, 6, 6, 16});
}

TEST(Inplace, LimitsMasksAndZeros) {
  auto x = from<float>({{-2, 0.5}, {3, support::nan}});
  tn::clamp_(x, -1, {});
  tn::clamp_(x, {}, 2);
  expect_values(x, {2, 2}, {-1, 0.5, 2, support::nan});
  tn::masked_fill_(x, from<bool>({{false}, {true}}), 7);
  expect_values(x, {2, 2}, {-1, 0.5, 7, 7});
  auto column = x(tn::all, 1);
  tn::masked_fill_(column, from<bool>({true, false}), 9);
  tn::clamp_(column, 8, 8.5);
  expect_values(x, {2, 2}, {-1, 8.5, 7, 8});
  tn::zero_(column);
  expect_values(x, {2, 2}, {-1, 0, 7, 0});
  auto flags = from<bool>({true, false});
  tn::masked_fill_(flags, flags, false);
  expect_vector(flags, {false, false});
}

TEST(Inplace, AddToItself) {
  auto x = from<float>({1, 2, 3});
  tn::add_(x, x);
  expect_vector(x, {2, 4, 6});
}

/// Sizes at which kernels go by single rows, by blocks, and by several threads.
class Overlapping : public testing::TestWithParam<tn::index_t> {};
INSTANTIATE_TEST_SUITE_P(Inplace, Overlapping, testing::Values(2, 7, 64, 300));

tn::Tensor<float> square(tn::index_t n) {
  return tn::reshape(tn::arange<float>(static_cast<float>(n * n)), {n, n});
}

TEST_P(Overlapping, AddOfTheTranspose) {
  const tn::index_t n = GetParam();
  auto x = square(n);
  const auto want = tn::add(x, tn::transpose(x, 0, 1));
  tn::add_(x, tn::transpose(x, 0, 1));
  expect_values(x, {n, n}, want.to_vector());
  auto turned = tn::transpose(x, 0, 1);  // the target is strided
  const auto twice = tn::add(turned, x);
  tn::add_(turned, x);
  expect_values(turned, {n, n}, twice.to_vector());
}

TEST_P(Overlapping, AddOfAShiftedPart) {
  const tn::index_t n = GetParam();
  for (bool forward : {true, false}) {
    auto x = tn::arange<float>(static_cast<float>(n * n));
    auto target = x(tn::range(forward ? 1 : 0, n * n - (forward ? 0 : 1)));
    const auto source = x(tn::range(forward ? 0 : 1, n * n - (forward ? 1 : 0)));
    const auto want = tn::add(target, source);
    tn::add_(target, source);
    expect_values(target, {n * n - 1}, want.to_vector());
  }
}

TEST_P(Overlapping, AddOfOneRowToAll) {
  const tn::index_t n = GetParam();
  auto x = square(n);
  const auto want = tn::add(x, tn::clone(x(0)));
  tn::add_(x, x(0));
  expect_values(x, {n, n}, want.to_vector());
  auto y = square(n);
  auto corner = y(tn::range(0, 1), tn::range(0, 1));
  tn::fill_(corner, 3);
  const auto more = tn::add(y, 3);
  tn::add_(y, corner);
  expect_values(y, {n, n}, more.to_vector());
}

TEST_P(Overlapping, CopyOfTheTransposeOfAFlipAndOfAShift) {
  const tn::index_t n = GetParam();
  auto x = square(n);
  tn::copy_(x, tn::transpose(x, 0, 1));
  expect_values(x, {n, n}, tn::transpose(square(n), 0, 1).to_vector());
  auto rows = square(n);
  auto below = rows(tn::range(1, n));
  tn::copy_(below, rows(tn::range(0, n - 1)));
  expect_values(below, {n - 1, n}, square(n)(tn::range(0, n - 1)).to_vector());
  auto numbers = tn::arange<std::int64_t>(n * n);
  auto above = numbers(tn::range(0, n * n - 1));
  tn::copy_(above, numbers(tn::range(1, n * n)));
  expect_values(above, {n * n - 1}, tn::arange<std::int64_t>(1, n * n).to_vector());
  auto self = square(n);
  tn::copy_(self, self);
  expect_values(self, {n, n}, square(n).to_vector());
}

TEST(Inplace, MemoryBorrowedTwiceIsOneMemory) {
  std::vector<float> memory(4096);
  auto x = tn::borrow(memory.data(), {64, 64});
  const auto y = tn::borrow(memory.data(), {64, 64});
  tn::copy_(x, square(64));
  const auto want = tn::add(x, tn::transpose(y, 0, 1));
  tn::add_(x, tn::transpose(y, 0, 1));
  expect_values(x, {64, 64}, want.to_vector());
}

TEST(InplaceErrors, LeavesOnlyUnderNoGradAndResultsNever) {
  auto leaf = from<float>({1, 2}).requires_grad_();
  auto result = leaf * 2;
  const std::string of_leaf = "a leaf that requires a gradient is written in place only under NoGrad";
  const std::string of_result = "the result of a recorded operation cannot be written in place";
  expect_error<tn::GraphError>([&] { tn::fill_(leaf, 0); }, "[fill_] " + of_leaf);
  expect_error<tn::GraphError>([&] { tn::copy_(leaf, from<float>({0, 0})); }, "[copy_] " + of_leaf);
  expect_error<tn::GraphError>([&] { tn::add_(result, leaf); }, "[add_] " + of_result);
  expect_error<tn::GraphError>([&] { tn::sub_(leaf, 1); }, "[sub_] " + of_leaf);
  expect_error<tn::GraphError>([&] { tn::mul_(leaf, leaf); }, "[mul_] " + of_leaf);
  expect_error<tn::GraphError>([&] { tn::div_(result, 2); }, "[div_] " + of_result);
  expect_error<tn::GraphError>([&] { tn::zero_(leaf); }, "[zero_] " + of_leaf);
  expect_error<tn::GraphError>([&] { tn::clamp_(leaf, 0, 1); }, "[clamp_] " + of_leaf);
  expect_error<tn::GraphError>([&] { tn::masked_fill_(leaf, from<bool>({true, true}), 0); },
                               "[masked_fill_] " + of_leaf);
  const tn::NoGrad no_grad;
  tn::add_(leaf, from<float>({10, 20}));
  expect_vector(leaf, {11, 22});
  expect_error<tn::GraphError>([&] { tn::fill_(result, 0); }, "[fill_] " + of_result);
}

TEST(InplaceErrors, StretchedTensorsHaveNoElementsOfTheirOwn) {
  auto x = tn::expand(from<float>({{1}, {2}}), {2, 3});
  const std::string text =
      "a stretched tensor, whose elements share memory, cannot be written in place: shape (2, 3)";
  expect_error<tn::ValueError>([&] { tn::fill_(x, 0); }, "[fill_] " + text);
  expect_error<tn::ValueError>([&] { tn::copy_(x, tn::zeros<float>({2, 3})); }, "[copy_] " + text);
  expect_error<tn::ValueError>([&] { tn::add_(x, x); }, "[add_] " + text);
}

TEST(InplaceErrors, TheSourceMustBroadcast) {
  auto x = tn::zeros<float>({2});
  expect_error<tn::ShapeError>([&] { tn::copy_(x, tn::zeros<float>({3})); },
                               "[copy_] shapes do not broadcast: (2,) and (3,)");
  expect_error<tn::ShapeError>([&] { tn::add_(x, tn::zeros<float>({3, 2})); },
                               "[add_] shape (3, 2) does not broadcast to (2,)");
}

TEST(CompoundAssignment, WritesConstantsInPlace) {
  auto x = from<float>({{1, 2}, {3, 4}});
  const auto other_handle = x;
  auto column = x(tn::all, 1);
  column += 10;
  support::expect_values(x, {2, 2}, {1, 12, 3, 14});
  x *= from<float>({2, 1});
  x -= x;
  support::expect_values(other_handle, {2, 2}, {0, 0, 0, 0});
  x += 6;
  x /= 4;
  support::expect_values(other_handle, {2, 2}, {1.5, 1.5, 1.5, 1.5});
  auto counts = from<std::int64_t>({1, 2});
  counts += 1;
  expect_vector(counts, {2, 3});
}

TEST(CompoundAssignment, OfARecordedResultIsRecorded) {
  auto x = from<double>({1, 2}).requires_grad_();
  auto total = tn::sum(x);
  total += tn::sum(x * x);
  total *= 2;
  expect_vector(tn::grad(total, {x})[0], {6, 10});
  auto constant = tn::zeros<double>({2});
  constant += x;
  EXPECT_TRUE(constant.requires_grad());
}

TEST(CompoundAssignment, IsRefusedWhereOthersWouldNotSeeIt) {
  auto x = from<double>({1, 2}).requires_grad_();
  const std::string shared =
      "[+=] the result is recorded, and another handle, a view or the graph shares the elements of x and "
      "would not "
      "see it: write x = x op y";
  auto y = x * 2;
  const auto other_handle = y;
  expect_error<tn::GraphError>([&] { y += 1; }, shared);
  auto whole = tn::zeros<double>({2, 2});
  auto column = whole(tn::all, 0);
  expect_error<tn::GraphError>([&] { column += x; }, shared);
  auto kept = x * 3;
  const auto square = kept * kept;
  expect_error<tn::GraphError>([&] { kept += 1; }, shared);
  EXPECT_NO_THROW(static_cast<void>(tn::grad(tn::sum(square), {x})));
}

TEST(CompoundAssignment, IsRefusedWhereNothingMayBeWritten) {
  auto x = from<double>({1, 2}).requires_grad_();
  const std::string of_leaf = "a leaf that requires a gradient is written in place only under NoGrad";
  expect_error<tn::GraphError>([&] { x += 1; }, "[add_] " + of_leaf);
  expect_error<tn::GraphError>([&] { x -= x; }, "[-=] " + of_leaf);
  auto z = tn::zeros<double>({2});
  expect_error<tn::ShapeError>([&] { z += tn::zeros<double>({3, 2}); },
                               "[add_] shape (3, 2) does not broadcast to (2,)");
  expect_error<tn::ShapeError>([&] { z += tn::reshape(x, {2, 1}); },
                               "[+=] the result would have shape (2, 2), x has (2,)");
  const tn::NoGrad no_grad;
  x += 1;
  expect_vector(x, {2, 3});
}

TEST(InplaceErrors, ShapesAndNumbersThatDoNotFit) {
  auto x = tn::zeros<float>({2});
  expect_error<tn::ShapeError>([&] { tn::mul_(x, tn::zeros<float>({2, 2})); },
                               "[mul_] shape (2, 2) does not broadcast to (2,)");
  expect_error<tn::ShapeError>([&] { tn::masked_fill_(x, tn::zeros<bool>({1, 2}), 0); },
                               "[masked_fill_] shape (1, 2) does not broadcast to (2,)");
  auto numbers = tn::zeros<std::uint8_t>({2});
  expect_error<tn::ValueError>([&] { tn::masked_fill_(numbers, from<bool>({true, true}), 0.5); },
                               "[masked_fill_] 0.5 is not a number of uint8");
  expect_error<tn::ValueError>([&] { tn::clamp_(numbers, -1, {}); }, "[clamp_] -1 is not a number of uint8");
  expect_error<tn::ValueError>(
      [&] { tn::add_(numbers, 300); },
      "[add_] 300 is not a number of uint8: convert the tensor first, as in to<float>(x)");
  auto wide = tn::expand(x, {3, 2});
  expect_error<tn::ValueError>([&] { tn::div_(wide, 2); },
                               "[div_] a stretched tensor, whose elements share memory, cannot be written in "
                               "place: shape (3, 2)");
}

}  // namespace inplace_test
