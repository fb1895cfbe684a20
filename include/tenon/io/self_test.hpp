#pragma once
/// Self-tests: a model's file may hold inputs and the output for them, so that a program that loads the
/// weights can check whether its forward pass is the one for which they were trained.
///
///     selftest.input                  the input; with several: selftest.input.0, selftest.input.1, …
///     selftest.output                 the model's output in evaluation
///     metadata selftest.rtol, .atol   the tolerance of an element: atol + rtol |expected|

#include <algorithm>  // max
#include <charconv>   // from_chars
#include <cmath>      // abs, isfinite, isnan
#include <cstdio>     // snprintf
#include <limits>     // numeric_limits
#include <string>     // string
#include <utility>    // index_sequence

#include "tenon/io/safetensors.hpp"
#include "tenon/nn/module.hpp"

namespace TENON_NAMESPACE::io {

/// The tolerance of an output's element: atol + rtol |expected|. The default allows for the rounding of float
/// on different processors.
struct Tolerance {
  double rtol = 1e-4, atol = 1e-5;  ///< relative and absolute part
};

/// Runs a model on the inputs in its file and compares the output with the file's. `Inputs` are the scalar
/// types of the model's inputs, by default one input of the model's own type.
///
///     io::self_test(path, classifier);
///     io::self_test<index_t>(path, language_model);
///
///   returns: the largest deviation from the file's output
///   throws: IoError if an element exceeds the file's tolerance, or if the file has no self-test
template <Scalar... Inputs, class M>
double self_test(const std::string& path, const M& model);

namespace detail {

inline constexpr const char* self_test_output = "selftest.output";

inline std::string self_test_input(std::size_t index, std::size_t count) {
  return count == 1 ? "selftest.input" : "selftest.input." + std::to_string(index);
}

/// Adds the inputs and the model's output for them.
template <class M, Scalar... X>
void add_self_test(SafetensorsWriter& writer, const Tolerance& tolerance, const M& model,
                   const Tensor<X>&... inputs) {
  const NoGrad no_grad;
  std::size_t index = 0;
  (writer.add(self_test_input(index++, sizeof...(X)), inputs), ...);
  writer.add(self_test_output, model(inputs...));
  const auto set = [&](const char* key, double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.17g", value);
    writer.set_metadata(key, text);
  };
  set("selftest.rtol", tolerance.rtol);
  set("selftest.atol", tolerance.atol);
}

inline Tolerance read_tolerance(const SafetensorsFile& file) {
  const auto number = [&](const char* key, double value) {
    const auto found = file.metadata().find(key);
    if (found == file.metadata().end()) return value;
    const std::string& text = found->second;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    check<IoError>(error == std::errc() && end == text.data() + text.size() && value >= 0, "self_test",
                   file.path(), ": ", key, " is \"", text, "\", not a tolerance");
    return value;
  };
  const Tolerance usual;
  return {number("selftest.rtol", usual.rtol), number("selftest.atol", usual.atol)};
}

/// The largest deviation of the output; infinite where one of two elements is not finite and they differ.
/// Throws IoError if shapes differ or an element exceeds the tolerance.
template <Real T>
double compare_outputs(const std::string& path, const Tensor<T>& output, const Tensor<T>& expected,
                       const Tolerance& tolerance) {
  check<IoError>(output.shape() == expected.shape(), "self_test", path, ": the model's output has shape ",
                 output.shape(), ", the file's ", expected.shape());
  double largest = 0, excess = 0;
  index_t worst = -1;
  for (index_t i = 0; i < output.size(); ++i) {
    const double is = static_cast<double>(output.data()[i]), should = static_cast<double>(expected.data()[i]);
    if (is == should || (std::isnan(is) && std::isnan(should))) continue;
    const bool comparable = std::isfinite(is) && std::isfinite(should);
    const double off = comparable ? std::abs(is - should) : std::numeric_limits<double>::infinity();
    const double beyond = comparable ? off - (tolerance.atol + tolerance.rtol * std::abs(should)) : off;
    largest = std::max(largest, off);
    if (beyond > excess) excess = beyond, worst = i;
  }
  if (worst >= 0) {
    char numbers[160];
    std::snprintf(numbers, sizeof numbers, "%.9g instead of %.9g (rtol %g, atol %g)",
                  static_cast<double>(output.data()[worst]), static_cast<double>(expected.data()[worst]),
                  tolerance.rtol, tolerance.atol);
    Dims index = contiguous_strides(output.shape());
    for (index_t& i : index) {
      const index_t step = i;
      i = worst / step;
      worst %= step;
    }
    fail<IoError>("self_test", path, ": element ", index, " of the output is ", numbers,
                  ": the weights do not belong to this forward pass");
  }
  return largest;
}

}  // namespace detail

template <Scalar... Inputs, class M>
double self_test(const std::string& path, const M& model) {
  using T = nn::ScalarOf<M>;
  if constexpr (sizeof...(Inputs) == 0) {
    return self_test<T>(path, model);
  } else {
    const NoGrad no_grad;
    const SafetensorsFile file(path);
    check<IoError>(file.contains(detail::self_test_output), "self_test", path, " carries no self-test");
    const auto output = [&]<std::size_t... index>(std::index_sequence<index...>) {
      return model(file.get<Inputs>(detail::self_test_input(index, sizeof...(Inputs)), Cast::lossy)...);
    }(std::index_sequence_for<Inputs...>());
    return detail::compare_outputs(path, contiguous(output),
                                   file.get<T>(detail::self_test_output, Cast::lossy),
                                   detail::read_tolerance(file));
  }
}

}  // namespace TENON_NAMESPACE::io
