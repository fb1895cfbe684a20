/// Elements by their positions.

#include "node.hpp"
#include "tenon/tenon.hpp"

namespace onnx_tests {
namespace selection_nodes {

using tn::index_t;
using tn::Tensor;

/// The last axis of an index tensor holds the coordinates: one tensor for each of them.
std::vector<Tensor<index_t>> coordinates(const Tensor<index_t>& index, const tn::Shape& shape) {
  std::vector<Tensor<index_t>> each;
  for (index_t i = 0; i < index.extent(-1); ++i) {
    const Tensor<index_t> one = tn::select(index, -1, i);
    each.push_back(tn::where(tn::lt(one, index_t{0}), one + shape[static_cast<int>(i)], one));
  }
  return each;
}

Results gather_nd(const Node& node) {
  require(node.integer("batch_dims", 0) == 0, "batch_dims");
  return any_type(node, [&]<class T>(T) {
    const Tensor<T> x = node.in<T>(0);
    return tn::index(x, coordinates(node.indices(1), x.shape()));
  });
}

Results scatter_nd(const Node& node) {
  const bool adds = node.choice<bool>("reduction", "none", {{"none", false}, {"add", true}});
  return any_real(node, [&]<class T>(T) {
    const Tensor<T> x = node.in<T>(0);
    return tn::index_put(x, coordinates(node.indices(1), x.shape()), node.in<T>(2), adds);
  });
}

/// ONNX has one row for each axis, the library one for each element.
Results nonzero(const Node& node) {
  return any_type(node, [&]<class T>(T) -> Value { return tn::transpose(tn::nonzero(node.in<T>(0)), 0, 1); });
}

Results compress(const Node& node) {
  const Tensor<index_t> kept = tn::flatten(tn::nonzero(node.in<bool>(1)));
  return any_type(node, [&]<class T>(T) {
    const Tensor<T> x = node.in<T>(0);
    return node.given("axis") ? tn::index_select(x, node.integer("axis", 0), kept)
                              : tn::index_select(tn::flatten(x), 0, kept);
  });
}

const Family family{
    {"GatherND", gather_nd},
    {"ScatterND", scatter_nd},
    {"NonZero", nonzero},
    {"Compress", compress},
};

}  // namespace selection_nodes
}  // namespace onnx_tests
