#pragma once
/// A training loop with validation, the best model, early stopping, checkpoints, logs and progress reports.
/// Programs that need none of these can write the loop by hand:
///
///     for (index_t epoch = 0; epoch < 10; ++epoch)
///       for (const auto& [x, y] : batches)
///         adam.step(grad(cross_entropy(model(x), y), nn::parameters(model)));
///
/// With `fit`:
///
///     const train::Interrupt interrupt;
///     const auto result = train::fit(
///         model, adam, batches,
///         [](const Mlp& m, const auto& batch) { return cross_entropy(m(batch.x), batch.y); },
///         {.epochs = 10, .validate = accuracy_of, .maximize = true, .patience = 3, .checkpoint = "run.ckpt",
///          .resume = true, .csv = "run.csv", .stop = [&] { return interrupt.requested(); }});

#include <algorithm>  // all_of, equal
#include <cmath>      // isfinite
#include <concepts>   // copy_constructible, invocable
#include <utility>    // exchange, as_const

#include "tenon/nn/error_path.hpp"
#include "tenon/optim/clip.hpp"
#include "tenon/train/batch_size.hpp"
#include "tenon/train/fit_log.hpp"
#include "tenon/train/fit_state.hpp"

namespace TENON_NAMESPACE::train {

/// Trains a model.
///
///   batches: a range of batches, iterated once per epoch (data::Loader, a vector, …); or a function that
///            returns such a range for an epoch, counted from 0, always the same batches for an epoch
///   loss_of: (const Model&, batch) -> loss, a tensor of one element, the mean over the batch's samples
///   returns: how training ended, the history, and the model of the best epoch if there is a validation
///   throws: ValueError for invalid options, an epoch without batches, or a loss, a gradient (with clip_norm)
///           or a parameter (before a checkpoint) that is not finite; IoError if a file cannot be read or
///           written; exceptions of the functions in `options`
///
/// The optimizer may hold all parameters or some. An optimizer whose `step` takes a closure, as that of Lbfgs
/// does, evaluates the loss of a batch several times, each time with the same random numbers; it takes neither
/// `accumulate` nor `clip_norm`. A batch should then be the whole data set: `std::vector{batch}`. If options.resume is set and the file options.checkpoint
/// exists, training continues from it and computes the same bits as a run without interruption: the
/// checkpoint holds model, optimizer, this thread's default generator, the position among the batches and the
/// best model. If the range has no `restore`, the batches done before are iterated and skipped.
template <class Model, class Optimizer, class Batches, class LossOf>
FitResult<Model> fit(Model& model, Optimizer& optimizer, Batches&& batches, LossOf loss_of,
                     const FitOptions<Model>& options = {});

namespace detail {

/// A range of batches that can report its position and continue from one.
template <class Batches>
concept Restorable = requires(Batches& batches) { batches.restore(batches.position()); };

template <class Model, class Optimizer, class Batches, class LossOf>
class Fit {
  using T = nn::ScalarOf<Model>;
  /// Whether the optimizer evaluates the loss itself, instead of taking gradients.
  static constexpr bool by_closure =
      !requires(Optimizer& o, const std::vector<Tensor<T>>& gradients) { o.step(gradients); };

 public:
  Fit(Model& model, Optimizer& optimizer, Batches& batches, LossOf& loss_of, const FitOptions<Model>& options)
      : model_(model),
        optimizer_(optimizer),
        batches_(batches),
        loss_of_(loss_of),
        options_(options),
        best_({.maximize = options.maximize}) {
    check<ValueError>(options.epochs >= 0 && options.accumulate >= 1 && options.clip_norm >= 0, "fit",
                      "expected epochs >= 0, accumulate >= 1 and clip_norm >= 0, got ", options.epochs, ", ",
                      options.accumulate, " and ", options.clip_norm);
    check<ValueError>(!by_closure || (options.accumulate == 1 && options.clip_norm == 0), "fit",
                      "an optimizer that evaluates the loss itself takes neither accumulate nor clip_norm");
    check<ValueError>(options.validate || options.patience == 0, "fit",
                      "patience needs a validation that says which epoch is best");
    check<ValueError>(!options.checkpoint.empty() || (!options.resume && options.checkpoint_every == 0),
                      "fit", "checkpoints need a path");
  }

  FitResult<Model> run();

 private:
  void resume();
  void save();
  void check_finite_parameters() const;
  void restore_default_generator() {
    if (generator_) default_generator() = *std::exchange(generator_, std::nullopt);
  }

  template <class Range>
  void train_epoch(Range&& range);
  // Errors of both passes say which layer they come from.
  template <class Batch>
  Tensor<T> loss_of(const Batch& batch) {
    return nn::with_paths(model_, [&]() -> Tensor<T> { return loss_of_(std::as_const(model_), batch); });
  }
  std::vector<Tensor<T>> gradients_of(const Tensor<T>& loss) {
    return nn::with_paths(model_, [&] { return grad(loss, optimizer_.parameters()); });
  }
  template <class Batch>
  void add_batch(const Batch& batch);
  void step();
  template <class Batch>
  void step_by_closure(const Batch& batch);
  template <class Update>
  void count_step(index_t parts, double loss, const Update& update);
  void end_epoch(double seconds);
  void validate(EpochReport& report);
  double monitored(const Scores& scores) const;
  void count_time(index_t samples);
  Progress progress() const;

  bool stop_requested() { return interrupted_ = interrupted_ || (options_.stop && options_.stop()); }
  bool patience_is_over() const { return options_.patience > 0 && best_.stale() >= options_.patience; }
  /// The number of epochs done after `batch` batches of the current one, with a fraction.
  double epochs_at(index_t batch) const {
    const double part = batch_count_ > 0 ? static_cast<double>(batch) / static_cast<double>(batch_count_) : 0;
    return static_cast<double>(state_.epoch) + part;
  }
  double rate() {
    if constexpr (requires { optimizer_.groups(); })
      return optimizer_.groups().front().options.lr;
    else
      return optimizer_.options().lr;
  }

  Model& model_;
  Optimizer& optimizer_;
  Batches& batches_;
  LossOf& loss_of_;
  const FitOptions<Model>& options_;

  FitState state_;
  BestScore best_;
  FitResult<Model> result_;
  std::optional<FitLog> log_;
  bool interrupted_ = false;

  index_t skip_ = 0;                    // batches of this epoch that were done before a resumption
  std::optional<Generator> generator_;  // of the checkpoint, restored after those batches are skipped
  index_t batch_count_ = 0;             // batches of this epoch; 0: not known

  std::vector<Tensor<T>> gradients_;  // summed for the next step
  index_t gathered_ = 0;              // the number of batches in the sum
  double gathered_loss_ = 0;
  Generator before_batch_;  // the default generator before the loss of this batch

  Stopwatch since_start_, since_batch_, since_report_;
  SmoothedRate samples_, batches_done_;
};

template <class Model, class Optimizer, class Batches, class LossOf>
FitResult<Model> Fit<Model, Optimizer, Batches, LossOf>::run() {
  const bool resumes = options_.resume && ::access(options_.checkpoint.c_str(), F_OK) == 0;
  if (resumes) resume();
  log_.emplace(options_.csv, options_.tensorboard, resumes ? std::optional(state_.step) : std::nullopt);
  while (!interrupted_ && state_.epoch < options_.epochs && !patience_is_over()) {
    const Stopwatch watch;
    if constexpr (std::invocable<Batches&, index_t>)
      train_epoch(batches_(state_.epoch));
    else
      train_epoch(batches_);
    if (!interrupted_) end_epoch(watch.seconds());
  }
  restore_default_generator();
  result_.end = interrupted_                      ? FitEnd::interrupted
                : state_.epoch >= options_.epochs ? FitEnd::completed
                                                  : FitEnd::stopped_early;
  result_.steps = state_.step;
  result_.best_epoch = best_.state().index + 1;
  result_.history = std::move(state_.history);
  return std::move(result_);
}

template <class Model, class Optimizer, class Batches, class LossOf>
template <class Range>
void Fit<Model, Optimizer, Batches, LossOf>::train_epoch(Range&& range) {
  if constexpr (requires { range.size(); }) batch_count_ = static_cast<index_t>(range.size());
  const auto note_position = [&] {
    if constexpr (Restorable<Batches>) state_.loader = batches_.position();
  };
  since_batch_.restart();
  for (auto&& batch : range) {
    if (skip_ > 0) {
      --skip_;
      continue;
    }
    restore_default_generator();
    add_batch(batch);
    note_position();
    if constexpr (by_closure)
      step_by_closure(batch);
    else if (gathered_ == options_.accumulate)
      step();
    count_time(batch_size(batch));
    if (gathered_ > 0) continue;  // nothing is saved between steps
    const bool due = options_.checkpoint_every > 0 && state_.step % options_.checkpoint_every == 0 &&
                     state_.batch != batch_count_;  // else there will be one after the epoch
    if (stop_requested() || due) save();
    if (interrupted_) return;
  }
  check<ValueError>(state_.batch > 0, "fit", "epoch ", state_.epoch + 1, " has no batches");
  check<ValueError>(skip_ == 0, "fit", "epoch ", state_.epoch + 1, " has fewer batches than the ",
                    state_.batch, " that were done when it was interrupted");
  restore_default_generator();
  note_position();
  if constexpr (!by_closure) {
    if (gathered_ > 0) step();
  }
}

template <class Model, class Optimizer, class Batches, class LossOf>
template <class Batch>
void Fit<Model, Optimizer, Batches, LossOf>::add_batch(const Batch& batch) {
  before_batch_ = default_generator();
  const Tensor<T> loss = loss_of(batch);
  const double value = static_cast<double>(loss.item());
  ++state_.batch;
  check<ValueError>(std::isfinite(value), "fit", "the loss is ", std::isnan(value) ? "NaN" : "infinite",
                    " in epoch ", state_.epoch + 1, ", batch ", state_.batch, ", after ", state_.step,
                    " steps");
  optim::accumulate(gradients_, gradients_of(loss));
  ++gathered_;
  gathered_loss_ += value;
  const auto samples = static_cast<double>(batch_size(batch));
  state_.loss_sum += value * samples;
  state_.loss_weight += samples;
}

template <class Model, class Optimizer, class Batches, class LossOf>
void Fit<Model, Optimizer, Batches, LossOf>::step() {
  const NoGrad no_grad;
  const index_t parts = std::exchange(gathered_, 0);
  const double loss = std::exchange(gathered_loss_, 0) / static_cast<double>(parts);
  std::vector<Tensor<T>> gradients = std::exchange(gradients_, {});
  if (parts > 1)
    for (Tensor<T>& g : gradients)
      if (g.defined()) g = div(g, static_cast<T>(parts));
  if (options_.clip_norm > 0) {
    const double norm = optim::clip_grad_norm(gradients, options_.clip_norm);
    check<ValueError>(std::isfinite(norm), "fit", "the gradient is not finite in epoch ", state_.epoch + 1,
                      ", batch ", state_.batch, ", after ", state_.step, " steps");
  }
  count_step(parts, loss, [&] { optimizer_.step(gradients); });
}

template <class Model, class Optimizer, class Batches, class LossOf>
template <class Batch>
void Fit<Model, Optimizer, Batches, LossOf>::step_by_closure(const Batch& batch) {
  gathered_ = 0;
  const double loss = std::exchange(gathered_loss_, 0);
  std::vector<Tensor<T>> gradients = std::exchange(gradients_, {});  // of the first evaluation
  const auto evaluate = [&] {
    if (!gradients.empty()) return std::pair(loss, std::exchange(gradients, {}));
    default_generator() = before_batch_;
    const Tensor<T> again = loss_of(batch);
    return std::pair(static_cast<double>(again.item()), gradients_of(again));
  };
  count_step(1, loss, [&] { optimizer_.step(evaluate); });
}

/// Makes one step of the optimizer, of the last `parts` batches, with what options ask for around it.
template <class Model, class Optimizer, class Batches, class LossOf>
template <class Update>
void Fit<Model, Optimizer, Batches, LossOf>::count_step(index_t parts, double loss, const Update& update) {
  if (options_.schedule) options_.schedule({state_.step, epochs_at(state_.batch - parts)});
  update();
  ++state_.step;
  if (options_.after_step) options_.after_step({state_.step, epochs_at(state_.batch)});
  if (options_.log_every > 0 && state_.step % options_.log_every == 0)
    log_->add_step(state_.step, epochs_at(state_.batch), loss, rate());
}

template <class Model, class Optimizer, class Batches, class LossOf>
void Fit<Model, Optimizer, Batches, LossOf>::end_epoch(double seconds) {
  EpochReport report{.epoch = ++state_.epoch, .step = state_.step, .loss = state_.loss(), .seconds = seconds};
  if (options_.validate) validate(report);
  state_.batch = 0;
  state_.loss_sum = state_.loss_weight = 0;
  state_.history.push_back(report);
  log_->add_epoch(report, rate());
  if (options_.on_epoch) options_.on_epoch(report);
  stop_requested();
  save();
}

template <class Model, class Optimizer, class Batches, class LossOf>
void Fit<Model, Optimizer, Batches, LossOf>::validate(EpochReport& report) {
  {
    const NoGrad no_grad;
    report.scores = options_.validate(std::as_const(model_));
  }
  if (!state_.history.empty()) {
    const auto same_name = [](const Score& a, const Score& b) { return a.name == b.name; };
    check<ValueError>(std::ranges::equal(report.scores, state_.history.back().scores, same_name), "fit",
                      "the validation returned scores of other names than after the epoch before");
  }
  report.best = best_.add(monitored(report.scores));
  if constexpr (std::copy_constructible<Model>)
    if (report.best && options_.keep_best) result_.best.emplace(model_);
}

template <class Model, class Optimizer, class Batches, class LossOf>
double Fit<Model, Optimizer, Batches, LossOf>::monitored(const Scores& scores) const {
  check<ValueError>(!scores.empty(), "fit", "the validation returned no score");
  if (options_.monitor.empty()) return scores.front().value;
  for (const Score& score : scores)
    if (score.name == options_.monitor) return score.value;
  fail<ValueError>("fit", "the validation returned no score \"", options_.monitor, "\" to be monitored");
}

template <class Model, class Optimizer, class Batches, class LossOf>
void Fit<Model, Optimizer, Batches, LossOf>::count_time(index_t samples) {
  const double seconds = since_batch_.restart();
  samples_.add(static_cast<double>(samples), seconds);
  batches_done_.add(1, seconds);
  if (!options_.on_progress || since_report_.seconds() < options_.progress_interval) return;
  since_report_.restart();
  options_.on_progress(progress());
}

template <class Model, class Optimizer, class Batches, class LossOf>
Progress Fit<Model, Optimizer, Batches, LossOf>::progress() const {
  Progress progress{.epoch = state_.epoch + 1,
                    .epochs = options_.epochs,
                    .batch = state_.batch,
                    .batches = batch_count_,
                    .loss = state_.loss()};
  if (!state_.history.empty()) progress.scores = state_.history.back().scores;
  progress.samples_per_second = samples_.value();
  progress.seconds = since_start_.seconds();
  const index_t left = (options_.epochs - state_.epoch) * batch_count_ - state_.batch;
  if (batch_count_ > 0 && batches_done_.value() > 0)
    progress.seconds_left = static_cast<double>(left) / batches_done_.value();
  return progress;
}

template <class Model, class Optimizer, class Batches, class LossOf>
void Fit<Model, Optimizer, Batches, LossOf>::check_finite_parameters() const {
  for (const auto& [name, tensor] : nn::named_parameters(model_)) {
    const T* const values = tensor.data();
    const bool finite =
        std::all_of(values, values + tensor.size(), [](T value) { return std::isfinite(value); });
    check<ValueError>(finite, "fit", "the parameter ", name, " is not finite after ", state_.step,
                      " steps; the checkpoint ", options_.checkpoint, " is left as it was");
  }
}

template <class Model, class Optimizer, class Batches, class LossOf>
void Fit<Model, Optimizer, Batches, LossOf>::save() {
  if (options_.checkpoint.empty()) return;
  check_finite_parameters();
  io::Checkpoint checkpoint;
  checkpoint.add("model", nn::state(model_));
  checkpoint.add("optimizer", optimizer_.state());
  checkpoint.add("generator", default_generator());
  if (result_.best) checkpoint.add("best", nn::state(*result_.best));
  state_.best = best_.state();
  state_.save(checkpoint);
  if (options_.save_more) options_.save_more(checkpoint);
  checkpoint.save(options_.checkpoint);
}

template <class Model, class Optimizer, class Batches, class LossOf>
void Fit<Model, Optimizer, Batches, LossOf>::resume() {
  const io::CheckpointFile file(options_.checkpoint);
  state_ = FitState::read(file);
  file.restore("model", nn::state(model_));
  optimizer_.load_state(file.optimizer<T>("optimizer"));
  best_.set_state(state_.best);
  if constexpr (std::copy_constructible<Model>) {
    if (file.has_section("best") && options_.keep_best)
      file.restore("best", nn::state(result_.best.emplace(model_)));
  }
  generator_.emplace();
  file.restore("generator", *generator_);
  if constexpr (Restorable<Batches>)
    batches_.restore(state_.loader);
  else
    skip_ = state_.batch;
  if (options_.restore_more) options_.restore_more(file);
}

}  // namespace detail

template <class Model, class Optimizer, class Batches, class LossOf>
FitResult<Model> fit(Model& model, Optimizer& optimizer, Batches&& batches, LossOf loss_of,
                     const FitOptions<Model>& options) {
  return detail::Fit<Model, Optimizer, std::remove_reference_t<Batches>, LossOf>(model, optimizer, batches,
                                                                                 loss_of, options)
      .run();
}

}  // namespace TENON_NAMESPACE::train
