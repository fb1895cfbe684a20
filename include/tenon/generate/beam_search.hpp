#pragma once
/// Beam search: the texts of the largest probability that a search of bounded breadth finds; with groups that differ
/// from each other, and with beams that are drawn.
/// source: Vijayakumar et al. 2016, https://arxiv.org/abs/1610.02424 (groups); the scores and the order of steps are
/// those of transformers

#include <algorithm>   // find, max, min, min_element, partial_sort, sort
#include <cmath>       // log, pow
#include <functional>  // greater
#include <utility>     // exchange, move
#include <vector>      // vector

#include "tenon/generate/batch_reader.hpp"
#include "tenon/generate/text_state.hpp"

namespace TENON_NAMESPACE::models::detail {

/// A text that beam search follows.
struct Beam {
  Tokens ids;
  double sum = 0;       // of the log-probabilities of what was written
  std::size_t row = 0;  // of what the model reads
};

/// A token that could follow a beam, with the sum of log-probabilities that the text would have.
struct Candidate {
  std::size_t beam = 0;
  index_t token = 0;
  double sum = 0;
};

/// The best texts of a group that are over.
class FinishedBeams {
 public:
  FinishedBeams(const GenerationConfig& c, std::size_t prompt_length)
      : config_(&c), prompt_length_(prompt_length) {}

  /// Takes a text whose score is among the best.
  void add(Tokens ids, double sum) {
    const double score = score_of(sum, ids.size());
    if (full() && score <= worst()->score) return;
    if (full()) texts_.erase(worst());
    texts_.push_back({.ids = std::move(ids), .prompt_length = prompt_length_, .score = score});
  }
  /// Whether no open text needs to be followed; `best_sum` is the largest of theirs, with a length of `length`.
  bool is_done(double best_sum, std::size_t length) {
    if (!full()) return false;
    if (config_->early_stopping == EarlyStopping::yes) return true;
    const bool longest = config_->early_stopping == EarlyStopping::never && config_->length_penalty > 0;
    const auto full_size =
        static_cast<std::size_t>(full_length(*config_, static_cast<index_t>(prompt_length_)));
    return worst()->score >= score_of(best_sum, longest ? full_size : length);
  }
  const std::vector<GeneratedText>& texts() const { return texts_; }

 private:
  bool full() const {
    return static_cast<index_t>(texts_.size()) == config_->num_beams / config_->num_beam_groups;
  }
  std::vector<GeneratedText>::iterator worst() {
    return std::ranges::min_element(texts_, {}, &GeneratedText::score);
  }
  double score_of(double sum, std::size_t length) const {
    return sum / std::pow(static_cast<double>(length - prompt_length_), config_->length_penalty);
  }

  const GenerationConfig* config_;
  std::size_t prompt_length_;
  std::vector<GeneratedText> texts_{};
};

/// The beams of a group.
class BeamGroup {
 public:
  BeamGroup(const Tokens& prompt, std::size_t row, const GenerationConfig& c, const GenerationHooks& hooks)
      : config_(&c), hooks_(&hooks), prompt_length_(prompt.size()), finished_(c, prompt.size()) {
    beams_.push_back({prompt, 0, row});
  }

  /// The open texts; none if the group is done.
  std::vector<Beam>& beams() { return beams_; }
  const std::vector<GeneratedText>& texts() const { return finished_.texts(); }

  /// Goes on by one token; `chosen` are the tokens that earlier groups chose in this step, and then this one's too.
  void step(const std::vector<Logits>& logits, Tokens& chosen, Generator& generator) {
    if (beams_.empty()) return;
    const std::vector<Candidate> best = candidates(logits, chosen, generator);
    check<ValueError>(!best.empty(), "generate", "no token can be chosen: all are forbidden");
    const std::vector<Beam> before = std::exchange(beams_, {});
    for (std::size_t rank = 0; rank < best.size() && beams_.size() < size(); ++rank)
      follow(before[best[rank].beam], best[rank], rank);
    for (const Beam& beam : beams_) chosen.push_back(beam.ids.back());
    const std::size_t length = before[0].ids.size() + 1;
    double best_sum = best[0].sum;
    for (const Candidate& c : best) best_sum = std::max(best_sum, c.sum);
    if (finished_.is_done(best_sum, length)) beams_.clear();
    if (static_cast<index_t>(length) == full_length(*config_, static_cast<index_t>(prompt_length_))) finish();
  }

 private:
  std::size_t size() const { return static_cast<std::size_t>(config_->num_beams / config_->num_beam_groups); }
  /// So many candidates that enough are left when each beam ends.
  std::size_t candidate_count() const {
    return std::max<std::size_t>(2, 1 + config_->eos_token_id.size()) * size();
  }

  /// The log-probabilities of the tokens that may follow a beam.
  Logits scores(Logits logits, const Beam& beam, const Tokens& chosen) const {
    log_softmax(logits);
    for (const index_t token : chosen) logit_of(logits, token) -= config_->diversity_penalty;
    process_logits(logits, beam.ids, prompt_length_, *config_);
    if (config_->do_sample)
      warp_logits(logits, *config_,
                  std::max<index_t>(2, 1 + static_cast<index_t>(config_->eos_token_id.size())));
    if (config_->renormalize_logits) log_softmax(logits);
    return logits;
  }
  /// The best tokens that could follow, or those that are drawn; the best first.
  std::vector<Candidate> candidates(const std::vector<Logits>& logits, const Tokens& chosen,
                                    Generator& generator) const {
    std::vector<Candidate> all;
    for (std::size_t b = 0; b < beams_.size(); ++b) {
      const Logits next = scores(logits[beams_[b].row], beams_[b], chosen);
      for (std::size_t i = 0; i < next.size(); ++i)
        if (next[i] > never) all.push_back({b, static_cast<index_t>(i), beams_[b].sum + next[i]});
    }
    std::vector<double> keys;  // the largest are taken
    for (const Candidate& c : all) keys.push_back(c.sum + (config_->do_sample ? gumbel(generator) : 0));
    std::vector<std::size_t> order(all.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto count = static_cast<std::ptrdiff_t>(std::min(candidate_count(), all.size()));
    std::partial_sort(order.begin(), order.begin() + count, order.end(), [&](std::size_t a, std::size_t b) {
      return keys[a] != keys[b] ? keys[a] > keys[b] : a < b;
    });
    std::vector<Candidate> best;
    for (auto i = order.begin(); i != order.begin() + count; ++i) best.push_back(all[*i]);
    std::ranges::sort(best, std::greater<>(), &Candidate::sum);
    return best;
  }
  /// A number by which the largest sums are a draw without replacement by exp(sum).
  /// source: Kool et al. 2019, https://arxiv.org/abs/1903.06059
  static double gumbel(Generator& generator) { return -std::log(-std::log(1 - generator.uniform<double>())); }

  /// Follows a candidate, or ends its text if it is among the best.
  void follow(const Beam& beam, const Candidate& candidate, std::size_t rank) {
    Beam next{beam.ids, candidate.sum, beam.row};
    next.ids.push_back(candidate.token);
    const bool full =
        static_cast<index_t>(next.ids.size()) == full_length(*config_, static_cast<index_t>(prompt_length_));
    const bool ends =
        std::ranges::find(config_->eos_token_id, candidate.token) != config_->eos_token_id.end() ||
        (!full && is_over(next.ids, prompt_length_, *config_, *hooks_));
    if (!ends)
      beams_.push_back(std::move(next));
    else if (rank < size())
      finished_.add(std::move(next.ids), next.sum);
  }
  /// The open texts are full.
  void finish() {
    for (Beam& beam : beams_) finished_.add(beam.ids, beam.sum);
    beams_.clear();
  }

  const GenerationConfig* config_;
  const GenerationHooks* hooks_;
  std::size_t prompt_length_;
  std::vector<Beam> beams_{};
  FinishedBeams finished_;
};

/// The groups of one prompt, with the random numbers that they share.
struct BeamPrompt {
  std::vector<BeamGroup> groups;
  Generator generator;

  /// The best texts of all groups.
  std::vector<GeneratedText> best(index_t count) const {
    std::vector<GeneratedText> texts;
    for (const BeamGroup& group : groups)
      texts.insert(texts.end(), group.texts().begin(), group.texts().end());
    std::ranges::sort(texts, std::greater<>(), &GeneratedText::score);
    texts.resize(std::min(texts.size(), static_cast<std::size_t>(count)));
    return texts;
  }
};

/// Reads the last tokens of all beams, which become the reader's rows; returns nothing if no beam is open.
template <CausalModel Model>
std::vector<Logits> read_beams(BatchReader<Model>& reader, std::vector<BeamPrompt>& prompts) {
  std::vector<index_t> rows;
  std::vector<const Tokens*> ids;
  for (BeamPrompt& prompt : prompts)
    for (BeamGroup& group : prompt.groups)
      for (Beam& beam : group.beams()) {
        rows.push_back(static_cast<index_t>(std::exchange(beam.row, ids.size())));
        ids.push_back(&beam.ids);
      }
  if (rows.empty()) return {};
  reader.select_rows(rows);
  return reader.next(ids);
}

/// Beam search for each prompt.
template <CausalModel Model>
std::vector<GeneratedText> beam_search(BatchReader<Model>& reader, const std::vector<Tokens>& prompts,
                                       const GenerationConfig& c, const GenerationHooks& hooks) {
  std::vector<BeamPrompt> searches;
  for (std::size_t p = 0; p < prompts.size(); ++p) {
    searches.push_back({{}, generator_of(c.seed, 0)});
    for (index_t g = 0; g < c.num_beam_groups; ++g) searches[p].groups.emplace_back(prompts[p], p, c, hooks);
  }
  std::vector<Logits> logits = reader.next(addresses(prompts));
  while (!logits.empty()) {
    for (BeamPrompt& search : searches) {
      Tokens chosen;
      for (BeamGroup& group : search.groups) group.step(logits, chosen, search.generator);
    }
    logits = read_beams(reader, searches);
  }
  std::vector<GeneratedText> texts;
  for (const BeamPrompt& search : searches)
    for (GeneratedText& text : search.best(c.num_return_sequences)) texts.push_back(std::move(text));
  return texts;
}

}  // namespace TENON_NAMESPACE::models::detail
