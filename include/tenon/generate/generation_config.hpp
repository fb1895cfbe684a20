#pragma once
/// Options of generation, with the names and the meaning that they have in Hugging Face's transformers.

#include <cmath>     // isfinite
#include <cstdint>   // uint64_t
#include <optional>  // optional
#include <string>    // string
#include <utility>   // pair
#include <vector>    // vector

#include "tenon/core/error.hpp"
#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::models {

/// When beam search has enough texts that are over.
enum class EarlyStopping {
  no,     ///< when no open text can become better than they are, by its score so far
  yes,    ///< as soon as there are num_beams of them
  never,  ///< when no open text can become better, whatever its length will be
};

/// Options of `generate`. All counts are of tokens, and those of a text include its prompt.
/// source: https://huggingface.co/docs/transformers/main_classes/text_generation
struct GenerationConfig {
  index_t max_length = 20;                  ///< the longest text
  std::optional<index_t> max_new_tokens{};  ///< the most tokens after the prompt, instead of max_length
  index_t min_length = 0;                   ///< no text ends before it is this long
  index_t min_new_tokens = 0;               ///< no text ends with fewer tokens after the prompt
  std::vector<std::string> stop_strings{};  ///< a text ends as soon as what was written contains one of these

  bool do_sample = false;     ///< draw tokens by their probabilities; else take the most probable
  double temperature = 1;     ///< logits are divided by this before a token is drawn
  index_t top_k = 50;         ///< draw from this many most probable tokens; 0: from all
  double top_p = 1;           ///< draw from the fewest most probable tokens whose probabilities sum to this
  double min_p = 0;           ///< draw from tokens at least this fraction as probable as the most probable
  double typical_p = 1;       ///< draw from the most typical tokens whose probabilities sum to this
  double epsilon_cutoff = 0;  ///< draw from tokens at least this probable
  double eta_cutoff = 0;      ///< the same, with a bound that falls with the entropy
  std::uint64_t seed = 0;     ///< the same seed draws the same text

  index_t num_beams = 1;        ///< texts that beam search follows at once; 1: no beam search
  index_t num_beam_groups = 1;  ///< groups of beams, which are kept apart by the diversity penalty
  double diversity_penalty =
      0;  ///< taken from a token's score for each time an earlier group chose it in this step
  double length_penalty = 1;  ///< a text's score is the sum of its log-probabilities / length^this
  EarlyStopping early_stopping = EarlyStopping::no;  ///< when beam search ends
  index_t num_return_sequences = 1;                  ///< texts for each prompt

  double repetition_penalty =
      1;  ///< positive logits of tokens in the text are divided by this, others multiplied
  double frequency_penalty = 0;      ///< taken from a token's logit for each time that it was written
  double presence_penalty = 0;       ///< taken from the logits of tokens that were written
  index_t no_repeat_ngram_size = 0;  ///< no sequence of this many tokens occurs twice in a text; 0: any may
  std::vector<std::vector<index_t>> bad_words_ids{};  ///< sequences that are never completed
  std::vector<std::pair<std::vector<index_t>, double>>
      sequence_bias{};                           ///< added to what completes a sequence
  std::vector<index_t> suppress_tokens{};        ///< tokens that are never chosen
  std::vector<index_t> begin_suppress_tokens{};  ///< tokens that are not the first after the prompt
  std::optional<index_t> forced_bos_token_id{};  ///< the second token of a text whose prompt is one token
  std::vector<index_t> forced_eos_token_id{};    ///< the last token of a text of full length is one of these
  std::optional<std::pair<index_t, double>>
      exponential_decay_length_penalty{};  ///< from where on an end grows likelier, and the factor
  bool remove_invalid_values = false;      ///< NaN and infinite logits count as 0 and as the largest numbers
  bool renormalize_logits = false;  ///< what is left after all other options are log-probabilities again

  std::optional<index_t> bos_token_id{};  ///< the prompt of a text that has none
  std::vector<index_t> eos_token_id{};    ///< tokens that end a text
  std::optional<index_t> pad_token_id{};  ///< what shorter prompts of a batch begin with; any token does
};

/// The length at which a text with this prompt is full.
inline index_t full_length(const GenerationConfig& c, index_t prompt_length) {
  return c.max_new_tokens ? prompt_length + *c.max_new_tokens : c.max_length;
}

/// Checks that the options of a configuration make sense, alone and together.
///
///   throws: ValueError with the name of the first that does not
inline void check_generation_config(const GenerationConfig& c) {
  const auto require = [](bool holds, const auto&... sentence) {
    check<ValueError>(holds, "generate", sentence...);
  };
  const auto at_least = [&](const char* name, auto value, auto least) {
    require(value >= least && std::isfinite(static_cast<double>(value)), name, " is ", value, ", expected ",
            least, " or more");
  };
  const auto above_zero = [&](const char* name, double value) {
    require(value > 0 && std::isfinite(value), name, " is ", value, ", expected more than 0");
  };
  const auto fraction = [&](const char* name, double value, bool zero, bool one) {
    require((value > 0 || (zero && value == 0)) && (value < 1 || (one && value == 1)), name, " is ", value,
            zero ? ", expected 0 or more" : ", expected more than 0",
            one ? " and at most 1" : " and less than 1");
  };
  at_least("max_length", c.max_length, index_t{1});
  if (c.max_new_tokens) at_least("max_new_tokens", *c.max_new_tokens, index_t{1});
  at_least("min_length", c.min_length, index_t{0});
  at_least("min_new_tokens", c.min_new_tokens, index_t{0});
  at_least("no_repeat_ngram_size", c.no_repeat_ngram_size, index_t{0});
  at_least("top_k", c.top_k, index_t{0});
  at_least("num_beams", c.num_beams, index_t{1});
  at_least("num_beam_groups", c.num_beam_groups, index_t{1});
  at_least("num_return_sequences", c.num_return_sequences, index_t{1});
  above_zero("temperature", c.temperature);
  above_zero("repetition_penalty", c.repetition_penalty);
  fraction("top_p", c.top_p, false, true);
  fraction("min_p", c.min_p, true, true);
  fraction("typical_p", c.typical_p, false, true);
  fraction("epsilon_cutoff", c.epsilon_cutoff, true, false);
  fraction("eta_cutoff", c.eta_cutoff, true, false);
  require(c.num_beams % c.num_beam_groups == 0, "num_beams ", c.num_beams, " does not divide into ",
          c.num_beam_groups, " groups");
  require(c.num_beam_groups == 1 || !c.do_sample, "groups of beams are not drawn: do_sample is true");
  require(c.do_sample || c.num_return_sequences <= c.num_beams, "without sampling, ", c.num_beams,
          " beams give no more texts than that, and num_return_sequences is ", c.num_return_sequences);
  require(c.num_beams == 1 || c.num_return_sequences <= c.num_beams, c.num_beams,
          " beams give no more texts than that, and num_return_sequences is ", c.num_return_sequences);
  for (const auto& word : c.bad_words_ids) require(!word.empty(), "bad_words_ids has an empty sequence");
  for (const auto& [sequence, bias] : c.sequence_bias)
    require(!sequence.empty() && std::isfinite(bias),
            "sequence_bias has an empty sequence or a bias that is no number");
  for (const auto& text : c.stop_strings) require(!text.empty(), "stop_strings has an empty text");
}

}  // namespace TENON_NAMESPACE::models
