/// Shapes, selections and constants.

#include <algorithm>

#include "node.hpp"
#include "tenon/tenon.hpp"

namespace onnx_tests {
namespace shape_nodes {

using tn::index_t;
using tn::Tensor;

tn::Shape shape_of(const std::vector<index_t>& extents) {
  return {extents.begin(), extents.end()};
}
Tensor<index_t> list_of(const std::vector<index_t>& values) {
  return tn::from(values, {static_cast<index_t>(values.size())});
}

/// f(x), whose results do not depend on the scalar type.
template <class F>
Results of_any(const Node& node, F f) {
  return any_type(node, [&]<class T>(T) { return f(node.in<T>(0)); });
}

Results reshape(const Node& node) {
  std::vector<index_t> shape = node.list(1);
  return of_any(node, [&](const auto& x) {
    for (std::size_t i = 0; i < shape.size(); ++i)
      if (shape[i] == 0 && !node.integer("allowzero", 0)) shape[i] = x.extent(static_cast<index_t>(i));
    return tn::reshape(x, shape_of(shape));
  });
}

Results transpose(const Node& node) {
  return of_any(node, [&](const auto& x) {
    std::vector<index_t> axes = node.integers("perm");
    for (int i = x.rank(); axes.size() < static_cast<std::size_t>(x.rank()) && i-- > 0;) axes.push_back(i);
    return tn::permute(x, shape_of(axes));
  });
}

/// Axes as an attribute, or as an input in later versions.
std::vector<index_t> axes_of(const Node& node, int input) {
  return node.has(input) ? node.list(input) : node.integers("axes");
}

Results squeeze(const Node& node) {
  return of_any(node, [&](auto x) {
    std::vector<index_t> axes = axes_of(node, 1);
    if (axes.empty()) return tn::squeeze(x);
    for (index_t& axis : axes) axis = axis < 0 ? axis + x.rank() : axis;
    std::sort(axes.rbegin(), axes.rend());
    for (index_t axis : axes) x = tn::squeeze(x, axis);
    return x;
  });
}

Results unsqueeze(const Node& node) {
  return of_any(node, [&](auto x) {
    std::vector<index_t> axes = axes_of(node, 1);
    const index_t rank = x.rank() + static_cast<index_t>(axes.size());
    for (index_t& axis : axes) axis = axis < 0 ? axis + rank : axis;
    std::sort(axes.begin(), axes.end());
    for (index_t axis : axes) x = tn::unsqueeze(x, axis);
    return x;
  });
}

Results flatten(const Node& node) {
  return of_any(node, [&](const auto& x) {
    const index_t axis = node.integer("axis", 1), at = axis < 0 ? axis + x.rank() : axis;
    index_t rows = 1;
    for (index_t i = 0; i < at; ++i) rows *= x.extent(i);
    return tn::reshape(x, {rows, x.size() / rows});
  });
}

Results concat(const Node& node) {
  return any_type(node, [&]<class T>(T) {
    std::vector<Tensor<T>> xs;
    for (int i = 0; i < node.inputs(); ++i) xs.push_back(node.in<T>(i));
    return tn::cat(xs, node.integer("axis", 0));
  });
}

Results split(const Node& node) {
  Results results;
  of_any(node, [&](const auto& x) {
    const index_t axis = node.integer("axis", 0);
    std::vector<index_t> lengths = node.has(1) ? node.list(1) : node.integers("split");
    if (lengths.empty())
      lengths.assign(static_cast<std::size_t>(node.outputs()), x.extent(axis) / node.outputs());
    for (const auto& part : tn::split(x, lengths, axis)) results.push_back(part);
    return x;
  });
  return results;
}

Results slice(const Node& node) {
  require(node.has(1) && node.has(2), "slice by attributes");
  const std::vector<index_t> start = node.list(1), stop = node.list(2);
  return of_any(node, [&](auto x) {
    for (std::size_t i = 0; i < start.size(); ++i) {
      const index_t axis = node.has(3) ? node.list(3)[i] : static_cast<index_t>(i);
      const index_t step = node.has(4) ? node.list(4)[i] : 1;
      const index_t n = x.extent(axis);
      const bool whole = stop[i] < -n;  // backwards past the first element
      x = tn::slice(x, axis, tn::range(start[i], whole ? std::nullopt : std::optional(stop[i]), step));
    }
    return x;
  });
}

Results pad(const Node& node) {
  using tn::PadMode;
  const PadMode mode = node.choice<PadMode>(
      "mode", "constant",
      {{"constant", PadMode::constant}, {"reflect", PadMode::reflect}, {"edge", PadMode::replicate}});
  const std::vector<index_t> given = node.list(1);  // all beginnings, then all ends
  std::vector<index_t> amounts;                     // the library's: pairs from the last axis on
  for (std::size_t half = given.size() / 2, i = half; i-- > 0;) {
    amounts.push_back(given[i]);
    amounts.push_back(given[half + i]);
  }
  return any_number(node, [&]<class T>(T) {
    const T value = node.has(2) ? node.in<T>(2).item() : T(0);
    return tn::pad(node.in<T>(0), amounts, mode, value);
  });
}

Results gather(const Node& node) {
  Tensor<index_t> index = node.indices(1);
  return of_any(node, [&](const auto& x) {
    const index_t axis = node.integer("axis", 0), at = axis < 0 ? axis + x.rank() : axis, n = x.extent(axis);
    index = tn::where(tn::lt(index, index_t{0}), index + n, index);
    std::vector<index_t> shape(x.shape().begin(), x.shape().end());
    shape.erase(shape.begin() + at);
    shape.insert(shape.begin() + at, index.shape().begin(), index.shape().end());
    return tn::reshape(tn::index_select(x, axis, tn::flatten(index)), shape_of(shape));
  });
}

Tensor<index_t> positive(const Tensor<index_t>& index, index_t extent) {
  return tn::where(tn::lt(index, index_t{0}), index + extent, index);
}

Results gather_elements(const Node& node) {
  return of_any(node, [&](const auto& x) {
    const index_t axis = node.integer("axis", 0);
    return tn::gather(x, axis, positive(node.indices(1), x.extent(axis)));
  });
}

Results scatter_elements(const Node& node) {
  const bool adds = node.choice<bool>("reduction", "none", {{"none", false}, {"add", true}});
  return any_number(node, [&]<class T>(T) {
    const Tensor<T> x = node.in<T>(0);
    const index_t axis = node.integer("axis", 0);
    const Tensor<index_t> index = positive(node.indices(1), x.extent(axis));
    return adds ? tn::scatter_add(x, axis, index, node.in<T>(2)) : tn::scatter(x, axis, index, node.in<T>(2));
  });
}

Results expand(const Node& node) {
  const std::vector<index_t> asked = node.list(1);
  return of_any(node, [&](const auto& x) {
    std::vector<index_t> shape = asked;
    while (shape.size() < static_cast<std::size_t>(x.rank())) shape.insert(shape.begin(), 1);
    for (int i = 0; i < x.rank(); ++i) {
      index_t& target = shape[shape.size() - static_cast<std::size_t>(x.rank() - i)];
      target = std::max(target, x.extent(i));
    }
    return tn::expand(x, shape_of(shape));
  });
}

Results tile(const Node& node) {
  return of_any(node, [&](const auto& x) { return tn::repeat(x, shape_of(node.list(1))); });
}

Results triangle(const Node& node) {
  const index_t diagonal = node.has(1) ? node.list(1).at(0) : 0;
  return any_number(node, [&]<class T>(T) {
    return node.integer("upper", 1) ? tn::triu(node.in<T>(0), diagonal) : tn::tril(node.in<T>(0), diagonal);
  });
}

Results shape(const Node& node) {
  Results results;
  of_any(node, [&](const auto& x) {
    const auto all = list_of({x.shape().begin(), x.shape().end()});
    const index_t rank = x.rank(), end = node.integer("end", rank);
    results = {tn::slice(all, 0, tn::range(node.integer("start", 0), end))};
    return x;
  });
  return results;
}
Results size(const Node& node) {
  Results results;
  of_any(node, [&](const auto& x) {
    results = {tn::full<index_t>({}, x.size())};
    return x;
  });
  return results;
}

Results constant(const Node& node) {
  if (node.given("value")) return {node.tensor("value")};
  if (node.given("value_float"))
    return {tn::full<float>({}, static_cast<float>(node.number("value_float", 0)))};
  if (node.given("value_int")) return {tn::full<index_t>({}, node.integer("value_int", 0))};
  if (node.given("value_ints")) return {list_of(node.integers("value_ints"))};
  throw Unsupported("constant");
}
Results constant_of_shape(const Node& node) {
  const tn::Shape shape = shape_of(node.list(0));
  if (!node.given("value")) return {tn::zeros<float>(shape)};
  return {std::visit(
      [&]<class V>(const V& value) -> Value {
        if constexpr (std::is_same_v<V, std::monostate>)
          throw Unsupported("constant");
        else
          return tn::expand(tn::reshape(value, {}), shape);
      },
      node.tensor("value"))};
}
Results range(const Node& node) {
  return any_number(node, [&]<class T>(T) {
    return tn::arange<T>(node.in<T>(0).item(), node.in<T>(1).item(), node.in<T>(2).item());
  });
}

Results one_hot(const Node& node) {
  Tensor<index_t> index;
  any_number(node, [&]<class T>(T) {
    index = tn::to<index_t>(node.in<T>(0));
    return index;
  });
  index_t depth = 0;
  any_number(
      node,
      [&]<class T>(T) {
        const Tensor<T> given = node.in<T>(1);
        depth = static_cast<index_t>(*given.begin());
        return node.in<T>(1);
      },
      1);
  return any_number(
      node,
      [&]<class T>(T) {
        const index_t rank = index.rank() + 1, axis = node.integer("axis", -1),
                      at = axis < 0 ? axis + rank : axis;
        const Tensor<bool> hot =
            tn::eq(tn::unsqueeze(positive(index, depth), -1), tn::arange<index_t>(depth));
        const Tensor<T> values = node.in<T>(2);
        const Tensor<T> y =
            tn::where(hot, tn::slice(values, 0, tn::range(1, 2)), tn::slice(values, 0, tn::range(0, 1)));
        tn::Dims axes;
        for (index_t i = 0; i < rank; ++i) axes.push_back(i < at ? i : i == at ? rank - 1 : i - 1);
        return tn::permute(y, axes);
      },
      2);
}

/// Blocks of the channels become blocks of the plane, and back.
Results depth_to_space(const Node& node) {
  const index_t b = node.integer("blocksize", 1);
  const bool columns_first = node.choice<bool>("mode", "DCR", {{"DCR", false}, {"CRD", true}});
  return any_real(node, [&]<class T>(T) {
    const Tensor<T> x = node.in<T>(0);
    const index_t n = x.extent(0), c = x.extent(1) / (b * b), h = x.extent(2), w = x.extent(3);
    const Tensor<T> y = columns_first ? tn::permute(tn::reshape(x, {n, c, b, b, h, w}), {0, 1, 4, 2, 5, 3})
                                      : tn::permute(tn::reshape(x, {n, b, b, c, h, w}), {0, 3, 4, 1, 5, 2});
    return tn::reshape(y, {n, c, h * b, w * b});
  });
}
Results space_to_depth(const Node& node) {
  const index_t b = node.integer("blocksize", 1);
  return any_real(node, [&]<class T>(T) {
    const Tensor<T> x = node.in<T>(0);
    const index_t n = x.extent(0), c = x.extent(1), h = x.extent(2) / b, w = x.extent(3) / b;
    const Tensor<T> y = tn::permute(tn::reshape(x, {n, c, h, b, w, b}), {0, 3, 5, 1, 2, 4});
    return tn::reshape(y, {n, c * b * b, h, w});
  });
}

const Family family{
    {"Reshape", reshape},
    {"Transpose", transpose},
    {"Squeeze", squeeze},
    {"Unsqueeze", unsqueeze},
    {"Flatten", flatten},
    {"Concat", concat},
    {"Split", split},
    {"Slice", slice},
    {"Pad", pad},
    {"Gather", gather},
    {"GatherElements", gather_elements},
    {"ScatterElements", scatter_elements},
    {"Scatter", scatter_elements},
    {"Expand", expand},
    {"Tile", tile},
    {"Trilu", triangle},
    {"Shape", shape},
    {"Size", size},
    {"Constant", constant},
    {"ConstantOfShape", constant_of_shape},
    {"Range", range},
    {"OneHot", one_hot},
    {"DepthToSpace", depth_to_space},
    {"SpaceToDepth", space_to_depth},
};

}  // namespace shape_nodes
}  // namespace onnx_tests
