/// The program char_gpt from outside, on a text of a few words.

#include <thread>

#include "examples/example_program.hpp"

namespace char_gpt_cli_test {

struct CharGptProgram : support::ExampleProgram {
  CharGptProgram() : ExampleProgram("char_gpt") {}

  /// Two lines over and over, with a letter of two bytes.
  void write_data() const {
    std::string text;
    for (int line = 0; line < 60; ++line) text += line % 3 == 0 ? "a naïve cat\n" : "a dog sat\n";
    folder_.write("input.txt", text);
  }
  std::vector<std::string> small(std::vector<std::string> more) const {
    more.insert(more.begin(), {"--data", folder_.path(), "--layers", "1", "--heads", "2", "--width", "16",
                               "--context", "8", "--batch", "4", "--warmup", "5", "--lr", "0.02"});
    return more;
  }
};

TEST_F(CharGptProgram, LearnsSavesValidatesAndWrites) {
  write_data();
  const std::string file = folder_ / "gpt.safetensors";
  const std::string out =
      expect_success(small({"--steps", "110", "--every", "50", "--length", "30", "--save", file}),
                     {"13 different characters, 576 to learn from, 64 to validate by",
                      "GPT of 1 layers, 2 heads, width 16, context 8: 3,456 weights, seed 1", "\n     50 ",
                      "\n    110 ", "    | a dog sat\n", "validation loss, nats per character", "at most"});
  EXPECT_EQ(out.find("nanoGPT"), std::string::npos) << "its figure is of another text";
  const std::size_t loss = out.find("this model, all");
  expect_success({"--load", file, "--data", folder_.path()}, {out.substr(loss, out.find("\n", loss) - loss)});
  EXPECT_EQ(expect_success({"--load", file, "--prompt", "a naï", "--length", "7", "--temperature", "0"}),
            "a naïve cat\n\n");
  const std::vector<std::string> two{"--load", file, "--prompt", "a", "-n", "2", "--top-k", "2", "--seed"};
  const auto write = [&](const char* seed) {
    std::vector<std::string> arguments = two;
    arguments.emplace_back(seed);
    return expect_success(arguments, {"\n---------------\na"});
  };
  EXPECT_EQ(write("1"), write("1"));
  EXPECT_NE(write("1"), write("2"));
}

TEST_F(CharGptProgram, KeepsTheAverageOfTheWeights) {
  write_data();
  const auto weights_after = [&](const char* decay) {
    const std::string file = folder_ / "averaged.safetensors";
    expect_success(small({"--steps", "20", "--length", "0", "--average", decay, "--save", file}));
    return support::read_file(file);
  };
  const std::string last = weights_after("0");
  EXPECT_EQ(last, weights_after("0"));
  EXPECT_NE(last, weights_after("0.98"));
}

TEST_F(CharGptProgram, AKilledRunGoesOnToTheSameBits) {
  write_data();
  const auto command = [&](const std::string& name) {
    return small({"--steps", "300", "--every", "20", "--dropout", "0.1", "--length", "5", "--checkpoint",
                  folder_ / (name + ".ckpt"), "--resume", "--save", folder_ / (name + ".safetensors")});
  };
  expect_success(command("whole"));
  {
    const support::Process killed(support::built_program("char_gpt"), command("cut"));
    while (killed.running() && !std::filesystem::exists(folder_ / "cut.ckpt"))
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  expect_success(command("cut"));
  EXPECT_EQ(support::read_file(folder_ / "cut.safetensors"),
            support::read_file(folder_ / "whole.safetensors"));
}

TEST_F(CharGptProgram, SaysWhatIsMissingAndWhatIsWrong) {
  expect_failure({}, 1,
                 "neither --data nor TENON_DATA names a folder.\nFetch "
                 "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt");
  expect_failure({"--data", folder_.path()}, 1, "there is no " + folder_.path() + "/input.txt");
  folder_.write("input.txt", "too short");
  expect_failure({"--data", folder_.path()}, 1, "the text has 9 characters: too few for a context of 64");
  write_data();
  expect_failure(small({"--prompt", "dig"}), 1, "the character \"i\" is not one of the 13");
  expect_failure({"--data", folder_.path(), "--context", "8", "--width", "16", "--heads", "3"}, 1,
                 "embed_dim 16 does not divide into 3 heads");
  expect_failure({"--load", folder_.write("w.safetensors", "no weights")}, 1, "w.safetensors");
  expect_failure({"-n", "2"}, 2, "--load");
  expect_failure({"--resume"}, 2, "--checkpoint");
  expect_failure({"--steps", "0"}, 2, "steps must be at least 1, not 0 (char_gpt --help tells more)");
  expect_failure({"--dropout", "1.5"}, 2, "dropout must lie between 0 and 1, not 1.5 (");
  expect_failure({"--dropout", "nan"}, 2, "dropout must lie between 0 and 1, not nan (");
  expect_failure({"--top-k", "-1"}, 2, "top-k must be at least 0, not -1 (");
  expect_failure({"--lr", "many"}, 2, "Could not convert: --lr = many (");
  expect_success({"--help"}, {"--data FOLDER", "--temperature", "Exit status"});
}

}  // namespace char_gpt_cli_test
