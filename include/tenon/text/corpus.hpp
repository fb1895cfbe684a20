#pragma once
/// A text read once: its vocabulary and the text itself as numbers of words.
///
/// Memory grows with the number of different words, not with the length of the text: what is too long for
/// memory waits in a temporary file. One pass is enough, so that standard input serves as well as a file.

#include <cstdint>  // uint64_t
#include <utility>  // move

#include "tenon/text/token_stream.hpp"
#include "tenon/text/tokenizer.hpp"
#include "tenon/text/vocabulary.hpp"

namespace TENON_NAMESPACE::text {

struct Corpus {
  Vocabulary vocabulary;    ///< by falling count
  TokenStream tokens;       ///< words of the vocabulary, with a mark between sentences
  std::uint64_t lines = 0;  ///< ends of lines in the text
  std::uint64_t words = 0;  ///< words in the text, whether in the vocabulary or not
  std::uint64_t known = 0;  ///< those of them that are in the vocabulary, whatever a given one counts
};

/// Which words enter the vocabulary.
struct VocabularyLimits {
  std::uint64_t min_count = 5;
  index_t max_size = 0;  ///< the most frequent words only; 0: all
  index_t max_distinct =
      10000000;  ///< while counting: when more are met, the rarest are forgotten, as word2vec.c does
};

/// `</s>` in a text ends a sentence, as the end of a line does where lines are not joined.
inline constexpr std::string_view end_of_sentence = "</s>";

namespace detail {

template <class OnWord>
Corpus read_words(TextReader& reader, const TokenizerOptions& options, Corpus corpus, OnWord&& number_of) {
  bool open_sentence = false;
  const auto end_sentence = [&] {
    if (open_sentence) corpus.tokens.append(TokenStream::sentence_end);
    open_sentence = false;
  };
  const auto word = [&](std::string_view text) {
    if (text == end_of_sentence) return end_sentence();
    ++corpus.words;
    const Vocabulary::Id id = number_of(corpus, text);
    if (id == Vocabulary::unknown) return;
    corpus.tokens.append(id);
    ++corpus.known;
    open_sentence = true;
  };
  tokenize(reader, options, word, [&] {
    ++corpus.lines;
    if (!options.join_lines) end_sentence();
  });
  return corpus;
}

}  // namespace detail

/// Reads a text and makes its vocabulary.
inline Corpus read_corpus(TextReader& reader, const TokenizerOptions& options,
                          const VocabularyLimits& limits) {
  std::uint64_t forgotten_below = 2;
  const auto number_of = [&](Corpus& corpus, std::string_view word) {
    while (corpus.vocabulary.size() >= limits.max_distinct)
      corpus.tokens.renumber(corpus.vocabulary.prune(forgotten_below++), Vocabulary::unknown);
    return corpus.vocabulary.add(word);
  };
  Corpus corpus = detail::read_words(reader, options, Corpus{}, number_of);
  corpus.tokens.renumber(corpus.vocabulary.prune(limits.min_count, limits.max_size), Vocabulary::unknown);
  corpus.known = corpus.vocabulary.total();
  return corpus;
}

/// Reads a text whose vocabulary is given; other words are passed over.
inline Corpus read_corpus(TextReader& reader, const TokenizerOptions& options, Vocabulary vocabulary) {
  Corpus corpus;
  corpus.vocabulary = std::move(vocabulary);
  return detail::read_words(reader, options, std::move(corpus),
                            [](const Corpus& c, std::string_view word) { return c.vocabulary.find(word); });
}

}  // namespace TENON_NAMESPACE::text
