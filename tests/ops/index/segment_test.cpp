#include "tenon/ops/index/segment.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"

namespace segment_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::nan;
using support::OpCases;
using support::real;
using tn::from;
using tn::index_t;
using tn::Tensor;

Tensor<index_t> ids() {
  return from<index_t>({2, 0, 2, 4, 0, 2});
}
/// Enough rows for several tasks.
Tensor<index_t> many_ids() {
  tn::Generator generator(3);
  return tn::randint(0, 900, {4000}, generator);
}

const OpCases cases{
    {"segment_sum",
     {real({6, 3})},
     [](const auto& x) { return tn::segment_sum(x[0], ids(), 5); },
     {.fixed = true}},
    {"segment_mean",
     {real({6, 3})},
     [](const auto& x) { return tn::segment_mean(x[0], ids(), 5); },
     {.fixed = true}},
    {"segment_max",
     {real({6, 3})},
     [](const auto& x) { return tn::segment_max(x[0], ids(), 5); },
     {.fixed = true}},
    {"segment_min",
     {real({6})},
     [](const auto& x) { return tn::segment_min(x[0], ids(), 5); },
     {.fixed = true}},
    {"segment_softmax",
     {real({6, 2})},
     [](const auto& x) { return tn::segment_softmax(x[0], ids(), 5); },
     {.fixed = true}},
};

TEST(Segment, SoftmaxAmongTheRowsOfAnId) {
  const auto y = tn::segment_softmax(from<double>({1000, 0, 1000, -1000}), from<index_t>({1, 0, 1, 1}), 3);
  expect_vector(y, {0.5, 1, 0.5, 0});
}

TEST(Segment, SortedAndUnsortedIds) {
  const auto x = from<float>({{1, 2}, {3, 4}, {5, 9}, {7, 8}});
  const auto mixed = from<index_t>({3, 1, 3, 1}), sorted = from<index_t>({0, 0, 0, 1});
  expect_values(tn::segment_sum(x, mixed, 4), {4, 2}, {0, 0, 10, 12, 0, 0, 6, 11});
  expect_values(tn::segment_mean(x, mixed, 4), {4, 2}, {0, 0, 5, 6, 0, 0, 3, 5.5});
  expect_values(tn::segment_max(x, mixed, 4), {4, 2}, {0, 0, 7, 8, 0, 0, 5, 9});
  expect_values(tn::segment_min(x, mixed, 4), {4, 2}, {0, 0, 3, 4, 0, 0, 1, 2});
  expect_values(tn::segment_sum(x, sorted, 2), {2, 2}, {9, 15, 7, 8});
  expect_values(tn::segment_max(tn::neg(x), sorted, 2), {2, 2}, {-1, -2, -7, -8});
  expect_values(tn::segment_sum(tn::zeros<float>({0, 2}), tn::zeros<index_t>({0}), 2), {2, 2}, {0, 0, 0, 0});
  expect_values(tn::segment_sum(tn::zeros<float>({0, 2}), tn::zeros<index_t>({0}), 0), {0, 2}, {});
  expect_vector(tn::segment_max(from<float>({1, nan, 2, 3}), sorted, 2), {nan, 3});
}

TEST(Segment, EqualExtremaShareTheGradient) {
  auto x = from<double>({5, 1, 5, 2}).requires_grad_();
  const auto y = tn::segment_max(x, from<index_t>({0, 0, 0, 1}), 2);
  expect_vector(tn::grad(y, {x}, {.output_gradient = from<double>({4, 3})})[0], {2, 0, 2, 3});
}

TEST(Segment, TheSameBitsAtAnyNumberOfThreads) {
  tn::Generator generator(5);
  const auto x = tn::randn<float>({4000, 37}, generator);
  const int before = tn::num_threads();
  const auto with = [&](int threads) {
    tn::set_num_threads(threads);
    auto y = tn::segment_sum(x, many_ids(), 900).to_vector();
    const auto most = tn::segment_max(x, many_ids(), 900).to_vector();
    y.insert(y.end(), most.begin(), most.end());
    return y;
  };
  const auto one = with(1);
  EXPECT_EQ(with(3), one);
  tn::set_num_threads(before);
  expect_values(tn::segment_sum(x, many_ids(), 900), {900, 37},
                tn::index_add(tn::zeros<float>({900, 37}), 0, many_ids(), x).to_vector(), 1e-5);
}

TEST(SegmentErrors, NameTheIds) {
  const auto x = tn::zeros<float>({2, 3});
  expect_error<tn::ShapeError>(
      [&] { tn::segment_sum(x, from<index_t>({0}), 1); },
      "[segment_sum] expected one id for each row, got ids of shape (1,) for (2, 3)");
  expect_error<tn::IndexError>([&] { tn::segment_mean(x, from<index_t>({0, 2}), 2); },
                               "[segment_mean] id 2 is not one of 2 segments");
  expect_error<tn::IndexError>([&] { tn::segment_max(x, from<index_t>({0, -1}), 2); },
                               "[segment_max] id -1 is not one of 2 segments");
  expect_error<tn::ValueError>([&] { tn::segment_min(x, from<index_t>({0, 0}), -2); },
                               "[segment_min] negative number of segments -2");
}

}  // namespace segment_test
