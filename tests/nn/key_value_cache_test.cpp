#include "tenon/nn/key_value_cache.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "tenon/ops/random/random.hpp"

namespace key_value_cache_test {

using support::expect_error;
using tn::Shape;
using tn::nn::KeyValueBuffer;

TEST(KeyValueBuffer, HandOutAllRowsSoFar) {
  const auto all = tn::randn<double>({2, 3, 11, 4});
  KeyValueBuffer<double> rows;
  EXPECT_EQ(rows.length(), 0);
  tn::index_t length = 0;
  for (const tn::index_t more : {2, 1, 1, 5, 0, 2}) {
    // As heads cut out of a projection they are no dense tensors.
    const auto next = tn::transpose(tn::contiguous(tn::transpose(narrow(all, 2, length, more), 1, 2)), 1, 2);
    length += more;
    const auto kept = rows.append(next);
    EXPECT_EQ(rows.length(), length);
    support::expect_values(kept, {2, 3, length, 4}, narrow(all, 2, 0, length).to_vector(), 0);
  }
}

TEST(KeyValueBuffer, DoubleTheirRoom) {
  KeyValueBuffer<float> rows;
  const auto row = tn::ones<float>({1, 2});
  rows.append(tn::ones<float>({4, 2}));
  const auto first = rows.append(row);  // room for 8
  for (int more = 0; more < 3; ++more) EXPECT_EQ(rows.append(row).data(), first.data());
  EXPECT_NE(rows.append(row).data(), first.data());
}

TEST(KeyValueBuffer, RefuseRowsOfAnotherShape) {
  KeyValueBuffer<float> rows;
  rows.append(tn::ones<float>({2, 3, 4}));
  expect_error<tn::ShapeError>([&] { rows.append(tn::ones<float>({1, 1, 4})); },
                               "[growing_rows] rows in shape (1, 3, 4) do not fit those in shape (2, 3, 4)");
  EXPECT_EQ(rows.length(), 3);
}

}  // namespace key_value_cache_test
