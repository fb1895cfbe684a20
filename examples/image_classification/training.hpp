#pragma once
/// The training: stochastic gradient descent with Nesterov's momentum, the rate falling along half a cosine.

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

#include "../support/common/program.hpp"
#include "network.hpp"
#include "predictions.hpp"
#include "tenon/data/loader.hpp"
#include "tenon/ops/loss/loss.hpp"
#include "tenon/optim/schedule.hpp"
#include "tenon/optim/sgd.hpp"
#include "tenon/train/fit.hpp"
#include "tenon/train/interrupt.hpp"
#include "tenon/train/terminal_line.hpp"

namespace image_classification {

struct TrainingOptions {
  index_t epochs = 0;  ///< 0: what suits the network
  index_t batch = 64;
  double lr = 0;  ///< 0: what suits the network
  double weight_decay = 5e-4;
  bool augment = false;
  std::string checkpoint, csv;
  bool resume = false, quiet = false;

  void set_defaults(const std::string& kind) {
    const bool resnet = kind == "resnet";
    if (epochs == 0) epochs = resnet ? 4 : 10;
    if (lr == 0) lr = resnet ? 0.1 : 0.02;
  }
};

/// Images shifted by chance, those of folders also mirrored.
class Augmentation {
 public:
  Augmentation(const ImageSet& set, bool on)
      : on_(on),
        mirrors_(set.kind != ImageSet::Kind::mnist),
        crop_{set.size(), set.size(), mirrors_ ? set.size() / 8 : 2} {}

  Tensor<std::uint8_t> operator()(const Tensor<std::uint8_t>& pixels) const {
    if (!on_) return pixels;
    return mirrors_ ? tn::data::RandomHorizontalFlip{}(crop_(pixels)) : crop_(pixels);
  }

 private:
  bool on_, mirrors_;
  tn::data::RandomCrop crop_;
};

/// Learns from set.train. Nothing is chosen by what comes out on set.test, which is only shown: what counts
/// is the network after the last epoch.
/// returns false when Ctrl-C came before the end
inline bool train(Network& network, const NetworkSpec& spec, const ImageSet& set,
                  const TrainingOptions& options, std::uint64_t seed, const tn::train::Interrupt& interrupt) {
  tn::optim::Sgd<float> sgd(
      tn::nn::named_parameters(network),
      {.lr = options.lr, .momentum = 0.9, .weight_decay = options.weight_decay, .nesterov = true});
  auto batches = tn::data::batches(set.train, {.batch_size = options.batch,
                                               .shuffle = true,
                                               .seed = seed,
                                               .drop_last = set.train.size() >= options.batch});
  const Augmentation augmented(set, options.augment);
  const tn::optim::CosineAnnealingLr cosine{.t_max = static_cast<double>(options.epochs)};
  tn::train::TerminalLine line(stderr, options.quiet);
  std::printf("\n  epoch     loss  test error   seconds\n");
  std::fflush(stdout);
  const auto result = tn::train::fit(
      network, sgd, batches,
      [&](const Network& net, const auto& batch) {
        const auto& [pixels, labels] = batch;
        return tn::cross_entropy(net(tn::data::scale_planes<float>(augmented(pixels), spec.scale)), labels);
      },
      {.epochs = options.epochs,
       .schedule = [&](const tn::train::StepTime& at) { set_lr(sgd, cosine, at.epoch); },
       .validate =
           [&](const Network& net) {
             return tn::train::Scores{
                 {"test error %", predict(net, set.test, spec.scale, set.classes).error()}};
           },
       .keep_best = false,
       .checkpoint = options.checkpoint,
       .resume = options.resume,
       .csv = options.csv,
       .on_progress = [&](const tn::train::Progress& at) { line.show(tn::train::progress_line(at)); },
       .on_epoch =
           [&](const tn::train::EpochReport& report) {
             line.clear();
             std::printf("  %5lld %8.4f %9.2f %% %9.1f\n", static_cast<long long>(report.epoch), report.loss,
                         report.scores[0].value, report.seconds);
             std::fflush(stdout);
           },
       .stop = [&] { return interrupt.requested(); }});
  return result.end != tn::train::FitEnd::interrupted;
}

}  // namespace image_classification
