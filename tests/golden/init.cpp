/// Golden cases of initial values: the statistics of what is drawn against those of the distribution.

#include "tenon/nn/attention.hpp"
#include "tenon/nn/conv.hpp"
#include "tenon/nn/embedding.hpp"
#include "tenon/nn/recurrent.hpp"
#include "tenon/ops/index/select.hpp"

#include "registry.hpp"

namespace golden {
namespace init_cases {

using tn::Tensor;
namespace nn = tn::nn;

template <class T>
nn::init::KaimingOptions kaiming_options(const Case<T>& c) {
  using Mode = nn::init::KaimingOptions::Mode;
  using nn::init::Nonlinearity;
  return {.nonlinearity =
              c.template choice<Nonlinearity>("nonlinearity", {{"linear", Nonlinearity::linear},
                                                               {"sigmoid", Nonlinearity::sigmoid},
                                                               {"tanh", Nonlinearity::tanh},
                                                               {"relu", Nonlinearity::relu},
                                                               {"leaky_relu", Nonlinearity::leaky_relu},
                                                               {"selu", Nonlinearity::selu}}),
          .slope = c.number("a"),
          .mode = c.template choice<Mode>("mode", {{"fan_in", Mode::fan_in}, {"fan_out", Mode::fan_out}})};
}

/// What a case asks for.
struct Wanted {
  std::string init;
  nn::init::KaimingOptions kaiming;
  tn::Shape shape;
  double gain, a, b;
  tn::index_t hidden;

  template <class T>
  explicit Wanted(const Case<T>& c)
      : init(c.text("init")),
        kaiming(kaiming_options(c)),
        shape(c.dims("shape")),
        gain(c.number("gain")),
        a(c.number("a")),
        b(c.number("b")),
        hidden(c.integer("hidden_size")) {
    c.text("formula");
  }
  bool bounded() const { return init.find("normal") == std::string::npos && init != "embedding_default"; }
};

void expect(bool holds, const std::string& what) {
  tn::check<tn::ValueError>(holds, "golden", what, " is not what the case says");
}

/// All numbers of a layer.
template <class Layer>
auto numbers_of(const Layer& layer) {
  std::vector<Tensor<nn::ScalarOf<Layer>>> parts;
  for (const auto& named : nn::named_parameters(layer)) parts.push_back(tn::flatten(named.tensor.detach()));
  return tn::cat(parts, 0);
}

/// What the initialiser, or the layer that has it as its default, draws.
template <class T>
Tensor<T> drawn(const Wanted& w, tn::Generator& g) {
  const tn::Shape& s = w.shape;
  if (w.init == "uniform") return nn::init::uniform<T>(s, w.a, w.b, g);
  if (w.init == "normal") return nn::init::normal<T>(s, w.a, w.b, g);
  if (w.init == "xavier_uniform") return nn::init::xavier_uniform<T>(s, w.gain, g);
  if (w.init == "xavier_normal") return nn::init::xavier_normal<T>(s, w.gain, g);
  if (w.init == "kaiming_uniform") return nn::init::kaiming_uniform<T>(s, w.kaiming, g);
  if (w.init == "kaiming_normal") return nn::init::kaiming_normal<T>(s, w.kaiming, g);
  if (w.init == "linear_default") return numbers_of(nn::Linear<T>(s[1], s[0], true, g));
  if (w.init == "conv_default") return numbers_of(nn::Conv2d<T>(s[1], s[0], tn::Dims{s[2], s[3]}, {}, g));
  if (w.init == "rnn_default") {
    const nn::Lstm<T> lstm(s[1], w.hidden, {}, g);
    expect(lstm.directions[0].weight_ih.shape() == s, "the shape of weight_ih");
    return numbers_of(lstm);
  }
  if (w.init == "embedding_default") {
    const nn::Embedding<T> embedding(s[0], s[1], {.padding_index = 0}, g);
    expect(tn::count_nonzero(tn::select(embedding.weight, 0, 0)).item() == 0, "the padding row");
    return tn::narrow(embedding.weight.detach(), 0, 1, s[0] - 1);
  }
  if (w.init == "attention_in_proj_default") {
    const nn::MultiheadAttention<T> layer(s[1], 1, {}, g);
    expect(layer.in_proj_weight.shape() == s, "the shape of in_proj_weight");
    expect(tn::count_nonzero(layer.in_proj_bias).item() == 0, "in_proj_bias");
    expect(tn::count_nonzero(layer.out_proj.bias).item() == 0, "out_proj.bias");
    return layer.in_proj_weight.detach();
  }
  throw Unsupported("init is \"" + w.init + "\", which is not known");
}

/// Mean and deviation within five of their own deviations, for a uniform or a normal distribution; extremes
/// within twenty times the mean gap between neighbours.
template <class T>
Outputs statistics(const Tensor<T>& x, bool bounded) {
  const auto n = static_cast<double>(x.size());
  const Tensor<T> deviation = tn::std(x);
  const double error = static_cast<double>(deviation.item()) / std::sqrt(n), kurtosis = bounded ? 1.8 : 3;
  Outputs outputs{{"mean", tn::mean(x)}, {"std", deviation}};
  outputs.slack = {{"mean", 5 * error}, {"std", 5 * error * std::sqrt((kurtosis - 1) / 4)}};
  if (!bounded) return outputs;
  const Tensor<T> low = tn::amin(x), high = tn::amax(x);
  outputs.values.emplace_back("low", low);
  outputs.values.emplace_back("high", high);
  outputs.slack["low"] = outputs.slack["high"] = 20 * static_cast<double>(high.item() - low.item()) / n;
  return outputs;
}

template <class T>
Outputs init(const Case<T>& c) {
  const Wanted wanted(c);
  tn::Generator generator(1);
  if (wanted.init != "orthogonal") return statistics(drawn<T>(wanted, generator), wanted.bounded());
  const Tensor<T> q = tn::flatten(nn::init::orthogonal<T>(wanted.shape, wanted.gain, generator), 1, -1);
  const Tensor<T> t = tn::transpose(q, 0, 1);
  return {{"gram", q.extent(0) <= q.extent(1) ? tn::matmul(q, t) : tn::matmul(t, q)}};
}

const Family family{
    {"init", [](const auto& c) { return init(c); }},
};

}  // namespace init_cases
}  // namespace golden
