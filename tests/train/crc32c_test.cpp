#include "tenon/train/crc32c.hpp"

#include <gtest/gtest.h>

#include <string>

namespace crc32c_test {

using tn::train::crc32c;

TEST(Crc32c, KnownAnswers) {  // RFC 3720, appendix B.4; the first from the polynomial's catalogue entry
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  std::string ascending;
  for (char c = 0; c < 32; ++c) ascending.push_back(c);
  EXPECT_EQ(crc32c(ascending), 0x46dd794eu);
  EXPECT_EQ(crc32c(""), 0u);
}

}  // namespace crc32c_test
