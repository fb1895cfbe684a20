#include "tenon/train/metrics/accuracy.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace accuracy_test {

using support::expect_error;
using support::nan;
using tn::from;
using tn::index_t;
using tn::train::Accuracy;

TEST(Accuracy, CountsOverBatchesOfAnySize) {
  Accuracy accuracy;
  accuracy.add(from<float>({{1, 3, 2}, {5, 4, 0}, {0, 1, 2}}), from<index_t>({1, 0, 1}));
  EXPECT_DOUBLE_EQ(accuracy.value(), 2.0 / 3);
  accuracy.add(from<double>({{0, 9}}), from<index_t>({1}));
  EXPECT_DOUBLE_EQ(accuracy.value(), 0.75);
  EXPECT_EQ(accuracy.seen(), 4);
}

TEST(Accuracy, TopKFindsTheTargetAmongTheBest) {
  const auto scores = from<float>({{1, 2, 3, 4}, {4, 3, 2, 1}, {1, 4, 2, 3}});
  const auto target = from<index_t>({2, 2, 2});  // second, third, third best
  const auto found = [&](index_t k) {
    Accuracy accuracy({.top_k = k});
    accuracy.add(scores, target);
    return accuracy.value();
  };
  EXPECT_EQ(found(1), 0);
  EXPECT_DOUBLE_EQ(found(2), 1.0 / 3);
  EXPECT_EQ(found(3), 1);
  EXPECT_EQ(found(9), 1);
}

TEST(Accuracy, OfEqualScoresTheLowerClassIsBetterAndNaNFindsNothing) {
  const auto found = [](index_t target, index_t k) {
    Accuracy accuracy({.top_k = k});
    accuracy.add(from<float>({{7, 7, 1, 7}}), from<index_t>({target}));
    return accuracy.value();
  };
  EXPECT_EQ(found(0, 1), 1);
  EXPECT_EQ(found(1, 1), 0);
  EXPECT_EQ(found(1, 2), 1);
  EXPECT_EQ(found(3, 2), 0);
  EXPECT_EQ(found(3, 3), 1);
  EXPECT_EQ(found(2, 3), 0);
  Accuracy broken;
  broken.add(from<float>({{nan, nan}, {nan, 1}, {1, nan}}), from<index_t>({0, 1, 1}));
  EXPECT_EQ(broken.value(), 0);
}

TEST(Accuracy, ScoresOfPixelsHaveTheirClassesOnAxisOne) {
  Accuracy accuracy({.ignore_index = 255});
  // (1, 2, 2, 2): class 1 wins at the first and the last pixel.
  accuracy.add(tn::reshape(from<float>({0, 5, 5, 0, 1, 1, 1, 1}), {1, 2, 2, 2}),
               tn::reshape(from<index_t>({1, 0, 255, 0}), {1, 2, 2}));
  EXPECT_DOUBLE_EQ(accuracy.value(), 2.0 / 3);
}

TEST(Accuracy, OfViewsAndOfNothing) {
  Accuracy accuracy;
  EXPECT_TRUE(std::isnan(accuracy.value()));
  accuracy.add(tn::zeros<float>({0, 3}), tn::zeros<index_t>({0}));
  EXPECT_TRUE(std::isnan(accuracy.value()));
  accuracy.add(tn::transpose(from<float>({{0, 1}, {2, 0}}), 0, 1), from<index_t>({1, 0}));
  EXPECT_EQ(accuracy.value(), 1);
}

TEST(AccuracyErrors, NameWhatDoesNotFit) {
  Accuracy accuracy;
  expect_error<tn::ShapeError>([&] { accuracy.add(from<float>({1, 2}), from<index_t>({1})); },
                               "[accuracy] expected class scores of shape (N, K, ...), got (2,)");
  expect_error<tn::ShapeError>([&] { accuracy.add(from<float>({{1, 2}}), from<index_t>({1, 0})); },
                               "[accuracy] expected targets of shape (1,), got (2,)");
  expect_error<tn::IndexError>([&] { accuracy.add(from<float>({{1, 2}}), from<index_t>({2})); },
                               "[accuracy] target 2 is not one of 2 classes");
  expect_error<tn::ValueError>([] { Accuracy({.top_k = 0}); }, "[accuracy] top_k is 0, expected at least 1");
}

}  // namespace accuracy_test
