#pragma once
/// Checkpoints: the state of a training run in one safetensors file, which is written completely or not at
/// all.
///
///     io::Checkpoint checkpoint;
///     checkpoint.add("model", nn::state(model));
///     checkpoint.add("optimizer", adam.state());
///     checkpoint.add("generator", default_generator());
///     checkpoint.set("epoch", index_t{3});
///     checkpoint.save(path);
///
///     const io::CheckpointFile saved(path);
///     saved.restore("model", nn::state(model));
///     adam.load_state(saved.optimizer<float>("optimizer"));
///     saved.restore("generator", default_generator());
///     epoch = saved.integer("epoch");
///
/// Every number keeps its bits. A section's arrays are named `<section>/…`; numbers of `set` are arrays named
/// `numbers/…`, texts are metadata named `text/…`.

#include <map>          // map
#include <set>          // set
#include <string>       // string
#include <string_view>  // string_view
#include <utility>      // move

#include "tenon/core/generator.hpp"
#include "tenon/io/model_file.hpp"
#include "tenon/optim/optimizer_state.hpp"

namespace TENON_NAMESPACE::io {

/// Collects sections and values for a checkpoint file. Contiguous tensors are not copied: call `save` before
/// they change. `add` and `set` throw ValueError if the name is taken or, for a section, empty or contains a
/// slash.
class Checkpoint {
 public:
  /// Adds a model's tensors as a section.
  void add(const std::string& section, const ModuleState& state);
  /// Adds an optimizer's state as a section.
  template <Real T>
  void add(const std::string& section, const optim::OptimizerState<T>& state);
  /// Adds a tensor as a section.
  void add(const std::string& section, const AnyTensor& tensor);
  /// Adds named numbers as a section.
  void add(const std::string& section, const optim::NamedNumbers& numbers);
  /// Adds a random generator's state as a section.
  void add(const std::string& section, const Generator& generator);

  /// Adds a single number.
  void set(const std::string& name, double value) { writer_.add("numbers/" + name, scalar(value)); }
  /// Adds a single integer.
  void set(const std::string& name, index_t value) { writer_.add("numbers/" + name, scalar(value)); }
  /// Adds a single integer.
  void set(const std::string& name, int value) { set(name, index_t{value}); }
  /// Adds a text.
  void set(const std::string& name, std::string text);

  /// Writes the file.
  ///   throws: IoError if it cannot be written; an existing file then stays as it was
  void save(const std::string& path) const;

 private:
  void begin(const std::string& section);
  void add_numbers(const std::string& prefix, const optim::NamedNumbers& numbers);

  SafetensorsWriter writer_;
  std::set<std::string> sections_ = {"numbers"};
  std::map<std::string, std::string> texts_;
};

/// A checkpoint open for reading. Constructor and readers throw IoError with the file's name if the file is
/// damaged or no checkpoint, and with the section's or value's name if that is missing or does not fit.
class CheckpointFile {
 public:
  /// Opens a checkpoint.
  explicit CheckpointFile(const std::string& path);

  /// The file's path.
  const std::string& path() const { return file_.path(); }
  /// Whether the file has a section of this name.
  bool has_section(const std::string& section) const { return sections_.contains(section); }
  /// Whether the file has a number of this name.
  bool has_number(const std::string& name) const { return file_.contains("numbers/" + name); }
  /// Whether the file has a text of this name.
  bool has_text(const std::string& name) const { return file_.metadata().contains("text/" + name); }

  /// Writes a section into a model's tensors: all of them, or none if it does not fit.
  void restore(const std::string& section, ModuleState state) const;
  /// Sets a random generator to the state of a section.
  void restore(const std::string& section, Generator& generator) const;
  /// Reads an optimizer's state, for its `load_state`.
  template <Real T>
  optim::OptimizerState<T> optimizer(const std::string& section) const;
  /// Reads a tensor.
  template <Scalar T>
  Tensor<T> tensor(const std::string& section) const;
  /// Reads named numbers.
  optim::NamedNumbers numbers(const std::string& section) const;

  /// Reads a single number.
  double number(const std::string& name) const { return value<double>(name); }
  /// Reads a single integer.
  index_t integer(const std::string& name) const { return value<index_t>(name); }
  /// Reads a text.
  const std::string& text(const std::string& name) const;

 private:
  template <class... Pieces>
  void require(bool holds, const Pieces&... sentence) const {
    if (!holds) [[unlikely]]
      fail<IoError>("checkpoint", path(), sentence...);
  }
  void require_section(const std::string& section) const {
    require(has_section(section), " has no section \"", section, "\"");
  }
  template <class T>
  T value(const std::string& name) const;
  template <Scalar T, class F>
  void for_each_array(const std::string& prefix, F f) const;

  SafetensorsFile file_;
  std::set<std::string> sections_;
};

// Definitions -----------------------------------------------------------------------------------------------

namespace detail {
inline constexpr const char* checkpoint_format = "tenon checkpoint 1";
}  // namespace detail

/// Begins a section. Its name is also written to the metadata, so that an empty section, such as the state of
/// an optimizer without tensors, exists in the file.
inline void Checkpoint::begin(const std::string& section) {
  check<ValueError>(!section.empty() && section.find('/') == std::string::npos, "checkpoint", "\"", section,
                    "\" is no name for a section");
  check<ValueError>(sections_.insert(section).second, "checkpoint", "the section \"", section,
                    "\" is added twice");
  writer_.set_metadata("section/" + section, "");
}

inline void Checkpoint::add(const std::string& section, const ModuleState& state) {
  begin(section);
  detail::add_state(writer_, section + "/", state);
}

template <Real T>
void Checkpoint::add(const std::string& section, const optim::OptimizerState<T>& state) {
  begin(section);
  for (const auto& [name, tensor] : state.tensors) writer_.add(section + "/tensors/" + name, tensor);
  add_numbers(section + "/numbers/", state.numbers);
}

inline void Checkpoint::add(const std::string& section, const AnyTensor& tensor) {
  begin(section);
  writer_.add(section + "/tensor", tensor);
}

inline void Checkpoint::add(const std::string& section, const optim::NamedNumbers& numbers) {
  begin(section);
  add_numbers(section + "/numbers/", numbers);
}

inline void Checkpoint::add(const std::string& section, const Generator& generator) {
  const Generator::State state = generator.state();
  begin(section);
  writer_.add(section + "/generator",
              from<index_t>({static_cast<index_t>(state.seed), static_cast<index_t>(state.block),
                             index_t{state.used}}));
}

inline void Checkpoint::add_numbers(const std::string& prefix, const optim::NamedNumbers& numbers) {
  for (const auto& [name, value] : numbers) writer_.add(prefix + name, scalar(value));
}

inline void Checkpoint::set(const std::string& name, std::string text) {
  check<ValueError>(texts_.emplace(name, text).second, "checkpoint", "the text \"", name, "\" is set twice");
  writer_.set_metadata("text/" + name, std::move(text));
}

inline void Checkpoint::save(const std::string& path) const {
  SafetensorsWriter writer = writer_;
  writer.set_metadata("format", detail::checkpoint_format);
  writer.save(path);
}

inline CheckpointFile::CheckpointFile(const std::string& path) : file_(path) {
  const auto format = file_.metadata().find("format");
  require(format != file_.metadata().end() && format->second == detail::checkpoint_format,
          " is not a checkpoint");
  constexpr std::string_view mark = "section/";
  for (const auto& [key, value] : file_.metadata())
    if (key.starts_with(mark)) sections_.insert(key.substr(mark.size()));
}

inline void CheckpointFile::restore(const std::string& section, ModuleState state) const {
  require_section(section);
  const NoGrad no_grad;
  const detail::LoadPlan plan =
      detail::plan_load(path() + ", section " + section, detail::found_arrays(file_, section + "/"),
                        detail::wanted_arrays(state), {});
  detail::run_plan(file_, plan, state, Cast::exact);
}

inline void CheckpointFile::restore(const std::string& section, Generator& generator) const {
  require_section(section);
  const Tensor<index_t> saved = file_.get<index_t>(section + "/generator");
  require(saved.shape() == Shape{3} && saved.at({2}) >= 0 && saved.at({2}) <= 4, ": the section \"", section,
          "\" is not the state of a generator");
  generator.set_state({static_cast<std::uint64_t>(saved.at({0})), static_cast<std::uint64_t>(saved.at({1})),
                       static_cast<std::uint32_t>(saved.at({2}))});
}

/// Calls f(name without the prefix, array) for each array whose name begins with `prefix`.
template <Scalar T, class F>
void CheckpointFile::for_each_array(const std::string& prefix, F f) const {
  for (auto it = file_.entries().lower_bound(prefix);
       it != file_.entries().end() && it->first.starts_with(prefix); ++it)
    f(it->first.substr(prefix.size()), file_.get<T>(it->first));
}

template <Real T>
optim::OptimizerState<T> CheckpointFile::optimizer(const std::string& section) const {
  require_section(section);
  optim::OptimizerState<T> state;
  for_each_array<T>(section + "/tensors/", [&](std::string name, Tensor<T> tensor) {
    state.tensors.push_back({std::move(name), std::move(tensor)});
  });
  state.numbers = numbers(section);
  return state;
}

template <Scalar T>
Tensor<T> CheckpointFile::tensor(const std::string& section) const {
  require_section(section);
  return file_.get<T>(section + "/tensor");
}

inline optim::NamedNumbers CheckpointFile::numbers(const std::string& section) const {
  require_section(section);
  optim::NamedNumbers numbers;
  for_each_array<double>(section + "/numbers/", [&](std::string name, const Tensor<double>& value) {
    require(value.size() == 1, ": \"", name, "\" of the section \"", section, "\" is not one number");
    numbers.emplace_back(std::move(name), value.item());
  });
  return numbers;
}

template <class T>
T CheckpointFile::value(const std::string& name) const {
  require(has_number(name), " has no number \"", name, "\"");
  const Tensor<T> value = file_.get<T>("numbers/" + name);
  require(value.size() == 1, ": \"", name, "\" is not one number");
  return value.item();
}

inline const std::string& CheckpointFile::text(const std::string& name) const {
  require(has_text(name), " has no text \"", name, "\"");
  return file_.metadata().at("text/" + name);
}

}  // namespace TENON_NAMESPACE::io
