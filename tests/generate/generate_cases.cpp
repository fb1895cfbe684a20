/// generate_cases MODEL_FOLDER FILE.jsonl: whether a model writes the texts of the file's rows. Prints the rows that it
/// does not, and closes with `N passed, N failed`.

#include <cstdio>

#include "cases.hpp"
#include "tenon/models/language/pretrained.hpp"

int main(int count, char** arguments) try {
  if (count != 3) {
    std::fprintf(stderr, "usage: generate_cases MODEL_FOLDER FILE.jsonl\n");
    return 2;
  }
  int passed = 0, failed = 0;
  generate_test::run_cases(tn::models::load_pretrained(arguments[1]).model,
                           tn::models::read_generation_config(arguments[1]), arguments[2],
                           [&](int line, const generate_test::CaseResult& result) {
                             ++(result.passed ? passed : failed);
                             if (!result.passed) std::printf("line %d: %s\n", line, result.message.c_str());
                           });
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 2;
}
