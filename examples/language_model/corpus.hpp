#pragma once
/// Texts as language models are compared on them: words between blanks, the end of a line a word of its own,
/// in three files for training, validation and test.

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "../support/common/program.hpp"
#include "tenon/tensor/create.hpp"
#include "tenon/text/tokenizer.hpp"
#include "tenon/text/vocabulary.hpp"

namespace language_model {

using tn::index_t;
using tn::Tensor;
using tn::text::Vocabulary;

inline constexpr std::string_view end_of_line = "<eos>", unknown_word = "<unk>";

struct Corpus {
  std::string name;  ///< of the folder
  Vocabulary vocabulary;
  Tensor<index_t> train, validation, test;  ///< numbers of words
  bool is_beginning = false;                ///< more could be learnt from
};

/// The only file of the folder that has this word between the dots of its name, as in `wiki.train.tokens.gz`.
/// throws IoError when there is none, or several
inline std::string part_of(const std::string& folder, const std::string& part) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (("." + entry.path().filename().string() + ".").find("." + part + ".") != std::string::npos)
      found.push_back(entry.path().string());
  std::sort(found.begin(), found.end());
  tn::check<tn::IoError>(!found.empty(), "data", folder, " has no file called *.", part, ".*");
  tn::check<tn::IoError>(found.size() == 1, "data", folder, " has several files called *.", part,
                         ".*: ", found.front(), ", ", found.back());
  return found.front();
}

/// number   gives each word's
/// limit    of words to be kept; 0: all
template <class Number>
Tensor<index_t> read_words(const std::string& path, index_t limit, Number number) {
  tn::text::FileReader reader(path);
  std::vector<index_t> ids;
  const auto add = [&](std::string_view word) {
    const index_t id = number(word);
    if (limit == 0 || static_cast<index_t>(ids.size()) < limit) ids.push_back(id);
  };
  tn::text::tokenize(reader, {}, add, [&] { add(end_of_line); });
  tn::check<tn::IoError>(ids.size() > 1, "data", path, " has no words");
  return tn::from(ids, {static_cast<index_t>(ids.size())});
}

/// Words that the training text does not have are `<unk>`, which the usual texts hold themselves.
/// limit   of words to learn from and to choose the epoch by; 0: all. The vocabulary is that of the whole
///         text all the same, so that perplexities can be compared.
inline Corpus read_corpus(const std::string& folder, index_t limit) {
  const std::string train = part_of(folder, "train"), validation = part_of(folder, "valid"),
                    test = part_of(folder, "test");
  Corpus corpus;
  corpus.name = std::filesystem::canonical(folder).filename().string();
  Vocabulary& words = corpus.vocabulary;
  corpus.train = read_words(train, limit, [&](std::string_view word) { return index_t{words.add(word)}; });
  corpus.is_beginning = corpus.train.size() < static_cast<index_t>(words.total());
  const index_t unknown = words.add(unknown_word, 0);
  const auto find = [&](std::string_view word) {
    const auto id = words.find(word);
    return id == Vocabulary::unknown ? unknown : index_t{id};
  };
  corpus.validation = read_words(validation, limit, find);
  corpus.test = read_words(test, 0, find);
  return corpus;
}

}  // namespace language_model
