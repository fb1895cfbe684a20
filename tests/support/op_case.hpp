#pragma once
/// One line about an operation, and everything that must hold of any operation is tested:
///
///     const OpCases cases{
///         {"softmax", {real({4, 7})}, [](const auto& x) { return tn::softmax(x[0], -1); }},
///     };
///
/// What that is: see the functions of op_case.cpp that start with "check_".

#include <initializer_list>
#include <source_location>
#include <string>
#include <vector>

#include "tenon/tensor/tensor.hpp"

namespace support {

/// An operand of random numbers, uniform between two bounds.
struct Operand {
  tn::Shape shape;
  double low, high;
};
inline Operand between(double low, double high, const tn::Shape& shape) {
  return {shape, low, high};
}
inline Operand real(const tn::Shape& shape) {
  return between(-2, 2, shape);
}
inline Operand positive(const tn::Shape& shape) {
  return between(0.5, 3, shape);
}

struct OpTraits {
  bool fixed = false;         ///< the function names extents or positions: its operands keep their shapes
  bool empty_throws = false;  ///< nothing can be computed of nothing
  int order = 2;              ///< of the derivatives that are checked
  double tolerance = 2e-5;    ///< between float and double, relative to 1 + |value|
};

template <class T>
using OpFunction = tn::Tensor<T> (*)(const std::vector<tn::Tensor<T>>&);

struct OpCase {
  std::string name;
  std::vector<Operand> operands;
  OpFunction<float> in_float;
  OpFunction<double> in_double;
  OpTraits traits;

  template <class F>
  OpCase(const char* op, std::vector<Operand> xs, F, const OpTraits& t = {})
      : name(op),
        operands(std::move(xs)),
        in_float([](const std::vector<tn::Tensor<float>>& x) { return F{}(x); }),
        in_double([](const std::vector<tn::Tensor<double>>& x) { return F{}(x); }),
        traits(t) {}
};

/// What does not hold of the case, one sentence each.
std::vector<std::string> sweep(const OpCase& op);

/// Every case that was registered, by the header it tests, with the order of the derivatives that are checked:
/// a table in Markdown.
std::string table_of_cases();

/// Registers a test for each case, `OpCase.<name>`.
struct OpCases {
  OpCases(std::initializer_list<OpCase> cases,
          const std::source_location& where = std::source_location::current());
};

}  // namespace support
