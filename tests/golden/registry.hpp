#pragma once
/// The operations that the harness knows. Adding one is one line in the file of its family:
///
///     {"outer", [](const auto& c) { return tn::outer(c.in("a"), c.in("b")); }},
///
/// The lambda is compiled for cases in float and in double. It reads its operands and arguments from the case
/// and returns a tensor (the output `y`), a vector of tensors (`y0`, `y1`, …) or named `Outputs`.

#include <initializer_list>  // initializer_list
#include <string>            // string

#include "case.hpp"

namespace golden {

struct Op {
  std::string name;
  Outputs (*run_float)(const Case<float>&);
  Outputs (*run_double)(const Case<double>&);

  template <class F>
  Op(const char* op_name, F)
      : name(op_name),
        run_float([](const Case<float>& c) -> Outputs { return F{}(c); }),
        run_double([](const Case<double>& c) -> Outputs { return F{}(c); }) {}
};

/// Registers the operations of one file. throws tn::ValueError when an operation is registered twice
struct Family {
  Family(std::initializer_list<Op> ops);
};

/// The operation of that name, or null.
const Op* find_op(const std::string& name);

}  // namespace golden
