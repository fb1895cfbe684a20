#include "tenon/core/address_map.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <unordered_map>
#include <vector>

namespace address_map_test {

TEST(AddressMap, FindsWhatItWasGiven) {
  tn::AddressMap<int, int> map;
  const int keys[2] = {};
  EXPECT_EQ(map.find(&keys[0]), nullptr);
  EXPECT_EQ(map[&keys[0]], 0);
  map[&keys[0]] = 7;
  EXPECT_EQ(*map.find(&keys[0]), 7);
  EXPECT_EQ(map.find(&keys[1]), nullptr);
  EXPECT_EQ(map.take(&keys[0]), 7);
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.find(&keys[0]), nullptr);
}

/// Neighbouring addresses come and go in any order; values own memory, so that a lost one would leak.
TEST(AddressMap, AgreesWithTheStandardContainer) {
  std::mt19937 random(1);
  const std::vector<char> memory(300);
  tn::AddressMap<char, std::shared_ptr<unsigned>> map;
  std::unordered_map<const char*, unsigned> expected;
  for (unsigned step = 0; step < 20'000; ++step) {
    const char* const key = &memory[random() % memory.size()];
    // It grows and shrinks in turn.
    if (random() % 4 < (step / 2000 % 2 == 0 ? 3u : 1u)) {
      map[key] = std::make_shared<unsigned>(step);
      expected[key] = step;
    } else if (expected.contains(key)) {
      const std::shared_ptr<unsigned> taken = map.take(key);
      ASSERT_EQ(*taken, expected[key]);
      ASSERT_EQ(taken.use_count(), 1);
      expected.erase(key);
    }
    ASSERT_EQ(map.size(), expected.size());
    const char* const other = &memory[random() % memory.size()];
    const std::shared_ptr<unsigned>* found = map.find(other);
    ASSERT_EQ(found != nullptr, expected.contains(other));
    if (found) {
      ASSERT_EQ(**found, expected[other]);
    }
  }
}

}  // namespace address_map_test
