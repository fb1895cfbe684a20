#pragma once
/// What a training writes down as it goes: a table and curves.

#include <cmath>     // nan
#include <optional>  // optional
#include <string>    // string
#include <vector>    // vector

#include "tenon/train/csv_log.hpp"
#include "tenon/train/fit_options.hpp"
#include "tenon/train/tensorboard.hpp"

namespace TENON_NAMESPACE::train {

/// A CSV table of the columns step, epoch, loss, lr and a column for each score, and TensorBoard's curves
/// train/loss, train/lr and validation/<score>; either only where there is a path for it.
class FitLog {
 public:
  /// resume_after   the last step of what a resumed run wrote that is to be kept
  FitLog(const std::string& csv, const std::string& tensorboard, std::optional<index_t> resume_after) {
    const std::vector<std::string> columns{"epoch", "loss", "lr"};
    if (!csv.empty())
      csv_.emplace(resume_after ? CsvLog::resume(csv, columns, *resume_after) : CsvLog(csv, columns));
    if (!tensorboard.empty()) curves_.emplace(tensorboard, resume_after);
  }

  /// epoch   epochs done, with a fraction    loss  of this step
  void add_step(index_t step, double epoch, double loss, double lr) {
    if (csv_) csv_->write(step, {epoch, loss, lr});
    if (!curves_) return;
    curves_->add_scalar("train/loss", loss, step);
    curves_->add_scalar("train/lr", lr, step);
  }
  void add_epoch(const EpochReport& report, double lr) {
    if (csv_) {
      std::vector<std::string> columns;
      std::vector<double> row{static_cast<double>(report.epoch), report.loss, lr};
      for (const Score& score : report.scores) {
        columns.push_back(score.name);
        row.push_back(score.value);
      }
      csv_->extend(columns);
      csv_->write(report.step, row);
    }
    if (!curves_) return;
    curves_->add_scalar("train/epoch_loss", report.loss, report.step);
    for (const Score& score : report.scores)
      curves_->add_scalar("validation/" + score.name, score.value, report.step);
  }

 private:
  std::optional<CsvLog> csv_;
  std::optional<TensorBoardWriter> curves_;
};

}  // namespace TENON_NAMESPACE::train
