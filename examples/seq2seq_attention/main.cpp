/// seq2seq_attention: two recurrent networks that turn one text into another, here dates as people write
/// them, "march 14, 1998", into dates as computers do, 1998-03-14 (Bahdanau, Cho, Bengio 2015). One network
/// reads the letters in both directions and keeps a vector for each: the memory. The other writes ten
/// letters. Before each it weighs the memory by how well it answers its state, and sees the weighted mean.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "../support/common/program.hpp"
#include "tenon/nn/embedding.hpp"
#include "tenon/nn/linear.hpp"
#include "tenon/nn/recurrent.hpp"
#include "tenon/nn/recurrent_cell.hpp"
#include "tenon/optim/adam.hpp"
#include "tenon/optim/clip.hpp"
#include "tenon/tenon.hpp"

namespace nn = tn::nn;
using tn::index_t, tn::Tensor;

/// Position 0 fills up short texts and begins each that is written.
constexpr std::string_view letters = "_abcdefghijklmnopqrstuvwxyz0123456789 .,/-";
constexpr index_t letter_count = letters.size(), letter_size = 32, state_size = 96, written = 10, batch = 64;

/// A date as people write it, and as computers do.
std::array<std::string, 2> draw_date() {
  const auto below = [](index_t n) { return tn::randint(0, n, {}).item(); };
  static constexpr std::array months{"january", "february", "march",     "april",   "may",      "june",
                                     "july",    "august",   "september", "october", "november", "december"};
  static constexpr std::array days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const auto m = static_cast<std::size_t>(below(12));
  const int year = 1930 + static_cast<int>(below(100)), month = static_cast<int>(m) + 1,
            day = 1 + static_cast<int>(below(days[m]));
  const std::array forms{
      examples::format("%d %s %d", day, months[m], year), examples::format("%s %d, %d", months[m], day, year),
      examples::format("%d %.3s %d", day, months[m], year), examples::format("%d.%d.%d", day, month, year),
      examples::format("%d/%d/%02d", month, day, year % 100)};
  return {forms[static_cast<std::size_t>(below(forms.size()))],
          examples::format("%d-%02d-%02d", year, month, day)};
}

/// Texts as rows of positions among the letters, filled up to one length.
Tensor<index_t> positions(const std::vector<std::string>& texts) {
  std::size_t longest = 0;
  for (const auto& text : texts) longest = std::max(longest, text.size());
  auto rows = tn::zeros<index_t>({static_cast<index_t>(texts.size()), static_cast<index_t>(longest)});
  for (std::size_t n = 0; n < texts.size(); ++n)
    for (std::size_t t = 0; t < texts[n].size(); ++t)
      rows.mutable_data()[n * longest + t] = static_cast<index_t>(letters.find(texts[n][t]));
  return rows;
}

struct Pairs {
  Tensor<index_t> source, target;  // (N, T) and (N, 10)
};
Pairs draw_pairs(index_t count) {
  std::vector<std::string> sources, targets;
  for (index_t n = 0; n < count; ++n) {
    auto [source, target] = draw_date();
    sources.push_back(source), targets.push_back(target);
  }
  return {positions(sources), positions(targets)};
}

struct Written {
  Tensor<float> logits, attention;  // (N, 10, letters) and (N, 10, T)
};

struct Translator {
  nn::Embedding<float> embedding{letter_count, letter_size};
  nn::Gru<float> encoder{letter_size, state_size, {.batch_first = true, .bidirectional = true}};
  nn::Linear<float> first_state{2 * state_size, state_size};
  nn::Linear<float> query{state_size, state_size}, key{2 * state_size, state_size}, score{state_size, 1};
  nn::GruCell<float> decoder{letter_size + 2 * state_size, state_size};
  nn::Linear<float> out{3 * state_size, letter_count};

  /// In training each step is told the letter that was to be written before it; without a target it goes on
  /// from what it wrote itself.
  Written operator()(const Tensor<index_t>& source, const Tensor<index_t>& target = {}) const {
    const auto padding = source == 0;
    const auto lengths = sum(!padding, 1).to_vector();
    const auto [memory, last, cell] = encoder(embedding(source), {}, lengths);
    auto state = tanh(first_state(tn::cat({last[0], last[1]}, 1)));
    const auto keys = key(memory);

    std::vector<Tensor<float>> logits, attention;
    auto before = tn::zeros<index_t>({source.extent(0)});
    for (index_t step = 0; step < written; ++step) {
      const auto scores = squeeze(score(tanh(keys + unsqueeze(query(state), 1))), 2);
      const auto weights = softmax(masked_fill(scores, padding, -INFINITY), 1);
      const auto seen = squeeze(matmul(unsqueeze(weights, 1), memory), 1);
      state = decoder(tn::cat({embedding(before), seen}, 1), state);
      logits.push_back(out(tn::cat({state, seen}, 1)));
      attention.push_back(weights);
      before = target.defined() ? target(tn::all, step) : argmax(logits.back(), 1);
    }
    return {tn::stack(logits, 1), tn::stack(attention, 1)};
  }
};

/// The share of dates that are right from the first letter to the last.
double accuracy(const Translator& net, const Pairs& pairs) {
  const tn::NoGrad no_grad;
  return mean(tn::all(argmax(net(pairs.source).logits, 2) == pairs.target, {1})).item();
}

/// What the network writes, letter by letter, and where it looks: the darker, the more.
void show(const Translator& net, const std::string& text) {
  const tn::NoGrad no_grad;
  const auto [logits, attention] = net(positions({text}));
  std::printf("\n    %s\n", text.c_str());
  for (index_t step = 0; step < written; ++step) {
    std::printf("  %c ", letters[static_cast<std::size_t>(argmax(logits[0][step]).item())]);
    for (const float weight : attention[0][step]) std::putchar(" .:+*#@"[static_cast<int>(weight * 6.99f)]);
    std::puts("");
  }
}

examples::Status run(std::uint64_t seed, int steps, const std::string& text) {
  tn::manual_seed(seed);
  Translator net;
  tn::optim::Adam<float> adam(nn::parameters(net), {.lr = 3e-3});
  const Pairs test = draw_pairs(500);
  for (int step = 1; step <= steps; ++step) {
    const auto [source, target] = draw_pairs(batch);
    const auto loss = cross_entropy(flatten(net(source, target).logits, 0, 1), flatten(target));
    auto gradients = grad(loss, adam.parameters());
    tn::optim::clip_grad_norm(gradients, 1.0);
    adam.step(gradients);
    if (step == 1 || step % ((steps + 7) / 8) == 0 || step == steps)
      std::printf("step %5d   loss %.4f   %5.1f %% of new dates right\n", step,
                  static_cast<double>(loss.item()), 100 * accuracy(net, test));
  }
  show(net, text);
  return examples::done;
}

int main(int argc, char** argv) {
  std::uint64_t seed = 1;
  int steps = 400;
  std::string text = "march 14, 1998";
  CLI::App app{"Learns to write dates as computers do: two recurrent networks with attention.\n",
               "seq2seq_attention"};
  examples::prepare(app);
  examples::bound(app.add_option("--seed", seed, "of all that is random"), std::uint64_t{0});
  examples::bound(app.add_option("--steps", steps, "of the training"), 1, 1000000);
  app.add_option("--text", text, "a date that is shown at the end")->check([](const std::string& date) {
    const bool known = !date.empty() && date.find_first_not_of(letters.substr(1)) == date.npos;
    return known ? "" : "expected small letters, digits and any of \" .,/-\"";
  });
  return examples::run(app, argc, argv, [&] { return run(seed, steps, text); });
}
