/// Golden cases of recurrent networks.

#include "tenon/nn/recurrent.hpp"
#include "tenon/nn/recurrent_cell.hpp"

#include "module_case.hpp"
#include "registry.hpp"

namespace golden {
namespace recurrent_cases {

namespace nn = tn::nn;

template <class T>
tn::Nonlinearity nonlinearity(const Case<T>& c) {
  using tn::Nonlinearity;
  return c.template choice<Nonlinearity>("nonlinearity",
                                         {{"tanh", Nonlinearity::tanh}, {"relu", Nonlinearity::relu}});
}
/// A network whose own options are `own`, with the case's parameters.
template <template <class> class Net, class T>
Net<T> net(const Case<T>& c, nn::RecurrentLayerOptions own = {}) {
  own.num_layers = c.integer("num_layers");
  own.bias = c.flag("bias");
  own.batch_first = c.flag("batch_first");
  own.bidirectional = c.flag("bidirectional");
  Net<T> made(c.integer("input_size"), c.integer("hidden_size"), own);
  load_case(made, c);
  return made;
}
template <class T>
std::vector<tn::index_t> lengths(const Case<T>& c) {
  if (!c.given("lengths")) return {};
  const tn::Dims given = c.dims("lengths");
  return {given.begin(), given.end()};
}
template <class T>
Outputs named(const tn::RecurrentResult<T>& r) {
  Outputs outputs{{"y", r.output}, {"h_n", r.hidden}};
  if (r.cell.defined()) outputs.values.emplace_back("c_n", r.cell);
  return outputs;
}
template <class T>
Outputs rnn(const Case<T>& c) {
  return named(net<nn::Rnn>(c, {.nonlinearity = nonlinearity(c)})(c.in("x"), c.optional("h0"), lengths(c)));
}
template <class T>
Outputs lstm(const Case<T>& c) {
  return named(net<nn::Lstm>(c, {.proj_size = c.integer("proj_size")})(
      c.in("x"), {c.optional("h0"), c.optional("c0")}, lengths(c)));
}

/// A cell with the case's parameters.
template <template <class> class Cell, class T, class... Own>
Cell<T> cell(const Case<T>& c, const Own&... own) {
  Cell<T> made(c.integer("input_size"), c.integer("hidden_size"), c.flag("bias"), own...);
  load_case(made, c);
  return made;
}
template <class T>
Outputs lstm_cell(const Case<T>& c) {
  const auto state = cell<nn::LstmCell>(c)(c.in("x"), {c.in("h"), c.in("c")});
  return {{"h", state.hidden}, {"c", state.cell}};
}

const Family family{
    {"rnn", [](const auto& c) { return rnn(c); }},
    {"gru", [](const auto& c) { return named(net<nn::Gru>(c)(c.in("x"), c.optional("h0"), lengths(c))); }},
    {"lstm", [](const auto& c) { return lstm(c); }},
    {"rnn_cell", [](const auto& c) { return cell<nn::RnnCell>(c, nonlinearity(c))(c.in("x"), c.in("h")); }},
    {"gru_cell", [](const auto& c) { return cell<nn::GruCell>(c)(c.in("x"), c.in("h")); }},
    {"lstm_cell", [](const auto& c) { return lstm_cell(c); }},
};

}  // namespace recurrent_cases
}  // namespace golden
