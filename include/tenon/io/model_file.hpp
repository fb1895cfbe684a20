#pragma once
/// Models as safetensors files, under PyTorch's names:
///
///     io::save("model.safetensors", model);
///     io::load("model.safetensors", model);
///     io::load("gpt2.safetensors", model, {.rules = {{"h.{i}.attn.c_attn.{w}", "layers.{i}.in_proj_{w}"}}});
///
/// Loading checks everything first and writes afterwards: what does not fit leaves the model as it was.

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
#include "tenon/ops/inplace.hpp"

namespace TENON_NAMESPACE::io {

struct SaveOptions {
  std::optional<ElementType> stored = {};  ///< f64, f32, f16 or bf16 instead of the model's own type
  std::map<std::string, std::string> metadata = {};  ///< strings beside the arrays
  Tolerance tolerance = {};                          ///< of the self-test, where there is one
};

/// Writes all of the file or nothing.
/// throws IoError when it cannot be written, ValueError when a weight is too large for `stored`
template <Real T>
void save_state(const std::string& path, const ModuleState<T>& state, const SaveOptions& options = {});

/// Writes the file's arrays into the tensors of `state`. Smaller floating types become `T` exactly; larger
/// ones are rounded if options.narrowing says so.
/// returns  what did not fit and was left alone, for options.strict = false
/// throws   IoError that lists all names that are missing, unexpected, or of another shape or type; without
///          options.strict only when nothing at all fits
template <Real T>
LoadReport load_state(const std::string& path, const ModuleState<T>& state, const LoadOptions& options = {});

/// Writes all that a model owns, and a self-test of these inputs where there are any (see self_test.hpp).
template <class M, Scalar... Inputs>
void save(const std::string& path, const M& model, const SaveOptions& options = {},
          const Tensor<Inputs>&... inputs);

/// Reads all that a model owns.
template <class M>
LoadReport load(const std::string& path, const M& model, const LoadOptions& options = {}) {
  return load_state(path, nn::state(model), options);
}
/// The same, followed by the file's self-test. A function of its own, because it compiles the forward pass.
/// Inputs  the scalar types of the model's inputs, by default one tensor of the model's own
template <Scalar... Inputs, class M>
LoadReport load_tested(const std::string& path, const M& model, const LoadOptions& options = {}) {
  LoadReport report = load(path, model, options);
  self_test<Inputs...>(path, model);
  return report;
}

// Definitions -----------------------------------------------------------------------------------------------

namespace detail {

template <Real T>
void add_state(SafetensorsWriter& writer, const std::string& prefix, const ModuleState<T>& state,
               ElementType stored) {
  for (const auto& [name, tensor] : state.tensors) writer.add(prefix + name, tensor, stored);
  for (const auto& [name, tensor] : state.counters) writer.add(prefix + name, tensor);
}

/// What a model wants of a file: its tensors, then its counters. PyTorch's older files lack
/// num_batches_tracked, and PyTorch does not miss it either; it stays as it is then.
template <Real T>
std::vector<WantedArray> wanted_arrays(const ModuleState<T>& state) {
  std::vector<WantedArray> wanted;
  for (const auto& [name, tensor] : state.tensors) {
    check_writable(tensor, "load");
    wanted.push_back({name, tensor.shape(), scalar_name<T>(), &converts<T>});
  }
  for (const auto& [name, tensor] : state.counters)
    wanted.push_back({name, tensor.shape(), scalar_name<index_t>(), &converts<index_t>,
                      std::string_view(name).ends_with("num_batches_tracked")});
  return wanted;
}

template <Scalar T>
Tensor<T> read_planned(const SafetensorsFile& file, const PlannedRead& read, Narrowing narrowing) {
  const Tensor<T> stored = file.get<T>(read.source, narrowing);
  const Shape& shape = stored.shape();
  return read.transpose ? stored.view(0, {shape[1], shape[0]}, {1, shape[1]}) : stored;
}

template <Real T>
void run_plan(const SafetensorsFile& file, const LoadPlan& plan, const ModuleState<T>& state,
              Narrowing narrowing) {
  if (narrowing == Narrowing::rounded)
    for (const PlannedRead& read : plan.reads)  // numbers too large are found before anything is written
      if (read.target < state.tensors.size()) static_cast<void>(read_planned<T>(file, read, narrowing));
  for (const PlannedRead& read : plan.reads) {
    if (read.target < state.tensors.size()) {
      Tensor<T> into = state.tensors[read.target].tensor;
      copy_(into, read_planned<T>(file, read, narrowing));
    } else {
      Tensor<index_t> into = state.counters[read.target - state.tensors.size()].tensor;
      copy_(into, read_planned<index_t>(file, read, Narrowing::refused));
    }
  }
}

}  // namespace detail

namespace detail {

template <Real T>
SafetensorsWriter state_writer(const ModuleState<T>& state, const SaveOptions& options) {
  SafetensorsWriter writer;
  add_state(writer, "", state, options.stored.value_or(element_type<T>()));
  for (const auto& [key, value] : options.metadata) writer.set_metadata(key, value);
  return writer;
}

}  // namespace detail

template <Real T>
void save_state(const std::string& path, const ModuleState<T>& state, const SaveOptions& options) {
  detail::state_writer(state, options).save(path);
}

template <class M, Scalar... Inputs>
void save(const std::string& path, const M& model, const SaveOptions& options,
          const Tensor<Inputs>&... inputs) {
  SafetensorsWriter writer = detail::state_writer(nn::state(model), options);
  if constexpr (sizeof...(Inputs) > 0) detail::add_self_test(writer, options.tolerance, model, inputs...);
  writer.save(path);
}

template <Real T>
LoadReport load_state(const std::string& path, const ModuleState<T>& state, const LoadOptions& options) {
  const NoGrad no_grad;
  const SafetensorsFile file(path);
  const detail::LoadPlan plan =
      detail::plan_load(path, detail::found_arrays(file, ""), detail::wanted_arrays(state), options);
  detail::run_plan(file, plan, state, options.narrowing);
  return plan.report;
}

}  // namespace TENON_NAMESPACE::io
