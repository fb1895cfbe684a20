#include "tenon/models/word_vectors/word2vec/huffman_tree.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <queue>
#include <set>
#include <vector>

#include "tenon/core/generator.hpp"

namespace huffman_tree_test {

using Counts = std::vector<std::uint64_t>;
using tn::models::word2vec::HuffmanTree;

Counts zipf(int words) {
  Counts counts;
  for (int rank = 1; rank <= words; ++rank) counts.push_back(static_cast<std::uint64_t>(1e6 / rank) + 1);
  return counts;
}

/// The cost of the best prefix code, from a heap.
std::uint64_t least_cost(const Counts& counts) {
  std::priority_queue<std::uint64_t, Counts, std::greater<>> heap(counts.begin(), counts.end());
  std::uint64_t cost = 0;
  while (heap.size() > 1) {
    std::uint64_t sum = heap.top();
    heap.pop();
    sum += heap.top();
    heap.pop();
    cost += sum;
    heap.push(sum);
  }
  return cost;
}

TEST(HuffmanTree, IsABestCode) {
  for (const int words : {2, 3, 5, 10, 1000}) {
    const Counts counts = zipf(words);
    const HuffmanTree tree(counts);
    std::uint64_t cost = 0;
    for (std::size_t w = 0; w < counts.size(); ++w)
      cost += counts[w] * tree.path(static_cast<std::uint32_t>(w)).size();
    EXPECT_EQ(cost, least_cost(counts));
  }
}

TEST(HuffmanTree, EveryWordHasACodeOfItsOwnAndNoneBeginsAnother) {
  const HuffmanTree tree(zipf(500));
  std::set<std::string> codes;
  double kraft = 0;
  for (std::uint32_t w = 0; w < 500; ++w) {
    std::string code;
    for (const auto& step : tree.path(w)) code += step.code ? '1' : '0';
    kraft += std::pow(0.5, static_cast<double>(code.size()));
    codes.insert(code);
    EXPECT_LE(code.size(), tree.longest_path());
  }
  EXPECT_EQ(codes.size(), 500u);
  EXPECT_DOUBLE_EQ(kraft, 1);  // a full tree
  for (auto code = codes.begin(); std::next(code) != codes.end();
       ++code)  // in order, a prefix stands right before
    EXPECT_NE(std::next(code)->compare(0, code->size(), *code), 0);
}

TEST(HuffmanTree, PathsGoDownFromTheRoot) {
  const HuffmanTree tree(zipf(100));
  EXPECT_EQ(tree.inner_count(), 99u);
  for (std::uint32_t w = 0; w < 100; ++w) {
    const auto path = tree.path(w);
    EXPECT_EQ(path.front().node, 98u);
    for (std::size_t i = 1; i < path.size(); ++i) EXPECT_LT(path[i].node, path[i - 1].node);
  }
  EXPECT_LT(tree.path(0).size(), tree.path(99).size());
}

TEST(HuffmanTree, CountsThatGrowLikeFibonacciMakeAChain) {
  Counts counts = {1, 1};
  while (counts.size() < 80) counts.push_back(counts[counts.size() - 1] + counts[counts.size() - 2]);
  const HuffmanTree tree(Counts(counts.rbegin(), counts.rend()));
  EXPECT_EQ(tree.longest_path(), 79u);
}

TEST(HuffmanTree, OneWordNeedsNoChoice) {
  const HuffmanTree tree(Counts{7});
  EXPECT_EQ(tree.inner_count(), 0u);
  EXPECT_TRUE(tree.path(0).empty());
}

TEST(HuffmanTree, RefusesCountsThatRise) {
  EXPECT_THROW(HuffmanTree(Counts{1, 2}), tn::ValueError);
}

}  // namespace huffman_tree_test
