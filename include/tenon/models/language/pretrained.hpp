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
#include "tenon/io/torch_file.hpp"
#include "tenon/models/language/decoder_config_json.hpp"
#include "tenon/models/language/decoder_parameters.hpp"

namespace TENON_NAMESPACE::models {

/// A model with what its folder says of it.
template <Real T>
struct PretrainedDecoder {
  Decoder<T> model;               ///< the network
  GenerationConfig generation;    ///< generation_config.json
  std::string config_json;        ///< the text of config.json
  std::string generation_json{};  ///< the text of generation_config.json; empty if there was none
};

namespace detail {

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  check<IoError>(file.is_open(), "load_pretrained", "cannot open '", path.string(), "'");
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_text(const std::filesystem::path& path, const std::string& text) {
  io::AtomicFile file(path.string());
  file.write(text);
  file.commit();
}

/// The arrays of a model's folder: one file or several that an index lists, of safetensors or of torch.save.
class PretrainedArrays {
 public:
  explicit PretrainedArrays(const std::filesystem::path& folder) {
    for (const char* name : {"model.safetensors", "pytorch_model.bin"}) {
      if (std::filesystem::exists(folder / name)) {
        open(folder / name);
        return;
      }
      const std::filesystem::path index = folder / (std::string(name) + ".index.json");
      if (std::filesystem::exists(index)) {
        open_all(folder, index);
        return;
      }
    }
    fail<IoError>("load_pretrained", "'", folder.string(),
                  "' has neither model.safetensors nor pytorch_model.bin, nor an index of their parts");
  }

  /// The shape of an array; null if there is none.
  const Shape* find(const std::string& name) const {
    const auto at = places_.find(name);
    if (at == places_.end()) return nullptr;
    const Place& place = at->second;
    return place.torch ? &torch_[place.file].entry(name).shape : &files_[place.file].entry(name).shape;
  }
  /// An array that there is.
  template <class T>
  Tensor<T> get(const std::string& name) const {
    const Place& place = places_.at(name);
    return place.torch ? torch_[place.file].get<T>(name, io::Cast::lossy)
                       : files_[place.file].get<T>(name, io::Cast::lossy);
  }
  /// The names of all arrays.
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& [name, place] : places_) all.push_back(name);
    return all;
  }

 private:
  struct Place {
    bool torch;
    std::size_t file;
  };
  void open(const std::filesystem::path& path) {
    const bool torch = path.extension() != ".safetensors";
    if (torch)
      torch_.emplace_back(path.string());
    else
      files_.push_back(io::SafetensorsFile::open(path.string()));
    const Place place{torch, (torch ? torch_.size() : files_.size()) - 1};
    for (const std::string& name : torch ? torch_.back().names() : files_.back().names())
      places_[name] = place;
  }
  void open_all(const std::filesystem::path& folder, const std::filesystem::path& index) {
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

  std::vector<io::SafetensorsFile> files_{};
  std::vector<io::TorchFile> torch_{};
  std::map<std::string, Place> places_{};
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
    const Shape* shape = arrays.find(name);
    if (!shape) {
      name = name.substr(name.find('.') + 1);
      shape = arrays.find(name);
    }
    if (!shape) {
      missing.push_back(entry.name);
      continue;
    }
    used[name] = true;
    if (*shape == entry.shape())
      entry.set(arrays.template get<T>(name));
    else
      wrong.push_back(join(name, " ", *shape, " instead of ", entry.shape()));
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

/// Reads a model's folder: config.json, model.safetensors or pytorch_model.bin, whole or in parts, and generation_config.json where there is
/// one. Arrays of type `T` are mapped, not copied, so that a model larger than free memory loads; only GPT-2's
/// matrices, which its files hold transposed, are copied into order, in which they are read a quarter faster.
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
  if (std::filesystem::exists(folder / "generation_config.json"))
    result.generation_json = detail::read_text(folder / "generation_config.json");
  return result;
}

/// Writes a model's folder, which `load_pretrained` and Hugging Face's library read: config.json and
/// generation_config.json as they were read, and model.safetensors. The folder is made if there is none.
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
  detail::write_text(folder / "config.json", pretrained.config_json);
  if (!pretrained.generation_json.empty())
    detail::write_text(folder / "generation_config.json", pretrained.generation_json);
}

}  // namespace TENON_NAMESPACE::models
