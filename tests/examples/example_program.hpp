#pragma once
/// Running an example on small data as its user would.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "support/program.hpp"
#include "support/temporary_folder.hpp"

namespace support {

/// The number behind the last occurrence of a text; NaN if there is none.
inline double number_after(const std::string& text, const std::string& mark) {
  const std::size_t at = text.rfind(mark);
  return at == std::string::npos ? std::nan("") : std::strtod(text.c_str() + at + mark.size(), nullptr);
}

/// Tests of one program, which are skipped where it was not built.
class ExampleProgram : public testing::Test {
 protected:
  explicit ExampleProgram(std::string name) : name_(std::move(name)), program_(built_program(name_)) {}
  void SetUp() override {
    if (program_.empty()) GTEST_SKIP() << "the program " << name_ << " is not built";
    ::unsetenv("TENON_DATA");
  }

  Outcome run(const std::vector<std::string>& arguments) const { return Process(program_, arguments).wait(); }
  /// It ends well and says this.
  std::string expect_success(const std::vector<std::string>& arguments,
                             const std::vector<std::string>& parts = {}) const {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    for (const std::string& part : parts)
      EXPECT_NE(outcome.out.find(part), std::string::npos) << part << "\nis not in\n" << outcome.out;
    return outcome.out;
  }
  /// It ends so, after a sentence that holds this and begins with the program's name.
  void expect_failure(const std::vector<std::string>& arguments, int status, const std::string& part) const {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, status) << outcome.err;
    EXPECT_EQ(outcome.err.substr(0, name_.size() + 2), name_ + ": ");
    EXPECT_NE(outcome.err.find(part), std::string::npos) << part << "\nis not in\n" << outcome.err;
  }

  TemporaryFolder folder_;

 private:
  std::string name_, program_;
};

}  // namespace support
