#pragma once
/// Running one case: values, gradients, and whether the operation looked at everything that it was given.

#include "registry.hpp"

namespace golden {

/// What is wrong with the results of a case, one sentence each; nothing when it passed.
std::vector<std::string> run(const Op& op, const Fixture& fixture);

}  // namespace golden
