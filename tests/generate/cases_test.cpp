#include "cases.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tenon/models/language/pretrained.hpp"

namespace cases_test {

// Written by transformers.js and by another computation in double precision.
TEST(GenerateCases, TinyGpt2WritesWhatTransformersWrites) {
  const char* const data = std::getenv("TENON_DATA");
  const std::string folder = std::string(data ? data : "") + "/pretrained/tiny-random-gpt2";
  if (!data || !std::filesystem::exists(folder))
    GTEST_SKIP() << "no pretrained/tiny-random-gpt2 in TENON_DATA";
  const auto gpt = tn::models::load_pretrained(folder).model;
  int rows = 0;
  for (const char* const file : {"/generate.jsonl", "/greedy.jsonl"})
    generate_test::run_cases(gpt, tn::models::read_generation_config(folder), folder + file,
                             [&](int line, const generate_test::CaseResult& result) {
                               ++rows;
                               EXPECT_TRUE(result.passed)
                                   << file << ", line " << line << ": " << result.message;
                             });
  EXPECT_GE(rows, 18);
}

}  // namespace cases_test
