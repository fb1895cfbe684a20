/// Runs tokenizers beside files of expected results.
///
///     tokenizer_cases DIR...
///
/// DIR, and every folder in it, that holds a tokenizer and files *.jsonl of rows {"text", "ids", "decoded",
/// "ids_special", "decoded_skip"}: `ids` without special tokens, `decoded` from `ids` with special tokens kept;
/// "ids_special" and "decoded_skip" where they differ from these. Prints a row for each folder, what failed, and
/// how many passed and failed; exits with 1 if any failed or there were none.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "tenon/text/subword/tokenizer.hpp"

namespace {

namespace fs = std::filesystem;
using tn::index_t;
using tn::io::Json;
using tn::text::Tokenizer;

struct Count {
  int passed = 0, failed = 0;
};

std::vector<index_t> ids_of(const Json& json) {
  std::vector<index_t> ids;
  for (const Json& id : json.elements()) ids.push_back(static_cast<index_t>(id.whole_number().value()));
  return ids;
}
std::string text_of(const std::vector<index_t>& ids) {
  std::string text;
  for (const index_t id : ids) text += (text.empty() ? "" : " ") + std::to_string(id);
  return text;
}
std::string shown(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ') c = '_';
  return text.size() > 300 ? text.substr(0, 300) + "..." : text;
}

/// What of a row is wrong; empty if nothing is.
std::string wrong(const Tokenizer& tokenizer, const Json& row) {
  const std::string& text = row.find("text")->text();
  const std::vector<index_t> ids = ids_of(*row.find("ids"));
  std::string all;
  const auto expect = [&](const char* what, const std::string& got, const std::string& want) {
    if (got != want)
      all += std::string("\n    ") + what + "\n      got  " + shown(got) + "\n      want " + shown(want);
  };
  expect("ids", text_of(tokenizer.ids(text)), text_of(ids));
  expect("encode", text_of(tokenizer.encode(text, false).ids), text_of(ids));
  if (const Json* special = row.find("ids_special"))
    expect("ids_special", text_of(tokenizer.encode(text).ids), text_of(ids_of(*special)));
  else if (row.find("decoded"))
    expect("ids_special", text_of(tokenizer.encode(text).ids), text_of(ids));
  const Json *const decoded = row.find("decoded"), *const skipped = row.find("decoded_skip");
  if (decoded) {
    expect("decoded", tokenizer.decode(ids, false), decoded->text());
    expect("decoded_skip", tokenizer.decode(ids), (skipped ? skipped : decoded)->text());
  }
  return all;
}

Count run(const Tokenizer& tokenizer, const fs::path& file) {
  Count count;
  const std::string all = tn::text::detail::read_all(file);
  tn::text::detail::each_line(all, [&](std::string_view line) {
    if (line.empty()) return;
    const Json row = Json::parse(line);
    std::string what;
    try {
      what = wrong(tokenizer, row);
    } catch (const std::exception& error) {
      what = std::string("\n    ") + error.what();
    }
    if (what.empty()) {
      ++count.passed;
    } else if (++count.failed <= 20) {
      std::printf("  %s%s\n", shown(row.find("text")->text()).c_str(), what.c_str());
    }
  });
  return count;
}

/// A folder by itself, if it holds rows.
void run_folder(const fs::path& folder, Count& total) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
  if (files.empty()) return;
  std::sort(files.begin(), files.end());
  Count count;
  try {
    const Tokenizer tokenizer = Tokenizer::load(folder);
    for (const fs::path& file : files) {
      const Count more = run(tokenizer, file);
      count.passed += more.passed;
      count.failed += more.failed;
    }
  } catch (const std::exception& error) {
    std::printf("  %s\n", error.what());
    ++count.failed;
  }
  std::printf("%-28s %6d passed %6d failed\n", folder.filename().string().c_str(), count.passed,
              count.failed);
  total.passed += count.passed;
  total.failed += count.failed;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || std::string(argv[1]) == "--help") {
    std::printf("tokenizer_cases DIR...: runs the tokenizers in DIR and in its folders on their *.jsonl\n");
    return argc < 2;
  }
  Count total;
  try {
    for (int i = 1; i < argc; ++i) {
      const fs::path root(argv[i]);
      run_folder(root, total);
      std::vector<fs::path> folders;
      for (const auto& entry : fs::directory_iterator(root))
        if (entry.is_directory()) folders.push_back(entry.path());
      std::sort(folders.begin(), folders.end());
      for (const fs::path& folder : folders) run_folder(folder, total);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tokenizer_cases: %s\n", error.what());
    return 1;
  }
  std::printf("%d passed, %d failed\n", total.passed, total.failed);
  return total.failed > 0 || total.passed == 0;
}
