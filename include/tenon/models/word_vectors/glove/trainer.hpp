#pragma once
/// The work of one GloVe thread: AdaGrad over a block of co-occurrences.

#include <cmath>   // log
#include <vector>  // vector

#include "tenon/backend/glove.hpp"
#include "tenon/models/word_vectors/glove/cooccurrence.hpp"
#include "tenon/models/word_vectors/glove/model.hpp"
#include "tenon/models/word_vectors/progress_meter.hpp"

namespace TENON_NAMESPACE::models::glove {

/// Trains blocks of co-occurrences. Each thread has one.
class CooccurrenceTrainer {
 public:
  /// A trainer of `model`, which must outlive it.
  CooccurrenceTrainer(const GloveOptions& options, GloveModel& model)
      : model_(&model),
        log_x_max_(static_cast<float>(std::log(options.x_max))),
        alpha_(static_cast<float>(options.alpha)),
        rate_(static_cast<float>(options.eta)),
        logs_(static_cast<std::size_t>(CooccurrenceStream::block_size)),
        weights_(logs_.size()) {}

  /// Trains a block, each co-occurrence in both directions, and returns its loss.
  word_vectors::LossSum train(const Cooccurrence* entries, index_t count) {
    weigh(entries, count);
    word_vectors::LossSum loss;
    for (index_t k = 0; k < count; ++k) {
      if (k + ahead < count) prefetch(entries[k + ahead]);
      const Cooccurrence& entry = entries[k];
      loss.sum += static_cast<double>(step(entry.i, entry.j, k));
      if (entry.i != entry.j) loss.sum += static_cast<double>(step(entry.j, entry.i, k));
      loss.predictions += entry.i == entry.j ? 1 : 2;
    }
    return loss;
  }

 private:
  static constexpr index_t ahead = 1;

  /// Computes log X and f(X) = min(1, (X / x_max)^alpha) of all co-occurrences, vectorised.
  void weigh(const Cooccurrence* entries, index_t count) {
    using Numbers = backend::Pack<float>;
    for (index_t k = 0; k < count; ++k) logs_[static_cast<std::size_t>(k)] = entries[k].count;
    for (index_t k = 0; k < count; k += Numbers::width) {  // elements beyond count are not used
      const Numbers x = log(Numbers::load(logs_.data() + k));
      x.store(logs_.data() + k);
      min(exp((x - Numbers(log_x_max_)) * Numbers(alpha_)), Numbers(1)).store(weights_.data() + k);
    }
  }

  void prefetch(const Cooccurrence& entry) const {
    backend::hogwild::prefetch(model_->row(entry.i), 4 * model_->stride());
    backend::hogwild::prefetch(model_->row(entry.j), 4 * model_->stride());
  }

  float step(std::uint32_t word, std::uint32_t context, index_t k) {
    const auto at = static_cast<std::size_t>(k);
    return backend::inline_kernel<backend::GloveStep<float>>()(
        backend::GloveRows<float>{.row = model_->row(word),
                                  .context = model_->context(context),
                                  .stride = model_->stride(),
                                  .log_count = logs_[at],
                                  .weight = weights_[at],
                                  .rate = rate_});
  }

  GloveModel* model_;
  float log_x_max_, alpha_, rate_;
  std::vector<float> logs_, weights_;  // of the block
};

}  // namespace TENON_NAMESPACE::models::glove
