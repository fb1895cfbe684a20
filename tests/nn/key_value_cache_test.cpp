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

TEST(KeyValueBuffer, AreAllocatedOnceForWhatIsExpected) {
  KeyValueBuffer<double> rows(3);
  const double* const place = rows.append(tn::zeros<double>({2, 1, 1})).data();
  EXPECT_EQ(rows.append(tn::ones<double>({2, 2, 1})).data(), place);
  EXPECT_NE(rows.append(tn::ones<double>({2, 1, 1})).data(), place);
}

TEST(KeyValueBuffer, ForgetAndSelect) {
  KeyValueBuffer<double> rows;
  (void)rows.append(tn::from<double>({1, 2, 3, 4}, {2, 2, 1}));
  rows.truncate(1);
  EXPECT_EQ(rows.length(), 1);
  KeyValueBuffer<double> swapped = rows.select_rows({1, 0, 1});
  EXPECT_EQ(swapped.append(tn::zeros<double>({3, 1, 1})).to_vector(),
            (std::vector<double>{3, 0, 1, 0, 3, 0}));
  EXPECT_EQ(rows.length(), 1);
}

TEST(KeyValueBuffer, RefuseRowsOfAnotherShape) {
  KeyValueBuffer<float> rows;
  rows.append(tn::ones<float>({2, 3, 4}));
  expect_error<tn::ShapeError>([&] { rows.append(tn::ones<float>({1, 1, 4})); },
                               "[growing_rows] rows in shape (1, 3, 4) do not fit those in shape (2, 3, 4)");
  EXPECT_EQ(rows.length(), 3);
}

}  // namespace key_value_cache_test
