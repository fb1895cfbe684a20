#pragma once
/// A text that is being written, and when it is over.

#include <algorithm>   // any_of, find
#include <functional>  // function
#include <string>      // string
#include <utility>     // move
#include <vector>      // vector

#include "tenon/generate/logits_warper.hpp"

namespace TENON_NAMESPACE::models {

/// A text that `generate` wrote.
struct GeneratedText {
  Tokens ids{};                   ///< the prompt and what follows, with the token that ended it
  std::size_t prompt_length = 0;  ///< tokens of the prompt
  double score = 0;  ///< in beam search the sum of the log-probabilities / length^length_penalty, else 0
  std::vector<double>
      log_probabilities{};  ///< of the tokens after the prompt by the model alone; if asked for
};

/// What a caller of `generate` hears and lends.
struct GenerationHooks {
  std::function<void(index_t text, index_t token)>
      on_token{};                                      ///< is called with each token, not in beam search
  std::function<std::string(const Tokens&)> decode{};  ///< the words of ids; stop_strings need it
  bool log_probabilities = false;  ///< whether to keep the log-probability of each token, not in beam search
};

namespace detail {

/// Whether a text is complete: it is full, has ended, or contains a stop string after its prompt.
inline bool is_over(const Tokens& ids, std::size_t prompt_length, const GenerationConfig& c,
                    const GenerationHooks& hooks) {
  if (ids.size() == prompt_length) return false;
  if (static_cast<index_t>(ids.size()) >= full_length(c, static_cast<index_t>(prompt_length))) return true;
  if (std::ranges::find(c.eos_token_id, ids.back()) != c.eos_token_id.end()) return true;
  if (c.stop_strings.empty()) return false;
  const std::string written =
      hooks.decode(Tokens(ids.begin() + static_cast<std::ptrdiff_t>(prompt_length), ids.end()));
  return std::ranges::any_of(c.stop_strings,
                             [&](const auto& stop) { return written.find(stop) != written.npos; });
}

/// The generator of the nth text of a prompt. It does not depend on other prompts, so that a prompt's texts are the
/// same alone and in a batch.
inline Generator generator_of(std::uint64_t seed, index_t n) {
  const Philox::Block block = Philox::block(seed, 0, static_cast<std::uint64_t>(n));
  return Generator{std::uint64_t{block.word[0]} << 32 | block.word[1]};
}

/// A text that is being written, with its own random numbers.
struct OpenText {
  GeneratedText text;
  Generator generator;
  index_t number = 0;   // among all texts
  std::size_t row = 0;  // of what the model reads

  /// Appends the token that follows.
  void extend(Logits logits, const GenerationConfig& c, const GenerationHooks& hooks) {
    const double sum = hooks.log_probabilities ? log_sum_exp(logits) : 0;
    const Logits model = hooks.log_probabilities ? logits : Logits{};
    const index_t token = choose_token(std::move(logits), text.ids, text.prompt_length, c, generator);
    text.ids.push_back(token);
    if (hooks.on_token) hooks.on_token(number, token);
    if (hooks.log_probabilities)
      text.log_probabilities.push_back(model[static_cast<std::size_t>(token)] - sum);
  }
};

}  // namespace detail
}  // namespace TENON_NAMESPACE::models
