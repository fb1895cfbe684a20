#include "tenon/data/sampler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "support/expect.hpp"

namespace sampler_test {

using support::expect_error;
using tn::Generator;
using tn::index_t;
namespace data = tn::data;

TEST(Sampler, SequentialAndRandomVisitEveryElementOnce) {
  Generator chance(3);
  EXPECT_EQ(data::SequentialSampler()(4, 2, chance).to_vector(), (std::vector<index_t>{0, 1, 2, 3}));
  auto order = data::RandomSampler()(50, 2, chance).to_vector();
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  EXPECT_EQ(order, data::SequentialSampler()(50, 2, chance).to_vector());
}

TEST(Sampler, WeightedDrawsInProportion) {
  Generator chance(1);
  const index_t draws = 40'000;
  const data::WeightedRandomSampler sampler(tn::from<float>({1, 0, 3}), draws);
  const auto order = sampler(3, 8, chance);
  ASSERT_EQ(order.size(), draws);
  const auto count = [&](index_t i) { return std::count(order.begin(), order.end(), i); };
  EXPECT_EQ(count(1), 0);
  // five standard deviations of a binomial number: 5 sqrt(n p (1 - p)) = 433
  EXPECT_LT(std::abs(static_cast<double>(count(2)) - 30'000), 433);
  EXPECT_EQ(data::WeightedRandomSampler(tn::from<float>({1, 1, 1}))(3, 8, chance).size(), 3);
  expect_error<tn::ShapeError>([&] { sampler(4, 8, chance); },
                               "[sampler] weights of shape (3,) for a data set of 4");
}

TEST(Sampler, BucketsHoldSimilarLengthsInRandomOrder) {
  const index_t size = 1003, batch = 10;
  std::vector<index_t> lengths;
  for (index_t i = 0; i < size; ++i) lengths.push_back(i * 7919 % 1000);
  Generator chance(1);
  const auto order = data::BucketSampler(lengths)(size, batch, chance).to_vector();
  EXPECT_EQ(std::set<index_t>(order.begin(), order.end()).size(), static_cast<std::size_t>(size));
  std::vector<index_t> shortest;
  for (auto at = order.begin(); at + batch <= order.end(); at += batch) {
    std::vector<index_t> in_batch;
    for (index_t k = 0; k < batch; ++k) in_batch.push_back(lengths[static_cast<std::size_t>(at[k])]);
    const auto [least, most] = std::minmax_element(in_batch.begin(), in_batch.end());
    EXPECT_LE(*most - *least, 12);  // 1000 sorted lengths without gaps: ten neighbours, three are missing
    shortest.push_back(*least);
  }
  EXPECT_EQ(shortest.size(), 100u);
  EXPECT_FALSE(std::is_sorted(shortest.begin(), shortest.end()));
  EXPECT_NE(data::BucketSampler(lengths)(size, batch, chance).to_vector(), order);
}

TEST(Sampler, APoolOfOneBatchSortsOnlyWithinBatches) {
  Generator chance(1), same(1);
  const auto order = data::BucketSampler({5, 4, 3, 2, 1, 0}, 1)(6, 3, chance).to_vector();
  const auto shuffled = tn::randperm(6, same).to_vector();
  for (const auto first : {order.begin(), order.begin() + 3})
    EXPECT_TRUE(first[0] > first[1] && first[1] > first[2]);
  std::set<index_t> a(order.begin(), order.begin() + 3), b(shuffled.begin(), shuffled.begin() + 3),
      c(shuffled.begin() + 3, shuffled.end());
  EXPECT_TRUE(a == b || a == c);
}

TEST(Sampler, BucketsOfEqualLengthsAreAsRandomAsAShuffle) {
  Generator chance(1), same(1);
  const auto order = data::BucketSampler({4, 4, 4, 4, 4, 4})(6, 6, chance).to_vector();
  EXPECT_EQ(order, tn::randperm(6, same).to_vector());
}

TEST(Sampler, BucketsWantALengthForEachElement) {
  Generator chance(1);
  expect_error<tn::ShapeError>([&] { data::BucketSampler({1, 2})(3, 1, chance); },
                               "[sampler] 2 lengths for a data set of 3");
  expect_error<tn::ValueError>([&] { data::BucketSampler({1, 2}, 0); }, "[sampler] a pool of 0 batches");
}

TEST(DistributedSampler, DealsOneOrderOut) {
  const auto of = [](index_t rank, bool shuffle, bool drop_last, index_t size = 7) {
    Generator chance(1);
    return data::DistributedSampler(rank, 3, shuffle, drop_last)(size, 2, chance).to_vector();
  };
  EXPECT_EQ(of(0, false, false), (std::vector<index_t>{0, 3, 6}));
  EXPECT_EQ(of(1, false, false), (std::vector<index_t>{1, 4, 0}));
  EXPECT_EQ(of(2, false, false), (std::vector<index_t>{2, 5, 1}));
  EXPECT_EQ(of(2, false, true), (std::vector<index_t>{2, 5}));
  EXPECT_EQ(of(2, false, false, 1), (std::vector<index_t>{0}));  // fewer elements than processes
  EXPECT_EQ(of(2, true, false, 0), (std::vector<index_t>{}));
  Generator same(1);
  const auto order = tn::randperm(7, same).to_vector();
  EXPECT_EQ(of(1, true, false), (std::vector<index_t>{order[1], order[4], order[0]}));
  expect_error<tn::ValueError>([] { data::DistributedSampler(3, 3); }, "[sampler] rank 3 of 3 processes");
}

}  // namespace sampler_test
