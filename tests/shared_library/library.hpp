#pragma once
/// What the library lets others see.

#include "tenon/tenon.hpp"

struct Library {
  bool (*grad_enabled)();
  bool (*training)();
  double (*draw)();
  /// x tanh(x), recorded in the library.
  tn::Tensor<double> (*compute)(const tn::Tensor<double>& x);
  /// The gradient by x of sum(y), taken in the library.
  tn::Tensor<double> (*differentiate)(const tn::Tensor<double>& y, const tn::Tensor<double>& x);
  void (*fail)();
  tn::index_t (*bytes_in_use)();
};

extern "C" [[gnu::visibility("default")]] const Library* tenon_test_library();
