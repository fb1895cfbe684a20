#pragma once
/// Rows of JSON that say what a model writes: {"prompt": ids, "config": options, "ids": the text}. A row without options
/// is greedy up to the length of its text.

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tenon/generate/generate.hpp"
#include "tenon/generate/generation_config_json.hpp"
#include "tenon/io/json.hpp"

namespace generate_test {

using tn::index_t;
using tn::io::Json;
using tn::models::Tokens;

/// A list of ids, or a list of such lists.
inline std::vector<Tokens> token_lists(const Json* value, const std::string& where) {
  tn::check<tn::IoError>(value && value->is_array(), "generate_cases", where, ": no list of ids");
  const bool nested = !value->elements().empty() && value->elements()[0].is_array();
  std::vector<Tokens> lists;
  if (nested)
    tn::models::detail::OptionValue(where, *value).into(lists);
  else
    tn::models::detail::OptionValue(where, *value).into(lists.emplace_back());
  return lists;
}

/// What one row says, and whether the model writes it.
struct CaseResult {
  bool passed = false;
  std::string message{};
};

template <class Model>
CaseResult run_case(const Model& model, tn::models::GenerationConfig config, const Json& row) {
  try {
    const auto prompts = token_lists(row.find("prompt"), "prompt"),
               expected = token_lists(row.find("ids"), "ids");
    if (const Json* options = row.find("config"))
      set_options(config, *options);
    else
      config.max_length = static_cast<index_t>(expected.at(0).size());
    std::vector<Tokens> written;
    for (const auto& text : generate_batch(model, prompts, config)) written.push_back(text.ids);
    if (written == expected) return {true};
    std::string message = "wrote";
    for (const Tokens& text : written)
      for (const index_t id : text) message += " " + std::to_string(id);
    return {false, message};
  } catch (const std::exception& error) {
    return {false, error.what()};
  }
}

/// Runs the rows of a file, and calls report(line number, result) for each.
template <class Model, class Report>
void run_cases(const Model& model, const tn::models::GenerationConfig& config, const std::string& path,
               const Report& report) {
  std::ifstream file(path);
  tn::check<tn::IoError>(file.good(), "generate_cases", "cannot read ", path);
  std::string line;
  for (int number = 1; std::getline(file, line); ++number)
    if (line.find_first_not_of(" \r") != line.npos)
      report(number, run_case(model, config, Json::parse(line)));
}

}  // namespace generate_test
