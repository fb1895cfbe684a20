/// The program sentence_classification from outside, on sentences of a few words.

#include "examples/example_program.hpp"

namespace sentence_classification_cli_test {

struct SentenceClassificationProgram : support::ExampleProgram {
  SentenceClassificationProgram() : ExampleProgram("sentence_classification") {}

  /// The second word decides.
  void write_data() const {
    std::filesystem::create_directories(folder_ / "sst2");
    std::string text;
    for (const char* noun : {"film", "plot", "cast", "score", "end"}) {
      text += std::string("1\ta good ") + noun + "\n" + "0\ta bad " + noun + " this was\n";
      text += std::string("1\tthe fine ") + noun + " of it\n" + "0\tthe dull " + noun + "\n";
    }
    for (const char* part : {"sst2/train.tsv.gz", "sst2/dev.tsv.gz", "sst2/test.tsv.gz"})
      folder_.write(part, text);
  }
};

TEST_F(SentenceClassificationProgram, BothModelsLearnSaveAndAnswer) {
  write_data();
  for (const std::string model : {"cnn", "lstm"}) {
    const std::string file = folder_ / (model + ".safetensors");
    const std::string out = expect_success(
        {"--data", folder_.path(), "--model", model, "--epochs", "2", "--batch", "2", "--save", file},
        {"20 sentences to learn from", "epoch", "test accuracy"});
    EXPECT_EQ(out.find("Kim 2014"), std::string::npos) << "his figure is of other sentences";
    expect_success({"--load", file, "--data", folder_.path()}, {"20 sentences"});
    expect_success({"--load", file, "--text", "a good unheard film", ""}, {"%   a good unheard film\n"});
  }
}

TEST_F(SentenceClassificationProgram, SaysWhatIsMissingAndWhatIsWrong) {
  expect_failure({}, 1, "neither --data nor TENON_DATA names a folder.\nFetch the sets SST-2 and TREC");
  expect_failure({"--data", folder_.path()}, 1, "there is no " + folder_.path() + "/sst2/train.tsv.gz");
  expect_failure({"--text", "good"}, 2, "--load");
  expect_failure({"--set", "imdb"}, 2, "--set");
  expect_failure({"--batch", "0"}, 2, "batch must be at least 1, not 0 (");
  write_data();
  folder_.write("sst2/dev.tsv.gz", "1\tgood\nbad\n");
  expect_failure({"--data", folder_.path()}, 1,
                 "sst2/dev.tsv.gz: line 2 is not a label, a tab and a sentence");
  expect_success({"--help"}, {"--data FOLDER", "--phrases", "Exit status"});
}

}  // namespace sentence_classification_cli_test
