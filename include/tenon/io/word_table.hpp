#pragma once
/// Words with their vectors as plain data: what files of word vectors hold.

#include <string>  // string
#include <vector>  // vector

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::io {

/// V words, one row of D values each, most frequent word first when a trainer wrote them.
struct WordTable {
  std::vector<std::string> words;
  std::vector<index_t> counts;  ///< occurrences of each word in the text; empty when unknown
  index_t dim = 0;              ///< D
  std::vector<float> values;    ///< V × D, row-major
};

}  // namespace TENON_NAMESPACE::io
