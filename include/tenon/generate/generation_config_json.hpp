#pragma once
/// Options of generation from JSON: generation_config.json of a model's folder, or an object of single options.

#include <algorithm>     // find
#include <array>         // array
#include <charconv>      // from_chars
#include <cstdint>       // int64_t
#include <filesystem>    // exists, is_directory
#include <fstream>       // ifstream
#include <iterator>      // istreambuf_iterator
#include <string>        // string
#include <string_view>   // string_view
#include <system_error>  // errc

#include "tenon/generate/generation_config.hpp"
#include "tenon/io/json.hpp"

namespace TENON_NAMESPACE::models {

namespace detail {

/// Reads one option's value; errors name the option.
class OptionValue {
 public:
  OptionValue(std::string_view name, const io::Json& value) : name_(name), value_(value) {}

  void into(bool& out) const {
    expect(value_.kind() == io::Json::Kind::boolean, "true or false");
    out = value_.text() == "true";
  }
  void into(double& out) const { out = number<double>("a number"); }
  void into(index_t& out) const { out = number<std::int64_t>("a whole number"); }
  void into(std::uint64_t& out) const { out = number<std::uint64_t>("a whole number"); }
  void into(std::string& out) const {
    expect(value_.is_string(), "a string");
    out = value_.text();
  }
  template <class T>
  void into(std::optional<T>& out) const {
    into(out.emplace());
  }
  /// A list; a single value is a list of one.
  template <class T>
  void into(std::vector<T>& out) const {
    out.clear();
    if (!value_.is_array()) return into(out.emplace_back());
    for (const io::Json& element : value_.elements()) OptionValue(name_, element).into(out.emplace_back());
  }
  template <class A, class B>
  void into(std::pair<A, B>& out) const {
    expect(value_.is_array() && value_.elements().size() == 2, "a list of two");
    OptionValue(name_, value_.elements()[0]).into(out.first);
    OptionValue(name_, value_.elements()[1]).into(out.second);
  }
  void into(EarlyStopping& out) const {
    const bool never = value_.is_string() && value_.text() == "never";
    expect(never || value_.kind() == io::Json::Kind::boolean, "true, false or \"never\"");
    out = never ? EarlyStopping::never : value_.text() == "true" ? EarlyStopping::yes : EarlyStopping::no;
  }

 private:
  void expect(bool holds, std::string_view what) const {
    check<ValueError>(holds, "generation_config", name_, " is not ", what);
  }
  template <class T>
  T number(std::string_view what) const {
    T result{};
    const char* const end = value_.text().data() + value_.text().size();
    const auto [read, error] = std::from_chars(value_.text().data(), end, result);
    expect(value_.kind() == io::Json::Kind::number && error == std::errc() && read == end, what);
    return result;
  }

  std::string_view name_;
  const io::Json& value_;
};

/// Calls f(name, member) for each option.
template <class F>
void for_each_option(GenerationConfig& c, const F& f) {
  f("max_length", c.max_length), f("max_new_tokens", c.max_new_tokens), f("min_length", c.min_length);
  f("min_new_tokens", c.min_new_tokens), f("stop_strings", c.stop_strings), f("do_sample", c.do_sample);
  f("temperature", c.temperature), f("top_k", c.top_k), f("top_p", c.top_p), f("min_p", c.min_p);
  f("typical_p", c.typical_p), f("epsilon_cutoff", c.epsilon_cutoff), f("eta_cutoff", c.eta_cutoff);
  f("seed", c.seed), f("num_beams", c.num_beams), f("num_beam_groups", c.num_beam_groups);
  f("diversity_penalty", c.diversity_penalty), f("length_penalty", c.length_penalty);
  f("early_stopping", c.early_stopping), f("num_return_sequences", c.num_return_sequences);
  f("repetition_penalty", c.repetition_penalty), f("frequency_penalty", c.frequency_penalty);
  f("presence_penalty", c.presence_penalty), f("no_repeat_ngram_size", c.no_repeat_ngram_size);
  f("bad_words_ids", c.bad_words_ids), f("sequence_bias", c.sequence_bias);
  f("suppress_tokens", c.suppress_tokens), f("begin_suppress_tokens", c.begin_suppress_tokens);
  f("forced_bos_token_id", c.forced_bos_token_id), f("forced_eos_token_id", c.forced_eos_token_id);
  f("exponential_decay_length_penalty", c.exponential_decay_length_penalty);
  f("remove_invalid_values", c.remove_invalid_values), f("renormalize_logits", c.renormalize_logits);
  f("bos_token_id", c.bos_token_id), f("eos_token_id", c.eos_token_id), f("pad_token_id", c.pad_token_id);
}

/// The JSON value that a file holds.
inline io::Json read_json(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  check<IoError>(file.good() && !std::filesystem::is_directory(path), "generation_config", "cannot read ",
                 path);
  return io::Json::parse(text);
}

/// Options that say nothing of the text: of transformers' own outputs, caches and versions.
inline constexpr std::array ignored_options{"_from_model_config",
                                            "transformers_version",
                                            "use_cache",
                                            "cache_implementation",
                                            "output_attentions",
                                            "output_hidden_states",
                                            "output_scores",
                                            "output_logits",
                                            "cache_config",
                                            "return_dict",
                                            "return_dict_in_generate",
                                            "is_assistant",
                                            "num_assistant_tokens",
                                            "num_assistant_tokens_schedule",
                                            "assistant_confidence_threshold",
                                            "decoder_start_token_id",
                                            "disable_compile",
                                            "compile_config",
                                            "chat_format",
                                            "max_window_size",
                                            "low_memory",
                                            "return_legacy_cache",
                                            "max_time"};

}  // namespace detail

/// Sets the options that a JSON object names; null leaves an option as it is.
///
///   throws: ValueError with the name of an option that is unknown or has a value of another kind
inline void set_options(GenerationConfig& config, const io::Json& options) {
  check<ValueError>(options.is_object(), "generation_config", "expected an object of options");
  for (const auto& [name, value] : options.members()) {
    if (value.kind() == io::Json::Kind::null ||
        std::ranges::find(detail::ignored_options, name) != detail::ignored_options.end())
      continue;
    bool known = false;
    detail::for_each_option(config, [&](std::string_view option, auto& member) {
      if (option != name) return;
      known = true;
      detail::OptionValue(name, value).into(member);
    });
    check<ValueError>(known, "generation_config", "the option \"", name, "\" is not known");
  }
}

/// The options that a model's folder gives: those of generation_config.json, or else the special tokens of config.json.
///
///   throws: IoError if a file cannot be read or is not JSON; ValueError as `set_options`
inline GenerationConfig read_generation_config(const std::string& folder) {
  GenerationConfig config;
  if (std::filesystem::exists(folder + "/generation_config.json")) {
    set_options(config, detail::read_json(folder + "/generation_config.json"));
    return config;
  }
  const io::Json model = detail::read_json(folder + "/config.json");
  const auto take = [&](const char* name, auto& out) {
    const io::Json* value = model.find(name);
    if (value && value->kind() != io::Json::Kind::null) detail::OptionValue(name, *value).into(out);
  };
  take("bos_token_id", config.bos_token_id);
  take("eos_token_id", config.eos_token_id);
  take("pad_token_id", config.pad_token_id);
  return config;
}

}  // namespace TENON_NAMESPACE::models
