#include "tenon/data/dataset.hpp"

#include <gtest/gtest.h>

#include <string>

#include "support/expect.hpp"

namespace dataset_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using tn::Generator;
using tn::index_t;
using tn::Tensor;
namespace data = tn::data;

/// 0, 10, 20, …
struct Tens {
  index_t count;
  index_t size() const { return count; }
  index_t operator[](index_t i) const { return 10 * i; }
};

template <class D>
std::vector<data::Element<D>> elements(const D& dataset) {
  std::vector<data::Element<D>> all;
  for (index_t i = 0; i < data::size_of(dataset); ++i) all.push_back(data::element_at(dataset, i));
  return all;
}
using Numbers = std::vector<index_t>;

static_assert(data::Dataset<Tens> && data::Dataset<std::vector<std::string>>);
static_assert(!data::Dataset<int> && !data::Dataset<Tensor<float>>);
static_assert(data::GatherDataset<data::Subset<data::TensorDataset<float>>> && !data::GatherDataset<Tens>);

TEST(Dataset, TensorsGiveTuplesOfViews) {
  const auto x = tn::from<float>({{1, 2}, {3, 4}, {5, 6}});
  const data::TensorDataset dataset(x, tn::from<index_t>({7, 8, 9}));
  EXPECT_EQ(dataset.size(), 3);
  const auto [row, label] = dataset[1];
  expect_vector(row, {3, 4});
  EXPECT_EQ(label.item(), 8);
  EXPECT_EQ(row.data(), x.data() + 2);  // not a copy
  const auto [rows, labels] = dataset.gather(tn::from<index_t>({2, 0, 2}));
  expect_values(rows, {3, 2}, {5, 6, 1, 2, 5, 6});
  expect_vector(labels, {9, 7, 9});
}

TEST(Dataset, TensorsOfOtherLayoutsAndLeavesAreTakenAsTheyRead) {
  auto x = tn::from<float>({{1, 2}, {3, 4}});
  x.requires_grad_();
  const data::TensorDataset dataset(tn::transpose(x, 0, 1));
  const auto [rows] = dataset.gather(tn::from<index_t>({1}));
  expect_values(rows, {1, 2}, {2, 4});
  EXPECT_FALSE(rows.requires_grad());
}

TEST(Dataset, TensorsMustBeOfOneLength) {
  expect_error<tn::ShapeError>([] { data::TensorDataset(tn::zeros<float>({3, 2}), tn::zeros<index_t>({2})); },
                               "[dataset] tensors differ in their first extent: (3, 2) and (2,)");
  expect_error<tn::ShapeError>([] { data::TensorDataset(tn::zeros<float>({})); },
                               "[dataset] tensors differ in their first extent: () and ()");
}

TEST(Dataset, MapSubsetTakeAndConcatCompose) {
  const auto halves = data::map(Tens{4}, [](index_t x) { return x / 2; });
  EXPECT_EQ(elements(halves), (Numbers{0, 5, 10, 15}));
  const auto chosen = data::subset(halves, tn::from<index_t>({3, 3, 0}));
  EXPECT_EQ(elements(chosen), (Numbers{15, 15, 0}));
  EXPECT_EQ(elements(data::take(chosen, 2)), (Numbers{15, 15}));
  EXPECT_EQ(data::take(chosen, 9).size(), 3);
  EXPECT_EQ(data::take(chosen, 0).size(), 0);
  EXPECT_EQ(elements(data::concat(Tens{2}, chosen, Numbers{1})), (Numbers{0, 10, 15, 15, 0, 1}));
  const std::vector<std::string> words{"a", "bc"};
  EXPECT_EQ(elements(data::map(words, [](const std::string& w) { return w.size(); })),
            (std::vector<std::size_t>{1, 2}));
}

TEST(Dataset, SubsetsOfTensorsAreGathered) {
  const data::TensorDataset dataset(tn::arange<float>(10));
  const auto part = data::take(data::subset(dataset, tn::from<index_t>({9, 5, 1})), 2);
  const auto [x] = part.gather(tn::from<index_t>({1, 0}));
  expect_vector(x, {5, 9});
}

TEST(Dataset, AFunctionMayTakeTheElementsGenerator) {
  const auto noisy = data::map(Tens{3}, [](index_t x, Generator& chance) {
    return x + static_cast<index_t>(chance.below(1'000'000'000));
  });
  tn::manual_seed(5);
  Generator same(5);
  EXPECT_EQ(noisy[2], 20 + static_cast<index_t>(same.below(1'000'000'000)));
}

TEST(Dataset, SplitsInOrder) {
  const auto [train, valid, test] = data::split(Tens{6}, {3, 1, 2});
  EXPECT_EQ(elements(train), (Numbers{0, 10, 20}));
  EXPECT_EQ(elements(valid), (Numbers{30}));
  EXPECT_EQ(elements(test), (Numbers{40, 50}));
  const auto [most, rest] = data::split(Tens{10}, 0.75);
  EXPECT_EQ(most.size(), 8);
  EXPECT_EQ(elements(rest), (Numbers{80, 90}));
}

TEST(Dataset, RandomSplitsShareOutEveryElementOnceByTheSeed) {
  Generator one(1), again(1), other(2);
  const auto [a, b] = data::random_split(Tens{100}, {70, 30}, one);
  const auto [a2, b2] = data::random_split(Tens{100}, 0.7, again);
  const auto [a3, b3] = data::random_split(Tens{100}, 0.7, other);
  EXPECT_EQ(elements(a), elements(a2));
  EXPECT_EQ(elements(b), elements(b2));
  EXPECT_NE(elements(a), elements(a3));
  Numbers all = elements(data::concat(a, b));
  EXPECT_FALSE(std::is_sorted(all.begin(), all.end()));
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, elements(Tens{100}));
}

TEST(Dataset, WhatDoesNotFitIsRefused) {
  expect_error<tn::IndexError>([] { data::subset(Tens{3}, tn::from<index_t>({0, 3})); },
                               "[subset] position 3 is outside a data set of 3");
  expect_error<tn::IndexError>([] { data::subset(Tens{3}, tn::from<index_t>({-1})); },
                               "[subset] position -1 is outside a data set of 3");
  expect_error<tn::ValueError>([] { data::split(Tens{3}, {1, 1}); },
                               "[split] counts add up to 2, the data set has 3");
  expect_error<tn::ValueError>([] { data::split(Tens{3}, {4, -1}); }, "[split] negative count -1");
  expect_error<tn::ValueError>([] { data::random_split(Tens{3}, 1.5); },
                               "[split] expected a share between 0 and 1, got 1.5");
  expect_error<tn::ValueError>([] { data::take(Tens{3}, -1); }, "[take] negative count -1");
}

}  // namespace dataset_test
