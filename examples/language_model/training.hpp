#pragma once
/// The training: windows of many streams in their order, the state carried from each to the next, plain
/// stochastic gradient descent on clipped gradients, a rate that falls once it has learnt the rough of it.

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

#include "corpus.hpp"
#include "recipe.hpp"
#include "tenon/optim/schedule.hpp"
#include "tenon/optim/sgd.hpp"
#include "tenon/train/fit.hpp"
#include "tenon/train/interrupt.hpp"
#include "tenon/train/terminal_line.hpp"

namespace language_model {

using Model = tn::models::LstmLanguageModel<float>;
using State = tn::LstmState<float>;

struct TrainingOptions {
  std::string model = "small", checkpoint, csv;
  int epochs = 0;           ///< 0: as many as the paper, or what suits a part of the text
  index_t limit = 100'000;  ///< learn from so many words; 0: all
  index_t batch = 20;
  bool resume = false, quiet = false;

  const Recipe& recipe() const { return recipe_called(model); }
  int passes(const Corpus& corpus) const {
    return epochs > 0 ? epochs : corpus.is_beginning ? 3 : recipe().epochs;
  }
};

/// The state that a checkpoint must keep, since windows go on from it.
inline void save_state(tn::io::Checkpoint& checkpoint, const State& state) {
  if (!state.hidden.defined()) return;
  checkpoint.add("hidden", state.hidden);
  checkpoint.add("cell", state.cell);
}
inline State restore_state(const tn::io::CheckpointFile& file) {
  if (!file.has_section("hidden")) return {};
  return {file.tensor<float>("hidden"), file.tensor<float>("cell")};
}

/// returns the model of the epoch that did best on the validation text, or nothing when Ctrl-C came first
inline std::optional<Model> train(Model model, const Corpus& corpus, const TrainingOptions& options,
                                  const tn::train::Interrupt& interrupt) {
  const Recipe& recipe = options.recipe();
  const auto windows = tn::data::token_windows(corpus.train, options.batch, recipe.steps),
             held_out = tn::data::token_windows(corpus.validation, options.batch, recipe.steps);
  // The paper's loss is the sum over the steps of a window, ours their mean: all else is scaled by that.
  const auto steps = static_cast<double>(recipe.steps);
  tn::optim::Sgd<float> sgd(tn::nn::named_parameters(model), {.lr = steps});
  State state;
  tn::train::TerminalLine line(stderr, options.quiet);
  std::printf("\n  epoch   rate  training  validation   words/s   seconds\n");
  std::fflush(stdout);
  auto result = tn::train::fit(
      model, sgd, windows,
      [&](const Model& m, const tn::data::TokenWindow& window) {
        return tn::models::next_word_loss(m, window, state);
      },
      {.epochs = options.passes(corpus),
       .clip_norm = recipe.max_norm / steps,
       .schedule =
           [&](const tn::train::StepTime& at) {
             set_lr(sgd, [&](double lr, double epochs) { return recipe.rate(lr, epochs); }, at.epoch);
           },
       .validate =
           [&](const Model& m) {
             return tn::train::Scores{{"perplexity", tn::models::perplexity(m, held_out)}};
           },
       .checkpoint = options.checkpoint,
       .resume = options.resume,
       .save_more = [&](tn::io::Checkpoint& checkpoint) { save_state(checkpoint, state); },
       .restore_more = [&](const tn::io::CheckpointFile& file) { state = restore_state(file); },
       .csv = options.csv,
       .on_progress = [&](const tn::train::Progress& at) { line.show(tn::train::progress_line(at)); },
       .on_epoch =
           [&](const tn::train::EpochReport& report) {
             line.clear();
             std::printf(
                 "  %5lld %6.3f %9.1f %11.1f %9s %9.1f\n", static_cast<long long>(report.epoch),
                 recipe.rate(1, static_cast<double>(report.epoch - 1)), std::exp(report.loss),
                 report.scores[0].value,
                 tn::train::format_rate(static_cast<double>(corpus.train.size()) / report.seconds).c_str(),
                 report.seconds);
             std::fflush(stdout);
           },
       .stop = [&] { return interrupt.requested(); }});
  if (result.end == tn::train::FitEnd::interrupted) return std::nullopt;
  return std::move(result.best);
}

}  // namespace language_model
