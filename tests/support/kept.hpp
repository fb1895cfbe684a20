#pragma once
/// What the graph keeps for the backward pass.

#include <string>

#include "tenon/graph/node.hpp"

namespace support {

/// Of which inputs the graph keeps the elements for a recorded result, 1 or 0 each: "10".
template <class T>
std::string kept_inputs(const tn::Tensor<T>& y) {
  std::string kept;
  for (const auto& edge : tn::graph::node_of(y)->edges()) kept += edge.kept ? '1' : '0';
  return kept;
}

}  // namespace support
