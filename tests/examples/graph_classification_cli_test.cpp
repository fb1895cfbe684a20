/// The program graph_classification from outside, on a graph of two circles of papers.

#include "examples/example_program.hpp"
#include "tenon/io/npy.hpp"

namespace graph_classification_cli_test {

using tn::index_t;

/// Read before SetUp takes it from the programs.
const std::string data_sets = std::getenv("TENON_DATA") ? std::getenv("TENON_DATA") : "";

struct GraphClassificationProgram : support::ExampleProgram {
  GraphClassificationProgram() : ExampleProgram("graph_classification") {}

  /// 40 papers: even ones are of subject 0 and have word 0, odd ones 1 and 1; each has a word of its own
  /// besides and cites the next of its subject.
  void write_data() const {
    std::vector<index_t> edges, indptr{0}, indices, labels;
    for (index_t paper = 0; paper < 40; ++paper) {
      edges.insert(edges.end(), {paper, (paper + 2) % 40});
      indices.insert(indices.end(), {paper % 2, paper + 2});
      indptr.push_back(2 * paper + 2);
      labels.push_back(paper % 2);
    }
    const auto save = [&](const char* name, const std::vector<index_t>& values, const tn::Shape& shape) {
      tn::io::save_npy(folder_ / name, tn::from<index_t>(values, shape));
    };
    save("edges.npy", edges, {40, 2});
    save("features_indptr.npy", indptr, {41});
    save("features_indices.npy", indices, {80});
    save("labels.npy", labels, {40});
    save("idx_train.npy", {0, 1, 2, 3}, {4});
    save("idx_val.npy", {10, 11, 12, 13}, {4});
    save("idx_test.npy", {20, 21, 22, 23, 24, 25}, {6});
  }
};

TEST_F(GraphClassificationProgram, BothModelsLearnSaveAndLoad) {
  write_data();
  for (const std::string model : {"gcn", "gat"}) {
    const std::string file = folder_ / (model + ".safetensors");
    const std::string out = expect_success(
        {"--data", folder_.path(), "--model", model, "--epochs", "30", "--runs", "2", "--save", file},
        {"Graph     40 papers", "mean of  2 runs"});
    for (const char* other : {"Cora", "81.5", "83.0", "et al.", "Kipf"})
      EXPECT_EQ(out.find(other), std::string::npos) << other << " is of another graph";
    expect_success({"--data", folder_.path(), "--model", model, "--load", file},
                   {"validation 100.0 %, test 100.0 %"});
  }
}

TEST_F(GraphClassificationProgram, CorasFigureStandsBesideCora) {
  const std::string cora = data_sets + "/cora";
  if (!std::filesystem::exists(cora)) GTEST_SKIP() << "TENON_DATA names no folder that holds cora";
  expect_success({"--data", cora, "--epochs", "1"},
                 {"Cora      2,708 papers of 1,433 different words", "Kipf & Welling 2017     81.5 %"});
}

TEST_F(GraphClassificationProgram, SaysWhatIsMissingAndWhatIsWrong) {
  expect_failure({}, 1, "neither --data nor TENON_DATA names a folder.\nFetch Cora");
  expect_failure({"--data", folder_.path()}, 1, "there is no " + folder_.path() + "/edges.npy");
  expect_failure({"--model", "mlp"}, 2, "--model");
  expect_failure({"--runs", "0"}, 2, "runs must be at least 1, not 0 (");
  expect_failure({"--epochs", "-3000000000"}, 2, "epochs must be at least 0, not -3000000000 (");
  expect_success({"--help"}, {"--data FOLDER", "--runs", "Exit status"});
}

}  // namespace graph_classification_cli_test
