#pragma once
/// Speculative decoding: a small model drafts, a large one checks several tokens in one pass.
///
///     generate_speculative(gpt2_xl, gpt2, prompt, {.max_new_tokens = 100})

#include <algorithm>  // copy, min
#include <utility>    // move
#include <vector>     // vector

#include "tenon/generate/generate.hpp"
#include "tenon/ops/index/select.hpp"

namespace TENON_NAMESPACE::models {

/// Options of `generate_speculative`.
struct SpeculativeOptions {
  index_t draft_tokens = 5;  ///< tokens that the draft model is ahead at most
};

/// How well a draft model did.
struct SpeculativeStats {
  index_t drafted = 0;   ///< tokens of the draft model
  index_t accepted = 0;  ///< those of them that the model chose as well
};

namespace detail {

/// A model that reads a text which grows, and of which the last tokens may change.
template <CausalModel Model>
class RevisedText {
 public:
  RevisedText(const Model& model, index_t capacity)
      : model_(&model), cache_(model.make_cache(1, capacity, {})) {}

  /// The logits of the tokens that follow the last `count` prefixes of the text.
  std::vector<Logits> last(const Tokens& ids, index_t count) {
    const index_t unread = static_cast<index_t>(ids.size()) - cache_.length();
    Tensor<index_t> rest = Tensor<index_t>::empty({1, unread});
    std::copy(ids.end() - unread, ids.end(), rest.mutable_data());
    const auto logits =
        contiguous(narrow(select(model_->logits(rest, cache_), 0, 0), 0, unread - count, count));
    const auto* at = logits.data();
    std::vector<Logits> rows;
    for (index_t k = 0; k < count; ++k, at += logits.extent(1)) rows.emplace_back(at, at + logits.extent(1));
    return rows;
  }
  /// Forgets what was read behind the first `length` tokens.
  void keep(std::size_t length) { cache_.truncate(std::min(cache_.length(), static_cast<index_t>(length))); }

 private:
  const Model* model_;
  typename Model::Cache cache_;
};

}  // namespace detail

/// Continues a prompt as `generate` does, with fewer passes of the model: another model of the same vocabulary drafts
/// tokens, of which those are kept that the model chooses itself, by greedy search or by the same random numbers. The
/// text is therefore that of `generate`, whatever the draft model says; where rounding depends on the number of tokens
/// that are read at once, tokens of equal probability may differ.
///
///   returns: one text
///   throws: as `generate`; ValueError for beams or several texts, for models of different vocabularies, and for a text
///           that may not fit both contexts
///   source: Leviathan, Kalman & Matias 2023, https://arxiv.org/abs/2211.17192
template <CausalModel Model, CausalModel Draft>
GeneratedText generate_speculative(const Model& model, const Draft& draft, const Tokens& prompt,
                                   const GenerationConfig& config = {}, const GenerationHooks& hooks = {},
                                   const SpeculativeOptions& options = {},
                                   SpeculativeStats* stats = nullptr) {
  detail::check_generate(model, {prompt}, config, hooks);
  const index_t full = full_length(config, static_cast<index_t>(prompt.size()));
  const auto require = [](bool holds, const auto&... sentence) {
    check<ValueError>(holds, "generate", sentence...);
  };
  require(config.num_beams == 1 && config.num_return_sequences == 1,
          "a draft model helps to write one text, not beams");
  require(model.vocabulary() == draft.vocabulary(), "the model has ", model.vocabulary(),
          " different tokens, the draft model ", draft.vocabulary());
  require(options.draft_tokens >= 1, "draft_tokens is ", options.draft_tokens, ", expected 1 or more");
  require(full <= std::min<index_t>(model.context(), draft.context()), "a text of ", full,
          " tokens may not fit the contexts of ", model.context(), " and ", draft.context());
  const NoGrad no_grad;
  detail::OpenText open{.text = {.ids = prompt, .prompt_length = prompt.size()},
                        .generator = detail::generator_of(config.seed, 0)};
  const Tokens& ids = open.text.ids;
  detail::RevisedText<Model> checked(model, full);
  detail::RevisedText<Draft> drafted(draft, full);
  while (true) {
    Tokens guess = ids;
    Generator same_draws = open.generator;
    const index_t room = full - static_cast<index_t>(ids.size()) - 1;
    for (index_t k = 0; k < std::min(options.draft_tokens, room); ++k)
      guess.push_back(choose_token(drafted.last(guess, 1)[0], guess, prompt.size(), config, same_draws));
    const std::size_t ahead = guess.size() - ids.size();
    std::vector<Logits> logits = checked.last(guess, static_cast<index_t>(ahead) + 1);
    if (stats) stats->drafted += static_cast<index_t>(ahead);
    for (std::size_t k = 0; k <= ahead; ++k) {
      open.extend(std::move(logits[k]), config, hooks);
      if (detail::is_over(ids, prompt.size(), config, hooks)) return std::move(open.text);
      if (k == ahead || ids.back() != guess[ids.size() - 1]) break;
      if (stats) ++stats->accepted;
    }
    checked.keep(ids.size() - 1);
    drafted.keep(ids.size() - 1);
  }
}

}  // namespace TENON_NAMESPACE::models
