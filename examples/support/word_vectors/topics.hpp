#pragma once
/// The topics that the default picture shows, each by a few of its words.

#include <vector>

#include "tenon/models/word_vectors/word_map.hpp"

namespace word_vectors {

inline std::vector<tn::models::WordTopic> default_topics() {
  return {{"animals", {"dog", "cat", "horse", "sheep", "bear"}},
          {"food", {"bread", "cheese", "meat", "soup", "butter"}},
          {"music", {"violin", "piano", "melody", "song", "trumpet"}},
          {"medicine", {"disease", "fever", "physician", "remedy", "wound"}},
          {"war", {"army", "soldier", "battle", "sword", "fort"}},
          {"ships", {"ship", "sail", "mast", "boat", "anchor"}},
          {"countries", {"france", "germany", "spain", "italy", "england"}}};
}

}  // namespace word_vectors
