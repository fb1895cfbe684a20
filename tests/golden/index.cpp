/// Golden cases of reading and accumulating at integer positions.

#include "tenon/ops/index/index.hpp"
#include "tenon/ops/nn/embedding.hpp"

#include "registry.hpp"

namespace golden {
namespace index_cases {

/// Lookup, with rows rescaled beforehand when their norm is bounded; the table is then a result as well.
template <class T>
Outputs embedding(const Case<T>& c) {
  tn::EmbeddingOptions<T> options{.scale_grad_by_freq = c.flag("scale_grad_by_freq")};
  if (c.given("padding_idx")) options.padding_index = c.integer("padding_idx");
  const tn::Tensor<T> weight = c.param("weight");
  const tn::Tensor<tn::index_t> index = c.indices("index");
  const double p = c.number("norm_type");
  if (!c.given("max_norm")) return tn::embedding(weight, index, options);
  tn::Tensor<T> elements = weight.detach();
  tn::embedding_renorm_(elements, index, c.number("max_norm"), p);
  return {{"y", tn::embedding(weight, index, options)}, {"weight_after", weight}};
}

const Family family{
    {"index_select",
     [](const auto& c) { return tn::index_select(c.in("x"), c.integer("dim"), c.indices("index")); }},
    {"gather", [](const auto& c) { return tn::gather(c.in("x"), c.integer("dim"), c.indices("index")); }},
    {"scatter_add",
     [](const auto& c) {
       return tn::scatter_add(c.in("x"), c.integer("dim"), c.indices("index"), c.in("src"));
     }},
    {"embedding", [](const auto& c) { return embedding(c); }},
};

}  // namespace index_cases
}  // namespace golden
