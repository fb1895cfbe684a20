/// golden: runs files of golden cases (README.md) through the library and says which hold.

#include <algorithm>   // max, sort
#include <cstdio>      // printf
#include <filesystem>  // directory_iterator

#include <CLI/CLI.hpp>

#include "run.hpp"

namespace {

struct Options {
  std::string folder = TENON_GOLDEN_FOLDER;
  std::vector<std::string> ops, required;
  bool verbose = false;

  bool wants(const std::string& op) const {
    return ops.empty() || std::find(ops.begin(), ops.end(), op) != ops.end();
  }
  bool requires_op(const std::string& op) const {
    return std::find(required.begin(), required.end(), op) != required.end() ||
           std::find(required.begin(), required.end(), "all") != required.end();
  }
};

/// How the cases of one operation fared.
struct Tally {
  int passed = 0, failed = 0, unsupported = 0;
};

class Report {
 public:
  explicit Report(const Options& options) : options_(options) {}

  void run_file(const std::string& path) {
    try {
      for (const golden::Fixture& fixture : golden::read_fixtures(path))
        if (options_.wants(fixture.op)) run_case(fixture);
    } catch (const tn::Error& error) {
      const std::string name = std::filesystem::path(path).stem().string();
      if (!options_.wants(name)) return;
      std::printf("FAILED %s: %s\n", name.c_str(), error.what());
      ++tallies_[name].failed;
    }
  }

  /// An operation that was asked for must be one that the library, or at least the folder, knows.
  void check_names() {
    for (const auto* names : {&options_.ops, &options_.required})
      for (const std::string& op : *names) {
        if (op == "all" || golden::find_op(op) || tallies_.contains(op)) continue;
        std::printf("FAILED %s: neither the library nor the folder knows it\n", op.c_str());
        ++tallies_[op].failed;
      }
  }

  /// Prints the table and the totals; whether nothing failed.
  bool close() const {
    std::size_t width = 9;
    for (const auto& [op, tally] : tallies_) width = std::max(width, op.size());
    const int column = static_cast<int>(width);
    std::printf("\n%-*s  passed  failed  unsupported\n", column, "operation");
    Tally total;
    int unsupported_ops = 0;
    std::string names;
    for (const auto& [op, tally] : tallies_) {
      std::printf("%-*s  %6d  %6d  %11d\n", column, op.c_str(), tally.passed, tally.failed,
                  tally.unsupported);
      total.passed += tally.passed;
      total.failed += tally.failed;
      total.unsupported += tally.unsupported;
      if (tally.unsupported == 0) continue;
      names += (unsupported_ops++ ? ", " : "") + op;
    }
    std::printf("\n");
    if (total.unsupported > 0)
      std::printf("%d unsupported, in %d operations: %s\n", total.unsupported, unsupported_ops,
                  names.c_str());
    std::printf("%d passed, %d failed\n", total.passed, total.failed);
    return total.failed == 0;
  }

 private:
  void run_case(const golden::Fixture& fixture) {
    Tally& tally = tallies_[fixture.op];
    const golden::Op* op = golden::find_op(fixture.op);
    golden::Verdict verdict{.unsupported = "the operation is not known"};
    if (op) verdict = golden::run(*op, fixture);
    std::vector<std::string>& notes = verdict.complaints;
    const bool unsupported = !verdict.unsupported.empty(), required = options_.requires_op(fixture.op);
    const bool failed = !notes.empty() || (unsupported && required);
    if (unsupported) notes = {(required ? "not supported, but required: " : "") + verdict.unsupported};
    ++(failed ? tally.failed : unsupported ? tally.unsupported : tally.passed);
    if (options_.verbose || failed)
      std::printf("%s %s %s\n",
                  failed        ? "FAILED"
                  : unsupported ? "unsupported"
                                : "passed",
                  fixture.op.c_str(), fixture.name.c_str());
    if (options_.verbose || failed)
      for (const std::string& note : notes) std::printf("    %s\n", note.c_str());
  }

  const Options& options_;
  std::map<std::string, Tally> tallies_;
};

/// The golden files of a folder, sorted. throws tn::IoError when there are none
std::vector<std::string> golden_files(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> files;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (at->path().extension() == ".safetensors") files.push_back(at->path().string());
  tn::check<tn::IoError>(!error, "golden", "cannot read the folder ", folder, ": ", error.message());
  tn::check<tn::IoError>(!files.empty(), "golden", "there are no .safetensors files in ", folder);
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

int main(int argc, char** argv) try {
  Options options;
  CLI::App app(
      "Runs files of golden cases through the library: values and gradients.\n"
      "Ends with status 0 when nothing failed, 1 when something did, 2 when there was nothing to run.");
  app.add_option("--golden", options.folder, "Folder of golden files")
      ->envname("TENON_GOLDEN")
      ->capture_default_str();
  app.add_option("--op", options.ops, "Only these operations")->delimiter(',')->type_name("OP,…");
  app.add_option("--require", options.required,
                 "Operations that must be supported; all for every one in the folder")
      ->delimiter(',')
      ->type_name("OP,…");
  app.add_flag("--verbose", options.verbose, "Name the cases that passed as well");
  CLI11_PARSE(app, argc, argv);

  Report report(options);
  for (const std::string& file : golden_files(options.folder)) report.run_file(file);
  report.check_names();
  return report.close() ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 2;
}
