#include "tenon/ops/nn/embedding_bag.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"

namespace embedding_bag_test {

using support::expect_error;
using support::expect_values;
using support::OpCases;
using support::real;
using tn::BagMode;
using tn::embedding_bag;
using tn::from;
using tn::index_t;
using tn::Tensor;

const OpCases cases{
    {"embedding_bag",
     {real({4, 3})},
     [](const auto& x) { return embedding_bag(x[0], from<index_t>({{0, 2}, {2, 2}, {3, 0}})); },
     {.fixed = true}},
    {"embedding_bag_sum",
     {real({4, 3}), real({5})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       return embedding_bag<T>(x[0], from<index_t>({0, 2, 1, 1, 3}), from<index_t>({0, 2, 2}),
                               {.mode = BagMode::sum, .per_sample_weights = x[1]});
     },
     {.fixed = true}},
    {"embedding_bag_max",
     {real({4, 3})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       return embedding_bag<T>(x[0], from<index_t>({0, 2, 1, 3}), from<index_t>({0, 2, 2}),
                               {.mode = BagMode::max});
     },
     {.fixed = true}},
};

TEST(EmbeddingBag, ModesAndEmptyBags) {
  const auto w = from<float>({{1, 8}, {2, 7}, {3, 6}});
  const auto index = from<index_t>({0, 2, 1, 1}), offsets = from<index_t>({0, 2, 2});
  expect_values(embedding_bag<float>(w, index, offsets, {.mode = BagMode::sum}), {3, 2},
                {4, 14, 0, 0, 4, 14});
  expect_values(embedding_bag<float>(w, index, offsets), {3, 2}, {2, 7, 0, 0, 2, 7});
  expect_values(embedding_bag<float>(w, index, offsets, {.mode = BagMode::max}), {3, 2}, {3, 8, 0, 0, 2, 7});
  expect_values(embedding_bag<float>(w, index, offsets, {.include_last_offset = true}), {2, 2}, {2, 7, 0, 0});
  expect_values(embedding_bag<float>(w, index, offsets, {.padding_index = 2}), {3, 2}, {1, 8, 0, 0, 2, 7});
  expect_values(embedding_bag<float>(w, index, offsets, {.mode = BagMode::max, .padding_index = -1}), {3, 2},
                {1, 8, 0, 0, 2, 7});
  expect_values(embedding_bag<float>(w, tn::zeros<index_t>({2, 0})), {2, 2}, {0, 0, 0, 0});
}

TEST(EmbeddingBagErrors, NameShapesAndIndices) {
  const auto w = tn::zeros<float>({3, 2});
  const auto index = from<index_t>({0, 2, 1});
  expect_error<tn::ShapeError>(
      [&] { embedding_bag(w, index); },
      "[embedding_bag] expected indices (bags, entries), or a vector of indices and a vector "
      "of offsets, got (3,)");
  expect_error<tn::ShapeError>([&] { embedding_bag(tn::zeros<float>({3}), index); },
                               "[embedding_bag] expected a table of shape (V, D), got (3,)");
  expect_error<tn::IndexError>([&] { embedding_bag(w, from<index_t>({{3}})); },
                               "[embedding_bag] index 3 is outside extent 3");
  expect_error<tn::IndexError>([&] { embedding_bag(w, from<index_t>({0, -1}), from<index_t>({0})); },
                               "[embedding_bag] index -1 is outside extent 3");
  expect_error<tn::ValueError>([&] { embedding_bag(w, index, from<index_t>({0, 2, 1})); },
                               "[embedding_bag] offset 1 is out of order among 3 indices");
  expect_error<tn::ValueError>([&] { embedding_bag(w, index, from<index_t>({1})); },
                               "[embedding_bag] the first offset is 1, not 0");
  expect_error<tn::ValueError>(
      [&] {
        embedding_bag<float>(w, index, from<index_t>({0}), {.per_sample_weights = tn::ones<float>({3})});
      },
      "[embedding_bag] per_sample_weights are for sums only");
  expect_error<tn::ShapeError>(
      [&] {
        embedding_bag<float>(w, index, from<index_t>({0}),
                             {.mode = BagMode::sum, .per_sample_weights = tn::ones<float>({2})});
      },
      "[embedding_bag] expected per_sample_weights of shape (3,), got (2,)");
  expect_error<tn::IndexError>(
      [&] { embedding_bag<float>(w, index, from<index_t>({0}), {.padding_index = 3}); },
      "[embedding_bag] padding index 3 is outside a table of 3 rows");
  expect_error<tn::ValueError>(
      [&] { embedding_bag<float>(w, index, tn::zeros<index_t>({0}), {.include_last_offset = true}); },
      "[embedding_bag] include_last_offset without any offset");
}

}  // namespace embedding_bag_test
