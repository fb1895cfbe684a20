/// The program language_model from outside, on a few lines of text.

#include <filesystem>
#include <thread>

#include "examples/example_program.hpp"

namespace language_model_cli_test {

struct LanguageModelProgram : support::ExampleProgram {
  LanguageModelProgram() : ExampleProgram("language_model") {}

  void write_text(int lines) const {
    std::string text;
    for (int k = 0; k < lines; ++k)
      text += k % 3 ? " the cat sat on the mat \n" : " a dog ran to the door \n";
    folder_.write("toy.train.tokens", text);
    folder_.write("toy.valid.tokens", " a dog sat on the mat \n the cat ran to the door \n");
    folder_.write("toy.test.tokens", " the cat sat on an unheard chair \n");
  }
  std::vector<std::string> with_text(std::vector<std::string> more) const {
    more.insert(more.begin(), {"--data", folder_.path(), "--batch", "2"});
    return more;
  }
};

TEST_F(LanguageModelProgram, LearnsWritesSavesAndLoads) {
  write_text(40);
  const std::string weights = folder_ / "lm.safetensors";
  const std::string out = expect_success(
      with_text({"--epochs", "2", "--save", weights, "--length", "5", "--csv", folder_ / "lm.csv"}),
      {"280 words to learn from, 14 to choose the epoch by, 8 to test; 12 different",
       "small LSTM of 648,012 weights, seed 1", "validation", "test perplexity", "what it writes"});
  const std::size_t figure = out.find("this run");
  expect_success({"--load", weights, "--data", folder_.path()},
                 {out.substr(figure, out.find('\n', figure) - figure)});
  EXPECT_TRUE(
      expect_success({"--load", weights, "--prompt", "the cat", "--length", "3"}).starts_with("the cat"));
  expect_failure({"--load", weights, "--prompt", "the whale"}, 1,
                 "the model does not know the word \"whale\"");
  expect_success(with_text({"--limit", "50", "--epochs", "1"}),
                 {"50 words to learn from", "12 different", "--limit 0 learns from all"});
}

TEST_F(LanguageModelProgram, AFoldersNameAloneIsNotItsText) {
  std::filesystem::create_directory(folder_ / "ptb");
  write_text(4);
  for (const char* part : {"toy.train.tokens", "toy.valid.tokens", "toy.test.tokens"})
    std::filesystem::rename(folder_ / part, folder_ / (std::string("ptb/") + part));
  const std::string out =
      expect_success({"--data", folder_ / "ptb", "--batch", "2", "--epochs", "1"}, {"test perplexity"});
  EXPECT_EQ(out.find("Zaremba"), std::string::npos) << "his figures are of another text";
}

TEST_F(LanguageModelProgram, AKilledRunGoesOnToTheSameBits) {
  write_text(200);
  const auto command = [&](const std::string& name) {
    return with_text({"--epochs", "6", "--checkpoint", folder_ / (name + ".ckpt"), "--resume", "--save",
                      folder_ / (name + ".safetensors")});
  };
  expect_success(command("whole"));
  {
    const support::Process killed(support::built_program("language_model"), command("cut"));
    while (killed.running() && !std::filesystem::exists(folder_ / "cut.ckpt"))
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  expect_success(command("cut"));
  EXPECT_EQ(support::read_file(folder_ / "cut.safetensors"),
            support::read_file(folder_ / "whole.safetensors"));
}

TEST_F(LanguageModelProgram, SaysWhatIsMissingAndWhatIsWrong) {
  expect_failure({}, 1, "neither --data nor TENON_DATA names a folder.\nFetch WikiText-2");
  expect_failure({"--data", folder_.path()}, 1, "has no file called *.train.*");
  write_text(1);
  expect_failure({"--data", folder_.path(), "--batch", "40"}, 1,
                 "a text of 7 words is too short for 40 streams of two words");
  folder_.write("other.test.txt", "a");
  expect_failure({"--data", folder_.path()}, 1, "has several files called *.test.*");
  expect_failure({"--load", folder_.write("w.safetensors", "no weights")}, 1, "w.safetensors");
  expect_failure({"--model", "large"}, 2, "--model");
  expect_failure({"--resume"}, 2, "--checkpoint");
  expect_failure({"--limit", "-1"}, 2, "limit must be at least 0, not -1 (");
  expect_failure({"--temperature", "nan"}, 2, "temperature must be at least 0, not nan (");
  expect_success({"--help"}, {"--data FOLDER", "--temperature", "Exit status"});
}

}  // namespace language_model_cli_test
