#include "tenon/train/metrics/average_precision.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "tenon/tensor/create.hpp"

namespace average_precision_test {

using support::expect_error;
using tn::from;
using tn::index_t;
using tn::Tensor;
using tn::train::AveragePrecision;
using tn::train::AveragePrecisionOptions;
using tn::train::DetectionProtocol;
using tn::train::Detections;
using tn::train::TrueBoxes;

/// A box 10 wide at x; shifted by s, two overlap by (10 - s) / (10 + s).
std::vector<float> box(float x) {
  return {x, 0, x + 10, 10};
}

Tensor<float> boxes(const std::vector<float>& xs) {
  std::vector<float> sides;
  for (float x : xs)
    for (float side : box(x)) sides.push_back(side);
  return from(sides, {static_cast<index_t>(xs.size()), 4});
}
Tensor<index_t> ones(std::size_t count, index_t label) {
  return tn::full<index_t>({static_cast<index_t>(count)}, label);
}
Detections<float> found(const std::vector<float>& xs, const std::vector<float>& scores, index_t label = 1) {
  return {boxes(xs), from(scores, {static_cast<index_t>(scores.size())}), ones(xs.size(), label)};
}
TrueBoxes<float> truth(const std::vector<float>& xs, index_t label = 1) {
  return {boxes(xs), ones(xs.size(), label)};
}

/// Two images, three true boxes; by score: hit, miss, hit, miss (a second one on the same box); one box is
/// never found. Precision 1, 1/2, 2/3, 2/4 at recall 1/3, 1/3, 2/3, 2/3.
double worked(const AveragePrecisionOptions& options) {
  AveragePrecision metric(options);
  metric.add(found({500, 0}, {0.8f, 0.9f}), truth({0, 100}));
  metric.add(found({1, 2}, {0.7f, 0.6f}), truth({0}));
  return metric.value();
}

TEST(AveragePrecision, Voc2007TakesElevenRecalls) {
  // Recalls 0 to 0.3 have precision 1, 0.4 to 0.6 2/3, the rest 0.
  EXPECT_DOUBLE_EQ(worked({.protocol = DetectionProtocol::voc2007}), (4 * 1 + 3 * 2. / 3) / 11);
}
TEST(AveragePrecision, VocTakesTheArea) {
  EXPECT_DOUBLE_EQ(worked({.protocol = DetectionProtocol::voc}), 1. / 3 * 1 + 1. / 3 * 2 / 3);
}
TEST(AveragePrecision, CocoTakesAHundredAndOneRecalls) {
  // 0 to 0.33 have precision 1: 34 of them; 0.34 to 0.66 2/3: 33.
  EXPECT_NEAR(worked({.protocol = DetectionProtocol::coco, .thresholds = {0.5}}), (34 + 33 * 2. / 3) / 101,
              1e-14);
}

TEST(AveragePrecision, CocoAveragesOverTenThresholds) {
  AveragePrecision metric;
  metric.add(found({0, 102}, {0.9f, 0.8f}), truth({0, 100}));  // overlaps 1 and 8 / 12
  // Found up to 0.65: average precision 1 at 4 thresholds; 51 recalls of 101 at the other 6.
  EXPECT_NEAR(metric.value(), (4 + 6 * 51. / 101) / 10, 1e-14);
  EXPECT_NEAR(metric.value(1, 0.65), 1, 1e-15);
  EXPECT_NEAR(metric.value(1, 0.7), 51. / 101, 1e-15);
}

TEST(AveragePrecision, IsTheMeanOfTheClassesThatOccur) {
  AveragePrecision metric({.protocol = DetectionProtocol::voc});
  metric.add(found({0}, {0.9f}), truth({0}));
  metric.add(found({0}, {0.9f}, 2), truth({50}, 2));
  metric.add(found({0}, {0.9f}, 3), truth({}));  // occurs nowhere
  EXPECT_DOUBLE_EQ(metric.value(), 0.5);
  EXPECT_EQ(metric.value(2, 0.5), 0);
  EXPECT_TRUE(std::isnan(metric.value(3, 0.5)));
  EXPECT_TRUE(std::isnan(metric.value(77, 0.5)));
}

TEST(AveragePrecision, ATakenBoxIsAMissForVocAndLeavesTheNextBestToCoco) {
  // Both detections overlap the first box best; the second also overlaps the other one by 6 / 14.
  const auto value = [](DetectionProtocol protocol) {
    AveragePrecision metric({.protocol = protocol, .thresholds = {0.4}});
    metric.add(found({0, 1}, {0.9f, 0.8f}), truth({0, 5}));
    return metric.value();
  };
  EXPECT_DOUBLE_EQ(value(DetectionProtocol::voc), 0.5);
  EXPECT_DOUBLE_EQ(value(DetectionProtocol::coco), 1);
}

// The detection at 5 overlaps both boxes by a third. COCO's own program takes the last of equals, 10, which
// leaves 0 to the detection at -4; VOC's takes the first, and the second detection finds it taken.
TEST(AveragePrecision, OfEqualOverlapsCocoTakesTheLastAndVocTheFirst) {
  const auto value = [](DetectionProtocol protocol) {
    AveragePrecision metric({.protocol = protocol, .thresholds = {0.3}});
    metric.add(found({5, -4}, {0.9f, 0.8f}), truth({0, 10}));
    return metric.value();
  };
  EXPECT_DOUBLE_EQ(value(DetectionProtocol::coco), 1);
  EXPECT_DOUBLE_EQ(value(DetectionProtocol::voc), 0.5);
}

TEST(AveragePrecision, AnOverlapOfExactlyTheThresholdIsAHit) {
  for (const auto protocol : {DetectionProtocol::voc, DetectionProtocol::coco}) {
    AveragePrecision metric({.protocol = protocol, .thresholds = {0.5}});
    TrueBoxes<float> boxes{from<float>({{0, 0, 10, 20}}), ones(1, 1)};
    metric.add(found({0}, {0.9f}), boxes);  // half of it
    EXPECT_DOUBLE_EQ(metric.value(), 1);
  }
}

TEST(AveragePrecision, IgnoredBoxesNeedNotBeFoundAndCostNothing) {
  for (const auto protocol : {DetectionProtocol::voc, DetectionProtocol::coco}) {
    AveragePrecision metric({.protocol = protocol, .thresholds = {0.5}});
    TrueBoxes<float> boxes = truth({0, 100, 200});
    boxes.ignored = from<bool>({false, true, true});
    metric.add(found({100, 101, 0}, {0.9f, 0.8f, 0.7f}), boxes);
    EXPECT_DOUBLE_EQ(metric.value(), 1);
  }
}

TEST(AveragePrecision, CocoMeasuresACrowdByTheDetectionAndPrefersABoxThatCounts) {
  AveragePrecision metric({.thresholds = {0.5}});
  TrueBoxes<float> crowd{from<float>({{0, 0, 1000, 10}, {0, 0, 10, 10}}), ones(2, 1),
                         from<bool>({true, false})};
  metric.add(found({2, 500}, {0.8f, 0.9f}),
             crowd);  // 500 lies within the crowd; 2 overlaps the box by 8 / 12
  EXPECT_DOUBLE_EQ(metric.value(), 1);
}

TEST(AveragePrecision, TakesTheBestDetectionsOnly) {
  AveragePrecision metric({.protocol = DetectionProtocol::voc, .max_detections = 1});
  metric.add(found({0, 50}, {0.5f, 0.6f}), truth({0}));
  EXPECT_EQ(metric.value(), 0);
}

TEST(AveragePrecision, OfNothingIsNaNAndScoresThatAreNaNComeLast) {
  AveragePrecision metric({.protocol = DetectionProtocol::voc});
  EXPECT_TRUE(std::isnan(metric.value()));
  metric.add(found({50, 0}, {support::nan, 0.1f}), truth({0}));
  EXPECT_EQ(metric.value(), 1);
  AveragePrecision missed;
  missed.add(found({}, {}), truth({0}));
  EXPECT_EQ(missed.value(), 0);
}

TEST(AveragePrecisionErrors, NameWhatDoesNotFit) {
  AveragePrecision metric;
  expect_error<tn::ShapeError>(
      [&] { metric.add<float>({from<float>({1, 2}), from<float>({1}), ones(1, 1)}, truth({})); },
      "[average_precision] expected boxes of shape (N, 4), got (2,)");
  expect_error<tn::ShapeError>([&] { metric.add(found({0}, {1, 2}), truth({})); },
                               "[average_precision] 1 boxes have scores of shape (2,)");
  expect_error<tn::ValueError>([&] { metric.value(1, 0.42); },
                               "[average_precision] threshold 0.42 is not one of those measured");
  expect_error<tn::ValueError>([] { AveragePrecision({.thresholds = {0}}); },
                               "[average_precision] threshold 0 is outside (0, 1]");
}

}  // namespace average_precision_test
