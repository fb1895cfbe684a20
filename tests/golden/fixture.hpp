#pragma once
/// Golden files: safetensors with one or several cases of an operation. README.md says what they hold.

#include <map>      // map
#include <string>   // string
#include <variant>  // variant
#include <vector>   // vector

#include "args.hpp"
#include "tenon/tensor/tensor.hpp"

namespace golden {

using Value = std::variant<tn::Tensor<float>, tn::Tensor<double>, tn::Tensor<tn::index_t>, tn::Tensor<bool>>;

/// One case as it stands in a file.
struct Fixture {
  std::string file, name, op;
  Args args;
  bool is_double = true;
  double atol = 0, rtol = 0;
  std::map<std::string, Value> tensors;  ///< by `<kind>.<name>`
};

/// A file's cases in order. throws tn::IoError when it is damaged, when a case lacks something or holds what
/// it should not
std::vector<Fixture> read_fixtures(const std::string& path);

}  // namespace golden
