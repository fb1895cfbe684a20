#include "tenon/graph/node.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "support/expect.hpp"
#include "tenon/autograd/grad.hpp"
#include "tenon/ops/elementwise/unary.hpp"
#include "tenon/ops/reduce/reduce.hpp"

namespace node_test {

using support::expect_error;
using support::expect_vector;
using tn::from;

const std::string modified = "a tensor needed for its gradient was modified in place: shape (2,)";

TEST(Node, NoticesThatAnInputItKeptWasModified) {
  auto x = from<double>({1, 2}).requires_grad_();
  auto factor = from<double>({3, 4});
  const auto y = x * factor;
  tn::fill_(factor, 9);
  expect_error<tn::GraphError>([&] { tn::grad(tn::sum(y), {x}); }, "[mul] " + modified);
}

TEST(Node, NoticesThatALeafMovedUnderNoGrad) {
  auto x = from<double>({1, 2}).requires_grad_();
  const auto y = tn::exp(x);
  {
    const tn::NoGrad no_grad;
    tn::fill_(x, 0);
  }
  expect_error<tn::GraphError>([&] { tn::grad(tn::sum(y), {x}); }, "[exp] " + modified);
}

TEST(Node, NoticesWritesThroughAView) {
  auto x = from<double>({1, 2}).requires_grad_();
  auto factor = from<double>({3, 4});
  const auto y = x / factor;
  auto view = factor(tn::range(0, 1));
  tn::fill_(view, 9);
  expect_error<tn::GraphError>([&] { tn::grad(tn::sum(y), {x}); }, "[div] " + modified);
}

TEST(Node, DoesNotMindWritesToWhatItDidNotKeep) {
  auto x = from<double>({1, 2}).requires_grad_();
  auto term = from<double>({3, 4});
  const auto y = x + term;
  tn::fill_(term, 9);
  expect_vector(tn::grad(tn::sum(y), {x})[0], {1, 1});
}

TEST(Node, LeavesAreOldestAndResultsYoungerThanTheirInputs) {
  auto x = from<double>({1, 2}).requires_grad_();
  const auto y = tn::exp(x), z = y * x;
  EXPECT_EQ(tn::graph::node_of(x)->sequence(), 0u);
  EXPECT_LT(tn::graph::node_of(y)->sequence(), tn::graph::node_of(z)->sequence());
  EXPECT_STREQ(tn::graph::node_of(z)->name(), "mul");
  EXPECT_TRUE(tn::graph::node_of(x)->is_leaf());
  EXPECT_FALSE(tn::graph::node_of(z)->is_leaf());
}

TEST(Node, IsYoungerThanInputsOfOtherThreads) {
  auto x = from<double>({1, 2}).requires_grad_();
  tn::Tensor<double> y;
  std::thread([&] {
    y = x;
    for (int i = 0; i < 1000; ++i) y = y + x;
  }).join();
  std::thread([&] {
    const auto z = tn::exp(y);
    EXPECT_LT(tn::graph::node_of(y)->sequence(), tn::graph::node_of(z)->sequence());
    EXPECT_LT(tn::graph::node_of(z)->sequence(), tn::graph::node_of(z * 2)->sequence());
  }).join();
}

TEST(Node, RemembersWhichPartOfAStorageItKept) {
  auto x = from<double>({1, 2}).requires_grad_();
  const auto numbers = from<double>({9, 3, 9, 4, 9});
  const auto inside = numbers(tn::range(1, 5, 2)), backwards = numbers(tn::range(3, {}, -2));
  expect_vector(tn::grad(tn::sum(x * inside), {x})[0], {3, 4});
  expect_vector(tn::grad(tn::sum(x * backwards), {x})[0], {4, 3});
}

}  // namespace node_test
