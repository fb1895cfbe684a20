/// Runs the node tests of the ONNX standard (data/node/test_*: a graph, its inputs, its outputs) whose
/// operators map onto the library's. Their values come from NumPy and were written by neither of us.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "node.hpp"

namespace onnx_tests {
namespace {

namespace fs = std::filesystem;

template <class Message>
Message read_message(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  Message message;
  if (!message.ParseFromIstream(&file)) throw std::runtime_error("cannot read " + path.string());
  return message;
}

using Environment = std::map<std::string, Value>;

void run(const onnx::GraphProto& graph, Environment& values) {
  for (const onnx::TensorProto& constant : graph.initializer())
    values.emplace(constant.name(), read_tensor(constant));
  for (const onnx::NodeProto& node : graph.node()) {
    std::vector<Value> inputs;
    for (const std::string& name : node.input()) inputs.push_back(name.empty() ? Value{} : values.at(name));
    const Node read(node, std::move(inputs));
    const Results results = find_operator(node.op_type())(read);
    read.expect_all_read();
    for (int i = 0; i < node.output_size(); ++i) {
      if (node.output(i).empty()) continue;
      if (i >= static_cast<int>(results.size())) throw Unsupported(node.op_type() + ": a further output");
      values[node.output(i)] = results[static_cast<std::size_t>(i)];
    }
  }
}

/// The references were computed in float by NumPy, over at most some hundreds of elements; but those of
/// windows with a pi of 3.1415, and those of grids and boxes were typed in with four decimals.
double tolerance_of(const std::string& name) {
  for (const char* rough : {"window", "gridsample", "roialign"})
    if (name.find(rough) != std::string::npos) return 1e-3;
  return 2e-5;
}

/// What is wrong with the case, or nothing.
std::string check(const fs::path& folder) {
  const auto model = read_message<onnx::ModelProto>(folder / "model.onnx");
  const onnx::GraphProto& graph = model.graph();
  for (const onnx::NodeProto& node : graph.node()) find_operator(node.op_type());
  for (int set = 0; fs::exists(folder / ("test_data_set_" + std::to_string(set))); ++set) {
    const fs::path data = folder / ("test_data_set_" + std::to_string(set));
    const auto tensor = [&](const char* stem, int i) {
      return read_tensor(read_message<onnx::TensorProto>(data / (stem + std::to_string(i) + ".pb")));
    };
    Environment values;
    for (const auto& input : graph.input())
      if (!input.type().has_tensor_type()) throw Unsupported("a sequence");
    for (int i = 0; i < graph.input_size(); ++i) values[graph.input(i).name()] = tensor("input_", i);
    run(graph, values);
    for (int i = 0; i < graph.output_size(); ++i) {
      const std::string wrong = difference(values.at(graph.output(i).name()), tensor("output_", i),
                                           tolerance_of(folder.filename()));
      if (!wrong.empty()) return graph.output(i).name() + ": " + wrong;
    }
  }
  return {};
}

struct Tally {
  int passed = 0, failed = 0;
  std::map<std::string, std::vector<std::string>> unmapped;  // by reason
};

void judge(const fs::path& folder, Tally& tally) {
  const std::string name = folder.filename().string().substr(5);  // without "test_"
  std::string wrong;
  try {
    wrong = check(folder);
  } catch (const Unsupported& reason) {
    tally.unmapped[reason.what()].push_back(name);
    return;
  } catch (const std::exception& error) {
    wrong = error.what();
  }
  ++(wrong.empty() ? tally.passed : tally.failed);
  if (!wrong.empty()) std::printf("FAILED %s: %s\n", name.c_str(), wrong.c_str());
}

int run_all(const fs::path& root, int least) {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(root))
    if (entry.is_directory() && entry.path().filename().string().starts_with("test_"))
      folders.push_back(entry);
  std::sort(folders.begin(), folders.end());
  Tally tally;
  for (const fs::path& folder : folders) judge(folder, tally);
  int unmapped = 0;
  for (const auto& [reason, names] : tally.unmapped) {
    unmapped += static_cast<int>(names.size());
    std::printf("unmapped (%s):", reason.c_str());
    for (const std::string& name : names) std::printf(" %s", name.c_str());
    std::printf("\n");
  }
  std::printf("%d passed, %d failed, %d unmapped\n", tally.passed, tally.failed, unmapped);
  if (tally.passed < least) std::printf("expected at least %d to pass\n", least);
  return tally.failed == 0 && tally.passed >= least ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace onnx_tests

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr,
                 "usage: %s FOLDER LEAST\n\nFOLDER holds test_*/model.onnx (Debian: libonnx-testdata); "
                 "at least LEAST cases must pass.\n",
                 argv[0]);
    return 2;
  }
  return onnx_tests::run_all(argv[1], std::atoi(argv[2]));
}
