#include "tenon/text/lower_case_table.hpp"

#include <gtest/gtest.h>

#include <iterator>

namespace lower_case_table_test {

using tn::text::detail::lower_case_runs;

TEST(LowerCaseTable, RunsRiseAndDoNotOverlap) {
  std::uint32_t before = 0;
  for (const auto& run : lower_case_runs) {
    EXPECT_GT(run.first, before);
    EXPECT_LE(run.first, run.last);
    EXPECT_TRUE(run.step == 1 || run.step == 2);
    EXPECT_EQ((run.last - run.first) % run.step, 0u);
    EXPECT_NE(run.difference, 0);
    before = run.last;
  }
}

TEST(LowerCaseTable, HoldsWhatUnicode14Has) {
  std::uint32_t letters = 0;
  std::uint64_t sum = 0;  // of c * 31 + lower(c), as Python computes it from unicodedata
  for (const auto& run : lower_case_runs)
    for (std::uint32_t c = run.first; c <= run.last; c += run.step) {
      ++letters;
      sum = sum * 1000003 + c * 31 + (c + static_cast<std::uint32_t>(run.difference));
    }
  EXPECT_EQ(letters, 1433u);
  EXPECT_EQ(sum, 11940558041269438162u);
}

}  // namespace lower_case_table_test
