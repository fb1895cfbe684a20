#pragma once
/// A small text about ten topics, and a measure of how well vectors tell them apart.

#include <cmath>
#include <string>
#include <string_view>

#include "tenon/core/generator.hpp"
#include "tenon/models/word_vectors/word_vectors.hpp"

namespace tenon::testing {

/// Sentences about one of ten topics each: words a0 … a9 of topic a stand together, beside words that all
/// topics share and, if so wished, some that stray from other topics.
inline std::string topics(int sentences, std::uint64_t seed = 1, bool strays = false) {
  tn::Generator generator{seed};
  std::string text;
  for (int s = 0; s < sentences; ++s) {
    const char topic = static_cast<char>('a' + generator.below(10));
    for (int w = 0; w < 12; ++w) {
      const std::string number = std::to_string(generator.below(10));
      const bool stray = strays && generator.below(3) == 0;
      const char of = stray ? static_cast<char>('a' + generator.below(10)) : topic;
      text += (generator.below(4) == 0 ? "shared" : std::string(1, of)) + number + " ";
    }
    text += "\n";
  }
  return text;
}

inline float cosine(const models::WordVectors& vectors, std::string_view a, std::string_view b) {
  const auto x = vectors.vector(vectors.row(a)), y = vectors.vector(vectors.row(b));
  float xy = 0, xx = 0, yy = 0;
  for (std::size_t d = 0; d < x.size(); ++d) {
    xy += x[d] * y[d];
    xx += x[d] * x[d];
    yy += y[d] * y[d];
  }
  return xy / std::sqrt(xx * yy);
}
/// How much nearer words of one topic are to each other than to those of other topics.
inline float separation(const models::WordVectors& vectors) {
  float same = 0, other = 0;
  for (char topic = 'a'; topic < 'j'; ++topic) {
    const std::string word = std::string(1, topic) + "0",
                      next = std::string(1, static_cast<char>(topic + 1)) + "0";
    same += cosine(vectors, word, std::string(1, topic) + "5") / 9;
    other += cosine(vectors, word, next) / 9;
  }
  return same - other;
}

}  // namespace tenon::testing
