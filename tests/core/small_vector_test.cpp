#include "tenon/core/small_vector.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace small_vector_test {

using tn::SmallVector;

TEST(SmallVector, GrowsBeyondItsInlineElements) {
  SmallVector<std::string, 2> v;
  for (int i = 0; i < 100; ++i)
    v.push_back("a string too long to be stored inside itself " + std::to_string(i));
  ASSERT_EQ(v.size(), 100);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(v[i].ends_with(' ' + std::to_string(i)));
  int count = 0;
  for (const std::string& s : v) count += !s.empty();
  EXPECT_EQ(count, 100);
}

TEST(SmallVector, MovesItsElements) {
  for (int size : {0, 1, 2, 3, 9}) {
    SmallVector<std::unique_ptr<int>, 2> v;
    for (int i = 0; i < size; ++i) v.push_back(std::make_unique<int>(i));
    SmallVector<std::unique_ptr<int>, 2> w(std::move(v));
    EXPECT_TRUE(v.empty());
    ASSERT_EQ(w.size(), size);
    for (int i = 0; i < size; ++i) EXPECT_EQ(*w[i], i);
  }
}

TEST(SmallVector, DestroysEachElementOnce) {
  const auto shared = std::make_shared<int>(0);
  {
    SmallVector<std::shared_ptr<int>, 2> v{shared, shared, shared};
    EXPECT_EQ(shared.use_count(), 4);
    v.clear();
    EXPECT_EQ(shared.use_count(), 1);
    v.push_back(shared);
    EXPECT_EQ(shared.use_count(), 2);
  }
  EXPECT_EQ(shared.use_count(), 1);
}

}  // namespace small_vector_test
