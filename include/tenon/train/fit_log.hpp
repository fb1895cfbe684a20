#pragma once
/// The log files of a training: a CSV table and TensorBoard curves.

#include <cmath>     // nan
#include <optional>  // optional
#include <string>    // string
#include <vector>    // vector

#include "tenon/train/csv_log.hpp"
#include "tenon/train/fit_options.hpp"
#include "tenon/train/tensorboard.hpp"

namespace TENON_NAMESPACE::train {

/// Writes a CSV table with the columns step, epoch, loss, lr and one for each score, and the TensorBoard
/// curves train/loss, train/lr, train/epoch_loss and validation/<score>. A file with an empty path is not
/// written.
class FitLog {
 public:
  /// Opens the logs. With `resume_after`, continues those of an interrupted run and discards entries after
  /// that step.
  ///   throws: ValueError if the CSV table has other columns, IoError if a file cannot be read or written
  FitLog(const std::string& csv, const std::string& tensorboard, std::optional<index_t> resume_after) {
    const std::vector<std::string> columns{"epoch", "loss", "lr"};
    if (!csv.empty())
      csv_.emplace(resume_after ? CsvLog::resume(csv, columns, *resume_after) : CsvLog(csv, columns));
    if (!tensorboard.empty()) curves_.emplace(tensorboard, resume_after);
  }

  /// Logs a step: `epoch` is the number of epochs done, with a fraction, `loss` the step's loss.
  void add_step(index_t step, double epoch, double loss, double lr) {
    if (csv_) csv_->write(step, {epoch, loss, lr});
    if (!curves_) return;
    curves_->add_scalar("train/loss", loss, step);
    curves_->add_scalar("train/lr", lr, step);
  }
  /// Logs an epoch with its scores.
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
