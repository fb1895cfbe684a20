#pragma once
/// The step of GloVe. Not an entry of the table of kernels, for word2vec's reason: it lasts a tenth of a
/// microsecond, and its caller wants it inlined.

#include "tenon/backend/cpu/glove.hpp"

namespace TENON_NAMESPACE::backend {

using cpu::glove_step;

}  // namespace TENON_NAMESPACE::backend
