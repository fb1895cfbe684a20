#pragma once
/// A small vocabulary with three obvious topics.

#include <string>
#include <vector>

#include "tenon/core/generator.hpp"
#include "tenon/models/word_vectors/word_topics.hpp"

namespace tenon::testing {

/// Thirty words around each of three directions, "a0" … "c29", and ten that belong nowhere.
inline models::WordQueries three_topics(bool counts = true) {
  Generator random(5);
  io::WordTable table;
  table.dim = 8;
  for (int i = 0; i < 100; ++i) {
    const int topic = i % 10 == 9 ? 3 : i % 3;
    table.words.push_back(std::string(1, "abcx"[topic]) + std::to_string(i));
    if (counts) table.counts.push_back(1000 - i);
    for (int j = 0; j < 8; ++j)
      table.values.push_back(static_cast<float>((j == topic) + 0.1 * random.normal()));
  }
  return models::WordQueries(models::WordVectors(std::move(table)));
}

inline const std::vector<models::WordTopic> topic_examples = {
    {"first & best", {"a0", "a3"}}, {"second", {"b1", "nowhere"}}, {"third", {"c2"}}, {"gone", {"nowhere"}}};

}  // namespace tenon::testing
