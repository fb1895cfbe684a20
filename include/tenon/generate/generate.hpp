#pragma once
/// Generation of texts by a language model, token by token.
///
///     for (const auto& text : generate(gpt, prompt, {.max_length = 100, .do_sample = true, .temperature = 0.8}))
///       print(text.ids);

#include <algorithm>  // max
#include <utility>    // exchange, move
#include <vector>     // erase_if, vector

#include "tenon/generate/beam_search.hpp"
#include "tenon/graph/mode.hpp"

namespace TENON_NAMESPACE::models {

namespace detail {

/// What a call of `generate` can get wrong beyond single options.
template <CausalModel Model>
void check_generate(const Model& model, const std::vector<Tokens>& prompts, const GenerationConfig& c,
                    const GenerationHooks& hooks) {
  check_generation_config(c);
  check<ValueError>(c.stop_strings.empty() || hooks.decode, "generate",
                    "stop_strings need the hook `decode`, which tells the words of ids");
  for (const Tokens& prompt : prompts) {
    check<ValueError>(!prompt.empty(), "generate", "there is no prompt");
    check<ValueError>(c.max_new_tokens || static_cast<index_t>(prompt.size()) < c.max_length, "generate",
                      "the prompt has ", prompt.size(), " tokens, so that a max_length of ", c.max_length,
                      " leaves nothing to write");
    for (const index_t id : prompt)
      check<IndexError>(id >= 0 && id < model.vocabulary(), "generate", "token ", id,
                        " of the prompt is outside of the vocabulary of ", model.vocabulary());
  }
}

/// num_return_sequences texts that begin with each prompt.
inline std::vector<OpenText> begin_texts(const std::vector<Tokens>& prompts, const GenerationConfig& c) {
  std::vector<OpenText> texts;
  for (std::size_t p = 0; p < prompts.size(); ++p)
    for (index_t n = 0; n < c.num_return_sequences; ++n)
      texts.push_back({.text = {.ids = prompts[p], .prompt_length = prompts[p].size()},
                       .generator = generator_of(c.seed, n),
                       .number = static_cast<index_t>(texts.size()),
                       .row = p});
  return texts;
}

/// Reads what is new in the open texts, which become the reader's rows.
template <CausalModel Model>
std::vector<Logits> read_open(BatchReader<Model>& reader, const std::vector<OpenText*>& open) {
  std::vector<index_t> rows;
  std::vector<const Tokens*> ids;
  for (OpenText* text : open) {
    rows.push_back(static_cast<index_t>(std::exchange(text->row, ids.size())));
    ids.push_back(&text->text.ids);
  }
  reader.select_rows(rows);
  return reader.next(ids);
}

/// Greedy search and sampling: each text goes on from its own tokens alone. A text that is over is read no more.
template <CausalModel Model>
std::vector<GeneratedText> write_each(BatchReader<Model>& reader, const std::vector<Tokens>& prompts,
                                      const GenerationConfig& c, const GenerationHooks& hooks) {
  std::vector<OpenText> texts = begin_texts(prompts, c);
  std::vector<OpenText*> open;
  for (OpenText& text : texts) open.push_back(&text);
  std::vector<Logits> logits = reader.next(addresses(prompts));  // a prompt is read once for all of its texts
  while (true) {
    for (OpenText* text : open) text->extend(logits[text->row], c, hooks);
    std::erase_if(open, [&](const OpenText* text) {
      return is_over(text->text.ids, text->text.prompt_length, c, hooks);
    });
    if (open.empty()) break;
    logits = read_open(reader, open);
  }
  std::vector<GeneratedText> results;
  for (OpenText& text : texts) results.push_back(std::move(text.text));
  return results;
}

}  // namespace detail

/// Continues prompts: greedy search, sampling (do_sample) or beam search (num_beams > 1), as the configuration says.
///
/// A prompt's texts do not depend on the other prompts, as long as the longest text fits the model's context. Where a
/// text does not, its last context / 2 tokens are read again whenever the cache is full.
///
///   returns: num_return_sequences texts for each prompt, prompt by prompt; those of beam search with the best first
///   throws: ValueError for options that make no sense, for an empty prompt or one that fills max_length; IndexError
///           for a token outside of the vocabulary; exceptions of the model
///   cost: each token is read once, a prompt once for all of its texts
template <CausalModel Model>
std::vector<GeneratedText> generate_batch(const Model& model, const std::vector<Tokens>& prompts,
                                          const GenerationConfig& config = {},
                                          const GenerationHooks& hooks = {}) {
  detail::check_generate(model, prompts, config, hooks);
  if (prompts.empty()) return {};
  const NoGrad no_grad;
  index_t longest = 0, most_new = 0;
  for (const Tokens& prompt : prompts) {
    const auto length = static_cast<index_t>(prompt.size());
    longest = std::max(longest, length);
    most_new = std::max(most_new, full_length(config, length) - length);
  }
  BatchReader<Model> reader(model, longest + most_new, config.pad_token_id.value_or(0));
  return config.num_beams > 1 ? detail::beam_search(reader, prompts, config, hooks)
                              : detail::write_each(reader, prompts, config, hooks);
}

/// Continues one prompt: `generate_batch` of it alone.
template <CausalModel Model>
std::vector<GeneratedText> generate(const Model& model, const Tokens& prompt,
                                    const GenerationConfig& config = {}, const GenerationHooks& hooks = {}) {
  return generate_batch(model, std::vector<Tokens>{prompt}, config, hooks);
}

}  // namespace TENON_NAMESPACE::models
