#pragma once
/// Which tokens are drawn from, and how likely each is. Each function changes the logits of one text in place; a token
/// of logit minus infinity is never drawn. At least the `keep` most probable tokens stay.

#include <algorithm>   // clamp, min, nth_element, sort
#include <cmath>       // abs, exp, isfinite, log, sqrt
#include <functional>  // greater
#include <vector>      // vector

#include "tenon/core/generator.hpp"
#include "tenon/generate/logits_processor.hpp"

namespace TENON_NAMESPACE::models {

namespace detail {

/// The tokens that may still be drawn, the most probable first; of equal ones the first of the vocabulary.
inline Tokens ranked(const Logits& logits) {
  Tokens tokens;
  for (std::size_t i = 0; i < logits.size(); ++i)
    if (logits[i] > never) tokens.push_back(static_cast<index_t>(i));
  const auto logit = [&](index_t token) { return logits[static_cast<std::size_t>(token)]; };
  std::sort(tokens.begin(), tokens.end(),
            [&](index_t a, index_t b) { return logit(a) != logit(b) ? logit(a) > logit(b) : a < b; });
  return tokens;
}

/// Forbids each token that `out(log-probability)` tells, but for the `keep` most probable.
template <class Out>
void forbid_unlikely(Logits& logits, index_t keep, const Out& out) {
  const double sum = log_sum_exp(logits);
  const Tokens tokens = ranked(logits);
  for (std::size_t rank = static_cast<std::size_t>(keep); rank < tokens.size(); ++rank)
    if (double& logit = logit_of(logits, tokens[rank]); out(logit - sum)) logit = never;
}

/// Leaves the first of the tokens whose probabilities sum to p, in the given order, and at least `keep`.
inline void leave_mass(Logits& logits, const Tokens& tokens, double p, index_t keep) {
  const double sum = log_sum_exp(logits);
  double before = 0;
  for (std::size_t rank = 0; rank < tokens.size(); ++rank) {
    double& logit = logit_of(logits, tokens[rank]);
    const double probability = std::exp(logit - sum);
    if (before >= p && rank >= static_cast<std::size_t>(keep)) logit = never;
    before += probability;
  }
}

/// The entropy of the probabilities, in nats.
inline double entropy(const Logits& logits) {
  const double sum = log_sum_exp(logits);
  double result = 0;
  for (const double logit : logits)
    if (logit > never) result -= std::exp(logit - sum) * (logit - sum);
  return result;
}

}  // namespace detail

/// Divides logits by the temperature.
inline void warp_temperature(Logits& logits, double temperature) {
  for (double& logit : logits) logit /= temperature;
}

/// Leaves the k most probable tokens, and those that are as probable as the last of them.
///   source: Fan et al. 2018, https://arxiv.org/abs/1805.04833
inline void warp_top_k(Logits& logits, index_t k, index_t keep = 1) {
  const auto count = static_cast<std::ptrdiff_t>(std::max(k, keep));
  if (count >= static_cast<std::ptrdiff_t>(logits.size())) return;
  Logits sorted = logits;
  std::nth_element(sorted.begin(), sorted.begin() + (count - 1), sorted.end(), std::greater<>());
  const double last = sorted[static_cast<std::size_t>(count - 1)];
  for (double& logit : logits)
    if (logit < last) logit = never;
}

/// Leaves the fewest most probable tokens whose probabilities sum to p.
///   source: Holtzman et al. 2020, https://arxiv.org/abs/1904.09751
inline void warp_top_p(Logits& logits, double p, index_t keep = 1) {
  detail::leave_mass(logits, detail::ranked(logits), p, keep);
}

/// Leaves tokens that are at least p times as probable as the most probable.
///   source: Nguyen et al. 2024, https://arxiv.org/abs/2407.01082
inline void warp_min_p(Logits& logits, double p, index_t keep = 1) {
  const double largest = *std::max_element(logits.begin(), logits.end()) - log_sum_exp(logits);
  detail::forbid_unlikely(logits, keep, [&](double log_p) { return log_p < largest + std::log(p); });
}

/// Leaves the tokens whose surprise is nearest to the expected one, the fewest whose probabilities sum to p.
///   source: Meister et al. 2022, https://arxiv.org/abs/2202.00666
inline void warp_typical(Logits& logits, double p, index_t keep = 1) {
  const double sum = log_sum_exp(logits), expected = detail::entropy(logits);
  const auto oddity = [&](index_t token) { return std::abs(sum - logit_of(logits, token) - expected); };
  Tokens tokens = detail::ranked(logits);
  std::sort(tokens.begin(), tokens.end(),
            [&](index_t a, index_t b) { return oddity(a) != oddity(b) ? oddity(a) < oddity(b) : a < b; });
  detail::leave_mass(logits, tokens, p, keep);
}

/// Leaves tokens at least as probable as epsilon.
///   source: Hewitt et al. 2022, https://arxiv.org/abs/2210.15191
inline void warp_epsilon(Logits& logits, double epsilon, index_t keep = 1) {
  detail::forbid_unlikely(logits, keep, [&](double log_p) { return log_p < std::log(epsilon); });
}

/// Leaves tokens at least as probable as min(epsilon, sqrt(epsilon) exp(-entropy)).
///   source: Hewitt et al. 2022, https://arxiv.org/abs/2210.15191
inline void warp_eta(Logits& logits, double epsilon, index_t keep = 1) {
  const double bound = std::min(epsilon, std::sqrt(epsilon) * std::exp(-detail::entropy(logits)));
  detail::forbid_unlikely(logits, keep, [&](double log_p) { return log_p < std::log(bound); });
}

/// Applies the options of sampling.
inline void warp_logits(Logits& logits, const GenerationConfig& c, index_t keep = 1) {
  if (c.temperature != 1) warp_temperature(logits, c.temperature);
  if (c.top_k > 0) warp_top_k(logits, c.top_k, keep);
  if (c.top_p < 1) warp_top_p(logits, c.top_p, keep);
  if (c.min_p > 0) warp_min_p(logits, c.min_p, keep);
  if (c.typical_p < 1) warp_typical(logits, c.typical_p, keep);
  if (c.epsilon_cutoff > 0) warp_epsilon(logits, c.epsilon_cutoff, keep);
  if (c.eta_cutoff > 0) warp_eta(logits, c.eta_cutoff, keep);
}

/// The first of the most probable tokens.
///   throws: ValueError if none may be chosen: all are forbidden, or the model's logits are NaN
inline index_t most_probable(const Logits& logits) {
  const auto best = std::max_element(logits.begin(), logits.end());
  check<ValueError>(best != logits.end() && *best > never, "generate",
                    "no token can be chosen: all are forbidden, or the model's logits are NaN");
  return best - logits.begin();
}

/// Draws a token by the probabilities softmax(logits).
///   throws: ValueError as `most_probable`
inline index_t draw(const Logits& logits, Generator& generator) {
  const double largest = logits[static_cast<std::size_t>(most_probable(logits))];
  double sum = 0;
  for (const double logit : logits) sum += std::exp(logit - largest);
  check<ValueError>(std::isfinite(sum), "generate", "the model's logits are NaN or infinite");
  double rest = generator.uniform<double>() * sum;
  index_t token = -1;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (logits[i] == never) continue;
    token = static_cast<index_t>(i);
    rest -= std::exp(logits[i] - largest);
    if (rest < 0) break;
  }
  return token;  // rounding may leave a rest behind the last
}

/// Chooses the token that follows a text: draws it if do_sample, else the most probable.
///
///   throws: IndexError for an option's token outside of the vocabulary; ValueError if no token may be chosen
inline index_t choose_token(Logits logits, const Tokens& text, std::size_t prompt_length,
                            const GenerationConfig& c, Generator& generator) {
  process_logits(logits, text, prompt_length, c);
  if (!c.do_sample) return most_probable(logits);
  warp_logits(logits, c);
  return draw(logits, generator);
}

}  // namespace TENON_NAMESPACE::models
