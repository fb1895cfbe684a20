#include "tenon/data/collate.hpp"

#include <gtest/gtest.h>

#include <string>

#include "support/expect.hpp"

namespace collate_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using tn::index_t;
using tn::Tensor;
namespace data = tn::data;

struct Sample {
  Tensor<float> x;
  Tensor<index_t> label;
};
struct Mixed {
  Tensor<float> x;
  int label;
};

TEST(Collate, StacksTensorsAndNumbers) {
  const data::Stack stack;
  expect_values(stack(std::vector{tn::from<float>({1, 2}), tn::from<float>({3, 4})}), {2, 2}, {1, 2, 3, 4});
  expect_vector(stack(std::vector{tn::scalar<index_t>(4), tn::scalar<index_t>(5)}), {4, 5});
  expect_vector(stack(std::vector<float>{1, 2}), {1, 2});
  expect_vector(stack(std::vector<int>{1, -2}), {1, -2});
  static_assert(std::is_same_v<decltype(stack(std::vector<int>())), Tensor<index_t>>);
  static_assert(std::is_same_v<decltype(stack(std::vector<std::uint8_t>())), Tensor<std::uint8_t>>);
  EXPECT_EQ(stack(std::vector<bool>{true, false}).to_vector(), (std::vector<bool>{true, false}));
  EXPECT_EQ(stack(std::vector<std::string>{"a", "b"}), (std::vector<std::string>{"a", "b"}));
}

TEST(Collate, StacksViewsInRowOrder) {
  const auto x = tn::from<float>({{1, 2, 3}, {4, 5, 6}});
  expect_values(data::stack_copies(std::vector{x.view(0, {3, 2}, {1, 3}), x.view(0, {3, 2}, {2, 1})}),
                {2, 3, 2}, {1, 4, 2, 5, 3, 6, 1, 2, 3, 4, 5, 6});
}

TEST(Collate, MembersOfTuplesPairsAndStructsAreStackedOneByOne) {
  const data::Stack stack;
  const auto one = tn::from<float>({1, 2}), two = tn::from<float>({3, 4});
  const auto [x, name, score] =
      stack(std::vector{std::tuple(one, std::string("a"), 0.5), std::tuple(two, std::string("b"), 1.5)});
  expect_values(x, {2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(name, (std::vector<std::string>{"a", "b"}));
  expect_vector(score, {0.5, 1.5});
  const auto pairs = stack(std::vector{std::pair(one, std::pair(1, 2)), std::pair(two, std::pair(3, 4))});
  expect_vector(pairs.second.first, {1, 3});
  expect_vector(pairs.second.second, {2, 4});
  const auto samples =
      stack(std::vector<Sample>{{one, tn::scalar<index_t>(7)}, {two, tn::scalar<index_t>(8)}});
  static_assert(std::is_same_v<decltype(samples), const Sample>);
  expect_vector(samples.label, {7, 8});
  const auto [mixed, label] = stack(std::vector<Mixed>{{one, 7}, {two, 8}});
  expect_values(mixed, {2, 2}, {1, 2, 3, 4});
  expect_vector(label, {7, 8});
}

TEST(Collate, PadsSequencesAndTellsTheirLengths) {
  const data::Pad pad{-1};
  const auto batch =
      pad(std::vector{tn::from<index_t>({1}), tn::from<index_t>({}), tn::from<index_t>({2, 3, 4})});
  expect_values(batch.values, {3, 3}, {1, -1, -1, -1, -1, -1, 2, 3, 4});
  expect_vector(batch.lengths, {1, 0, 3});
  const auto [words, label] =
      pad(std::vector{std::pair(std::vector<index_t>{5, 6}, 0), std::pair(std::vector<index_t>{7}, 1)});
  expect_values(words.values, {2, 2}, {5, 6, 7, -1});
  expect_vector(label, {0, 1});
  const auto rows = data::pad_sequence<float>({tn::ones<float>({1, 2}), tn::ones<float>({2, 2})}, 9);
  expect_values(rows.values, {2, 2, 2}, {1, 1, 9, 9, 1, 1, 1, 1});
}

TEST(Collate, ShapesThatDifferAreNamed) {
  expect_error<tn::ShapeError>([] { data::Stack()(std::vector{tn::ones<float>({2}), tn::ones<float>({3})}); },
                               "[collate] elements of a batch differ in shape: (2,) and (3,); Pad collates "
                               "sequences of several lengths");
  expect_error<tn::ShapeError>(
      [] { data::Pad()(std::vector{tn::ones<float>({2, 2}), tn::ones<float>({3, 3})}); },
      "[pad_sequence] sequences differ in more than their lengths: (2, 2) and (3, 3)");
  expect_error<tn::ShapeError>([] { data::Pad()(std::vector{tn::ones<float>({})}); },
                               "[pad_sequence] a tensor of rank 0 is no sequence");
}

}  // namespace collate_test
