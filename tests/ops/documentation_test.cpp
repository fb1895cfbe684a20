/// docs/ops.md lists what the sweep checks. It is written by this test: TENON_WRITE_DOCS=1 bin/test_ops
/// --gtest_filter='Documentation.*'.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "support/op_case.hpp"

namespace documentation_test {

constexpr const char* introduction =
    "# Ops and their derivatives\n\n"
    "Every line is a case of the tests: its value in float and double, on strided, broadcast and empty "
    "operands, by every\n"
    "provider and number of threads, and its derivatives, which numerical differentiation confirms up to "
    "this order. Where the\n"
    "order is 1, PyTorch has no second derivative either, or it is 0 everywhere. The table is written by a "
    "test\n"
    "(`tests/ops/documentation_test.cpp`), not by hand.\n\n";

TEST(Documentation, ListsTheCasesOfTheSweep) {
  const std::string path = TENON_DOCS_FOLDER "/ops.md", want = introduction + support::table_of_cases();
  if (std::getenv("TENON_WRITE_DOCS")) std::ofstream(path, std::ios::binary) << want;
  std::ifstream file(path, std::ios::binary);
  const std::string found{std::istreambuf_iterator<char>(file), {}};
  EXPECT_TRUE(found == want) << path << " is not up to date:\n" << want;
}

}  // namespace documentation_test
