#include "tenon/data/iterable_loader.hpp"

#include <gtest/gtest.h>

#include <list>

#include "support/expect.hpp"
#include "support/temporary_folder.hpp"

namespace iterable_loader_test {

using support::expect_error;
using support::message_of;
using tn::index_t;
namespace data = tn::data;

using Numbers = std::vector<index_t>;

/// The numbers below n, read in order; each draws noise. At `broken` it throws.
struct Counting {
  index_t n, broken = -1;

  struct Iterator {
    index_t at, broken;
    index_t operator*() const {
      tn::check<tn::IoError>(at != broken, "test", "element ", at);
      return 1000 * at + static_cast<index_t>(tn::default_generator().below(1000));
    }
    Iterator& operator++() {
      ++at;
      return *this;
    }
    bool operator==(const Iterator& other) const { return at == other.at; }
  };
  Iterator begin() const { return {0, broken}; }
  Iterator end() const { return {n, broken}; }
};

template <class L>
std::vector<Numbers> epoch_of(L&& loader) {
  std::vector<Numbers> batches;
  for (const auto& batch : loader) batches.push_back(batch.to_vector());
  return batches;
}

TEST(IterableLoader, CutsBatchesInOrder) {
  const std::list<index_t> five{1, 2, 3, 4, 5};
  for (const index_t prefetch : {0, 1, 9}) {
    EXPECT_EQ(epoch_of(data::batches(five, {.batch_size = 2, .prefetch = prefetch})),
              (std::vector<Numbers>{{1, 2}, {3, 4}, {5}}));
    EXPECT_EQ(epoch_of(data::batches(five, {.batch_size = 2, .drop_last = true, .prefetch = prefetch})),
              (std::vector<Numbers>{{1, 2}, {3, 4}}));
    EXPECT_EQ(epoch_of(data::batches(std::list<index_t>{}, {.prefetch = prefetch})), std::vector<Numbers>());
  }
}

TEST(IterableLoader, ChanceDependsOnSeedEpochAndPlaceAlone) {
  auto plain = data::batches(Counting{20}, {.batch_size = 3, .seed = 4});
  auto ahead = data::batches(Counting{20}, {.batch_size = 3, .seed = 4, .num_workers = 1});
  const auto first = epoch_of(plain), second = epoch_of(plain);
  EXPECT_NE(first, second);
  EXPECT_EQ(epoch_of(ahead), first);
  EXPECT_EQ(epoch_of(ahead), second);
  ahead.set_epoch(0);
  EXPECT_EQ(epoch_of(ahead), first);
  const auto whole = epoch_of(data::batches(Counting{20}, {.batch_size = 20, .seed = 4}));
  EXPECT_EQ(whole[0][3], first[1][0]);
}

TEST(IterableLoader, GoesOnWhereItWasRestored) {
  for (const index_t prefetch : {0, 2}) {
    auto whole = data::batches(Counting{10}, {.batch_size = 3, .seed = 4});
    std::vector<Numbers> all;
    std::vector<data::LoaderPosition> positions;
    for (int epoch = 0; epoch < 2; ++epoch)
      for (const auto& batch : whole) {
        all.push_back(batch.to_vector());
        positions.push_back(whole.position());
      }
    for (std::size_t done = 1; done <= all.size(); ++done) {
      auto resumed = data::batches(Counting{10}, {.batch_size = 3, .seed = 77, .prefetch = prefetch});
      resumed.restore(positions[done - 1]);
      std::vector<Numbers> rest;
      while (resumed.position().epoch < 2)
        for (const auto& batch : resumed) rest.push_back(batch.to_vector());
      EXPECT_EQ(rest, std::vector<Numbers>(all.begin() + static_cast<std::ptrdiff_t>(done), all.end()));
    }
  }
}

TEST(IterableLoader, ALoopLeftEarlyUsesItsEpochUp) {
  for (const index_t prefetch : {0, 2}) {
    auto loader = data::batches(Counting{100}, {.batch_size = 10, .prefetch = prefetch});
    for ([[maybe_unused]] const auto& batch : loader) break;
    EXPECT_EQ(epoch_of(loader).size(), 10u);
    EXPECT_EQ(loader.position().epoch, 2);
  }
}

TEST(IterableLoader, ExceptionsOfElementsReachTheLoop) {
  for (const index_t prefetch : {0, 1, 20}) {
    index_t good = 0;
    EXPECT_EQ(
        message_of<tn::IoError>([&] {
          for (const auto& batch : data::batches(Counting{10, 5}, {.batch_size = 2, .prefetch = prefetch}))
            good += batch.size();
        }),
        "[test] element 5");
    EXPECT_EQ(good, 4);
  }
}

TEST(IterableLoader, WhatMakesNoSenseIsRefused) {
  const auto with = [](data::LoaderOptions options) { return [=] { data::batches(Counting{3}, options); }; };
  const std::string in_order =
      "[batches] a data set that is read in order takes no shuffle, no sampler and one worker";
  expect_error<tn::ValueError>(with({.batch_size = 0}), "[batches] batches of 0 elements");
  expect_error<tn::ValueError>(with({.shuffle = true}), in_order);
  expect_error<tn::ValueError>(with({.num_workers = 2}), in_order);
  auto loader = data::batches(Counting{3});
  expect_error<tn::ValueError>([&] { loader.set_epoch(-1); },
                               "[batches] cannot go on at batch 0 of epoch -1");
  loader.restore({0, 1, 5});
  expect_error<tn::ValueError>([&] { epoch_of(loader); },
                               "[batches] cannot go on at batch 5 of epoch 1, which has only 3 elements");
}

}  // namespace iterable_loader_test
