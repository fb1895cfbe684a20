#include "tenon/io/checkpoint.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bit>
#include <cmath>
#include <limits>

#include "support/temporary_folder.hpp"
#include "tenon/ops/linalg/matmul.hpp"
#include "tenon/ops/loss/loss.hpp"
#include "tenon/optim/adam.hpp"
#include "tenon/train/progress.hpp"

namespace checkpoint_test {

using support::message_of;
using support::TemporaryFolder;
using tn::index_t;
using tn::Tensor;
using tn::io::Checkpoint;
using tn::io::CheckpointFile;

struct Line {
  tn::nn::Parameter<float> weight, bias;
  explicit Line(tn::Generator& generator)
      : weight(tn::randn<float>({4, 3}, generator)), bias(tn::zeros<float>({3})) {}
  TENON_FIELDS(weight, bias);
};

/// A small run whose every step depends on all that a checkpoint keeps.
struct Training {
  tn::Generator data{11};
  Line model{data};
  tn::optim::Adam<float> adam{tn::nn::parameters(model), {.lr = 0.1}};
  index_t step = 0;

  void train(index_t until) {
    for (; step < until; ++step) {
      const auto x = tn::rand<float>({5, 4}, data), y = tn::rand<float>({5, 3}, data);
      data.next_u32();  // leaves the generator within a block
      adam.step(grad(mse_loss(matmul(x, model.weight) + model.bias, y), tn::nn::parameters(model)));
    }
  }
  void save(const std::string& path) const {
    Checkpoint checkpoint;
    checkpoint.add("model", tn::nn::state(model));
    checkpoint.add("optimizer", adam.state());
    checkpoint.add("data", data);
    checkpoint.set("step", step);
    checkpoint.save(path);
  }
  void resume(const std::string& path) {
    const CheckpointFile saved(path);
    saved.restore("model", tn::nn::state(model));
    adam.load_state(saved.optimizer<float>("optimizer"));
    saved.restore("data", data);
    step = saved.integer("step");
  }
};

TEST(Checkpoint, AResumedRunHasTheBitsOfAnUninterruptedOne) {
  TemporaryFolder folder;
  Training whole;
  whole.train(20);
  Training first;
  first.train(7);
  first.save(folder / "c");
  Training second;
  second.train(3);  // whatever it did before
  second.resume(folder / "c");
  EXPECT_EQ(second.step, 7);
  second.train(20);
  EXPECT_EQ(second.model.weight.to_vector(), whole.model.weight.to_vector());
  EXPECT_EQ(second.model.bias.to_vector(), whole.model.bias.to_vector());
  EXPECT_EQ(second.data.next_u32(), whole.data.next_u32());
}

TEST(Checkpoint, NumbersKeepTheirBits) {
  TemporaryFolder folder;
  Checkpoint checkpoint;
  const double values[] = {1.0 / 3, -0.0, 5e-324, std::numeric_limits<double>::infinity(),
                           std::bit_cast<double>(0x7ff8000000abcdefULL)};
  for (std::size_t i = 0; i < std::size(values); ++i) checkpoint.set(std::to_string(i), values[i]);
  checkpoint.set("lowest", std::numeric_limits<index_t>::min());
  checkpoint.set("count", 3);
  checkpoint.set("note", "naïve \"text\"");
  checkpoint.add("schedule", tn::optim::NamedNumbers{{"lr", 0.1}, {"best", -std::nan("")}});
  checkpoint.add("empty", tn::optim::NamedNumbers{});
  checkpoint.add("order", tn::from<std::int32_t>({2, 0, 1}));
  tn::Generator generator{~std::uint64_t{0}};
  generator.next_u32();
  checkpoint.add("generator", generator);
  checkpoint.save(folder / "c");

  const CheckpointFile saved(folder / "c");
  for (std::size_t i = 0; i < std::size(values); ++i)
    EXPECT_EQ(std::bit_cast<std::uint64_t>(saved.number(std::to_string(i))),
              std::bit_cast<std::uint64_t>(values[i]));
  EXPECT_EQ(saved.integer("lowest"), std::numeric_limits<index_t>::min());
  EXPECT_EQ(saved.integer("count"), 3);
  EXPECT_EQ(saved.text("note"), "naïve \"text\"");
  const auto schedule = saved.numbers("schedule");
  ASSERT_EQ(schedule.size(), 2u);
  EXPECT_EQ(schedule[1].first, "lr");
  EXPECT_EQ(schedule[1].second, 0.1);
  EXPECT_TRUE(saved.numbers("empty").empty());
  EXPECT_EQ(saved.tensor<std::int32_t>("order").to_vector(), (std::vector<std::int32_t>{2, 0, 1}));
  tn::Generator restored{1};
  saved.restore("generator", restored);
  EXPECT_EQ(restored.next_u64(), generator.next_u64());
  EXPECT_TRUE(saved.has_section("empty") && saved.has_number("count") && saved.has_text("note"));
  EXPECT_FALSE(saved.has_section("none") || saved.has_number("none") || saved.has_text("none"));
}

TEST(Checkpoint, WhatIsMissingIsNamed) {
  TemporaryFolder folder;
  const std::string path = folder / "c";
  Checkpoint checkpoint;
  checkpoint.set("epoch", 0.5);
  tn::Generator generator{1};
  checkpoint.add("model", tn::nn::state(Line(generator)));
  checkpoint.save(path);
  const CheckpointFile saved(path);
  const auto refusal = [](auto f) { return message_of<tn::IoError>(f); };
  EXPECT_EQ(refusal([&] { saved.optimizer<float>("optimizer"); }),
            "[checkpoint] " + path + " has no section \"optimizer\"");
  EXPECT_EQ(refusal([&] { saved.number("step"); }), "[checkpoint] " + path + " has no number \"step\"");
  EXPECT_EQ(refusal([&] { saved.text("note"); }), "[checkpoint] " + path + " has no text \"note\"");
  EXPECT_EQ(refusal([&] { saved.integer("epoch"); }),
            "[safetensors] " + path + ": \"numbers/epoch\" is stored as F64, which does not fit int64");
  EXPECT_EQ(refusal([&] { saved.restore("model", generator); }),
            "[safetensors] " + path + ": there is no \"model/generator\" in it");
  Line other(generator);
  tn::ModuleState state = tn::nn::state(other);
  state[1].name = "offset";
  EXPECT_EQ(refusal([&] { saved.restore("model", state); }),
            "[load] " + path +
                ", section model does not fit the model:\n"
                "  missing: offset (3,) float32\n"
                "  unexpected: bias (3,) F32 (in the file model/bias)");
}

TEST(Checkpoint, NamesAreChecked) {
  Checkpoint checkpoint;
  checkpoint.set("x", 1.0);
  checkpoint.add("g", tn::Generator{});
  const auto refusal = [](auto f) { return message_of<tn::ValueError>(f); };
  EXPECT_EQ(refusal([&] { checkpoint.add("g", tn::Generator{}); }),
            "[checkpoint] the section \"g\" is added twice");
  EXPECT_EQ(refusal([&] { checkpoint.add("a/b", tn::Generator{}); }),
            "[checkpoint] \"a/b\" is no name for a section");
  EXPECT_NE(refusal([&] { checkpoint.add("numbers", tn::Generator{}); }), "");
  EXPECT_EQ(refusal([&] { checkpoint.set("x", 2.0); }), "[safetensors] \"numbers/x\" is added twice");
}

TEST(Checkpoint, OtherAndTruncatedFilesAreRefused) {
  TemporaryFolder folder;
  const std::string path = folder / "c";
  tn::io::SafetensorsWriter writer;
  writer.save(path);
  EXPECT_EQ(message_of<tn::IoError>([&] { CheckpointFile{path}; }),
            "[checkpoint] " + path + " is not a checkpoint");

  Training().save(path);
  const std::string content = support::read_file(path);
  for (std::size_t size = 0; size < content.size(); size += 13) {
    folder.write("c", std::string_view(content).substr(0, size));
    EXPECT_NE(message_of<tn::IoError>([&] { CheckpointFile{path}; }).find("truncated"), std::string::npos)
        << size;
  }
}

TEST(Checkpoint, AKilledProcessLeavesAWholeFile) {
  TemporaryFolder folder;
  const std::string path = folder / "c";
  const auto save_step = [&](index_t step) {
    auto x = Tensor<double>::empty({20000});
    std::fill_n(x.mutable_data(), x.size(), static_cast<double>(step));
    Checkpoint checkpoint;
    checkpoint.add("x", x);
    checkpoint.set("step", step);
    checkpoint.save(path);
  };
  const tn::train::Stopwatch watch;
  save_step(1);
  const double microseconds = 1e6 * watch.seconds();
  index_t last = 1;
  for (int kill = 0; kill < 20 || (last == 1 && kill < 200); ++kill) {  // a busy machine gets less done
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      for (index_t step = last;; ++step) save_step(step);
    }
    ::usleep(static_cast<useconds_t>(microseconds * (0.5 + 0.37 * kill)));  // within one file and another
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const CheckpointFile saved(path);
    const index_t step = saved.integer("step");
    EXPECT_GE(step, last);
    for (const double v : saved.tensor<double>("x")) ASSERT_EQ(v, static_cast<double>(step));
    last = step;
  }
  EXPECT_GT(last, 1) << "no child got as far as a second file";
  EXPECT_LE(folder.files().size(), 2u) << "leftovers of killed processes pile up";
}

}  // namespace checkpoint_test
