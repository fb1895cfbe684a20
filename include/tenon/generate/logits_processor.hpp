#pragma once
/// What options change in the logits of the next token before one is chosen. Each function changes the logits of one
/// text in place; a token of logit minus infinity is never chosen. `process_logits` applies them in the order of
/// transformers. https://huggingface.co/docs/transformers/internal/generation_utils

#include <algorithm>  // clamp, count, equal, find, max_element, sort, unique
#include <cmath>      // abs, exp, isnan, log, pow
#include <limits>     // numeric_limits
#include <map>        // map
#include <utility>    // move
#include <vector>     // vector

#include "tenon/generate/generation_config.hpp"

namespace TENON_NAMESPACE::models {

/// The ids of a text.
using Tokens = std::vector<index_t>;
/// A logit for each token of the vocabulary.
using Logits = std::vector<double>;

/// The logit of a token that is never chosen.
inline constexpr double never = -std::numeric_limits<double>::infinity();

/// The logit of a token.
///   throws: IndexError if the vocabulary has no such token
inline double& logit_of(Logits& logits, index_t token) {
  check<IndexError>(token >= 0 && token < static_cast<index_t>(logits.size()), "generate", "token ", token,
                    " is outside of the vocabulary of ", logits.size());
  return logits[static_cast<std::size_t>(token)];
}

/// log sum_i exp(logits_i); minus infinity if no token may be chosen.
inline double log_sum_exp(const Logits& logits) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  if (largest == never) return never;
  double sum = 0;
  for (const double logit : logits) sum += std::exp(logit - largest);
  return largest + std::log(sum);
}

/// Replaces logits by log-probabilities: y_i = x_i - log sum_j exp(x_j).
inline void log_softmax(Logits& logits) {
  const double sum = log_sum_exp(logits);
  if (sum == never) return;
  for (double& logit : logits) logit -= sum;
}

/// Forbids tokens.
inline void suppress(Logits& logits, const Tokens& tokens) {
  for (const index_t token : tokens) logit_of(logits, token) = never;
}

/// Forbids all other tokens, and makes the logits of these 0.
inline void force(Logits& logits, const Tokens& tokens) {
  for (const index_t token : tokens) logit_of(logits, token);
  std::fill(logits.begin(), logits.end(), never);
  for (const index_t token : tokens) logit_of(logits, token) = 0;
}

/// Makes tokens of the text less likely: a positive logit is divided by the penalty, another multiplied.
///   source: Keskar et al. 2019, https://arxiv.org/abs/1909.05858
inline void penalize_repetition(Logits& logits, Tokens text, double penalty) {
  std::sort(text.begin(), text.end());
  text.erase(std::unique(text.begin(), text.end()), text.end());
  for (const index_t token : text) {
    double& logit = logit_of(logits, token);
    logit = logit < 0 ? logit * penalty : logit / penalty;
  }
}

/// Takes frequency * (number of times) + presence from the logits of tokens that were written after the prompt.
///   source: https://platform.openai.com/docs/api-reference/chat
inline void penalize_frequency(Logits& logits, const Tokens& text, std::size_t prompt_length,
                               double frequency, double presence) {
  std::map<index_t, double> times;
  for (std::size_t i = prompt_length; i < text.size(); ++i) ++times[text[i]];
  for (const auto& [token, count] : times) logit_of(logits, token) -= frequency * count + presence;
}

/// Forbids the tokens that would complete a sequence of `size` tokens that is in the text already.
///   source: Paulus et al. 2017, https://arxiv.org/abs/1705.04304
inline void forbid_repeated_ngrams(Logits& logits, const Tokens& text, index_t size) {
  const auto before = static_cast<std::ptrdiff_t>(size - 1);
  for (auto start = text.begin(); text.end() - start > before; ++start)
    if (std::equal(start, start + before, text.end() - before)) logit_of(logits, start[before]) = never;
}

/// Adds to the logit of the token that would complete a sequence. A sequence of one token counts always.
inline void bias_sequence(Logits& logits, const Tokens& text, const Tokens& sequence, double bias) {
  const auto before = static_cast<std::ptrdiff_t>(sequence.size() - 1);
  double& logit = logit_of(logits, sequence.back());
  if (static_cast<std::ptrdiff_t>(text.size()) < before) return;
  if (std::equal(sequence.begin(), sequence.end() - 1, text.end() - before)) logit += bias;
}

/// Makes the end of a text likelier the longer it is: adds |x| (factor^steps - 1) to an end's logit x.
inline void favour_end(Logits& logits, const Tokens& ends, index_t steps, double factor) {
  for (const index_t end : ends) {
    double& logit = logit_of(logits, end);
    logit += std::abs(logit) * (std::pow(factor, static_cast<double>(steps)) - 1);
  }
}

/// Replaces NaN by 0 and infinite numbers by the largest finite float.
inline void remove_invalid(Logits& logits) {
  constexpr double largest = std::numeric_limits<float>::max();
  for (double& logit : logits) logit = std::isnan(logit) ? 0 : std::clamp(logit, -largest, largest);
}

namespace detail {

/// What depends on the text's length alone: when it may not end yet, and what is forced.
inline void process_length(Logits& logits, index_t length, index_t prompt_length, const GenerationConfig& c) {
  if (length < c.min_length || length - prompt_length < c.min_new_tokens) suppress(logits, c.eos_token_id);
  if (c.forced_bos_token_id && length == 1) force(logits, {*c.forced_bos_token_id});
  if (!c.forced_eos_token_id.empty() && length == full_length(c, prompt_length) - 1)
    force(logits, c.forced_eos_token_id);
  if (c.remove_invalid_values) remove_invalid(logits);
  if (c.exponential_decay_length_penalty) {
    const auto [start, factor] = *c.exponential_decay_length_penalty;
    if (length > prompt_length + start)
      favour_end(logits, c.eos_token_id, length - prompt_length - start, factor);
  }
  suppress(logits, c.suppress_tokens);
  // A forced first token is not the one that the model begins with.
  const bool forced = c.forced_bos_token_id && prompt_length == 1;
  if (length == prompt_length + (forced ? 1 : 0)) suppress(logits, c.begin_suppress_tokens);
}

}  // namespace detail

/// Applies the options that do not depend on chance to the logits of the token that follows a text.
///
///   throws: IndexError for an option's token outside of the vocabulary
inline void process_logits(Logits& logits, const Tokens& text, std::size_t prompt_length,
                           const GenerationConfig& c) {
  for (const auto& [sequence, bias] : c.sequence_bias) bias_sequence(logits, text, sequence, bias);
  if (c.repetition_penalty != 1) penalize_repetition(logits, text, c.repetition_penalty);
  if (c.frequency_penalty != 0 || c.presence_penalty != 0)
    penalize_frequency(logits, text, prompt_length, c.frequency_penalty, c.presence_penalty);
  if (c.no_repeat_ngram_size > 0) forbid_repeated_ngrams(logits, text, c.no_repeat_ngram_size);
  for (const Tokens& words : c.bad_words_ids)
    // The end of a text alone is no word: min_length is there to forbid it.
    if (words.size() > 1 ||
        std::find(c.eos_token_id.begin(), c.eos_token_id.end(), words[0]) == c.eos_token_id.end())
      bias_sequence(logits, text, words, never);
  detail::process_length(logits, static_cast<index_t>(text.size()), static_cast<index_t>(prompt_length), c);
}

}  // namespace TENON_NAMESPACE::models
