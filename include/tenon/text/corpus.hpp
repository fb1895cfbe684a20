#pragma once
/// Reading of a text: its vocabulary, and the text itself as word numbers.
///
/// Memory grows with the number of distinct words, not with the length of the text, since a long text is
/// stored in a temporary file. The text is read in one pass, so that it may come from standard input.

#include <cstdint>  // uint64_t
#include <utility>  // move

#include "tenon/text/token_stream.hpp"
#include "tenon/text/tokenizer.hpp"
#include "tenon/text/vocabulary.hpp"

namespace TENON_NAMESPACE::text {

/// A text with its vocabulary.
struct Corpus {
  Vocabulary vocabulary;    ///< by falling count, or as given
  TokenStream tokens;       ///< numbers of the words in the vocabulary, with marks between sentences
  std::uint64_t lines = 0;  ///< number of line ends
  std::uint64_t words = 0;  ///< number of words, in the vocabulary or not
  std::uint64_t known = 0;  ///< number of words of the text that are in the vocabulary
};

/// Limits on the words of a vocabulary.
struct VocabularyLimits {
  std::uint64_t min_count = 5;  ///< rarer words are left out
  index_t max_size = 0;         ///< keep only this many of the most frequent words; 0: all
  index_t max_distinct =
      10000000;  ///< distinct words at which the rarest are dropped while counting, as in word2vec.c
};

/// The word that ends a sentence, as the end of a line does unless lines are joined.
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

/// Reads a text and makes its vocabulary, sorted by falling count.
///
///   throws: IoError if the reader or the temporary file fails
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

/// Reads a text with a given vocabulary. Words that are not in it are skipped.
///
///   throws: IoError if the reader or the temporary file fails
inline Corpus read_corpus(TextReader& reader, const TokenizerOptions& options, Vocabulary vocabulary) {
  Corpus corpus;
  corpus.vocabulary = std::move(vocabulary);
  return detail::read_words(reader, options, std::move(corpus),
                            [](const Corpus& c, std::string_view word) { return c.vocabulary.find(word); });
}

}  // namespace TENON_NAMESPACE::text
