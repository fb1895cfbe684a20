#pragma once
/// Tokens that a text begins with.

#include <algorithm>    // sort
#include <cstdint>      // uint16_t, uint32_t
#include <string_view>  // string_view
#include <vector>       // vector

#include "tenon/text/subword/token_table.hpp"

namespace TENON_NAMESPACE::text {

/// Tokens as a tree of bytes: a node's children are neighbours in an array, sorted.
class ByteTrie {
 public:
  ByteTrie() = default;
  /// The tokens of a table that `wanted` says.
  template <class Wanted>
  ByteTrie(const TokenTable& table, const Wanted& wanted) {
    std::vector<TokenId> order;
    for (TokenId id = 0; id < table.size(); ++id)
      if (!table.token(id).empty() && wanted(id)) order.push_back(id);
    std::sort(order.begin(), order.end(),
              [&](TokenId a, TokenId b) { return table.token(a) < table.token(b); });
    nodes_.push_back({});
    build(table, order, 0, order.size(), 0, 0);
  }
  /// Calls f(id, bytes) for each token that `text` begins with, from the shortest on.
  template <class F>
  void each_prefix(std::string_view text, F&& f) const {
    std::uint32_t node = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      node = child(node, static_cast<unsigned char>(text[i]));
      if (node == 0) return;
      if (nodes_[node].id != no_token) f(nodes_[node].id, i + 1);
    }
  }

 private:
  struct Node {
    TokenId id = no_token;
    std::uint32_t first = 0;  // of its children
    std::uint16_t count = 0;
    unsigned char byte = 0;
  };
  std::uint32_t child(std::uint32_t node, unsigned char byte) const {
    if (nodes_.empty()) return 0;
    std::uint32_t low = nodes_[node].first, high = low + nodes_[node].count;
    while (low < high) {
      const std::uint32_t middle = (low + high) / 2;
      if (nodes_[middle].byte < byte)
        low = middle + 1;
      else
        high = middle;
    }
    return low < nodes_[node].first + nodes_[node].count && nodes_[low].byte == byte ? low : 0;
  }
  /// Builds the node of tokens [begin, end), which share their first `depth` bytes.
  void build(const TokenTable& table, const std::vector<TokenId>& order, std::size_t begin, std::size_t end,
             std::size_t depth, std::uint32_t node) {
    struct Task {
      std::size_t begin, end, depth;
      std::uint32_t node;
    };
    std::vector<Task> tasks = {{begin, end, depth, node}};
    while (!tasks.empty()) {
      Task t = tasks.back();
      tasks.pop_back();
      while (t.begin < t.end && table.token(order[t.begin]).size() == t.depth)
        nodes_[t.node].id = order[t.begin++];
      nodes_[t.node].first = static_cast<std::uint32_t>(nodes_.size());
      for (std::size_t i = t.begin; i < t.end;) {
        const char byte = table.token(order[i])[t.depth];
        std::size_t next = i;
        while (next < t.end && table.token(order[next])[t.depth] == byte) ++next;
        tasks.push_back({i, next, t.depth + 1, static_cast<std::uint32_t>(nodes_.size())});
        nodes_.push_back({no_token, 0, 0, static_cast<unsigned char>(byte)});
        ++nodes_[t.node].count;
        i = next;
      }
    }
  }

  std::vector<Node> nodes_{};
};

}  // namespace TENON_NAMESPACE::text
