#pragma once
/// The words of topics, found from a few examples each.

#include <algorithm>  // min, sort
#include <string>     // string
#include <vector>     // vector

#include "tenon/models/word_vectors/word_queries.hpp"

namespace TENON_NAMESPACE::models {

/// A topic with its words.
struct WordTopic {
  std::string name;                ///< the topic's name
  std::vector<std::string> words;  ///< its words
};

/// Options of `gather_topics`.
struct TopicOptions {
  index_t words = 16;     ///< words of each topic
  index_t among = 20000;  ///< choose from this many most frequent words
};

/// Finds the words of topics from a few examples each: of the words nearest to the mean of a topic's
/// examples, and nearer to it than to any other topic's, the most frequent ones. Examples that are not in the
/// vocabulary are skipped, and so are topics without any that is.
inline std::vector<WordTopic> gather_topics(const WordQueries& queries,
                                            const std::vector<WordTopic>& examples,
                                            const TopicOptions& options = {}) {
  const WordVectors& vectors = queries.vectors();
  const auto dim = static_cast<std::size_t>(vectors.dim());
  std::vector<WordTopic> topics;
  std::vector<float> centres;
  for (const WordTopic& example : examples) {
    std::vector<float> centre(dim);
    bool known = false;
    for (const std::string& word : example.words) {
      const auto row = vectors.find(word);
      if (!row) continue;
      known = true;
      for (std::size_t i = 0; i < dim; ++i) centre[i] += queries.unit(*row)[i];
    }
    if (!known) continue;
    word_vectors::detail::normalize(centre);
    centres.insert(centres.end(), centre.begin(), centre.end());
    topics.push_back({example.name, {}});
  }
  const auto affinity = [&](std::size_t topic, index_t row) {
    float sum = 0;
    for (std::size_t i = 0; i < dim; ++i) sum += centres[topic * dim + i] * queries.unit(row)[i];
    return sum;
  };

  constexpr index_t candidates_for_one = 2;
  const auto candidates = queries.nearest(centres, candidates_for_one * options.words, options.among);
  for (std::size_t topic = 0; topic < topics.size(); ++topic) {
    std::vector<index_t> rows;
    for (const Neighbour& candidate : candidates[topic]) {
      bool nearest = true;
      for (std::size_t other = 0; other < topics.size(); ++other)
        nearest &= other == topic || affinity(other, candidate.row) <= affinity(topic, candidate.row);
      if (nearest) rows.push_back(candidate.row);
    }
    std::sort(rows.begin(), rows.end());  // by falling frequency
    rows.resize(std::min(rows.size(), static_cast<std::size_t>(options.words)));
    for (const index_t row : rows) topics[topic].words.push_back(vectors.word(row));
  }
  return topics;
}

}  // namespace TENON_NAMESPACE::models
