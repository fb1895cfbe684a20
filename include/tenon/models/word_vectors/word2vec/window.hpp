#pragma once
/// The windows of a block of text, each with the rows that its training step changes.

#include <algorithm>  // max, min
#include <cstdint>    // uint32_t
#include <optional>   // optional
#include <vector>     // vector

#include "tenon/backend/hogwild.hpp"
#include "tenon/models/word_vectors/fast_random.hpp"
#include "tenon/models/word_vectors/word2vec/model.hpp"
#include "tenon/models/word_vectors/word2vec/tables.hpp"
#include "tenon/text/token_stream.hpp"

namespace TENON_NAMESPACE::models::word2vec {

/// A training window: the context words of a centre as inputs, and lists of outputs by which the centre is
/// distinguished from other words. If each input has its own negatives, there is a list for each input,
/// otherwise one for all.
struct Window {
  std::vector<float*> inputs, outputs;  ///< rows, allocated for the largest window
  std::vector<float> labels;  ///< of outputs: 1 for the centre, 0 for negatives; branches of the tree
  index_t input_count = 0;    ///< number of inputs
  index_t list_count = 0, list_length = 0;  ///< number of lists, and outputs in each
  double position = 0;                      ///< of the centre in the block, between 0 and 1
};

/// Subsamples the frequent words of a block, as Mikolov et al. 2013, and makes the window of each centre.
/// Some windows are prepared ahead of their use, so that their rows can be prefetched.
class WindowStream {
 public:
  using Token = text::TokenStream::Token;

  /// A stream of windows over rows of `model`. All arguments must outlive it.
  WindowStream(const Word2VecOptions& options, const Word2VecTables& tables, Word2VecModel& model)
      : options_(options), tables_(tables), model_(model) {
    // With only one word there are no negatives.
    drawn_.resize(static_cast<std::size_t>(model.vectors.rows() > 1 ? options.negative : 0));
    lists_per_draw_ = options.cbow ? 1 : std::max<index_t>(1, options.shared_negatives);
    for (Window& window : ring_) {
      window.inputs.resize(static_cast<std::size_t>(most_inputs()));
      window.outputs.resize(static_cast<std::size_t>(most_lists() * most_outputs()));
      window.labels.resize(window.outputs.size());
    }
  }

  /// The largest number of inputs of a window.
  index_t most_inputs() const { return 2 * options_.window; }
  /// The largest number of outputs in a list.
  index_t most_outputs() const {
    const index_t path = tables_.tree ? static_cast<index_t>(tables_.tree->longest_path()) : 0;
    return (options_.negative > 0 ? 1 + static_cast<index_t>(drawn_.size()) : 0) + path;
  }

  /// Begins a block.
  void open(const Token* tokens, index_t count, const word_vectors::FastRandom& random) {
    random_ = random;
    if (tables_.negatives) negative_.emplace(*tables_.negatives, random_.split());
    subsample(tokens, count);
    cursor_ = fetched_ = 0;
    prepared_ = taken_ = 0;
    lists_ = 0;
  }

  /// The next window of the block, valid until the next call; null at the end.
  Window* next() {
    while (prepared_ <= taken_ + ahead && prepare(slot(prepared_))) ++prepared_;
    return taken_ < prepared_ ? &slot(taken_++) : nullptr;
  }

 private:
  static constexpr index_t ahead = 2;  // windows
  static constexpr index_t longest_sentence = 1000;
  static constexpr Token mark = text::TokenStream::sentence_end;

  Window& slot(index_t number) { return ring_[static_cast<std::size_t>(number % (ahead + 1))]; }
  index_t most_lists() const { return options_.shared_negatives || options_.cbow ? 1 : most_inputs(); }
  bool is_mark(index_t position) const { return kept_[static_cast<std::size_t>(position)] == mark; }

  /// Copies the words that subsampling keeps, with sentence marks. Sentences of more than 1000 words are cut,
  /// as in word2vec.c.
  void subsample(const Token* tokens, index_t count) {
    kept_.resize(static_cast<std::size_t>(count + count / longest_sentence + 2));
    Token* const first = kept_.data();
    Token *to = first, *sentence = first + 1;
    *to++ = mark;
    for (index_t i = 0; i < count; ++i) {
      *to = tokens[i];
      if (tokens[i] == mark) {
        sentence = ++to;
        continue;
      }
      to += static_cast<std::uint32_t>(random_() >> 32) <= tables_.keep[tokens[i]];
      if (to - sentence < longest_sentence) continue;
      *to++ = mark;
      sentence = to;
    }
    *to++ = mark;
    size_ = to - first;
  }

  /// Makes the window of the next centre with context words; false at the end of the block.
  bool prepare(Window& window) {
    do {
      do {
        if (++cursor_ >= size_) return false;
      } while (is_mark(cursor_));
      collect_inputs(window);
    } while (window.input_count == 0);
    fetch_inputs();
    collect_outputs(window);
    window.position = static_cast<double>(cursor_) / static_cast<double>(size_);
    return true;
  }

  void collect_inputs(Window& window) {
    const index_t radius = 1 + word_vectors::below(static_cast<std::uint32_t>(random_() >> 32),
                                                   static_cast<std::uint32_t>(options_.window));
    index_t count = 0;
    const auto add = [&](index_t position) {
      window.inputs[static_cast<std::size_t>(count++)] =
          model_.vectors.row(kept_[static_cast<std::size_t>(position)]);
    };
    for (index_t p = cursor_ - 1; p >= cursor_ - radius && !is_mark(p); --p) add(p);
    for (index_t p = cursor_ + 1; p <= cursor_ + radius && !is_mark(p); ++p) add(p);
    window.input_count = count;
  }

  /// Prefetches the rows of the words that the next windows reach.
  void fetch_inputs() {
    for (const index_t reach = std::min(cursor_ + options_.window + 1, size_); fetched_ < reach; ++fetched_)
      if (!is_mark(fetched_)) fetch(model_.vectors.row(kept_[static_cast<std::size_t>(fetched_)]));
  }
  void fetch(const float* row) const { backend::hogwild::prefetch(row, model_.vectors.stride()); }

  void collect_outputs(Window& window) {
    const Token centre = kept_[static_cast<std::size_t>(cursor_)];
    const index_t lists = most_lists() == 1 ? 1 : window.input_count;
    std::size_t count = 0;
    const auto add = [&](float* row, float label) {
      fetch(row);
      window.outputs[count] = row;
      window.labels[count++] = label;
    };
    for (index_t list = 0; list < lists; ++list) {
      if (options_.negative > 0) add(model_.outputs.row(centre), 1.0f);
      draw_negatives(centre);
      for (const Token word : drawn_) add(model_.outputs.row(word), 0.0f);
      if (tables_.tree) {
        for (const HuffmanTree::Step& step : tables_.tree->path(centre))
          add(model_.nodes.row(step.node), step.code == 0 ? 1.0f : 0.0f);
      }
    }
    window.list_count = lists;
    window.list_length = static_cast<index_t>(count) / lists;
  }

  /// Draws new negatives for every `lists_per_draw_`-th list, and replaces the centre among reused ones.
  void draw_negatives(Token centre) {
    const bool fresh = lists_++ % lists_per_draw_ == 0;
    for (Token& word : drawn_)
      if (fresh || word == centre) word = negative_for(centre);
  }

  /// A negative other than the centre. The number of trials is bounded, for texts that consist almost only of
  /// the centre.
  Token negative_for(Token centre) {
    for (int trial = 0; trial < 8; ++trial) {
      const Token drawn = (*negative_)();
      if (drawn != centre) return drawn;
    }
    return (centre + 1) % tables_.negatives->size();
  }

  const Word2VecOptions& options_;
  const Word2VecTables& tables_;
  Word2VecModel& model_;
  word_vectors::FastRandom random_{0, 0};
  std::optional<AliasStream> negative_;
  std::vector<Token> drawn_;  // the current negatives
  index_t lists_per_draw_;    // number of lists that share negatives
  index_t lists_ = 0;         // lists of this block so far
  std::vector<Token> kept_;   // words and marks; marks at both ends
  index_t size_ = 0;          // of kept_
  index_t cursor_ = 0;        // the last centre prepared
  index_t fetched_ = 0;       // inputs before this position are prefetched
  Window ring_[ahead + 1];
  index_t prepared_ = 0, taken_ = 0;  // windows of this block
};

}  // namespace TENON_NAMESPACE::models::word2vec
