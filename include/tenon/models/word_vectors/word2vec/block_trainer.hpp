#pragma once
/// The work of one word2vec thread: stochastic gradient descent over the windows of a block of text.

#include <cstdint>  // uint64_t

#include "tenon/backend/word2vec.hpp"
#include "tenon/models/word_vectors/progress_meter.hpp"
#include "tenon/models/word_vectors/word2vec/window.hpp"

namespace TENON_NAMESPACE::models::word2vec {

/// Trains blocks of text, by skip-gram or CBOW. Each thread has one.
class BlockTrainer {
 public:
  /// A trainer of `model`. All arguments must outlive it.
  BlockTrainer(const Word2VecOptions& options, const Word2VecTables& tables, Word2VecModel& model)
      : cbow_(options.cbow),
        cbow_mean_(options.cbow_mean),
        stride_(model.vectors.stride()),
        windows_(options, tables, model),
        scratch_(windows_.most_inputs(), windows_.most_outputs(), stride_),
        context_(1, options.size),
        change_(1, options.size) {}

  /// Trains a block with a learning rate that goes linearly from `first_rate` to `last_rate`. Returns the
  /// loss of every 256th window.
  word_vectors::LossSum train(const WindowStream::Token* tokens, index_t count,
                              const word_vectors::FastRandom& random, double first_rate, double last_rate) {
    word_vectors::LossSum loss;
    windows_.open(tokens, count, random);
    for (index_t step = 0; Window* window = windows_.next(); ++step) {
      rate_ = static_cast<float>(first_rate + (last_rate - first_rate) * window->position);
      word_vectors::LossSum* const observed = step % loss_sampling == 0 ? &loss : nullptr;
      cbow_ ? train_cbow(*window, observed) : train_skip_gram(*window, observed);
    }
    return loss;
  }

 private:
  static constexpr index_t loss_sampling = 256;  // every 256th window, since logarithms are slow

  void train_skip_gram(Window& window, word_vectors::LossSum* loss) {
    const index_t per_list = window.input_count / window.list_count;
    for (index_t list = 0; list < window.list_count; ++list) {
      float** const inputs = window.inputs.data() + list * per_list;
      step(window, list, inputs, inputs, per_list, loss);
    }
  }

  /// Trains a window by CBOW: the mean or sum of the context words predicts the centre. As in word2vec.c,
  /// each context word receives the whole update.
  void train_cbow(Window& window, word_vectors::LossSum* loss) {
    float *context = context_.row(0), *change = change_.row(0);
    const float weight = cbow_mean_ ? 1.0f / static_cast<float>(window.input_count) : 1.0f;
    backend::hogwild::sum_rows(window.inputs.data(), window.input_count, stride_, weight, context);
    for (index_t d = 0; d < stride_; ++d) change[d] = 0;
    step(window, 0, &context, &change, 1, loss);
    backend::hogwild::add_to_rows(change, stride_, window.inputs.data(), window.input_count);
  }

  void step(const Window& window, index_t list, float* const* inputs, float* const* updates,
            index_t input_count, word_vectors::LossSum* loss) {
    const index_t first = list * window.list_length;
    backend::inline_kernel<backend::SgnsStep<float>>()(
        backend::SgnsBatch<float>{.inputs = inputs,
                                  .updates = updates,
                                  .input_count = input_count,
                                  .outputs = window.outputs.data() + first,
                                  .labels = window.labels.data() + first,
                                  .output_count = window.list_length,
                                  .stride = stride_,
                                  .rate = rate_,
                                  .scratch = &scratch_,
                                  .loss = loss ? &loss->sum : nullptr});
    if (loss) loss->predictions += static_cast<std::uint64_t>(input_count);
  }

  bool cbow_, cbow_mean_;
  index_t stride_;
  WindowStream windows_;
  backend::SgnsScratch<float> scratch_;
  word_vectors::RowMatrix context_, change_;  // one row each
  float rate_ = 0;
};

}  // namespace TENON_NAMESPACE::models::word2vec
