#pragma once
/// The training of Kim 2014: Adadelta, the rows of the classifier no longer than 3, the epoch that does best
/// on the validation sentences.

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "sentences.hpp"
#include "tenon/io/model_file.hpp"
#include "tenon/models/language/text_lstm.hpp"
#include "tenon/ops/loss/loss.hpp"
#include "tenon/optim/adadelta.hpp"
#include "tenon/train/best_score.hpp"
#include "tenon/train/interrupt.hpp"
#include "tenon/train/metrics/accuracy.hpp"
#include "tenon/train/progress.hpp"
#include "tenon/train/terminal_line.hpp"

namespace sentence_classification {

using TextCnn = tn::models::TextCnn<float>;
using TextLstm = tn::models::TextLstm<float>;
using tn::Tensor;

struct Options {
  std::string data, set = "sst2", model = "cnn", save, load;
  std::vector<std::string> texts;
  bool phrases = true, quiet = false;
  int epochs = 0, runs = 1;
  index_t batch = 50;
  std::uint64_t seed = 1;

  int passes() const { return epochs > 0 ? epochs : set == "sst2" ? 4 : 12; }
};

/// Scores of sentences whose words were looked up.
inline Tensor<float> classify(const TextCnn& model, const Tensor<float>& words, const Tensor<index_t>&) {
  return model.classify(words);
}
inline Tensor<float> classify(const TextLstm& model, const Tensor<float>& words,
                              const Tensor<index_t>& lengths) {
  return model.classify(words, lengths.to_vector());
}

/// In percent.
template <class Model>
double accuracy(const Model& model, const Sentences& sentences) {
  const tn::NoGrad no_grad;
  tn::train::Accuracy accuracy;
  for (const auto& [words, labels] : batches(sentences, 100, 0))
    accuracy.add(classify(model, model.embedding(words.values), words.lengths), labels);
  return 100 * accuracy.value();
}

struct RunResult {
  double validation = 0, test = 0;
};

template <class Model>
class Training {
 public:
  Training(const Options& options, const Corpus& corpus, std::uint64_t seed,
           const tn::train::Interrupt& interrupt)
      : options_(options),
        corpus_(corpus),
        interrupt_(interrupt),
        line_(stderr, options.quiet),
        batches_(batches(corpus.train, options.batch, seed)) {
    tn::manual_seed(seed);
    model_ = Model({.words = corpus.words.size(), .classes = corpus.classes});
    std::printf("\nSeed %-4llu %s of %s weights\n\n  epoch    loss  validation   seconds\n",
                static_cast<unsigned long long>(seed), options.model == "lstm" ? "LSTM" : "CNN",
                tn::train::format_count(tn::nn::parameter_count(model_)).c_str());
  }

  /// Nothing when Ctrl-C came first.
  std::optional<RunResult> run();
  /// The model after the epoch that did best on the validation sentences.
  const Model& best() const { return best_; }

 private:
  using Adadelta = tn::optim::Adadelta<float>;

  static Adadelta optimizer_of_layers(const Model& model) {
    auto layers = tn::nn::named_parameters(model);
    std::erase_if(layers, [](const auto& p) { return p.name.starts_with("embedding."); });
    return Adadelta(layers, {.rho = 0.95});
  }

  /// returns the loss
  double step(Adadelta& layers, Adadelta& table, const Tensor<index_t>& ids, const Tensor<index_t>& lengths,
              const Tensor<index_t>& labels);
  void show(int epoch, index_t done, double loss);

  const Options& options_;
  const Corpus& corpus_;
  const tn::train::Interrupt& interrupt_;
  tn::train::TerminalLine line_;
  decltype(batches({}, 1, 0)) batches_;
  Model model_, best_;
  tn::train::Stopwatch watch_;
  tn::train::SmoothedRate rate_;
};

/// A batch has a few hundred different words: only their rows of the table are copied, get gradients, and
/// move.
template <class Model>
double Training<Model>::step(Adadelta& layers, Adadelta& table, const Tensor<index_t>& ids,
                             const Tensor<index_t>& lengths, const Tensor<index_t>& labels) {
  const auto used = tn::optim::lookup_rows<float>(model_.embedding.weight, ids);
  const bool padded = *used.rows.data() == 0;  // the row of padding stays as it is
  const auto words = tn::embedding(used.values, used.positions,
                                   {.padding_index = padded ? std::optional<index_t>(0) : std::nullopt});
  const auto loss = cross_entropy(classify(model_, words, lengths), labels);

  std::vector<Tensor<float>> wanted = layers.parameters();
  wanted.push_back(used.values);
  auto gradients = grad(loss, wanted);
  const auto of_words = gradients.back();
  gradients.pop_back();
  layers.step(gradients);
  table.step_rows(model_.embedding.weight, used.rows, of_words);

  const tn::NoGrad no_grad;
  Tensor<float> rows = model_.fc.weight;
  tn::embedding_renorm_(rows, tn::arange<index_t>(corpus_.classes), 3.0);
  return loss.item();
}

template <class Model>
std::optional<RunResult> Training<Model>::run() {
  Adadelta layers = optimizer_of_layers(model_);
  Adadelta table({model_.embedding.weight}, {.rho = 0.95});
  tn::train::BestScore best({.maximize = true});
  RunResult result;
  for (int epoch = 1; epoch <= options_.passes(); ++epoch) {
    const tn::train::Stopwatch watch;
    double loss_sum = 0;
    index_t done = 0;
    for (const auto& [words, labels] : batches_) {
      const tn::train::Stopwatch batch_watch;
      loss_sum += step(layers, table, words.values, words.lengths, labels);
      rate_.add(static_cast<double>(labels.size()), batch_watch.seconds());
      ++done;
      show(epoch, done, loss_sum / static_cast<double>(done));
      if (interrupt_.requested()) return std::nullopt;
    }
    const double validation = accuracy(model_, corpus_.validation);
    if (best.add(validation)) {
      best_ = model_;
      result.validation = validation;
    }
    line_.clear();
    std::printf("  %5d %7.4f %9.1f %% %9.1f\n", epoch, loss_sum / static_cast<double>(done), validation,
                watch.seconds());
    std::fflush(stdout);
  }
  result.test = accuracy(best_, corpus_.test);
  std::printf("  test of the best epoch  %.1f %%\n", result.test);
  return result;
}

template <class Model>
void Training<Model>::show(int epoch, index_t done, double loss) {
  if (!line_.on()) return;
  const auto sentences = static_cast<double>(corpus_.train.size());
  const double left =
      sentences * (options_.passes() - epoch + 1) - static_cast<double>(done * options_.batch);
  line_.show(tn::train::progress_line({.epoch = epoch,
                                       .epochs = options_.passes(),
                                       .batch = done,
                                       .batches = batches_.size(),
                                       .loss = loss,
                                       .samples_per_second = rate_.value(),
                                       .seconds_left = left / rate_.value()}));
}

}  // namespace sentence_classification
