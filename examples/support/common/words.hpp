#pragma once
/// The words of a model, which are kept with its weights.

#include <string>
#include <string_view>

#include "tenon/io/safetensors.hpp"
#include "tenon/text/vocabulary.hpp"

namespace examples {

/// All words in the order of their numbers, a newline after each.
inline std::string join_words(const tn::text::Vocabulary& vocabulary) {
  std::string text;
  for (tn::index_t id = 0; id < vocabulary.size(); ++id) text.append(vocabulary.word(id)) += '\n';
  return text;
}

/// And back.
inline tn::text::Vocabulary split_words(std::string_view text) {
  tn::text::Vocabulary vocabulary;
  for (std::size_t end = 0; (end = text.find('\n')) != text.npos; text.remove_prefix(end + 1))
    vocabulary.add(text.substr(0, end));
  return vocabulary;
}

/// What a saved model says of itself under this key.
/// throws IoError when it says nothing, for another program saved it
inline std::string description(const tn::io::SafetensorsFile& file, const std::string& key) {
  const auto at = file.metadata().find(key);
  tn::check<tn::IoError>(at != file.metadata().end(), "load", file.path(),
                         " was not saved by this program: no \"", key, "\" in it");
  return at->second;
}

}  // namespace examples
