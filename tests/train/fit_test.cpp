#include "tenon/train/fit.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "support/temporary_folder.hpp"
#include "tenon/nn/linear.hpp"
#include "tenon/ops/random/random.hpp"
#include "tenon/optim/lbfgs.hpp"
#include "tenon/optim/schedule.hpp"
#include "tenon/optim/sgd.hpp"

namespace fit_test {

using support::expect_error;
using support::message_of;
using support::read_file;
using support::TemporaryFolder;
using tn::from;
using tn::index_t;
using tn::Tensor;
using tn::train::EpochReport;
using tn::train::fit;
using tn::train::FitEnd;
using tn::train::FitOptions;
using tn::train::Progress;
using tn::train::Score;
using tn::train::Scores;
using tn::train::StepTime;

/// y = w x, from w = 0. With batches of one x = 1 and the loss (w - y)^2 / 2, a step of rate r goes to w + r
/// (y
/// - w).
struct Slope {
  tn::nn::Parameter<double> w{tn::zeros<double>({1})};
};
using Sgd = tn::optim::Sgd<double>;
const auto half_square = [](const Slope& model, const Tensor<double>& y) {
  return tn::mean(tn::square(model.w - y)) * 0.5;
};
const auto batch = [](double y) { return from<double>({y}); };

TEST(Fit, IsThePlainLoop) {
  const std::vector<Tensor<double>> batches{batch(4), batch(8)};
  Slope model;
  Sgd sgd(tn::nn::parameters(model), {.lr = 0.5});
  const auto result = fit(model, sgd, batches, half_square, {.epochs = 2});
  // 0 -> 2 -> 5 -> 4.5 -> 6.25
  EXPECT_EQ(model.w.item(), 6.25);
  EXPECT_EQ(result.end, FitEnd::completed);
  EXPECT_EQ(result.steps, 4);
  ASSERT_EQ(result.history.size(), 2u);
  EXPECT_EQ(result.history[0].loss, (4 * 4 + 6 * 6) / 4.);
  EXPECT_EQ(result.history[1].loss, (1 * 1 + 3.5 * 3.5) / 4);
  EXPECT_EQ(result.history[1].step, 4);
  EXPECT_FALSE(result.best);
  EXPECT_EQ(message_of<tn::ValueError>([&] { result.best_report(); }), "[fit] no epoch was validated");
}

TEST(Fit, TheLossIsTheMeanOfSamplesWhateverTheBatches) {
  const std::vector<Tensor<double>> batches{from<double>({4, 4, 4}), batch(8)};
  Slope model;
  Sgd sgd(tn::nn::parameters(model), {.lr = 0});
  EXPECT_EQ(fit(model, sgd, batches, half_square).history[0].loss, (3 * 8 + 32) / 4.);
}

TEST(Fit, BatchesMayComeFromAFunctionOfTheEpoch) {
  Slope model;
  Sgd sgd(tn::nn::parameters(model), {.lr = 1});
  std::vector<index_t> epochs;
  const auto batches = [&](index_t epoch) {
    epochs.push_back(epoch);
    return std::vector{batch(static_cast<double>(epoch) + 7)};
  };
  fit(model, sgd, batches, half_square, {.epochs = 3});
  EXPECT_EQ(epochs, (std::vector<index_t>{0, 1, 2}));
  EXPECT_EQ(model.w.item(), 9);
}

TEST(Fit, AccumulatesAnAverageOverBatchesAndWhatIsLeftOfAnEpoch) {
  const std::vector<Tensor<double>> batches{batch(4), batch(8), batch(1)};
  Slope model;
  Sgd sgd(tn::nn::parameters(model), {.lr = 1});
  std::vector<double> path;
  fit(model, sgd, batches, half_square,
      {.accumulate = 2, .after_step = [&](const StepTime&) { path.push_back(model.w.item()); }});
  EXPECT_EQ(path, (std::vector<double>{6, 1}));
}

TEST(Fit, WhatIsLeftOfAnEpochIsAnAverageOfItsOwn) {
  const std::vector<Tensor<double>> batches{batch(4), batch(8), batch(3), batch(1), batch(5)};
  Slope model;
  Sgd sgd(tn::nn::parameters(model), {.lr = 1});
  std::vector<double> path;
  const auto result = fit(
      model, sgd, batches, half_square,
      {.epochs = 2, .accumulate = 3, .after_step = [&](const StepTime&) { path.push_back(model.w.item()); }});
  EXPECT_EQ(path, (std::vector<double>{5, 3, 5, 3}));
  EXPECT_EQ(result.steps, 4);
}

TEST(Fit, ClipsTheGradient) {
  Slope model;
  Sgd sgd(tn::nn::parameters(model), {.lr = 1});
  fit(model, sgd, std::vector{batch(100)}, half_square, {.clip_norm = 0.5});
  EXPECT_NEAR(model.w.item(), 0.5, 1e-8);
}

TEST(Fit, TheScheduleIsToldStepAndEpoch) {
  const std::vector<Tensor<double>> batches{batch(0), batch(0), batch(0), batch(0)};
  Slope model;
  Sgd sgd(tn::nn::parameters(model), {.lr = 1});
  std::vector<index_t> steps;
  std::vector<double> epochs, rates;
  fit(model, sgd, batches, half_square, {.epochs = 2, .accumulate = 2, .schedule = [&](const StepTime& at) {
                                           steps.push_back(at.step);
                                           epochs.push_back(at.epoch);
                                           set_lr(sgd, tn::optim::ExponentialLr{.gamma = 0.25}, at.epoch);
                                           rates.push_back(sgd.groups()[0].options.lr);
                                         }});
  EXPECT_EQ(steps, (std::vector<index_t>{0, 1, 2, 3}));
  EXPECT_EQ(epochs, (std::vector<double>{0, 0.5, 1, 1.5}));
  EXPECT_EQ(rates, (std::vector<double>{1, 0.5, 0.25, 0.125}));
}

// One step of L-BFGS on a batch is what its own loop makes of the same loss.
TEST(Fit, DrivesLbfgs) {
  using Lbfgs = tn::optim::Lbfgs<double>;
  const auto steep = [](const Slope& m, const Tensor<double>& y) {
    return tn::mean(tn::square(tn::square(m.w) - y));
  };
  for (const bool search : {false, true}) {
    const tn::optim::LbfgsOptions options{.lr = 0.1, .max_iter = 4, .strong_wolfe = search};
    Slope model, alone;
    const auto start = [](Slope& m) {
      const tn::NoGrad no_grad;
      m.w = tn::full<double>({1}, 3);
    };
    start(model);
    start(alone);
    Lbfgs lbfgs(tn::nn::parameters(model), options), by_hand(tn::nn::parameters(alone), options);
    std::vector<double> losses;
    for (int k = 0; k < 3; ++k)
      losses.push_back(by_hand.step([&] {
        const auto loss = steep(alone, batch(4));
        return std::pair(loss.item(), tn::grad(loss, by_hand.parameters()));
      }));
    TemporaryFolder folder;
    const auto result = fit(model, lbfgs, std::vector{batch(4)}, steep,
                            {.epochs = 3, .csv = folder / "log.csv", .log_every = 1});
    EXPECT_EQ(model.w.item(), alone.w.item());
    EXPECT_EQ(result.steps, 3);
    for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(result.history[k].loss, losses[k]);
    EXPECT_EQ(read_file(folder / "log.csv").substr(0, 30), "step,epoch,loss,lr\n1,1,25,0.1\n");
  }
}

TEST(Fit, LbfgsGoesOnFromACheckpoint) {
  const auto end_of = [](const std::vector<index_t>& epochs) {
    TemporaryFolder folder;
    double end = 0;
    for (index_t until : epochs) {
      Slope model;
      tn::optim::Lbfgs<double> lbfgs(tn::nn::parameters(model), {.max_iter = 2, .strong_wolfe = true});
      const auto steep = [](const Slope& m, const Tensor<double>& y) {
        return tn::mean(tn::square(tn::exp(m.w) - y));
      };
      fit(model, lbfgs, std::vector{batch(9)}, steep,
          {.epochs = until, .checkpoint = folder / "c", .resume = true});
      end = model.w.item();
    }
    return end;
  };
  EXPECT_EQ(end_of({1, 3}), end_of({3}));
}

// Noise that differed between evaluations would be another function at each point of the search.
TEST(Fit, ALossOfLbfgsIsOneFunctionWhateverItDraws) {
  tn::manual_seed(3);
  Slope model;
  tn::optim::Lbfgs<double> lbfgs(tn::nn::parameters(model), {.strong_wolfe = true});
  std::vector<double> draws;
  const auto noisy = [&](const Slope& m, const Tensor<double>& y) {
    const auto noise = tn::rand<double>({1});
    draws.push_back(noise.item());
    return tn::mean(tn::square(tn::square(m.w + 1) - y - noise));
  };
  fit(model, lbfgs, std::vector{batch(4)}, noisy, {.epochs = 2});
  EXPECT_GT(draws.size(), 4u);
  std::sort(draws.begin(), draws.end());
  EXPECT_EQ(std::unique(draws.begin(), draws.end()) - draws.begin(), 2);
}

/// Ten epochs that go 1, 2, 3, … with a validation that returns these scores.
tn::train::FitResult<Slope> validated(const std::vector<double>& scores, FitOptions<Slope> options) {
  Slope model;
  Sgd sgd(tn::nn::parameters(model), {.lr = 1});
  std::size_t next = 0;
  options.epochs = static_cast<index_t>(scores.size());
  options.validate = [&](const Slope&) {
    EXPECT_FALSE(tn::grad_enabled());
    return Scores{{"noise", 1}, {"accuracy", scores[next++]}};
  };
  const auto batches = [](index_t epoch) { return std::vector{batch(static_cast<double>(epoch) + 1)}; };
  return fit(model, sgd, batches, half_square, options);
}

TEST(Fit, KeepsTheModelOfTheBestEpoch) {
  const auto result = validated({0.1, 0.6, 0.4, 0.6}, {.monitor = "accuracy", .maximize = true});
  ASSERT_TRUE(result.best);
  EXPECT_EQ(result.best->w.item(), 2);
  EXPECT_EQ(result.best_epoch, 2);
  EXPECT_EQ(result.best_report().scores[1].value, 0.6);
  EXPECT_TRUE(result.history[0].best && result.history[1].best);
  EXPECT_FALSE(result.history[2].best || result.history[3].best);
  EXPECT_EQ(result.end, FitEnd::completed);
  EXPECT_FALSE(validated({0.1}, {.keep_best = false}).best);
}

TEST(Fit, StopsWhenPatienceIsOver) {
  const auto result = validated({3, 2, 5, 4, 1}, {.monitor = "accuracy", .patience = 2});
  EXPECT_EQ(result.end, FitEnd::stopped_early);
  EXPECT_EQ(result.history.size(), 4u);
  EXPECT_EQ(result.best_epoch, 2);
  EXPECT_EQ(validated({3, 2, 5, 4}, {.monitor = "accuracy", .patience = 2}).end, FitEnd::completed);
}

TEST(Fit, TellsOfItsProgress) {
  const std::vector<Tensor<double>> batches{batch(4), batch(8)};
  Slope model;
  Sgd sgd(tn::nn::parameters(model), {.lr = 0.5});
  std::vector<std::string> told;
  fit(model, sgd, batches, half_square,
      {.epochs = 2,
       .validate = [](const Slope& m) { return Scores{{"w", m.w.item()}}; },
       .on_progress =
           [&](const Progress& p) {
             EXPECT_GE(p.seconds, 0);
             EXPECT_GT(p.samples_per_second, 0);
             EXPECT_GE(p.seconds_left, 0);
             Progress steady = p;
             steady.samples_per_second = 0;
             steady.seconds_left = std::nan("");
             told.push_back(progress_line(steady));
           },
       .progress_interval = 0,
       .on_epoch = [&](const EpochReport& r) { told.push_back("epoch " + std::to_string(r.epoch)); }});
  EXPECT_EQ(told, (std::vector<std::string>{"epoch 1/2  batch 1/2  loss 8", "epoch 1/2  batch 2/2  loss 13",
                                            "epoch 1", "epoch 2/2  batch 1/2  loss 0.5  w 5",
                                            "epoch 2/2  batch 2/2  loss 3.312  w 5", "epoch 2"}));
}

TEST(Fit, WritesATableAndCurves) {
  TemporaryFolder folder;
  const std::vector<Tensor<double>> batches{batch(4), batch(8)};
  Slope model;
  Sgd sgd(tn::nn::parameters(model), {.lr = 0.5});
  fit(model, sgd, batches, half_square,
      {.validate = [](const Slope& m) { return Scores{{"w", m.w.item()}}; },
       .csv = folder / "log.csv",
       .tensorboard = folder / "curves",
       .log_every = 1});
  EXPECT_EQ(read_file(folder / "log.csv"), "step,epoch,loss,lr,w\n1,0.5,8,0.5,\n2,1,18,0.5,\n2,1,13,0.5,5\n");
  const auto curves = std::filesystem::directory_iterator(folder / "curves")->path().string();
  for (const char* tag : {"train/loss", "train/lr", "train/epoch_loss", "validation/w"})
    EXPECT_NE(read_file(curves).find(tag), std::string::npos) << tag;
}

/// A run of random steps, which may be interrupted after so many.
struct RandomWalk {
  TemporaryFolder folder;
  std::vector<std::string> path;

  tn::train::FitResult<Slope> run(index_t stop_after) {
    tn::manual_seed(3);
    Slope model;
    Sgd sgd(tn::nn::parameters(model), {.lr = 0.5, .momentum = 0.5});
    const std::vector<Tensor<double>> batches{batch(1), batch(2), batch(3)};
    const auto noisy = [](const Slope& m, const Tensor<double>& y) {
      return tn::mean(tn::square(m.w - y - tn::rand<double>({1})));
    };
    index_t steps = 0;
    return fit(model, sgd, batches, noisy,
               {.epochs = 2,
                .after_step = [&](const StepTime&) { path.push_back(std::to_string(model.w.item())); },
                .validate = [](const Slope& m) { return Scores{{"w", m.w.item()}}; },
                .checkpoint = folder / "checkpoint",
                .resume = true,
                .csv = folder / "log.csv",
                .log_every = 1,
                .stop = [&] { return ++steps == stop_after; }});
  }
};

TEST(Fit, AnInterruptedRunGoesOnToTheSameBits) {
  RandomWalk whole;
  const auto want = whole.run(-1);
  EXPECT_EQ(want.end, FitEnd::completed);
  for (index_t stop_after = 1; stop_after <= 8; ++stop_after) {
    RandomWalk walk;
    EXPECT_EQ(walk.run(stop_after).end, FitEnd::interrupted) << stop_after;
    const auto got = walk.run(-1);
    EXPECT_EQ(got.end, FitEnd::completed);
    EXPECT_EQ(walk.path, whole.path) << stop_after;
    EXPECT_EQ(read_file(walk.folder / "log.csv"), read_file(whole.folder / "log.csv")) << stop_after;
    ASSERT_EQ(got.history.size(), want.history.size());
    for (std::size_t e = 0; e < want.history.size(); ++e) {
      EXPECT_EQ(got.history[e].loss, want.history[e].loss);
      EXPECT_EQ(got.history[e].scores[0].value, want.history[e].scores[0].value);
      EXPECT_EQ(got.history[e].best, want.history[e].best);
    }
    EXPECT_EQ(got.best->w.item(), want.best->w.item());
    EXPECT_EQ(got.steps, 6);
    EXPECT_EQ(walk.run(-1).history.size(), 2u) << "a run that is over has nothing to do";
  }
}

TEST(FitState, EveryFieldSurvivesAFile) {
  TemporaryFolder folder;
  tn::train::FitState before;
  before.epoch = 2;
  before.batch = 3;
  before.step = 4;
  before.loss_sum = 5.25;
  before.loss_weight = 6.5;
  before.best = {.score = 7.75, .index = 8, .count = 9};
  before.loader = {.seed = 10, .epoch = 11, .batch = 12};
  before.history = {
      {.epoch = 1, .step = 13, .loss = 14.5, .scores = {{"a", 15}, {"b", 16}}, .best = true, .seconds = 17},
      {.epoch = 2, .step = 18, .loss = 19.5, .scores = {{"a", 20}, {"b", 21}}, .best = false, .seconds = 22}};
  tn::io::Checkpoint checkpoint;
  before.save(checkpoint);
  checkpoint.save(folder / "state");
  const auto after = tn::train::FitState::read(tn::io::CheckpointFile(folder / "state"));

  // A field that is added does not fit in here, and must be compared below.
  const auto& [epoch, batches, step, loss_sum, loss_weight, best, loader, history] = after;
  const auto& [score, index, count] = best;
  EXPECT_EQ(std::vector({epoch, batches, step}), (std::vector<index_t>{2, 3, 4}));
  EXPECT_EQ(std::vector({loss_sum, loss_weight, score}), (std::vector<double>{5.25, 6.5, 7.75}));
  EXPECT_EQ(std::vector({index, count}), (std::vector<index_t>{8, 9}));
  EXPECT_EQ(loader, before.loader);
  ASSERT_EQ(history.size(), 2u);
  for (std::size_t e = 0; e < 2; ++e) {
    const auto& [number, steps, loss, scores, is_best, seconds] = history[e];
    const EpochReport& want = before.history[e];
    EXPECT_EQ(std::vector({number, steps}), (std::vector{want.epoch, want.step}));
    EXPECT_EQ(std::vector({loss, seconds}), (std::vector{want.loss, want.seconds}));
    EXPECT_EQ(is_best, want.best);
    ASSERT_EQ(scores.size(), 2u);
    for (std::size_t k = 0; k < 2; ++k) {
      EXPECT_EQ(scores[k].name, want.scores[k].name);
      EXPECT_EQ(scores[k].value, want.scores[k].value);
    }
  }
}

TEST(FitErrors, ALossThatIsNotFiniteIsNamed) {
  TemporaryFolder folder;
  Slope model;
  Sgd sgd(tn::nn::parameters(model), {.lr = 1});
  const std::vector<Tensor<double>> batches{batch(1), batch(HUGE_VAL)};
  expect_error<tn::ValueError>([&] { fit(model, sgd, batches, half_square); },
                               "[fit] the loss is infinite in epoch 1, batch 2, after 1 steps");
  const auto root = [](const Slope& m, const Tensor<double>& y) {
    return tn::sum(tn::sqrt(m.w - m.w.item() - y));
  };
  expect_error<tn::ValueError>([&] { fit(model, sgd, std::vector{batch(0)}, root, {.clip_norm = 1}); },
                               "[fit] the gradient is not finite in epoch 1, batch 1, after 0 steps");
  const std::string checkpoint = folder / "c";
  expect_error<tn::ValueError>(
      [&] { fit(model, sgd, std::vector{batch(0)}, root, {.checkpoint = checkpoint}); },
      "[fit] the parameter w is not finite after 1 steps; the checkpoint " + checkpoint +
          " is left as it was");
  EXPECT_TRUE(folder.files().empty());
}

TEST(FitErrors, OptionsThatMakeNoSense) {
  Slope model;
  Sgd sgd(tn::nn::parameters(model), {.lr = 1});
  const auto refusal = [&](const FitOptions<Slope>& options) {
    return message_of<tn::ValueError>([&] { fit(model, sgd, std::vector{batch(0)}, half_square, options); });
  };
  EXPECT_EQ(refusal({.accumulate = 0}),
            "[fit] expected epochs >= 0, accumulate >= 1 and clip_norm >= 0, got 1, 0 and 0");
  tn::optim::Lbfgs<double> lbfgs(tn::nn::parameters(model));
  for (const auto& options : {FitOptions<Slope>{.accumulate = 2}, FitOptions<Slope>{.clip_norm = 1}})
    expect_error<tn::ValueError>(
        [&] { fit(model, lbfgs, std::vector{batch(0)}, half_square, options); },
        "[fit] an optimizer that evaluates the loss itself takes neither accumulate nor clip_norm");
  EXPECT_EQ(refusal({.patience = 1}), "[fit] patience needs a validation that says which epoch is best");
  EXPECT_EQ(refusal({.resume = true}), "[fit] checkpoints need a path");
  EXPECT_EQ(refusal({.validate = [](const Slope&) { return Scores{}; }}),
            "[fit] the validation returned no score");
  EXPECT_EQ(refusal({.validate = [](const Slope&) { return Scores{{"f1", 1}}; }, .monitor = "bleu"}),
            "[fit] the validation returned no score \"bleu\" to be monitored");
  index_t calls = 0;
  EXPECT_EQ(
      refusal({.epochs = 2, .validate = [&](const Slope&) { return Scores{{++calls == 1 ? "a" : "b", 1}}; }}),
      "[fit] the validation returned scores of other names than after the epoch before");
}

TEST(FitErrors, EpochsWithoutBatchesOrWithFewerThanBefore) {
  TemporaryFolder folder;
  Slope model;
  Sgd sgd(tn::nn::parameters(model), {.lr = 1});
  const auto run = [&](std::size_t batches) {
    fit(model, sgd, std::vector(batches, batch(1)), half_square,
        {.checkpoint = folder / "c", .resume = true, .stop = [] { return true; }});
  };
  expect_error<tn::ValueError>([&] { run(0); }, "[fit] epoch 1 has no batches");
  run(2);
  run(2);
  expect_error<tn::ValueError>(
      [&] { run(1); }, "[fit] epoch 1 has fewer batches than the 2 that were done when it was interrupted");
}

TEST(FitErrors, ACheckpointOfSomethingElseIsRefused) {
  TemporaryFolder folder;
  const std::string path = folder / "c";
  tn::io::Checkpoint checkpoint;
  checkpoint.set("fit.epoch", index_t{1});
  checkpoint.save(path);
  Slope model;
  Sgd sgd(tn::nn::parameters(model), {.lr = 1});
  const auto resume = [&] {
    fit(model, sgd, std::vector{batch(0)}, half_square, {.checkpoint = path, .resume = true});
  };
  expect_error<tn::IoError>(resume, "[checkpoint] " + path + " has no number \"fit.batch\"");
}

}  // namespace fit_test
