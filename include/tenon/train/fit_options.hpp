#pragma once
/// What `fit` can be asked to do, and what it returns.

#include <functional>  // function
#include <optional>    // optional
#include <string>      // string
#include <vector>      // vector

#include "tenon/io/checkpoint.hpp"
#include "tenon/train/progress.hpp"

namespace TENON_NAMESPACE::train {

/// The place of an optimizer's step in a training.
struct StepTime {
  index_t step = 0;  ///< steps done before, in the whole training
  double epoch = 0;  ///< epochs done before, with the part of this one where the number of batches is known
};

/// What an epoch came to.
struct EpochReport {
  index_t epoch = 0;   ///< from 1
  index_t step = 0;    ///< steps of the optimizer done, in the whole training
  double loss = 0;     ///< of a sample, the mean of this epoch
  Scores scores{};     ///< of the validation
  bool best = false;   ///< whether they are the best yet
  double seconds = 0;  ///< that it took, in the run that ended it
};

/// Everything is optional. An empty function is not called, an empty path not written.
template <class Model>
struct FitOptions {
  index_t epochs = 1;
  index_t accumulate = 1;  ///< batches whose gradients are averaged into one step
  double clip_norm = 0;    ///< the largest norm of a step's gradients together; 0: any

  /// Called before each step of the optimizer, to set what changes as training goes on:
  /// `[&](const auto& at) { set_lr(adam, cosine, at.epoch); }`.
  std::function<void(const StepTime&)> schedule{};
  /// And after each step, as moving averages want it.
  std::function<void(const StepTime&)> after_step{};

  /// Called after each epoch, under NoGrad, with the model; returns figures, under the same names each time.
  std::function<Scores(const Model&)> validate{};
  std::string monitor{};  ///< the score that says which epoch is best; the first when empty
  bool maximize = false;  ///< whether higher is better
  index_t patience = 0;   ///< training stops after so many epochs without a better one; 0: never
  bool keep_best = true;  ///< whether FitResult::best is wanted, which costs a copy of the model

  std::string checkpoint{};      ///< file that is written after each epoch and when training ends
  index_t checkpoint_every = 0;  ///< and after so many steps
  bool resume = false;           ///< goes on from that file, if it is there
  /// What else belongs to the training, such as a moving average: added to each checkpoint, and read back.
  std::function<void(io::Checkpoint&)> save_more{};
  std::function<void(const io::CheckpointFile&)> restore_more{};

  std::string csv{};          ///< table of a row each epoch, and
  std::string tensorboard{};  ///< folder of curves: loss, rate, scores
  index_t log_every = 0;      ///< and a row or point after so many steps

  std::function<void(const Progress&)> on_progress{};
  double progress_interval = 0.2;  ///< seconds between two calls, at least
  std::function<void(const EpochReport&)> on_epoch{};

  /// Asked after each step; training ends when it returns true. See Interrupt.
  std::function<bool()> stop{};
};

enum class FitEnd {
  completed,      ///< all epochs were done
  stopped_early,  ///< patience was at its end
  interrupted     ///< by FitOptions::stop; a checkpoint was written if there is a path for it
};

template <class Model>
struct FitResult {
  FitEnd end = FitEnd::completed;
  index_t steps = 0;                 ///< of the optimizer, resumed ones included
  std::vector<EpochReport> history;  ///< of all epochs, those before a resumption included
  std::optional<Model> best;         ///< the model of the best epoch, where there was a validation
  index_t best_epoch = 0;            ///< from 1; 0 without validation

  /// Of that epoch.
  const EpochReport& best_report() const {
    check<ValueError>(best_epoch > 0, "fit", "no epoch was validated");
    return history[static_cast<std::size_t>(best_epoch - 1)];
  }
};

}  // namespace TENON_NAMESPACE::train
