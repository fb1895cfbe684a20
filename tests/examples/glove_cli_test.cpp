/// The program glove from outside. What it shares with word2vec is tested there.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "examples/vector_program.hpp"

namespace glove_cli_test {

using support::Outcome;
using support::Process;
using support::read_file;

class GloveProgram : public support::VectorProgram {
 protected:
  GloveProgram() : VectorProgram("glove", "TENON_GLOVE") {}
};

TEST_F(GloveProgram, HelpNamesEveryGroup) {
  const Outcome outcome = run("--help");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  for (const char* part : {"Text\n", "Model\n", "Training\n", "Result\n", "Questions\n", "Evaluation\n",
                           "Examples:", "Exit status:", "--x-max X", "--model 1|2", "[2]"})
    EXPECT_NE(outcome.out.find(part), std::string::npos) << part;
}

TEST_F(GloveProgram, LearnsWhichWordsBelongTogether) {
  folder_.write("text", small_text(4000, 8));
  const Outcome outcome =
      run("--train @text --size 16 --iterations 50 --threads 1 --neighbors dog bread --top 5 --map @map.svg");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("pairs of words merged"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("s an iteration"), std::string::npos) << outcome.out;
  const auto animals = outcome.out.substr(outcome.out.find("nearest to dog"));
  for (const char* word : {"cat", "horse", "sheep", "cow", "goat"})
    EXPECT_LT(animals.find(word), animals.find("nearest to bread"));
  EXPECT_TRUE(read_file(folder_ / "map.svg").starts_with("<svg "));
}

TEST_F(GloveProgram, StanfordsNamesServeWithOneDash) {
  folder_.write("text", small_text(500));
  const Outcome outcome =
      run("-train @text -output @v.bin -vector-size 16 -window-size 3 -x-max 10 -alpha 0.5 -eta 0.1 -iter 3 "
          "-min-count 5 -max-vocab 11 -model 1 -memory 0.1 -threads 2 -seed 7 -binary 1");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(read_file(folder_ / "v.bin").substr(0, 6), "11 16\n");
}

TEST_F(GloveProgram, JoinedLinesServeAsOneLine) {
  std::string text = small_text(500);
  folder_.write("lines", text);
  std::ranges::replace(text, '\n', ' ');
  folder_.write("line", text);
  const std::string command = " --size 10 --threads 1 --iterations 2 --output ";
  EXPECT_EQ(run("--train @lines" + command + "@a.bin").status, 0);
  EXPECT_EQ(run("--train @lines --join-lines" + command + "@b.bin").status, 0);
  EXPECT_EQ(run("--train @line" + command + "@c.bin").status, 0);
  EXPECT_EQ(read_file(folder_ / "b.bin"), read_file(folder_ / "c.bin"));
  EXPECT_NE(read_file(folder_ / "a.bin"), read_file(folder_ / "c.bin"));
}

TEST_F(GloveProgram, OneThreadAndOneSeedGiveTheSameBytesInAnyMemory) {
  folder_.write("text", small_text(500));
  const std::string command = "--train @text --size 10 --threads 1 --iterations 2 --output ";
  EXPECT_EQ(run(command + "@a.bin --seed 3").status, 0);
  EXPECT_EQ(run(command + "@b.bin --seed 3 --memory 0.001").status, 0);
  EXPECT_EQ(run(command + "@c.bin --seed 4").status, 0);
  EXPECT_EQ(read_file(folder_ / "a.bin"), read_file(folder_ / "b.bin"));
  EXPECT_NE(read_file(folder_ / "a.bin"), read_file(folder_ / "c.bin"));
}

// A run takes about a second, more than comes before the signal: counting or training, it has to stop.
TEST_F(GloveProgram, CtrlCKeepsAStateToGoOnFrom) {
  folder_.write("text", small_text());
  const std::string command = "--train @text --size 32 --threads 1 --iterations 300000 --output ";
  ASSERT_EQ(run(command + "@whole.bin").status, 0);
  Process training(program_, split(command + "@parts.bin"));
  while (training.out_so_far().find("Training") == std::string::npos && training.running())
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  training.send(SIGINT);
  const Outcome stopped = training.wait();
  ASSERT_EQ(stopped.status, 130) << stopped.err;
  EXPECT_NE(stopped.err.find("glove: stopped at "), std::string::npos) << stopped.err;
  const Outcome resumed = run(command + "@parts.bin --resume");
  EXPECT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_EQ(read_file(folder_ / "parts.bin"), read_file(folder_ / "whole.bin"));
}

TEST_F(GloveProgram, WrongCommandLines) {
  const std::string more = " (glove --help tells more)";
  expect_failure("--x-max -1", 2, "x_max must be a positive number, not -1" + more, {});
  expect_failure("--memory 0", 2, "memory must lie between 0.001 and 1000000 GB, not 0" + more, {});
  expect_failure("--train @t", 2,
                 "the vectors would be lost: give --output FILE, a question or an evaluation" + more, {});
  EXPECT_EQ(run("--model 3").status, 2);
}

TEST_F(GloveProgram, TextsThatAreNone) {
  folder_.write("empty", "");
  expect_failure("--train @empty --output @v", 1, "the text has no words", {"empty"});
  expect_failure("--train @none --output @v", 1, "cannot open @none: No such file or directory", {"empty"});
  expect_failure("--train @empty --output @none/v", 1, "cannot write @none/v: No such file or directory",
                 {"empty"});
}

TEST_F(GloveProgram, BinaryGarbageDoesNoHarm) {
  tn::Generator random(9);
  std::string garbage(1 << 20, '\0');
  for (char& byte : garbage) byte = static_cast<char>(random.next_u32());
  folder_.write("garbage", garbage);
  const Outcome trained = run("--train @garbage --output @v.bin --size 8 --iterations 1 --memory 0.01");
  EXPECT_EQ(trained.status, 0) << trained.err;
  EXPECT_EQ(run("--load @v.bin --output @v.txt").status, 0);  // what came of it is a proper file
  EXPECT_EQ(run("--train @garbage --output @w --resume --checkpoint @garbage").status, 1);
}

}  // namespace glove_cli_test
