#include "tenon/train/interrupt.hpp"

#include <gtest/gtest.h>

namespace interrupt_test {

using tn::train::Interrupt;

TEST(Interrupt, NotesTheFirstSignal) {
  const Interrupt interrupt;
  EXPECT_FALSE(interrupt.requested());
  std::raise(SIGINT);
  EXPECT_TRUE(interrupt.requested());
}

TEST(Interrupt, ANewOneHasSeenNothing) {
  {
    const Interrupt first;
    std::raise(SIGINT);
  }
  const Interrupt second;
  EXPECT_FALSE(second.requested());
  std::raise(SIGINT);
  EXPECT_TRUE(second.requested());
}

TEST(Interrupt, GivesTheSignalBack) {
  const auto before = std::signal(SIGINT, SIG_IGN);
  {
    const Interrupt interrupt;
  }
  EXPECT_EQ(std::signal(SIGINT, before), SIG_IGN);
}

TEST(InterruptDeathTest, ASecondSignalEndsTheProgram) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        const Interrupt interrupt;
        std::raise(SIGINT);
        std::raise(SIGINT);
      },
      testing::KilledBySignal(SIGINT), "");
}

}  // namespace interrupt_test
