#pragma once
/// Language models from the folders of Hugging Face's library, and back.
///
///     const auto gpt2 = tn::models::load_pretrained("gpt2");   // config.json, model.safetensors
///     const auto texts = tn::models::generate(gpt2.model, prompt, gpt2.generation);

#include <algorithm>   // min
#include <filesystem>  // exists, path
#include <fstream>     // ifstream
#include <iterator>    // istreambuf_iterator
#include <map>         // map
#include <string>      // string
#include <vector>      // vector

#include "tenon/generate/generation_config_json.hpp"
#include "tenon/io/safetensors.hpp"
#include "tenon/models/language/decoder_config_json.hpp"
#include "tenon/models/language/decoder_parameters.hpp"

namespace TENON_NAMESPACE::models {

/// A model with what its folder says of it.
template <Real T>
struct PretrainedDecoder {
  Decoder<T> model;             ///< the network
  GenerationConfig generation;  ///< generation_config.json
  std::string config_json;      ///< the text of config.json
};

namespace detail {

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  check<IoError>(file.is_open(), "load_pretrained", "cannot open '", path.string(), "'");
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The arrays of a model's folder: one file, or parts that model.safetensors.index.json lists.
class PretrainedArrays {
 public:
  explicit PretrainedArrays(const std::filesystem::path& folder) {
    const std::filesystem::path index = folder / "model.safetensors.index.json";
    if (std::filesystem::exists(folder / "model.safetensors")) {
      open(folder / "model.safetensors");
      return;
    }
    check<IoError>(std::filesystem::exists(index), "load_pretrained", "'", folder.string(),
                   "' has neither model.safetensors nor model.safetensors.index.json");
    const io::Json json = io::Json::parse(read_text(index));
    const io::Json* const map = json.find("weight_map");
    check<IoError>(map && map->is_object(), "load_pretrained", "'", index.string(), "' has no weight_map");
    std::map<std::string, bool> files;
    for (const auto& [name, file] : map->members()) {
      check<IoError>(file.text().find('/') == std::string::npos, "load_pretrained", "'", index.string(),
                     "' names a file in another folder");
      files[file.text()] = true;
    }
    for (const auto& [file, listed] : files) open(folder / file);
  }

  /// The file that holds an array; null if none does.
  const io::SafetensorsFile* find(const std::string& name) const {
    const auto at = places_.find(name);
    return at == places_.end() ? nullptr : &files_[at->second];
  }
  /// The names of all arrays.
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& [name, place] : places_) all.push_back(name);
    return all;
  }

 private:
  void open(const std::filesystem::path& path) {
    files_.push_back(io::SafetensorsFile::open(path.string()));
    for (const std::string& name : files_.back().names()) places_[name] = files_.size() - 1;
  }
  std::vector<io::SafetensorsFile> files_{};
  std::map<std::string, std::size_t> places_{};
};

/// What a file may hold besides parameters: masks and rates that the model computes itself.
inline bool is_buffer(const std::string& name) {
  for (const char* end : {".attn.bias", ".attn.masked_bias", ".attention.bias", ".attention.masked_bias",
                          "rotary_emb.inv_freq"})
    if (name.ends_with(end)) return true;
  return false;
}

/// The first names of a list, for an error.
inline std::string some_names(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 5); ++i)
    text += (i > 0 ? ", " : "") + names[i];
  return names.size() > 5 ? text + ", and " + std::to_string(names.size() - 5) + " more" : text;
}

/// Sets all parameters; one error says what is missing, left over or of another shape.
template <class T>
void load_decoder(Decoder<T>& model, const PretrainedArrays& arrays) {
  const DecoderParameters<T> parameters(model);
  std::vector<std::string> missing, wrong;
  std::map<std::string, bool> used;
  for (const DecoderEntry<T>& entry : parameters.entries()) {
    // Files of a model without its output map leave out the first part of names.
    std::string name = entry.name;
    const io::SafetensorsFile* file = arrays.find(name);
    if (!file) {
      name = name.substr(name.find('.') + 1);
      file = arrays.find(name);
    }
    if (!file) {
      missing.push_back(entry.name);
      continue;
    }
    used[name] = true;
    const Shape& shape = file->entry(name).shape;
    if (shape == entry.shape())
      entry.set(file->template get<T>(name, io::Cast::lossy));
    else
      wrong.push_back(join(name, " ", shape, " instead of ", entry.shape()));
  }
  std::vector<std::string> unexpected;
  for (const std::string& name : arrays.names())
    if (!used.contains(name) && !is_buffer(name) && !(model.config.tied && name.ends_with("lm_head.weight")))
      unexpected.push_back(name);
  if (missing.empty() && wrong.empty() && unexpected.empty()) return;
  std::string sentence;
  const auto say = [&](const char* what, const std::vector<std::string>& names) {
    if (!names.empty()) sentence += std::string(sentence.empty() ? "" : "; ") + what + some_names(names);
  };
  say("missing: ", missing);
  say("of another shape: ", wrong);
  say("unexpected: ", unexpected);
  fail<IoError>("load_pretrained", "the arrays do not fit a ", model.config.model_type, ": ", sentence);
}

}  // namespace detail

/// Reads a model's folder: config.json, model.safetensors or its parts, and generation_config.json where there is
/// one. Arrays of type `T` are mapped, not copied, so that a model larger than free memory loads.
///
///   throws: IoError if a file is missing or damaged, names a model_type that is not known, or the arrays do not fit
template <Real T = float>
PretrainedDecoder<T> load_pretrained(const std::filesystem::path& folder) {
  PretrainedDecoder<T> result;
  result.config_json = detail::read_text(folder / "config.json");
  result.model.config = decoder_config(io::Json::parse(result.config_json));
  result.model.blocks.resize(static_cast<std::size_t>(result.model.config.layers));
  detail::load_decoder(result.model, detail::PretrainedArrays(folder));
  result.generation = read_generation_config(folder.string());
  return result;
}

/// Writes a model's folder, which `load_pretrained` and Hugging Face's library read: config.json as it was read, and
/// model.safetensors. The folder is made if there is none.
///
///   throws: IoError if a file cannot be written
template <Real T>
void save_pretrained(const PretrainedDecoder<T>& pretrained, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  Decoder<T> model = pretrained.model;
  const detail::DecoderParameters<T> parameters(model);
  io::SafetensorsWriter writer;
  for (const auto& entry : parameters.entries()) writer.add(entry.name, AnyTensor(entry.array()));
  writer.set_metadata("format", "pt");
  writer.save((folder / "model.safetensors").string());
  io::AtomicFile config((folder / "config.json").string());
  config.write(pretrained.config_json);
  config.commit();
}

}  // namespace TENON_NAMESPACE::models
