#pragma once
/// Models as safetensors files, under PyTorch's names:
///
///     io::save("model.safetensors", model);
///     io::load("model.safetensors", model);
///     io::load("gpt2.safetensors", model, {.rules = {{"h.{i}.attn.c_attn.{w}", "layers.{i}.in_proj_{w}"}}});
///
/// Loading checks everything before it writes: a file that does not fit leaves the model as it was.

#include <map>       // map
#include <optional>  // optional
#include <string>    // string
#include <utility>   // move
#include <vector>    // vector

#include "tenon/io/key_map.hpp"
#include "tenon/io/load_plan.hpp"
#include "tenon/io/safetensors.hpp"
#include "tenon/io/self_test.hpp"
#include "tenon/nn/module.hpp"

namespace TENON_NAMESPACE::io {

/// Options of `save` and `save_state`.
struct SaveOptions {
  std::optional<DType> stored =
      {};  ///< float64, float32, float16 or bfloat16, for all floating-point tensors;
           ///< none: the model's types
  std::map<std::string, std::string> metadata = {};  ///< strings stored beside the arrays
  Tolerance tolerance = {};                          ///< of the self-test, if inputs are given
};

/// Saves a model's tensors as a safetensors file, completely or not at all.
///
///   throws: IoError if the file cannot be written, ValueError if a weight is too large for `stored`
void save_state(const std::string& path, const ModuleState& state, const SaveOptions& options = {});

/// Loads a safetensors file into the tensors of `state`. Floating-point types smaller than a
/// tensor's convert exactly; larger ones are rounded if options.cast allows it.
///
///   returns: the names that were loaded, missing, unexpected or did not fit; of interest with strict = false
///   throws: IoError with all names that are missing, unexpected, or of another shape or type; with strict =
///           false only if nothing fits. No tensor has changed then
LoadReport load_state(const std::string& path, ModuleState state, const LoadOptions& options = {});

/// Saves a model as a safetensors file; with inputs, also a self-test of them (see self_test.hpp).
///
///   throws: IoError if the file cannot be written, ValueError if a weight is too large for `stored`
template <class M, Scalar... Inputs>
void save(const std::string& path, const M& model, const SaveOptions& options = {},
          const Tensor<Inputs>&... inputs);

/// Loads a model from a safetensors file; `load_state` gives options and errors.
template <class M>
  requires(!std::is_const_v<M>)
LoadReport load(const std::string& path, M& model, const LoadOptions& options = {}) {
  return load_state(path, nn::state(model), options);
}
/// Loads a model and runs the file's self-test. It is apart from `load` because it compiles the forward pass.
/// `Inputs` are the scalar types of the model's inputs, by default one input of the model's own type.
///
///   throws: IoError as `load_state` and `self_test`
template <Scalar... Inputs, class M>
  requires(!std::is_const_v<M>)
LoadReport load_tested(const std::string& path, M& model, const LoadOptions& options = {}) {
  LoadReport report = load(path, model, options);
  self_test<Inputs...>(path, model);
  return report;
}

// Definitions -----------------------------------------------------------------------------------------------

namespace detail {

inline void add_state(SafetensorsWriter& writer, const std::string& prefix, const ModuleState& state,
                      std::optional<DType> stored = {}) {
  for (const auto& [name, tensor] : state)
    writer.add(prefix + name, tensor, stored && is_floating(tensor.dtype()) ? *stored : tensor.dtype());
}

/// The arrays that a model expects in a file. num_batches_tracked may be absent, as in PyTorch's older files, and
/// then keeps its value.
inline std::vector<WantedArray> wanted_arrays(const ModuleState& state) {
  std::vector<WantedArray> wanted;
  for (const auto& [name, tensor] : state) {
    check_writable(tensor, "load");
    wanted.push_back(
        {name, tensor.shape(), tensor.dtype(), std::string_view(name).ends_with("num_batches_tracked")});
  }
  return wanted;
}

inline void run_plan(const SafetensorsFile& file, const LoadPlan& plan, ModuleState& state, Cast cast) {
  const auto read = [&](const PlannedRead& planned) {
    const AnyTensor stored = file.get(planned.source, state[planned.target].tensor.dtype(), cast);
    const Shape& shape = stored.shape();
    return planned.transpose ? stored.view(0, {shape[1], shape[0]}, {1, shape[1]}) : stored;
  };
  if (cast == Cast::lossy)
    for (const PlannedRead& planned : plan.reads)  // to find numbers too large before anything is written
      static_cast<void>(read(planned));
  for (const PlannedRead& planned : plan.reads) copy_elements(read(planned), state[planned.target].tensor);
}

inline SafetensorsWriter state_writer(const ModuleState& state, const SaveOptions& options) {
  SafetensorsWriter writer;
  add_state(writer, "", state, options.stored);
  for (const auto& [key, value] : options.metadata) writer.set_metadata(key, value);
  return writer;
}

}  // namespace detail

inline void save_state(const std::string& path, const ModuleState& state, const SaveOptions& options) {
  detail::state_writer(state, options).save(path);
}

template <class M, Scalar... Inputs>
void save(const std::string& path, const M& model, const SaveOptions& options,
          const Tensor<Inputs>&... inputs) {
  SafetensorsWriter writer = detail::state_writer(nn::state(model), options);
  if constexpr (sizeof...(Inputs) > 0) detail::add_self_test(writer, options.tolerance, model, inputs...);
  writer.save(path);
}

inline LoadReport load_state(const std::string& path, ModuleState state, const LoadOptions& options) {
  const NoGrad no_grad;
  const SafetensorsFile file(path);
  const detail::LoadPlan plan =
      detail::plan_load(path, detail::found_arrays(file, ""), detail::wanted_arrays(state), options);
  detail::run_plan(file, plan, state, options.cast);
  return plan.report;
}

}  // namespace TENON_NAMESPACE::io
