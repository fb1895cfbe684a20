#pragma once
/// Sentences with labels, one a line, `label<TAB>words between blanks`, plain or gzip-compressed.

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../support/common/program.hpp"
#include "../support/common/words.hpp"
#include "tenon/data/file_reader.hpp"
#include "tenon/data/loader.hpp"
#include "tenon/io/utf8_mark.hpp"

namespace sentence_classification {

using tn::index_t;

/// Words by number: 0 is padding, and a word that is not known.
struct Sentence {
  std::vector<index_t> words;
  index_t label = 0;
};
using Sentences = std::vector<Sentence>;

/// The number of each word; from the second pass on, only known ones are found.
class Words {
 public:
  index_t size() const { return vocabulary_.size() + 1; }
  index_t learn(std::string_view word) { return static_cast<index_t>(vocabulary_.add(word)) + 1; }
  index_t find(std::string_view word) const {
    const auto id = vocabulary_.find(word);
    return id == tn::text::Vocabulary::unknown ? 0 : static_cast<index_t>(id) + 1;
  }

  /// All words, a newline after each, and back.
  std::string text() const { return examples::join_words(vocabulary_); }
  static Words from_text(std::string_view text) {
    Words words;
    words.vocabulary_ = examples::split_words(text);
    return words;
  }

 private:
  tn::text::Vocabulary vocabulary_;
};

/// Splits at blanks and numbers each word. A sentence without any is one of padding.
template <class Number>
std::vector<index_t> number_words(std::string_view text, Number number) {
  std::vector<index_t> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(number(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (words.empty()) words.push_back(0);
  return words;
}

/// throws IoError naming file and line
template <class Number>
Sentences read_sentences(const std::string& path, Number number) {
  tn::data::FileReader file("sentences", path);
  const std::string text = file.rest();
  Sentences sentences;
  for (std::string_view rest = tn::io::without_utf8_mark(text); !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    Sentence sentence;
    const auto parsed = std::from_chars(line.data(), line.data() + line.size(), sentence.label);
    const auto digits = static_cast<std::size_t>(parsed.ptr - line.data());
    file.require(parsed.ec == std::errc() && sentence.label >= 0 && sentence.label < 1000 &&
                     digits < line.size() && line[digits] == '\t',
                 "line ", sentences.size() + 1, " is not a label, a tab and a sentence: \"",
                 line.substr(0, 40), "\"");
    sentence.words = number_words(line.substr(digits + 1), number);
    sentences.push_back(std::move(sentence));
  }
  file.require(!sentences.empty(), "it is empty");
  return sentences;
}

/// Sentences to learn from, to choose the epoch by, and to test with.
struct Corpus {
  Words words;
  Sentences train, validation, test;
  index_t classes = 0;
  bool has_phrases = false;  ///< whether `train` holds phrases of sentences too

  /// Whether its test sentences are those of SST-2 or TREC that others have measured by, as far as their
  /// number and that of their classes tell: any sentences may lie in such files.
  bool is_standard(std::string_view set) const {
    return set == "sst2" ? test.size() == 1821 && classes == 2 : test.size() == 500 && classes == 6;
  }
};

/// Of the sets `sst2` and `trec`. Where there is no file for validation, a tenth of what there is to learn
/// from, drawn by seed, is it.
/// phrases   also learn from the phrases of sentences, where the set has them
/// known     numbers of words from elsewhere, instead of those of the words in the training sentences
inline Corpus read_corpus(const std::string& folder, bool phrases, std::uint64_t seed,
                          const Words* known = nullptr) {
  namespace fs = std::filesystem;
  const auto path = [&](const std::string& name) { return folder + "/" + name + ".tsv.gz"; };
  Corpus corpus;
  if (known) corpus.words = *known;
  const auto find = [&](std::string_view word) { return corpus.words.find(word); };
  const auto learn = [&](std::string_view word) { return known ? find(word) : corpus.words.learn(word); };
  corpus.has_phrases = phrases && fs::exists(path("phrases.train"));
  corpus.train = read_sentences(path(corpus.has_phrases ? "phrases.train" : "train"), learn);
  if (fs::exists(path("dev"))) {
    corpus.validation = read_sentences(path("dev"), find);
  } else {
    tn::Generator chance{seed};
    auto parts = tn::data::random_split(corpus.train, 0.9, chance);
    const auto gather = [](const auto& part) {
      Sentences sentences;
      for (index_t i = 0; i < part.size(); ++i) sentences.push_back(part[i]);
      return sentences;
    };
    corpus.validation = gather(parts[1]);
    corpus.train = gather(parts[0]);
  }
  corpus.test = read_sentences(path("test"), find);
  for (const Sentences* part : {&corpus.train, &corpus.validation, &corpus.test})
    for (const Sentence& sentence : *part) corpus.classes = std::max(corpus.classes, sentence.label + 1);
  return corpus;
}

/// Sentences of about the same length side by side, so that little is padding.
inline auto batches(Sentences sentences, index_t batch_size, std::uint64_t seed) {
  std::vector<index_t> lengths;
  for (const Sentence& sentence : sentences) lengths.push_back(static_cast<index_t>(sentence.words.size()));
  return tn::data::batches(
      std::move(sentences),
      {.batch_size = batch_size, .seed = seed, .sampler = tn::data::BucketSampler(std::move(lengths))},
      tn::data::Pad());
}

}  // namespace sentence_classification
