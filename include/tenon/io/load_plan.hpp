#pragma once
/// The plan of a load: which array of a file goes into which tensor of a model, and which do not fit. It is
/// made before anything is written.

#include <map>          // map
#include <string>       // string
#include <string_view>  // string_view
#include <vector>       // vector

#include "tenon/io/key_map.hpp"
#include "tenon/io/safetensors.hpp"

namespace TENON_NAMESPACE::io {

/// Options of `load` and `load_state`.
struct LoadOptions {
  /// Throw unless every name is in both file and model and fits. With false, load those that fit and report
  /// the others.
  bool strict = true;
  /// Whether larger floating-point types may be rounded, such as F64 weights to float.
  Cast cast = Cast::exact;
  /// A prefix to remove from the file's names, such as `module.`.
  std::string strip = {};
  /// Rules to rename the file's arrays, after `strip`; the first that matches applies.
  std::vector<KeyRule> rules = {};
  /// Patterns of names to ignore, in the model and, after the rules, in the file.
  std::vector<std::string> ignore = {};
};

/// The result of a load: the number of arrays loaded, and the names that did not match.
struct LoadReport {
  /// A name that did not match.
  struct Item {
    std::string name;     ///< in the model or, after the rules, in the file
    std::string details;  ///< shapes and types as text
  };
  std::size_t loaded = 0;        ///< number of arrays loaded
  std::vector<Item> missing;     ///< in the model only
  std::vector<Item> unexpected;  ///< in the file only
  std::vector<Item> mismatched;  ///< in both, but with another shape or a type that does not convert

  /// Whether every name of file and model matched.
  bool complete() const { return missing.empty() && unexpected.empty() && mismatched.empty(); }
  /// The report as text, a line for each name, at most 20 of a kind.
  std::string text() const;
};

namespace detail {

/// The prefix of the names of a self-test's arrays, which belong to no model; see self_test.hpp.
inline constexpr std::string_view self_test_prefix = "selftest.";

struct FoundArray {
  std::string name;    // without the section's prefix
  std::string source;  // in the file
  const SafetensorsEntry* entry;
};
struct WantedArray {
  std::string name;
  Shape shape;
  DType dtype;
  bool may_be_absent = false;
};
struct PlannedRead {
  std::string source;
  std::size_t target;  // position in the list of wanted arrays
  bool transpose;
};
struct LoadPlan {
  std::vector<PlannedRead> reads;
  LoadReport report;
};

/// The arrays of a file whose names begin with `section`, under their names without it.
inline std::vector<FoundArray> found_arrays(const SafetensorsFile& file, std::string_view section) {
  std::vector<FoundArray> found;
  for (const auto& [name, entry] : file.entries())
    if (name.starts_with(section) && !name.starts_with(self_test_prefix))
      found.push_back({name.substr(section.size()), name, &entry});
  return found;
}

/// Makes the plan; throws IoError if file and model do not fit (see load_state) or two arrays get the same
/// name.
LoadPlan plan_load(const std::string& path, const std::vector<FoundArray>& found,
                   const std::vector<WantedArray>& wanted, const LoadOptions& options);

}  // namespace detail

// Definitions -----------------------------------------------------------------------------------------------

inline std::string LoadReport::text() const {
  constexpr std::size_t most = 20;
  std::string text;
  const auto list = [&](const char* kind, const std::vector<Item>& items) {
    for (std::size_t i = 0; i < items.size() && i < most; ++i)
      text += join("\n  ", kind, ": ", items[i].name, " ", items[i].details);
    if (items.size() > most) text += join("\n  ", kind, ": … and ", items.size() - most, " more");
  };
  list("missing", missing);
  list("unexpected", unexpected);
  list("does not fit", mismatched);
  return text.empty() ? text : text.substr(1);
}

namespace detail {

/// The reason why an array does not fit the model's tensor; empty if it fits.
inline std::string misfit(const SafetensorsEntry& found, bool transpose, const WantedArray& wanted,
                          Cast cast) {
  Shape shape = found.shape;
  if (transpose && shape.size() != 2) return join("is to be transposed, but has shape ", shape);
  if (transpose) shape = {shape[1], shape[0]};
  if (shape != wanted.shape)
    return join("has shape ", wanted.shape, " in the model, ", found.shape, " in the file",
                transpose ? " before it is transposed" : "");
  const auto type = safetensors_type(found.dtype);
  if (type && converts(*type, wanted.dtype, cast)) return "";
  const bool rounding_helps = type && converts(*type, wanted.dtype, Cast::lossy);
  return join("is ", info(wanted.dtype).name, " in the model, ", found.dtype, " in the file",
              rounding_helps ? ", which would have to be rounded" : "");
}

inline LoadPlan plan_load(const std::string& path, const std::vector<FoundArray>& found,
                          const std::vector<WantedArray>& wanted, const LoadOptions& options) {
  const KeyMap rules(options.rules);
  const std::vector<NamePattern> ignore(options.ignore.begin(), options.ignore.end());
  const auto ignored = [&](std::string_view name) {
    for (const NamePattern& pattern : ignore)
      if (pattern.matches(name)) return true;
    return false;
  };
  std::map<std::string_view, std::size_t> targets;
  for (std::size_t i = 0; i < wanted.size(); ++i) targets.emplace(wanted[i].name, i);

  LoadPlan plan;
  std::map<std::string, std::string> sources;  // by name in the model
  for (const FoundArray& array : found) {
    std::string_view name = array.name;
    if (name.starts_with(options.strip)) name.remove_prefix(options.strip.size());
    const auto [key, transpose] = rules(name);
    if (ignored(key)) continue;
    const auto [earlier, is_new] = sources.emplace(key, array.source);
    check<IoError>(is_new, "load", path, ": both ", earlier->second, " and ", array.source, " become ", key);
    const auto target = targets.find(key);
    if (target == targets.end()) {
      const std::string origin = key == array.source ? "" : join(" (in the file ", array.source, ")");
      plan.report.unexpected.push_back({key, join(array.entry->shape, " ", array.entry->dtype, origin)});
      continue;
    }
    const std::string reason = misfit(*array.entry, transpose, wanted[target->second], options.cast);
    if (reason.empty())
      plan.reads.push_back({array.source, target->second, transpose});
    else
      plan.report.mismatched.push_back({key, reason});
  }
  for (const WantedArray& want : wanted)
    if (!sources.contains(want.name) && !ignored(want.name) && !want.may_be_absent)
      plan.report.missing.push_back({want.name, join(want.shape, " ", info(want.dtype).name)});
  plan.report.loaded = plan.reads.size();
  const bool acceptable =
      plan.report.complete() || (!options.strict && (!plan.reads.empty() || wanted.empty()));
  check<IoError>(acceptable, "load", path, " does not fit the model:\n", plan.report.text());
  return plan;
}

}  // namespace detail
}  // namespace TENON_NAMESPACE::io
