#pragma once
/// The work of one step of word2vec: every input row meets every output row in a logistic regression.

#include "tenon/backend/hogwild.hpp"
#include "tenon/backend/memory.hpp"

namespace TENON_NAMESPACE::backend {

/// Room for the scores of a step, and for copies of its inputs.
template <Real T>
class SgnsScratch {
 public:
  SgnsScratch(index_t most_inputs, index_t most_outputs, index_t stride)
      : numbers_(most_inputs * most_outputs + 2 * line),
        rows_(most_inputs * stride),
        row_list_(most_inputs) {}

  T* numbers() { return numbers_.data(); }
  /// Copies rows, and returns the list of the copies.
  const T* const* copy(const T* const* rows, index_t count, index_t stride) {
    for (index_t i = 0; i < count; ++i) {
      T* const to = rows_.data() + i * stride;
      for (index_t d = 0; d < stride; d += Pack<T>::width) hogwild::load(rows[i] + d).store(to + d);
      row_list_[i] = to;
    }
    return row_list_.data();
  }

 private:
  static constexpr index_t line = 64 / sizeof(T);
  Buffer<T> numbers_, rows_;
  Buffer<const T*> row_list_;
};

/// A step of gradient descent on the loss of M x N pairs, with s_ij = <x_i, y_j>:
///   loss = - sum_ij log sigmoid(label_j ? s_ij : -s_ij)          g_ij = rate (label_j - sigmoid(s_ij))
///   x_i += sum_j g_ij y_j,   y_j += sum_i g_ij x_i               all from the values before the step
///
/// In skip-gram with shared negatives the inputs are the words of a window, the outputs its centre (label 1)
/// and the negatives (0), as Ji et al. 2016 (arXiv:1604.04661) arrange it; in hierarchical softmax the
/// outputs are the centre's path. A row that occurs twice receives both changes; the second occurrence of an
/// output may see the first's.
template <Real T>
struct SgnsBatch {
  const T* const* inputs;   ///< M rows x_i
  T* const* updates;        ///< M rows that receive the change of x_i: the inputs themselves as a rule
  index_t input_count;      ///< M >= 1
  T* const* outputs;        ///< N rows y_j
  const T* labels;          ///< N numbers, 0 or 1
  index_t output_count;     ///< N >= 1
  index_t stride;           ///< length of a row: hogwild::row_stride(dimensions), zeros beyond the dimensions
  T rate;                   ///< step size
  SgnsScratch<T>* scratch;  ///< made for M, N and the stride, or more
  double* loss;             ///< where the loss is added, or null
};

}  // namespace TENON_NAMESPACE::backend
