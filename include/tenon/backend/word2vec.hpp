#pragma once
/// The step of word2vec.
///
/// Not an entry of the table of kernels: it lasts a third of a microsecond, and its caller wants it inlined.

#include "tenon/backend/cpu/word2vec.hpp"

namespace TENON_NAMESPACE::backend {

using cpu::pair_step;

}  // namespace TENON_NAMESPACE::backend
