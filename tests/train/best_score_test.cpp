#include "tenon/train/best_score.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace best_score_test {

using tn::train::BestScore;

TEST(BestScore, TheLowestIsBestUnlessToldOtherwise) {
  BestScore loss;
  EXPECT_TRUE(std::isnan(loss.score()));
  EXPECT_TRUE(loss.add(3));
  EXPECT_FALSE(loss.add(3));
  EXPECT_TRUE(loss.add(2));
  EXPECT_FALSE(loss.add(5));
  EXPECT_EQ(loss.score(), 2);
  EXPECT_EQ(loss.stale(), 1);
  EXPECT_EQ(loss.state().index, 2);

  BestScore accuracy({.maximize = true});
  EXPECT_TRUE(accuracy.add(0.5));
  EXPECT_TRUE(accuracy.add(0.6));
  EXPECT_FALSE(accuracy.add(0.55));
}

TEST(BestScore, MustBeBetterByTheMargin) {
  BestScore loss({.margin = 0.125});
  EXPECT_TRUE(loss.add(1));
  EXPECT_FALSE(loss.add(0.875));
  EXPECT_TRUE(loss.add(0.75));
}

TEST(BestScore, NaNIsNeverTheBest) {
  BestScore loss;
  EXPECT_FALSE(loss.add(std::nan("")));
  EXPECT_EQ(loss.stale(), 1);
  EXPECT_TRUE(loss.add(HUGE_VAL));
  EXPECT_FALSE(loss.add(std::nan("")));
  EXPECT_EQ(loss.score(), HUGE_VAL);
}

TEST(BestScore, GoesOnFromItsState) {
  BestScore first;
  first.add(2);
  first.add(3);
  BestScore second;
  second.set_state(first.state());
  EXPECT_FALSE(second.add(2.5));
  EXPECT_EQ(second.stale(), 2);
}

}  // namespace best_score_test
