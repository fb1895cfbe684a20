#pragma once
/// Words with their vectors as plain data: the content of a file of word vectors.

#include <string>  // string
#include <vector>  // vector

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::io {

/// V words with a vector of D values each. Files of the library's trainers list the most frequent word first.
struct WordTable {
  std::vector<std::string> words;  ///< V words
  std::vector<index_t> counts;     ///< occurrences of each word in the text; empty when unknown
  index_t dim = 0;                 ///< D
  std::vector<float> values;       ///< V × D, row-major
};

}  // namespace TENON_NAMESPACE::io
