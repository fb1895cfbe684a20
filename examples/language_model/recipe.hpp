#pragma once
/// The two trainings of Zaremba et al. 2014, and what others got.

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tenon/models/language/lstm_language_model.hpp"

namespace language_model {

struct Recipe {
  const char* name;
  tn::models::LstmLanguageModelOptions model;
  tn::index_t steps;        ///< of a window
  int epochs, hold_epochs;  ///< the rate falls after so many
  double decay, max_norm;   ///< by this factor an epoch; of the gradient

  /// The rate in the epoch that follows so many.
  double rate(double initial, double epochs_done) const {
    return initial * std::pow(decay, std::max(std::floor(epochs_done) + 1 - hold_epochs, 0.0));
  }
};

inline constexpr Recipe recipes[] = {
    {"small", {.hidden = 200, .dropout = 0, .init = 0.1}, 20, 13, 4, 1 / 2.0, 5},
    {"medium", {.hidden = 650, .dropout = 0.5, .init = 0.05}, 35, 39, 6, 1 / 1.2, 5},
};

inline const Recipe& recipe_called(const std::string& name) {
  return name == recipes[1].name ? recipes[1] : recipes[0];
}

struct Published {
  const char* text;
  tn::index_t test_words;  ///< by which it is known: any text may lie in a folder of that name
  const char* who;
  double perplexity;
};

/// Test perplexities on whole texts, called as the folders that hold them.
inline constexpr Published published[] = {
    {"ptb", 82'430, "small LSTM, Zaremba et al. 2014", 114.5},
    {"ptb", 82'430, "medium LSTM, Zaremba et al. 2014", 82.7},
    {"ptb", 82'430, "large LSTM, Zaremba et al. 2014", 78.4},
    {"wikitext-2", 245'569, "LSTM, Grave et al. 2017", 99.3},
    {"wikitext-2", 245'569, "variational LSTM, tied, Inan et al. 2017", 87.7},
    {"wikitext-2", 245'569, "AWD-LSTM, Merity et al. 2018", 65.8},
};

}  // namespace language_model
