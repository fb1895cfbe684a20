#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "support/temporary_folder.hpp"
#include "tenon/nn/dropout.hpp"
#include "tenon/nn/linear.hpp"
#include "tenon/nn/norm.hpp"
#include "tenon/ops/elementwise/activation.hpp"
#include "tenon/ops/loss/loss.hpp"
#include "tenon/optim/adam.hpp"
#include "tenon/optim/schedule.hpp"
#include "tenon/train/fit.hpp"

/// A training that is killed at any moment goes on from its checkpoint to the bits it would have had.
namespace resume_test {

using tn::index_t;
using tn::Tensor;

/// Its gradients depend on random numbers, its statistics on the batches seen.
struct Net {
  tn::nn::Linear<float> in{6, 8};
  tn::nn::BatchNorm1d<float> norm{8};
  tn::nn::Dropout drop{0.3};
  tn::nn::Linear<float> out{8, 2};
  Tensor<float> operator()(const Tensor<float>& x) const { return out(drop(relu(norm(in(x))))); }
};

/// Everything that must be the same, in full precision.
std::string describe_run(const tn::train::FitResult<Net>& result, const Net& model,
                         const tn::optim::AdamW<float>& adam) {
  std::string text;
  const auto add = [&](const std::string& name, const auto& tensor) {
    text += name;
    for (const auto value : tensor) {
      char number[40];
      std::snprintf(number, sizeof number, " %a", static_cast<double>(value));
      text += number;
    }
    text += "\n";
  };
  const auto add_model = [&](const std::string& prefix, const Net& net) {
    const tn::ModuleState state = tn::nn::state(net);
    for (const auto& [name, tensor] : state)
      tensor.visit([&](const auto& typed) { add(prefix + name, typed); });
  };
  add_model("last ", model);
  add_model("best ", *result.best);
  const auto state = adam.state();
  for (const auto& [name, tensor] : state.tensors) add(name, tensor);
  for (const auto& [name, value] : state.numbers) add(name, std::vector{value});
  for (const auto& report : result.history)
    add("epoch", std::vector{report.loss, report.scores.at(0).value, report.best ? 1.0 : 0.0});
  add("random", std::vector{tn::default_generator().uniform<double>()});
  return text;
}

/// What a child does: trains in the folder, from the checkpoint that it finds there.
void train_in(const std::string& folder) {
  tn::manual_seed(5);
  Net model;
  tn::optim::AdamW<float> adam(tn::nn::named_parameters(model), {.lr = 0.01});
  tn::Generator chance{7};
  const auto x = tn::randn<float>({120, 6}, chance);
  const auto label = tn::randint(0, 2, {120}, chance);
  auto batches = tn::data::batches(tn::data::TensorDataset(x, label),
                                   {.batch_size = 8, .shuffle = true, .seed = 1, .prefetch = 2});
  const auto loss_of = [](const Net& net, const auto& batch) {
    const auto& [inputs, labels] = batch;
    return cross_entropy(net(inputs), labels);
  };
  const auto result = tn::train::fit(
      model, adam, batches, loss_of,
      {.epochs = 8,
       .accumulate = 2,
       .clip_norm = 1,
       .schedule = [&](const auto& at) { set_lr(adam, tn::optim::CosineAnnealingLr{.t_max = 8}, at.epoch); },
       .validate =
           [&](const Net& net) { return tn::train::Scores{{"loss", cross_entropy(net(x), label).item()}}; },
       .checkpoint = folder + "/checkpoint",
       .checkpoint_every = 1,
       .resume = true,
       .csv = folder + "/log.csv",
       .log_every = 3});
  tn::io::AtomicFile file(folder + "/result");
  file.write(describe_run(result, model, adam));
  file.commit();
}

/// Such a training as a process that can be killed. It is alone: threads of its parent would not be there.
class Child {
 public:
  explicit Child(const std::string& folder) : child_(::fork()) {
    if (child_ != 0) return;
    tn::set_num_threads(1);
    try {
      train_in(folder);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
      ::_exit(1);
    }
    ::_exit(0);
  }
  void kill() const { ::kill(child_, SIGKILL); }
  /// Its exit status, or 128 + the signal that ended it.
  int wait() const {
    int status = 0;
    ::waitpid(child_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t child_;
};

TEST(Resume, KilledAtAnyMomentEndsWithTheBitsOfAnUninterruptedRun) {
  const support::TemporaryFolder whole;
  const tn::train::Stopwatch watch;
  ASSERT_EQ(Child(whole.path()).wait(), 0);
  const double duration = watch.seconds();
  const std::string want = support::read_file(whole / "result"),
                    want_log = support::read_file(whole / "log.csv");
  ASSERT_NE(want, "");

  const int kills = std::getenv("TENON_LONG_TESTS") ? 50 : 5;
  tn::Generator chance{static_cast<std::uint64_t>(kills)};
  int killed = 0;  // with a checkpoint to go on from
  for (int attempts = 0; killed < kills; ++attempts) {
    ASSERT_LT(attempts, 20 * kills) << "hardly a kill falls into the training";
    const support::TemporaryFolder folder;
    for (bool over = false; !over;) {
      const Child child(folder.path());
      if (killed < kills) {  // the last run is left to its end
        std::this_thread::sleep_for(std::chrono::duration<double>(duration * chance.uniform<double>() * 0.7));
        child.kill();
      }
      const int status = child.wait();
      over = status == 0;
      if (over) break;
      ASSERT_EQ(status, 128 + SIGKILL);
      if (!std::filesystem::exists(folder / "checkpoint")) continue;
      ++killed;
      EXPECT_NO_THROW(tn::train::FitState::read(tn::io::CheckpointFile(folder / "checkpoint")));
    }
    EXPECT_EQ(support::read_file(folder / "result"), want);
    EXPECT_EQ(support::read_file(folder / "log.csv"), want_log);
  }
}

}  // namespace resume_test
