/// Golden cases of networks over graphs, whose adjacency is dense there.

#include "tenon/nn/graph.hpp"
#include "tenon/ops/loss/loss.hpp"

#include "module_case.hpp"
#include "registry.hpp"

namespace golden {
namespace graph_cases {

using tn::Tensor;
namespace nn = tn::nn;

template <class T>
Outputs gcn_layer(const Case<T>& c) {
  const Tensor<T> weight = c.param("weight");
  nn::GcnConv<T> layer(weight.extent(0), weight.extent(1), c.has("bias"));
  load_case(layer, c);
  const Tensor<T> y = layer(c.in("x"), tn::to_csr(c.in("adj_norm")));
  const bool relu = c.template choice<bool>("activation", {{"none", false}, {"relu", true}});
  return {{"y", relu ? tn::relu(y) : y},
          {"adj_norm", tn::to_dense(nn::gcn_normalized(tn::to_csr(c.in("adj"))))}};
}

template <class T>
struct Gcn {
  nn::GcnConv<T> gc1, gc2;
  Tensor<T> operator()(const Tensor<T>& x, const tn::Csr<T>& a) const { return gc2(tn::relu(gc1(x, a)), a); }
};

template <class T>
Outputs gcn(const Case<T>& c) {
  const Tensor<T> w1 = c.param("gc1.weight"), w2 = c.param("gc2.weight");
  Gcn<T> net{{w1.extent(0), w1.extent(1)}, {w2.extent(0), w2.extent(1)}};
  load_case(net, c);
  const Tensor<T> logits = net(c.in("x"), tn::to_csr(c.in("adj_norm")));
  const Tensor<tn::index_t> nodes = c.indices("train_idx");
  return {{"logits", logits},
          {"loss", tn::cross_entropy(tn::index_select(logits, 0, nodes),
                                     tn::index_select(c.indices("target"), 0, nodes))}};
}

const Family family{
    {"gcn_layer", [](const auto& c) { return gcn_layer(c); }},
    {"gcn", [](const auto& c) { return gcn(c); }},
};

}  // namespace graph_cases
}  // namespace golden
