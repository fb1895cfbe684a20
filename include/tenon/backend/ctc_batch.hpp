#pragma once
/// The arguments of the kernel of connectionist temporal classification.

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::backend {

/// The labels of sequence n are `length[n]` numbers from labels[offset[n]], and its frames are the first
/// `input_length[n]` of `frames`.
struct CtcBatch {
  index_t frames, batch, classes, blank;
  const index_t *labels, *offset, *length, *input_length;
};

}  // namespace TENON_NAMESPACE::backend
