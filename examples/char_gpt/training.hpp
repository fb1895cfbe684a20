#pragma once
/// The training, as nanoGPT does it but for its choice of windows and for what is kept, a moving average of
/// the weights: AdamW with warm-up and half a cosine, gradients of norm 1 at most.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <ranges>
#include <string>
#include <vector>

#include "../support/common/program.hpp"
#include "tenon/generate/generate.hpp"
#include "tenon/models/language/gpt.hpp"
#include "tenon/ops/loss/loss.hpp"
#include "tenon/optim/adam.hpp"
#include "tenon/optim/ema.hpp"
#include "tenon/optim/schedule.hpp"
#include "tenon/train/fit.hpp"
#include "tenon/train/interrupt.hpp"
#include "tenon/train/metrics/mean.hpp"
#include "tenon/train/terminal_line.hpp"
#include "text.hpp"

namespace char_gpt {

using Gpt = tn::models::Gpt<float>;

/// What is written, of which model.
struct WritingOptions {
  std::string prompt = "\n";
  index_t length = 200;  ///< characters after the prompt; 0: none
  index_t texts = 1;
  double temperature = 0.8;
  index_t top_k = 0;
};

struct TrainingOptions {
  index_t steps = 2000, batch = 12;
  index_t every = 250;  ///< steps between two validations
  double lr = 1e-3, min_lr = 1e-4, weight_decay = 0.1;
  index_t warmup = 100;
  double average = 0.98;  ///< decay of the moving average of the weights; 0: the last weights
  std::uint64_t seed = 1;
  std::string checkpoint, csv;
  bool resume = false, quiet = false;
};

/// Nats per character: the cross entropy of each character but the first, told by those before it in its
/// window. Windows stand side by side, so that all of the text counts once.
inline double loss_per_character(const Gpt& gpt, const Ids& text) {
  const tn::NoGrad no_grad;
  tn::train::Mean mean;
  const auto add = [&](index_t start, index_t windows, index_t length) {
    if (windows * length == 0) return;
    const Ids ids = tn::narrow(text, 0, start, windows * length),
              following = tn::narrow(text, 0, start + 1, windows * length);
    const auto scores = gpt(tn::reshape(ids, {windows, length}));
    mean.add(tn::cross_entropy(tn::flatten(scores, 0, 1), following), following.size());
  };
  const index_t length = gpt.options.context, windows = (text.size() - 1) / length, at_once = 32;
  for (index_t w = 0; w < windows; w += at_once) add(w * length, std::min(at_once, windows - w), length);
  add(windows * length, 1, (text.size() - 1) % length);
  return mean.value();
}

/// What the model makes of the prompt, the prompt included.
inline std::vector<std::string> write_texts(const Gpt& gpt, const Characters& characters,
                                            const WritingOptions& options, std::uint64_t seed) {
  const std::vector<index_t> prompt = characters.find(options.prompt);
  if (options.length == 0) return {options.prompt};
  const tn::models::GenerationConfig config{
      .max_new_tokens = options.length,
      .do_sample = options.temperature > 0,
      .temperature = options.temperature > 0 ? options.temperature : 1,
      .top_k = options.top_k,
      .seed = seed,
      .num_return_sequences = options.temperature > 0 ? options.texts : 1};
  std::vector<std::string> texts;
  for (const auto& text : generate(gpt, prompt, config)) texts.push_back(characters.text(text.ids));
  return texts;
}

/// Each line behind a bar.
inline std::string behind_bars(std::string_view text) {
  std::string lines = "\n    | ";
  for (const char c : text) {
    lines += c;
    if (c == '\n') lines += "    | ";
  }
  return lines + "\n\n";
}

/// Matrices and tables decay, norms and biases do not.
inline tn::optim::AdamW<float> optimizer_of(const Gpt& gpt, const TrainingOptions& o) {
  tn::optim::AdamWOptions options{.lr = o.lr, .beta2 = 0.99, .weight_decay = o.weight_decay};
  tn::optim::AdamW<float> adam(tn::nn::named_parameters(gpt), options);
  options.weight_decay = 0;
  adam.set_options([](const auto& p) { return p.tensor.rank() < 2; }, options);
  return adam;
}

/// Learns from text.train, and shows what comes out on text.validation: nothing is chosen by it. The model
/// becomes the average of its weights.
/// returns  the loss per character after the last step; nothing when Ctrl-C came first
inline std::optional<double> train(Gpt& gpt, const CharText& text, const TrainingOptions& o,
                                   const WritingOptions& writing) {
  const tn::train::Interrupt interrupt;
  tn::train::TerminalLine line(stderr, o.quiet);
  auto adam = optimizer_of(gpt, o);
  tn::optim::Ema<float> average(tn::nn::named_parameters(gpt), {.decay = o.average, .warm_up = true});
  const auto warmup = static_cast<double>(o.warmup), steps = static_cast<double>(o.steps);
  const tn::optim::SequentialLr schedule{
      tn::optim::LinearLr{.start_factor = 1 / (warmup + 1), .total_iters = warmup}, warmup,
      tn::optim::CosineAnnealingLr{.t_max = std::max(steps - warmup, 1.0), .eta_min = o.min_lr}};
  // An epoch is what lies between two validations.
  const auto batches = [&](index_t epoch) {
    return std::views::iota(epoch * o.every, std::min((epoch + 1) * o.every, o.steps)) |
           std::views::transform([&](index_t step) {
             return spread_windows(text.train, o.batch, gpt.options.context, o.seed, step);
           });
  };
  const auto show = [&](const tn::train::Progress& at) {
    const double rate = at.samples_per_second * static_cast<double>(gpt.options.context);
    line.show(examples::format("step %lld/%lld  loss %.4f  %s characters/s  ETA %s",
                               static_cast<long long>((at.epoch - 1) * o.every + at.batch),
                               static_cast<long long>(o.steps), at.loss, tn::train::format_rate(rate).c_str(),
                               tn::train::format_duration(at.seconds_left).c_str()));
  };
  const auto report = [&](const tn::train::EpochReport& epoch) {
    line.clear();
    std::printf("  %5lld %8.4f %11.4f %9.1f\n", static_cast<long long>(epoch.step), epoch.loss,
                epoch.scores[0].value, epoch.seconds);
    if (writing.length > 0) {
      const auto averaged = average.swapped();
      std::fputs(behind_bars(write_texts(gpt, text.characters, writing, o.seed)[0]).c_str(), stdout);
    }
    std::fflush(stdout);
  };
  std::printf("\n   step     loss  validation   seconds\n");
  std::fflush(stdout);
  const auto result = tn::train::fit(
      gpt, adam, batches,
      [](const Gpt& model, const Windows& batch) {
        const auto& [ids, following] = batch;
        return cross_entropy(flatten(model(ids), 0, 1), flatten(following));
      },
      {.epochs = (o.steps + o.every - 1) / o.every,
       .clip_norm = 1,
       .schedule =
           [&](const tn::train::StepTime& at) { set_lr(adam, schedule, static_cast<double>(at.step)); },
       .after_step = [&](const tn::train::StepTime&) { average.update(); },
       .validate =
           [&](const Gpt& model) {
             const auto averaged = average.swapped();
             return tn::train::Scores{{"validation", loss_per_character(model, text.validation)}};
           },
       .keep_best = false,
       .checkpoint = o.checkpoint,
       .resume = o.resume,
       .save_more = [&](tn::io::Checkpoint& to) { to.add("average", average.state()); },
       .restore_more =
           [&](const tn::io::CheckpointFile& from) { average.load_state(from.optimizer<float>("average")); },
       .csv = o.csv,
       .on_progress = show,
       .on_epoch = report,
       .stop = [&] { return interrupt.requested(); }});
  if (result.end == tn::train::FitEnd::interrupted) return {};
  average.swap();
  return result.history.back().scores[0].value;
}

}  // namespace char_gpt
