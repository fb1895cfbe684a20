#include "tenon/ops/vision/nms.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace nms_test {

using support::expect_error;
using support::expect_vector;
using tn::from;
using tn::index_t;

TEST(Nms, SuppressionKeepsTheBest) {
  const auto boxes = from<float>({{0, 0, 2, 2}, {0, 0, 2, 1.9f}, {5, 5, 6, 6}, {0, 1, 2, 3}});
  const auto scores = from<float>({0.5, 0.9f, 0.1f, 0.5});
  expect_vector(tn::nms(boxes, scores, 0.5), {1, 3, 2});
  expect_vector(tn::nms(boxes, scores, 1), {1, 0, 3, 2});
  expect_vector(tn::nms(boxes, scores, 0.1), {1, 2});
  expect_vector(tn::nms(tn::zeros<float>({0, 4}), tn::zeros<float>({0}), 0.5), {});
}

TEST(Nms, OverlapsOfExactlyTheThresholdAndEqualScores) {
  const auto boxes = from<float>({{0, 0, 1, 1}, {0, 0, 1, 2}});  // half of each other
  expect_vector(tn::nms(boxes, from<float>({1, 1}), 0.5), {0, 1});
  expect_vector(tn::nms(boxes, from<float>({1, 1}), 0.49), {0});
  expect_vector(tn::nms(boxes, from<float>({1, 2}), 0.49), {1});
}

TEST(Nms, WithinEachClass) {
  const auto boxes = from<float>({{0, 0, 2, 2}, {0, 0, 2, 1.9f}, {0, 0, 2, 2}, {0, 0, 2, 2}});
  const auto scores = from<float>({0.5, 0.9f, 0.1f, 0.7f});
  const auto idxs = from<index_t>({3, 3, -1, -1});
  expect_vector(tn::batched_nms(boxes, scores, idxs, 0.5), {1, 3});
  expect_vector(tn::batched_nms(boxes, scores, tn::full<index_t>({4}, 7), 0.5), {1});
  expect_vector(tn::batched_nms(boxes, scores, from<index_t>({0, 1, 2, 3}), 0.5), {1, 3, 0, 2});
  expect_vector(
      tn::batched_nms(tn::zeros<float>({0, 4}), tn::zeros<float>({0}), tn::zeros<index_t>({0}), 0.5), {});
}

TEST(NmsErrors, SayWhatWasExpected) {
  const auto boxes = tn::zeros<float>({2, 4});
  expect_error<tn::ShapeError>([&] { tn::nms(boxes, tn::zeros<float>({3}), 0.5); },
                               "[nms] expected one score for each of 2 boxes, got shape (3,)");
  expect_error<tn::ShapeError>(
      [&] { tn::batched_nms(boxes, tn::zeros<float>({2}), tn::zeros<index_t>({3}), 0.5); },
      "[batched_nms] expected one class for each of 2 boxes, got shape (3,)");
  expect_error<tn::ShapeError>([&] { tn::nms(tn::zeros<float>({2, 5}), tn::zeros<float>({2}), 0.5); },
                               "[nms] expected boxes of shape (N, 4), got (2, 5)");
}

}  // namespace nms_test
