#include "tenon/data/loader.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "support/expect.hpp"
#include "support/temporary_folder.hpp"

namespace loader_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::message_of;
using tn::Generator;
using tn::index_t;
using tn::Tensor;
namespace data = tn::data;

using Numbers = std::vector<index_t>;

Numbers counting(index_t n) {
  return tn::arange<index_t>(n).to_vector();
}
/// Batches left in this epoch of a loader of numbers.
template <class L>
std::vector<Numbers> epoch_of(L&& loader) {
  std::vector<Numbers> batches;
  for (const auto& batch : loader) batches.push_back(batch.to_vector());
  return batches;
}
Numbers joined(const std::vector<Numbers>& batches) {
  Numbers all;
  for (const Numbers& batch : batches) all.insert(all.end(), batch.begin(), batch.end());
  return all;
}
/// Numbers with noise that only the element's generator knows.
auto noisy(index_t n) {
  return data::map(counting(n), [](index_t i) {
    return 1000 * i + static_cast<index_t>(tn::default_generator().below(1000));
  });
}

TEST(Loader, CutsBatchesInOrder) {
  EXPECT_EQ(epoch_of(data::batches(counting(5), {.batch_size = 2})),
            (std::vector<Numbers>{{0, 1}, {2, 3}, {4}}));
  EXPECT_EQ(epoch_of(data::batches(counting(5), {.batch_size = 2, .drop_last = true})),
            (std::vector<Numbers>{{0, 1}, {2, 3}}));
  EXPECT_EQ(epoch_of(data::batches(counting(2), {.batch_size = 5})), (std::vector<Numbers>{{0, 1}}));
  EXPECT_EQ(epoch_of(data::batches(Numbers(), {.batch_size = 5})), std::vector<Numbers>());
  EXPECT_EQ(data::batches(counting(5), {.batch_size = 2}).size(), 3);
  EXPECT_EQ(data::batches(counting(5), {.batch_size = 2, .drop_last = true}).size(), 2);
}

TEST(Loader, BindsTheMembersOfABatch) {
  const data::TensorDataset dataset(tn::from<float>({{1, 2}, {3, 4}, {5, 6}}), tn::from<index_t>({7, 8, 9}));
  int loops = 0;
  for (auto [x, label] : data::batches(data::subset(dataset, tn::from<index_t>({2, 0})), {.batch_size = 2})) {
    expect_values(x, {2, 2}, {5, 6, 1, 2});
    expect_vector(label, {9, 7});
    ++loops;
  }
  EXPECT_EQ(loops, 1);
}

TEST(Loader, GatheringAndStackingAgree) {
  Generator chance(1);
  const auto x = tn::randn<float>({50, 3, 2}, chance);
  const data::TensorDataset dataset(x);
  const data::LoaderOptions options{.batch_size = 7, .shuffle = true, .seed = 3};
  auto stacked = data::batches(data::map(dataset, [](auto element) { return element; }), options);
  auto other = stacked.begin();
  for (auto [batch] : data::batches(dataset, options)) {
    EXPECT_EQ(batch.to_vector(), std::get<0>(*other).to_vector());
    ++other;
  }
  EXPECT_TRUE(other == stacked.end());
}

TEST(Loader, ShufflesAnewEachEpochByTheSeed) {
  const data::LoaderOptions options{.batch_size = 8, .shuffle = true, .seed = 1};
  auto loader = data::batches(counting(100), options);
  const auto first = epoch_of(loader), second = epoch_of(loader);
  EXPECT_NE(first, second);
  for (const auto& epoch : {first, second}) {
    Numbers all = joined(epoch);
    std::sort(all.begin(), all.end());
    EXPECT_EQ(all, counting(100));
  }
  EXPECT_EQ(epoch_of(data::batches(counting(100), options)), first);
  EXPECT_EQ(epoch_of(data::batches(counting(100), {.batch_size = 8, .shuffle = true, .seed = 1, .epoch = 1})),
            second);
  EXPECT_NE(epoch_of(data::batches(counting(100), {.batch_size = 8, .shuffle = true, .seed = 2})), first);
}

TEST(Loader, WithoutASeedTheDefaultGeneratorGivesOne) {
  const auto order = [] {
    return epoch_of(data::batches(counting(100), {.batch_size = 100, .shuffle = true}));
  };
  tn::manual_seed(1);
  const auto first = order(), second = order();
  EXPECT_NE(first, second);
  tn::manual_seed(1);
  EXPECT_EQ(order(), first);
}

TEST(Loader, PrefetchingChangesNothing) {
  for (const index_t prefetch : {1, 2, 50}) {
    data::LoaderOptions options{.batch_size = 3, .shuffle = true, .seed = 4};
    auto plain = data::batches(noisy(40), options);
    options.prefetch = prefetch;
    auto ahead = data::batches(noisy(40), options);
    for (int epoch = 0; epoch < 3; ++epoch) EXPECT_EQ(epoch_of(plain), epoch_of(ahead));
  }
}

TEST(Loader, AnyNumberOfWorkersGivesTheSameBatches) {
  data::LoaderOptions options{.batch_size = 3, .shuffle = true, .seed = 4};
  auto plain = data::batches(noisy(40), options);
  for (int epoch = 0; epoch < 3; ++epoch) {
    const auto want = epoch_of(plain);
    for (const index_t workers : {1, 2, 5})
      for (const index_t prefetch : {0, 1, 50}) {
        data::LoaderOptions other = options;
        other.num_workers = workers;
        other.prefetch = prefetch;
        other.epoch = epoch;
        EXPECT_EQ(epoch_of(data::batches(noisy(40), other)), want) << workers << " " << prefetch;
      }
  }
}

TEST(Loader, SetEpochChoosesTheNextLoop) {
  for (const index_t workers : {0, 2}) {
    const data::LoaderOptions options{.batch_size = 8, .shuffle = true, .seed = 1, .num_workers = workers};
    auto loader = data::batches(counting(50), options), other = data::batches(counting(50), options);
    const auto first = epoch_of(loader), second = epoch_of(loader);
    other.set_epoch(1);
    EXPECT_EQ(epoch_of(other), second);
    other.set_epoch(0);
    EXPECT_EQ(epoch_of(other), first);
    for (const auto& batch : other) {
      EXPECT_EQ(batch.to_vector(), second[0]);
      break;
    }
    other.set_epoch(1);
    EXPECT_EQ(epoch_of(other), second);
    EXPECT_EQ(other.position().epoch, 2);
  }
}

TEST(Loader, ProcessesShareAnEpoch) {
  for (const index_t workers : {0, 3}) {
    std::multiset<index_t> seen;
    for (index_t rank = 0; rank < 3; ++rank) {
      const data::LoaderOptions options{
          .batch_size = 2, .seed = 1, .num_workers = workers, .sampler = data::DistributedSampler(rank, 3)};
      auto loader = data::batches(counting(10), options);
      EXPECT_EQ(loader.size(), 2);
      for (const index_t i : joined(epoch_of(loader))) seen.insert(i);
    }
    EXPECT_EQ(seen.size(), 12u);  // two stand twice
    EXPECT_EQ(std::set<index_t>(seen.begin(), seen.end()).size(), 10u);
  }
}

TEST(Loader, ChanceInElementsDependsOnSeedEpochAndPlaceAlone) {
  tn::manual_seed(9);
  const auto before = tn::default_generator().state();
  auto small = data::batches(noisy(40), {.batch_size = 3, .seed = 4});
  const Numbers first = joined(epoch_of(small));
  EXPECT_EQ(tn::default_generator().state().block, before.block);  // untouched by elements
  tn::manual_seed(10);
  EXPECT_EQ(joined(epoch_of(data::batches(noisy(40), {.batch_size = 8, .seed = 4}))), first);
  const Numbers second = joined(epoch_of(small));
  EXPECT_NE(second, first);
  std::set<index_t> noise;
  for (const auto& all : {first, second})
    for (const index_t x : all) noise.insert(x % 1000);
  EXPECT_GT(noise.size(), 65u);  // 80 draws of 1000: about 77 differ
}

TEST(Loader, AnElementDrawnTwiceHasChanceOfItsOwn) {
  const auto batches = epoch_of(data::batches(
      noisy(1),
      {.batch_size = 50, .seed = 1, .sampler = data::WeightedRandomSampler(tn::from<float>({1}), 50)}));
  EXPECT_GT(std::set<index_t>(batches[0].begin(), batches[0].end()).size(), 40u);
}

TEST(Loader, GoesOnWhereItWasRestored) {
  for (const index_t prefetch : {0, 3}) {
    const data::LoaderOptions options{.batch_size = 3, .shuffle = true, .seed = 4, .prefetch = prefetch};
    auto whole = data::batches(noisy(20), options);
    std::vector<Numbers> all;
    std::vector<data::LoaderPosition> positions;
    for (int epoch = 0; epoch < 2; ++epoch) {
      for (const auto& batch : whole) {
        all.push_back(batch.to_vector());
        positions.push_back(whole.position());
      }
    }
    ASSERT_EQ(all.size(), 14u);
    EXPECT_EQ(positions[8], (data::LoaderPosition{4, 1, 2}));
    EXPECT_EQ(whole.position(), (data::LoaderPosition{4, 2, 0}));
    for (std::size_t done = 1; done <= all.size(); ++done) {
      auto resumed =
          data::batches(noisy(20), {.batch_size = 3, .shuffle = true, .seed = 77, .prefetch = prefetch});
      resumed.restore(positions[done - 1]);
      EXPECT_EQ(resumed.position(), positions[done - 1]);
      std::vector<Numbers> rest;
      while (resumed.position().epoch < 2)
        for (const auto& batch : resumed) rest.push_back(batch.to_vector());
      EXPECT_EQ(rest, std::vector<Numbers>(all.begin() + static_cast<std::ptrdiff_t>(done), all.end()));
    }
  }
}

TEST(Loader, ALoopLeftEarlyUsesItsEpochUp) {
  for (const index_t workers : {0, 1, 3}) {
    auto loader = data::batches(counting(100), {.batch_size = 10, .num_workers = workers});
    for (const auto& batch : loader) {
      EXPECT_EQ(batch.data()[0], 0);
      break;
    }
    EXPECT_EQ(loader.position().batch, 1);
    EXPECT_EQ(joined(epoch_of(loader)), counting(100));
    EXPECT_EQ(loader.position().epoch, 2);
  }
}

TEST(Loader, ExceptionsOfElementsReachTheLoop) {
  const auto broken = data::map(counting(10), [](index_t i) {
    tn::check<tn::IoError>(i != 5, "test", "element ", i);
    return i;
  });
  for (const index_t prefetch : {0, 1, 20})
    for (const index_t workers : {0, 1, 4}) {
      index_t good = 0;
      const std::string message = message_of<tn::IoError>([&] {
        for (const auto& batch :
             data::batches(broken, {.batch_size = 2, .prefetch = prefetch, .num_workers = workers}))
          good += batch.size();
      });
      EXPECT_EQ(message, "[test] element 5");
      EXPECT_EQ(good, 4);
    }
}

TEST(Loader, CollatesAsTheUserSays) {
  const std::vector<std::string> words{"a", "bcd", "ef"};
  const auto total = [](const std::vector<std::string>& batch) {
    std::string text;
    for (const std::string& word : batch) text += word;
    return text;
  };
  std::vector<std::string> got;
  for (const std::string& batch : data::batches(words, {.batch_size = 2, .prefetch = 1}, total))
    got.push_back(batch);
  EXPECT_EQ(got, (std::vector<std::string>{"abcd", "ef"}));
}

TEST(Loader, PadsBucketsOfSimilarLengths) {
  std::vector<std::pair<Numbers, int>> sentences;
  Numbers lengths;
  for (int i = 0; i < 60; ++i) {
    lengths.push_back(i * 7 % 20);
    sentences.emplace_back(Numbers(static_cast<std::size_t>(lengths.back()), i), i);
  }
  index_t padding = 0, seen = 0;
  const data::LoaderOptions options{.batch_size = 6, .seed = 1, .sampler = data::BucketSampler(lengths)};
  for (auto [words, label] : data::batches(sentences, options, data::Pad{})) {
    padding += words.values.size() - tn::sum(words.lengths).item();
    seen += label.size();
  }
  EXPECT_EQ(seen, 60);
  EXPECT_LE(padding, 60);  // each batch holds two neighbouring lengths, of three sentences each
}

TEST(Loader, ElementsAreNotRecorded) {
  const auto x = tn::ones<float>({4, 2}).requires_grad_();
  const auto scaled =
      data::map(data::TensorDataset(x), [&](auto element) { return std::get<0>(element) * x; });
  for (const auto& batch : data::batches(scaled)) EXPECT_FALSE(batch.requires_grad());
}

TEST(Loader, WhatMakesNoSenseIsRefused) {
  const auto with = [](data::LoaderOptions options) { return [=] { data::batches(counting(3), options); }; };
  expect_error<tn::ValueError>(with({.batch_size = 0}), "[batches] batches of 0 elements");
  expect_error<tn::ValueError>(with({.prefetch = -1}),
                               "[batches] negative prefetch -1, num_workers 0 or epoch 0");
  expect_error<tn::ValueError>(with({.num_workers = -2}),
                               "[batches] negative prefetch 0, num_workers -2 or epoch 0");
  expect_error<tn::ValueError>(with({.shuffle = true, .sampler = data::RandomSampler()}),
                               "[batches] shuffle and a sampler were given; either decides on the order");
  expect_error<tn::IndexError>(
      with({.sampler = [](index_t size, index_t, Generator&) { return tn::full<index_t>({2}, size); }}),
      "[batches] the sampler names element 3 of 3");
  auto loader = data::batches(counting(3));
  expect_error<tn::ValueError>([&] { loader.restore({0, 1, 4}); },
                               "[batches] cannot go on at batch 4 of epoch 1, which has 3");
}

}  // namespace loader_test
