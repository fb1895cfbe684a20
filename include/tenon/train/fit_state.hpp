#pragma once
/// The state of a training loop, without model and optimizer, as a checkpoint keeps it.

#include <string>  // string
#include <vector>  // vector

#include "tenon/data/loader.hpp"
#include "tenon/train/best_score.hpp"
#include "tenon/train/fit_options.hpp"

namespace TENON_NAMESPACE::train {

/// The state of a training loop.
struct FitState {
  index_t epoch = 0;                     ///< epochs done
  index_t batch = 0;                     ///< batches done in the current epoch
  index_t step = 0;                      ///< optimizer steps of the whole training
  double loss_sum = 0, loss_weight = 0;  ///< sum of this epoch's losses, and number of samples
  BestScore::State best{};               ///< the best score so far
  data::LoaderPosition loader{};         ///< position of a range that can be restored
  std::vector<EpochReport> history{};    ///< reports of the epochs done

  /// The mean loss of this epoch so far; NaN before the first batch.
  double loss() const { return loss_sum / loss_weight; }

  /// Adds the state to a checkpoint.
  void save(io::Checkpoint& checkpoint) const;
  /// Reads the state from a checkpoint.    throws: IoError if it is missing or damaged
  static FitState read(const io::CheckpointFile& file);
};

namespace detail {

/// Calls f(name, number) for each number of a state.
template <class State, class F>
void for_each_number(State& s, F f) {
  f("fit.epoch", s.epoch);
  f("fit.batch", s.batch);
  f("fit.step", s.step);
  f("fit.loss_sum", s.loss_sum);
  f("fit.loss_weight", s.loss_weight);
  f("fit.best", s.best.score);
  f("fit.best_index", s.best.index);
  f("fit.best_count", s.best.count);
  f("fit.loader_epoch", s.loader.epoch);
  f("fit.loader_batch", s.loader.batch);
}

/// The number of values of an epoch before its scores: step, loss, best, seconds.
inline constexpr index_t report_figures = 4;

}  // namespace detail

inline void FitState::save(io::Checkpoint& checkpoint) const {
  detail::for_each_number(*this, [&](const char* name, const auto& value) { checkpoint.set(name, value); });
  checkpoint.set("fit.loader_seed", static_cast<index_t>(loader.seed));
  std::string names;
  std::vector<double> figures;
  for (const EpochReport& report : history) {
    for (double figure :
         {static_cast<double>(report.step), report.loss, report.best ? 1.0 : 0.0, report.seconds})
      figures.push_back(figure);
    names.clear();
    for (const Score& score : report.scores) {
      figures.push_back(score.value);
      names += score.name + "\n";
    }
  }
  const auto rows = static_cast<index_t>(history.size());
  const auto columns = rows > 0 ? static_cast<index_t>(figures.size()) / rows : detail::report_figures;
  checkpoint.add("history", from(figures, {rows, columns}));
  checkpoint.set("scores", names);
}

inline FitState FitState::read(const io::CheckpointFile& file) {
  FitState state;
  detail::for_each_number(state, [&](const char* name, auto& value) {
    if constexpr (std::is_same_v<decltype(value), double&>)
      value = file.number(name);
    else
      value = file.integer(name);
  });
  state.loader.seed = static_cast<std::uint64_t>(file.integer("fit.loader_seed"));

  std::vector<std::string> names(1);
  for (char c : file.text("scores")) {
    if (c == '\n')
      names.emplace_back();
    else
      names.back().push_back(c);
  }
  names.pop_back();
  const Tensor<double> figures = file.tensor<double>("history");
  const auto columns = detail::report_figures + static_cast<index_t>(names.size());
  check<IoError>(figures.rank() == 2 && figures.extent(1) == columns && figures.extent(0) == state.epoch,
                 "fit", file.path(), ": the history has shape ", figures.shape(), ", expected ",
                 Shape{state.epoch, columns});
  for (index_t e = 0; e < state.epoch; ++e) {
    const double* row = figures.data() + e * columns;
    EpochReport report{.epoch = e + 1, .step = static_cast<index_t>(row[0]), .loss = row[1]};
    report.best = row[2] != 0;
    report.seconds = row[3];
    for (std::size_t i = 0; i < names.size(); ++i)
      report.scores.push_back({names[i], row[detail::report_figures + static_cast<index_t>(i)]});
    state.history.push_back(std::move(report));
  }
  return state;
}

}  // namespace TENON_NAMESPACE::train
