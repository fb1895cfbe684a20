/// Golden cases of recurrent networks.

#include "tenon/ops/rnn.hpp"

#include "registry.hpp"

namespace golden {
namespace {

template <class T>
tn::RecurrentWeights<T> weights(const Case<T>& c, const std::string& suffix) {
  const auto named = [&](const char* stem) { return c.optional(stem + suffix); };
  return {named("weight_ih"), named("weight_hh"), named("bias_ih"), named("bias_hh"), named("weight_hr")};
}
/// The sets of all layers and directions; also reads arguments that repeat what the shapes say.
template <class T>
std::vector<tn::RecurrentWeights<T>> all_weights(const Case<T>& c) {
  c.flag("bias");
  c.integer("input_size");
  c.integer("hidden_size");
  std::vector<tn::RecurrentWeights<T>> sets;
  for (tn::index_t k = 0; k < c.integer("num_layers"); ++k) {
    const std::string layer = "_l" + std::to_string(k);
    sets.push_back(weights(c, layer));
    if (c.flag("bidirectional")) sets.push_back(weights(c, layer + "_reverse"));
  }
  return sets;
}
template <class T>
tn::RecurrentOptions options(const Case<T>& c) {
  tn::RecurrentOptions o{.bidirectional = c.flag("bidirectional"), .batch_first = c.flag("batch_first")};
  if (c.given("lengths"))
    for (tn::index_t length : c.dims("lengths")) o.lengths.push_back(length);
  return o;
}
template <class T>
tn::Nonlinearity nonlinearity(const Case<T>& c) {
  return c.text("nonlinearity") == "relu" ? tn::Nonlinearity::relu : tn::Nonlinearity::tanh;
}
template <class T>
Outputs named(const tn::RecurrentResult<T>& r) {
  Outputs outputs{{"y", r.output}, {"h_n", r.hidden}};
  if (r.cell.defined()) outputs.values.emplace_back("c_n", r.cell);
  return outputs;
}
template <class T>
Outputs lstm(const Case<T>& c) {
  c.integer("proj_size");
  return named(tn::lstm(c.in("x"), all_weights(c), c.optional("h0"), c.optional("c0"), options(c)));
}
template <class T>
tn::RecurrentWeights<T> cell_weights(const Case<T>& c) {
  c.flag("bias");
  c.integer("input_size");
  c.integer("hidden_size");
  return weights(c, "");
}
template <class T>
Outputs lstm_cell(const Case<T>& c) {
  const auto state = tn::lstm_cell(c.in("x"), c.in("h"), c.in("c"), cell_weights(c));
  return {{"h", state.hidden}, {"c", state.cell}};
}

const Family family{
    {"rnn",
     [](const auto& c) {
       return named(tn::rnn(c.in("x"), all_weights(c), c.optional("h0"), options(c), nonlinearity(c)));
     }},
    {"gru",
     [](const auto& c) { return named(tn::gru(c.in("x"), all_weights(c), c.optional("h0"), options(c))); }},
    {"lstm", [](const auto& c) { return lstm(c); }},
    {"rnn_cell",
     [](const auto& c) { return tn::rnn_cell(c.in("x"), c.in("h"), cell_weights(c), nonlinearity(c)); }},
    {"gru_cell", [](const auto& c) { return tn::gru_cell(c.in("x"), c.in("h"), cell_weights(c)); }},
    {"lstm_cell", [](const auto& c) { return lstm_cell(c); }},
};

}  // namespace
}  // namespace golden
