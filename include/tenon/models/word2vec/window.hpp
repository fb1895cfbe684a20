#pragma once
/// The windows of a block of text, each with the rows that its step of training will change.

#include <algorithm>  // max, min
#include <cstdint>    // uint32_t
#include <optional>   // optional
#include <vector>     // vector

#include "tenon/backend/hogwild.hpp"
#include "tenon/models/fast_random.hpp"
#include "tenon/models/word2vec/model.hpp"
#include "tenon/models/word2vec/tables.hpp"
#include "tenon/text/token_stream.hpp"

namespace TENON_NAMESPACE::models {

/// The words around a centre as inputs, and the outputs that tell the centre from other words. With negatives
/// of its own each input has its list of outputs; else one list serves all.
struct Window {
  std::vector<float*> inputs, outputs;  ///< rows; there is room for the most that can be
  std::vector<float> labels;  ///< of the outputs: 1 for the centre, 0 for a negative; branches of the tree
  index_t input_count = 0;
  index_t list_count = 0, list_length = 0;
  double position = 0;  ///< in the block, between 0 and 1
};

/// Thins out the frequent words of a block, as Mikolov et al. 2013 do, and goes from centre to centre. Some
/// windows are prepared ahead of the one in work, so that their rows are on the way to the cache.
class WindowStream {
 public:
  using Token = text::TokenStream::Token;

  WindowStream(const Word2VecOptions& options, const Word2VecTables& tables, Word2VecModel& model)
      : options_(options), tables_(tables), model_(model) {
    // One word alone has no others.
    drawn_.resize(static_cast<std::size_t>(model.vectors.rows() > 1 ? options.negative : 0));
    lists_per_draw_ = options.cbow ? 1 : std::max<index_t>(1, options.shared_negatives);
    for (Window& window : ring_) {
      window.inputs.resize(static_cast<std::size_t>(most_inputs()));
      window.outputs.resize(static_cast<std::size_t>(most_lists() * most_outputs()));
      window.labels.resize(window.outputs.size());
    }
  }

  index_t most_inputs() const { return 2 * options_.window; }
  index_t most_outputs() const {
    const index_t path = tables_.tree ? static_cast<index_t>(tables_.tree->longest_path()) : 0;
    return (options_.negative > 0 ? 1 + static_cast<index_t>(drawn_.size()) : 0) + path;
  }

  /// Begins a block.
  void open(const Token* tokens, index_t count, const FastRandom& random) {
    random_ = random;
    if (tables_.negatives) negative_.emplace(*tables_.negatives, random_.split());
    thin_out(tokens, count);
    cursor_ = fetched_ = 0;
    prepared_ = taken_ = 0;
    lists_ = 0;
  }

  /// The next window of the block, to be used before the next call; null at the end.
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

  /// Copies the words that stay, between sentence marks; longer sentences are cut as in word2vec.c.
  void thin_out(const Token* tokens, index_t count) {
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

  /// Makes the window of the next centre that has words around it. False at the end of the block.
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
    const index_t radius =
        1 + below(static_cast<std::uint32_t>(random_() >> 32), static_cast<std::uint32_t>(options_.window));
    index_t count = 0;
    const auto add = [&](index_t position) {
      window.inputs[static_cast<std::size_t>(count++)] =
          model_.vectors.row(kept_[static_cast<std::size_t>(position)]);
    };
    for (index_t p = cursor_ - 1; p >= cursor_ - radius && !is_mark(p); --p) add(p);
    for (index_t p = cursor_ + 1; p <= cursor_ + radius && !is_mark(p); ++p) add(p);
    window.input_count = count;
  }

  /// Brings near the words that windows are about to reach.
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

  /// Fresh negatives when it is time for them; a centre among those in use is replaced.
  void draw_negatives(Token centre) {
    const bool fresh = lists_++ % lists_per_draw_ == 0;
    for (Token& word : drawn_)
      if (fresh || word == centre) word = negative_for(centre);
  }

  /// A word other than the centre. Where the centre is nearly the whole text, a few trials must do.
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
  FastRandom random_{0, 0};
  std::optional<AliasStream> negative_;
  std::vector<Token> drawn_;  // the negatives in use
  index_t lists_per_draw_;    // how many lists of outputs have the same
  index_t lists_ = 0;         // of this block
  std::vector<Token> kept_;   // words and marks; marks at both ends
  index_t size_ = 0;          // of kept_
  index_t cursor_ = 0;        // the last centre prepared
  index_t fetched_ = 0;       // inputs before this position are on their way
  Window ring_[ahead + 1];
  index_t prepared_ = 0, taken_ = 0;  // windows of this block
};

}  // namespace TENON_NAMESPACE::models
