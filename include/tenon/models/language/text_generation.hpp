#pragma once
/// Texts written by a pretrained model, in three lines:
///
///     const tn::pipeline::TextGeneration write("models/gpt2");
///     for (const std::string& text : write("Hello, I am", {.max_length = 50, .do_sample = true, .num_return_sequences = 5}))
///       std::puts(text.c_str());

#include <filesystem>   // path
#include <optional>     // nullopt, optional
#include <string>       // string
#include <string_view>  // string_view
#include <utility>      // move
#include <vector>       // vector

#include "tenon/generate/generate.hpp"
#include "tenon/models/language/gguf_decoder.hpp"
#include "tenon/models/language/pretrained.hpp"
#include "tenon/text/subword/gguf_tokenizer.hpp"

namespace TENON_NAMESPACE::pipeline {

/// A language model with its tokenizer, called with texts.
class TextGeneration {
 public:
  /// Reads a folder of Hugging Face's library (see `load_pretrained` and `Tokenizer::load`), or a GGUF file.
  ///   throws: IoError if a file is missing, damaged or names what is not known
  explicit TextGeneration(const std::filesystem::path& path)
      : TextGeneration(path.extension() == ".gguf"
                           ? from_gguf(path)
                           : Parts{models::load_pretrained(path), text::Tokenizer::load(path)}) {}

  /// Continues a prompt: num_return_sequences texts, each with the prompt.
  ///   throws: as `generate_batch`; ValueError if the prompt is not UTF-8
  std::vector<std::string> operator()(std::string_view prompt, models::GenerationConfig config) const {
    return (*this)(std::vector<std::string>{std::string(prompt)}, std::move(config));
  }
  /// Continues a prompt as the model's generation_config.json says.
  std::vector<std::string> operator()(std::string_view prompt) const { return (*this)(prompt, config()); }
  /// Continues several prompts at a time, prompt by prompt.
  std::vector<std::string> operator()(const std::vector<std::string>& prompts,
                                      models::GenerationConfig config) const {
    std::vector<models::Tokens> ids;
    for (const std::string& prompt : prompts) ids.push_back(encode(prompt));
    std::vector<std::string> texts;
    for (const models::GeneratedText& text : generate(ids, std::move(config)))
      texts.push_back(tokenizer_.decode(text.ids));
    return texts;
  }

  /// The ids of a prompt, with the special tokens that the tokenizer adds; the model's first token if there are none.
  models::Tokens encode(std::string_view prompt) const {
    models::Tokens ids = tokenizer_.encode(prompt).ids;
    if (ids.empty() && config().bos_token_id) ids.push_back(*config().bos_token_id);
    return ids;
  }
  /// Continues ids; special tokens that `config` leaves out are the model's.
  std::vector<models::GeneratedText> generate(const std::vector<models::Tokens>& prompts,
                                              models::GenerationConfig config,
                                              models::GenerationHooks hooks = {}) const {
    if (config.eos_token_id.empty()) config.eos_token_id = pretrained_.generation.eos_token_id;
    if (!config.pad_token_id) config.pad_token_id = pretrained_.generation.pad_token_id;
    if (!hooks.decode) hooks.decode = [this](const models::Tokens& ids) { return tokenizer_.decode(ids); };
    return generate_batch(pretrained_.model, prompts, config, hooks);
  }

  /// The model's own options.
  const models::GenerationConfig& config() const { return pretrained_.generation; }
  /// The model.
  const models::Decoder<float>& model() const { return pretrained_.model; }
  /// The tokenizer.
  const text::Tokenizer& tokenizer() const { return tokenizer_; }

 private:
  struct Parts {
    models::PretrainedDecoder<float> pretrained;
    text::Tokenizer tokenizer;
  };
  explicit TextGeneration(Parts parts)
      : pretrained_(std::move(parts.pretrained)), tokenizer_(std::move(parts.tokenizer)) {}
  static Parts from_gguf(const std::filesystem::path& path) {
    const io::GgufFile file(path.string());
    models::GenerationConfig config;
    const auto id = [&](const char* name) {
      const io::GgufValue* const value = file.find(std::string("tokenizer.ggml.") + name);
      return value ? std::optional<index_t>(static_cast<index_t>(value->number)) : std::nullopt;
    };
    config.bos_token_id = id("bos_token_id");
    if (const auto end = id("eos_token_id")) config.eos_token_id = {*end};
    return {{models::load_gguf_decoder(file), config, {}}, text::load_gguf_tokenizer(file)};
  }

  models::PretrainedDecoder<float> pretrained_;
  text::Tokenizer tokenizer_;
};

}  // namespace TENON_NAMESPACE::pipeline
