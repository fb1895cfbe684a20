#pragma once
/// The number of samples in a batch of any type.

#include <tuple>        // tuple_size, get
#include <type_traits>  // remove_cvref_t
#include <utility>      // get

#include "tenon/core/reflect.hpp"
#include "tenon/tensor/tensor.hpp"

namespace TENON_NAMESPACE::train {

/// The number of samples in a batch: the first extent of a tensor, `size()` of a container, the batch size of
/// the first member of a tuple or plain struct; 1 for any other type.
template <class Batch>
index_t batch_size(const Batch& batch) {
  if constexpr (is_tensor<Batch>) {
    return batch.rank() > 0 ? batch.extent(0) : 1;
  } else if constexpr (requires { std::tuple_size<Batch>::value; }) {
    if constexpr (std::tuple_size_v < Batch >> 0)
      return batch_size(std::get<0>(batch));
    else
      return 1;
  } else if constexpr (requires { batch.size(); }) {
    return static_cast<index_t>(batch.size());
  } else if constexpr (PlainStruct<Batch>) {
    return batch_size(std::get<0>(tie_fields(batch)));
  } else {
    return 1;
  }
}

}  // namespace TENON_NAMESPACE::train
