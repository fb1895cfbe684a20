#include "tenon/train/metrics/confusion_matrix.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace confusion_matrix_test {

using support::expect_error;
using tn::from;
using tn::index_t;
using tn::train::Average;
using tn::train::ConfusionMatrix;

/// Classes 0, 1, 2 occur 4, 3 and 1 times; class 3 neither occurs nor is predicted.
ConfusionMatrix worked() {
  ConfusionMatrix matrix(4);
  matrix.add(from<index_t>({0, 0, 0, 1}), from<index_t>({0, 0, 0, 0}));
  matrix.add(from<index_t>({1, 0, 1, 1}), from<index_t>({1, 1, 1, 2}));
  return matrix;
}

TEST(ConfusionMatrix, CountsTargetsDownPredictionsAcross) {
  support::expect_values(worked().counts(), {4, 4}, {3, 1, 0, 0, 1, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0});
  EXPECT_EQ(worked().count(0, 1), 1);
  EXPECT_EQ(worked().classes(), 4);
}

TEST(ConfusionMatrix, ScoresOfEachClass) {
  const ConfusionMatrix m = worked();
  EXPECT_DOUBLE_EQ(m.precision(0), 3.0 / 4);
  EXPECT_DOUBLE_EQ(m.recall(0), 3.0 / 4);
  EXPECT_DOUBLE_EQ(m.precision(1), 2.0 / 4);
  EXPECT_DOUBLE_EQ(m.recall(1), 2.0 / 3);
  EXPECT_DOUBLE_EQ(m.f1(1), 4.0 / 7);  // 2 pr / (p + r)
  EXPECT_DOUBLE_EQ(m.iou(1), 2.0 / 5);
}

TEST(ConfusionMatrix, AClassNeverPredictedScoresZeroOneNeverSeenIsLeftOut) {
  const ConfusionMatrix m = worked();
  EXPECT_EQ(m.precision(2), 0);
  EXPECT_EQ(m.f1(2), 0);
  EXPECT_TRUE(std::isnan(m.precision(3)) && std::isnan(m.recall(3)) && std::isnan(m.f1(3)) &&
              std::isnan(m.iou(3)));
  EXPECT_DOUBLE_EQ(m.precision(Average::macro), (3.0 / 4 + 1.0 / 2 + 0) / 3);
  EXPECT_DOUBLE_EQ(m.recall(Average::macro), (3.0 / 4 + 2.0 / 3 + 0) / 3);
  EXPECT_DOUBLE_EQ(m.f1(Average::macro), (3.0 / 4 + 4.0 / 7 + 0) / 3);
  EXPECT_DOUBLE_EQ(m.iou(Average::macro), (3.0 / 5 + 2.0 / 5 + 0) / 3);
}

TEST(ConfusionMatrix, MicroAveragesOfOneLabelASampleAreTheAccuracy) {
  const ConfusionMatrix m = worked();
  EXPECT_DOUBLE_EQ(m.accuracy(), 5.0 / 8);
  EXPECT_DOUBLE_EQ(m.value(), 5.0 / 8);
  EXPECT_DOUBLE_EQ(m.precision(Average::micro), 5.0 / 8);
  EXPECT_DOUBLE_EQ(m.recall(Average::micro), 5.0 / 8);
  EXPECT_DOUBLE_EQ(m.f1(Average::micro), 5.0 / 8);
  EXPECT_DOUBLE_EQ(m.iou(Average::micro), 5.0 / 11);
}

TEST(ConfusionMatrix, TakesScoresAndLeavesOutIgnoredPixels) {
  ConfusionMatrix m(2, {.ignore_index = 255});
  m.add(from<float>({{0, 1}, {1, 0}, {0, 1}}), from<index_t>({1, 1, 255}));
  EXPECT_EQ(m.count(1, 1), 1);
  EXPECT_EQ(m.count(1, 0), 1);
  EXPECT_DOUBLE_EQ(m.f1(1), 2.0 / 3);  // Dice: 2 |A n B| / (|A| + |B|) = 2 / (1 + 2)
}

TEST(ConfusionMatrix, OfNothingIsNaN) {
  const ConfusionMatrix m(2);
  EXPECT_TRUE(std::isnan(m.accuracy()));
  EXPECT_TRUE(std::isnan(m.f1(Average::macro)));
  EXPECT_TRUE(std::isnan(m.f1(Average::micro)));
}

TEST(ConfusionMatrix, TableLinesUp) {
  ConfusionMatrix m(3, {.names = {"cat", "dog", "dinosaur"}});
  m.add(from<index_t>({0, 0, 1}), from<index_t>({0, 1, 1}));
  EXPECT_EQ(m.table(),
            "                   cat        dog   dinosaur     recall\n"
            "        cat          1          0          0      1.000\n"
            "        dog          1          1          0      0.500\n"
            "   dinosaur          0          0          0          -\n"
            "  precision      0.500      1.000          -      0.667\n");
}

TEST(ConfusionMatrixErrors, CountNothing) {
  ConfusionMatrix m(2);
  expect_error<tn::IndexError>([&] { m.add(from<index_t>({0, 2}), from<index_t>({0, 0})); },
                               "[confusion_matrix] class 2 is not one of 2 classes");
  expect_error<tn::IndexError>([&] { m.add(from<index_t>({0, 0}), from<index_t>({0, -1})); },
                               "[confusion_matrix] class -1 is not one of 2 classes");
  expect_error<tn::ShapeError>([&] { m.add(from<index_t>({0, 1}), from<index_t>({0})); },
                               "[confusion_matrix] predictions have shape (2,), targets (1,)");
  expect_error<tn::ShapeError>([&] { m.add(from<float>({{0, 1, 2}}), from<index_t>({0})); },
                               "[confusion_matrix] expected class scores of shape (N, 2, ...), got (1, 3)");
  expect_error<tn::ValueError>([] { ConfusionMatrix(3, {.names = {"cat"}}); },
                               "[confusion_matrix] 1 names for 3 classes");
  expect_error<tn::IndexError>([&] { m.f1(2); }, "[confusion_matrix] class 2 is not one of 2 classes");
  support::expect_values(m.counts(), {2, 2}, {0, 0, 0, 0});
}

}  // namespace confusion_matrix_test
