#include "fixture.hpp"

#include <filesystem>  // path
#include <set>         // set

#include <nlohmann/json.hpp>

#include "tenon/io/safetensors.hpp"

namespace golden {

namespace {

template <class... Pieces>
void require(bool holds, const std::string& path, const Pieces&... sentence) {
  tn::check<tn::IoError>(holds, "golden", path, ": ", sentence...);
}

Value read_value(tn::io::SafetensorsFile& file, const std::string& name) {
  const std::string& dtype = file.entry(name).dtype;
  if (dtype == "F32") return file.get<float>(name);
  if (dtype == "F64") return file.get<double>(name);
  if (dtype == "I64") return file.get<tn::index_t>(name);
  require(dtype == "BOOL", file.path(), name, " is of type ", dtype, ", which golden files do not use");
  return file.get<bool>(name);
}

/// The case's description, `{"op", "args", "dtype", "atol", "rtol"}`.
Fixture parse(const std::string& path, const std::string& name, const std::string& text) {
  try {
    const auto description = nlohmann::json::parse(text);
    const auto dtype = description.at("dtype").get<std::string>();
    require(dtype == "F32" || dtype == "F64", path, name, " is of type ", dtype, ", neither F32 nor F64");
    const auto args = std::make_shared<const nlohmann::json>(description.at("args"));
    require(args->is_object(), path, "the args of ", name, " are not an object");
    return {std::filesystem::path(path).filename().string(),
            name,
            description.at("op").get<std::string>(),
            Args(args),
            dtype == "F64",
            description.at("atol").get<double>(),
            description.at("rtol").get<double>(),
            {}};
  } catch (const nlohmann::json::exception& error) {
    tn::fail<tn::IoError>("golden", path, ": the description of ", name, " is malformed: ", error.what());
  }
}

tn::Shape shape_of(const Value& value) {
  return std::visit([](const auto& x) { return x.shape(); }, value);
}

/// Gradients belong to something that was stored, have its shape, and exist only where there is an upstream
/// gradient.
void check_complete(const std::string& path, const Fixture& f) {
  bool has_output = false, has_upstream = false, has_gradient = false;
  for (const auto& [key, value] : f.tensors) {
    const std::string kind = key.substr(0, key.find('.')), name = key.substr(key.find('.') + 1);
    has_output |= kind == "out";
    const auto belongs_to = [&](const std::string& owner) {
      const auto found = f.tensors.find(owner + name);
      return found != f.tensors.end() && shape_of(found->second) == shape_of(value) &&
             found->second.index() == value.index();
    };
    if (kind == "gradout") {
      has_upstream = true;
      require(belongs_to("out."), path, f.name, "/", key, " does not match an output");
    } else if (kind == "grad") {
      has_gradient = true;
      require(belongs_to("in.") || belongs_to("param."), path, f.name, "/", key, " does not match an input");
    } else {
      require(kind == "in" || kind == "param" || kind == "out", path, f.name, "/", key,
              " is of no known kind");
    }
    const bool floating = value.index() < 2;
    require(!floating || (value.index() == 1) == f.is_double, path, f.name, "/", key,
            " is not of the case's type");
    require(floating || (kind != "grad" && kind != "gradout"), path, f.name, "/", key, " is not floating");
  }
  require(has_output, path, f.name, " has no output");
  require(has_upstream || !has_gradient, path, f.name, " has gradients, but none of an output");
}

}  // namespace

std::vector<Fixture> read_fixtures(const std::string& path) {
  tn::io::SafetensorsFile file(path);
  std::vector<Fixture> fixtures;
  std::map<std::string, std::size_t> position;
  for (const auto& [name, text] : file.metadata()) {
    if (!name.starts_with("case")) continue;
    position[name] = fixtures.size();
    fixtures.push_back(parse(path, name, text));
  }
  require(!fixtures.empty(), path, "it holds no case");
  for (const std::string& full : file.names()) {
    const std::size_t slash = full.find('/');
    const auto owner = position.find(full.substr(0, slash));
    require(slash != std::string::npos && owner != position.end(), path, "\"", full, "\" belongs to no case");
    fixtures[owner->second].tensors.emplace(full.substr(slash + 1), read_value(file, full));
  }
  for (const Fixture& fixture : fixtures) check_complete(path, fixture);
  return fixtures;
}

}  // namespace golden
