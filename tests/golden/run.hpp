#pragma once
/// Running one case: values, gradients, and whether the operation looked at everything that it was given.

#include "registry.hpp"

namespace golden {

/// How a case fared: it passed when nothing is said of it.
struct Verdict {
  std::vector<std::string> complaints{};  ///< what is wrong with its results, one sentence each
  std::string unsupported{};              ///< or what it asks for that is not known
};
Verdict run(const Op& op, const Fixture& fixture);

}  // namespace golden
