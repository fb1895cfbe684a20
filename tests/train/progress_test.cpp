#include "tenon/train/progress.hpp"

#include <gtest/gtest.h>

namespace progress_test {

using namespace tn::train;

TEST(Progress, ReadsAsOneLine) {
  Progress p{.epoch = 3, .epochs = 20, .batch = 120, .batches = 600, .loss = 0.123456};
  p.scores = {{"accuracy", 0.97512}, {"val_loss", 12.3456}};
  p.samples_per_second = 12345.4;
  p.seconds_left = 83;
  EXPECT_EQ(
      progress_line(p),
      "epoch 3/20  batch 120/600  loss 0.1235  accuracy 0.9751  val_loss 12.35  12,345 samples/s  ETA 1:23");
}

TEST(Progress, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ(progress_line({.epoch = 1}), "epoch 1");
  EXPECT_EQ(progress_line({.epoch = 1, .batch = 7}), "epoch 1  batch 7");
}

TEST(Format, Durations) {
  EXPECT_EQ(format_duration(0), "0.0 s");
  EXPECT_EQ(format_duration(12.34), "12.3 s");
  EXPECT_EQ(format_duration(59.94), "59.9 s");
  EXPECT_EQ(format_duration(59.96), "1:00");
  EXPECT_EQ(format_duration(95), "1:35");
  EXPECT_EQ(format_duration(3599.7), "1:00:00");
  EXPECT_EQ(format_duration(3700), "1:01:40");
  EXPECT_EQ(format_duration(360000), "100:00:00");
  EXPECT_EQ(format_duration(std::nan("")), "-");
  EXPECT_EQ(format_duration(HUGE_VAL), "-");
}

TEST(Format, CountsAndRates) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1000), "1,000");
  EXPECT_EQ(format_count(1234567), "1,234,567");
  EXPECT_EQ(format_count(-123456), "-123,456");
  EXPECT_EQ(format_rate(8.246), "8.25");
  EXPECT_EQ(format_rate(99.94), "99.9");
  EXPECT_EQ(format_rate(12345.4), "12,345");
  EXPECT_EQ(format_rate(3.214e6), "3.21 M");
}

TEST(SmoothedRate, IsTheRateFromTheFirstMeasurementOn) {
  SmoothedRate rate;
  EXPECT_EQ(rate.value(), 0);
  rate.add(30, 0.1);
  EXPECT_DOUBLE_EQ(rate.value(), 300);
  rate.add(3000, 10);
  EXPECT_DOUBLE_EQ(rate.value(), 300);
}

TEST(SmoothedRate, ForgetsWithItsMemory) {
  SmoothedRate rate(10);
  rate.add(100, 1);
  rate.add(0, 10 * std::log(2));  // half of what was before is forgotten
  EXPECT_DOUBLE_EQ(rate.value(), 50 / (0.5 + 10 * std::log(2)));
}

TEST(Scores, AreFoundByName) {
  const Scores scores{{"loss", 2}, {"accuracy", 0.5}};
  EXPECT_EQ(find_score(scores, "accuracy"), 0.5);
  EXPECT_TRUE(std::isnan(find_score(scores, "f1")));
}

TEST(Stopwatch, DoesNotRunBackwards) {
  Stopwatch watch;
  const double first = watch.seconds();
  EXPECT_GE(first, 0);
  EXPECT_GE(watch.restart(), first);
}

}  // namespace progress_test
