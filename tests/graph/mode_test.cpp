#include "tenon/graph/mode.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace mode_test {

TEST(Mode, RecordingIsOnAndNests) {
  EXPECT_TRUE(tn::grad_enabled());
  {
    const tn::NoGrad outer;
    EXPECT_FALSE(tn::grad_enabled());
    {
      const tn::GradMode inner(true);
      EXPECT_TRUE(tn::grad_enabled());
    }
    EXPECT_FALSE(tn::grad_enabled());
  }
  EXPECT_TRUE(tn::grad_enabled());
}

TEST(Mode, AnExceptionRestoresIt) {
  try {
    const tn::NoGrad no_grad;
    throw 1;
  } catch (int) {
  }
  EXPECT_TRUE(tn::grad_enabled());
}

TEST(Mode, TrainingFollowsRecordingUnlessSetApart) {
  EXPECT_TRUE(tn::training());
  const tn::NoGrad no_grad;
  EXPECT_FALSE(tn::training());
  {
    const tn::TrainingMode on(true);
    EXPECT_TRUE(tn::training());
    const tn::TrainingMode off(false);
    const tn::GradMode recording(true);
    EXPECT_FALSE(tn::training());
  }
  EXPECT_FALSE(tn::training());
}

TEST(ModeThreads, EachThreadHasItsOwn) {
  const tn::NoGrad no_grad;
  bool elsewhere = false;
  std::thread([&] { elsewhere = tn::grad_enabled(); }).join();
  EXPECT_TRUE(elsewhere);
}

}  // namespace mode_test
