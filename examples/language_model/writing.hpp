#pragma once
/// Text that a model makes up, word by word.

#include <string>
#include <string_view>
#include <vector>

#include "tenon/generate/logits_warper.hpp"
#include "tenon/ops/index/select.hpp"
#include "training.hpp"

namespace language_model {

struct WritingOptions {
  std::string prompt;  ///< words between blanks, which the text goes on from
  index_t length = 60;
  double temperature = 1;  ///< below 1 likely words are taken more often still; 0: always the likeliest
};

/// Draws words until there are so many. The word for the unknown is never drawn.
/// throws ValueError for a word of the prompt that the model does not know
inline std::string write(const Model& model, const Vocabulary& words, const WritingOptions& options) {
  const tn::NoGrad no_grad;
  std::vector<index_t> given{words.find(end_of_line)};
  std::string text;
  const auto append = [&](std::string_view word) {
    if (word == end_of_line)
      text += '\n';
    else
      (text += text.empty() || text.back() == '\n' ? "" : " ") += word;
  };
  tn::text::StringReader prompt(options.prompt);
  tn::text::tokenize(
      prompt, {},
      [&](std::string_view word) {
        const auto id = words.find(word);
        tn::check<tn::ValueError>(id != Vocabulary::unknown, "prompt", "the model does not know the word \"",
                                  word, "\"");
        given.push_back(id);
        append(word);
      },
      [] {});

  const tn::models::GenerationConfig config{.do_sample = options.temperature > 0,
                                            .temperature = options.temperature > 0 ? options.temperature : 1,
                                            .top_k = 0,
                                            .suppress_tokens = {words.find(unknown_word)}};
  tn::Generator& chance = tn::default_generator();
  State state;
  auto next = tn::from(given, {static_cast<index_t>(given.size()), 1});
  for (index_t count = 0; count < options.length; ++count) {
    const auto [scores, after] = model(next, state);
    state = after;
    const auto last = tn::contiguous(tn::select(scores, 0, -1));  // (1, words)
    const index_t word = tn::models::choose_token({last.data(), last.data() + last.size()}, given,
                                                  given.size(), config, chance);
    next = tn::from<index_t>({word}, {1, 1});
    append(words.word(word));
  }
  return text;
}

/// The text with lines of at most so many characters, each after some blanks.
inline std::string wrapped(std::string_view text, std::size_t width = 96, std::string_view indent = "    ") {
  std::string lines(indent);
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
    if (column + end > width && column > 0) {
      lines += "\n";
      lines += indent;
      column = 0;
    }
    if (column > 0) lines += ' ';
    lines += text.substr(0, end);
    column += end + 1;
    const bool line_ends = end < text.size() && text[end] == '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line_ends && !text.empty()) {
      lines += "\n";
      lines += indent;
      column = 0;
    }
  }
  return lines;
}

}  // namespace language_model
