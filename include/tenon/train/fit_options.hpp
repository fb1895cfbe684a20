#pragma once
/// The options and the result of `fit`.

#include <functional>  // function
#include <optional>    // optional
#include <string>      // string
#include <vector>      // vector

#include "tenon/io/checkpoint.hpp"
#include "tenon/train/progress.hpp"

namespace TENON_NAMESPACE::train {

/// The time of an optimizer step, for learning rate schedules.
struct StepTime {
  index_t step = 0;  ///< steps of the whole training so far
  double epoch = 0;  ///< epochs so far; with a fraction if the number of batches is known
};

/// The result of one epoch.
struct EpochReport {
  index_t epoch = 0;   ///< counted from 1
  index_t step = 0;    ///< optimizer steps of the whole training so far
  double loss = 0;     ///< the mean loss of a sample in this epoch
  Scores scores{};     ///< the validation's scores
  bool best = false;   ///< whether the monitored score is the best so far
  double seconds = 0;  ///< duration of the epoch; after a resumption, of its last part
};

/// Options of `fit`; all may be left out. An empty function is not called, a file with an empty path not
/// written.
template <class Model>
struct FitOptions {
  index_t epochs = 1;      ///< epochs of the whole training, those before a resumption included
  index_t accumulate = 1;  ///< batches whose gradients are averaged into one step
  double clip_norm = 0;    ///< largest norm of all gradients of a step together; 0: no clipping

  /// Called before each optimizer step, to set learning rate and momentum:
  /// `[&](const auto& at) { set_lr(adam, cosine, at.epoch); }`.
  std::function<void(const StepTime&)> schedule{};
  /// Called after each optimizer step, for instance to update a moving average of the parameters.
  std::function<void(const StepTime&)> after_step{};

  /// Called with the model after each epoch, under NoGrad; returns scores, under the same names each time.
  std::function<Scores(const Model&)> validate{};
  std::string monitor{};  ///< name of the score that decides which epoch is best; empty: the first
  bool maximize = false;  ///< whether a higher score is better
  index_t patience = 0;   ///< epochs without improvement after which training stops; 0: never
  bool keep_best = true;  ///< keep a copy of the best model for FitResult::best

  std::string checkpoint{};      ///< file written after each epoch and at an interruption
  index_t checkpoint_every = 0;  ///< number of steps after which it is also written; 0: never
  bool resume = false;           ///< continue from the checkpoint if the file exists
  /// Adds further state of the training, such as a moving average, to each checkpoint.
  std::function<void(io::Checkpoint&)> save_more{};
  /// Reads the state that `save_more` added, on resumption.
  std::function<void(const io::CheckpointFile&)> restore_more{};

  std::string csv{};          ///< CSV file with a row for each epoch
  std::string tensorboard{};  ///< folder of TensorBoard curves: loss, learning rate, scores
  index_t log_every = 0;      ///< number of steps after which a row and a point are also logged; 0: never

  /// Called during an epoch, for instance to show a progress line.
  std::function<void(const Progress&)> on_progress{};
  double progress_interval = 0.2;  ///< least number of seconds between two calls of on_progress
  /// Called after each epoch and its validation.
  std::function<void(const EpochReport&)> on_epoch{};

  /// Called after each step and each epoch; training ends when it returns true. See `Interrupt`.
  std::function<bool()> stop{};
};

/// The reason why a training ended.
enum class FitEnd {
  completed,      ///< all epochs were done
  stopped_early,  ///< no improvement for FitOptions::patience epochs
  interrupted     ///< FitOptions::stop returned true; a checkpoint was written if it has a path
};

/// The result of `fit`.
template <class Model>
struct FitResult {
  FitEnd end = FitEnd::completed;    ///< why training ended
  index_t steps = 0;                 ///< optimizer steps of the whole training
  std::vector<EpochReport> history;  ///< of all epochs, those before a resumption included
  std::optional<Model> best;         ///< the model of the best epoch, if there was a validation
  index_t best_epoch = 0;            ///< the best epoch, from 1; 0 without validation

  /// The report of the best epoch.    throws: ValueError if there was no validation
  const EpochReport& best_report() const {
    check<ValueError>(best_epoch > 0, "fit", "no epoch was validated");
    return history[static_cast<std::size_t>(best_epoch - 1)];
  }
};

}  // namespace TENON_NAMESPACE::train
