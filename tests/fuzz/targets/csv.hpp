#pragma once

#include "fuzz/attempt.hpp"
#include "tenon/data/csv.hpp"

namespace fuzz {

/// Reads a table in several dialects, and its columns as numbers and words.
inline void csv(const std::string& path) {
  const auto use = [](const tn::data::Table& table) {
    for (tn::index_t c = 0; c < table.columns(); ++c) {
      table.categories(c);
      attempt([&] { touch(table.column<float>(c)); });
      attempt([&] { touch(table.column<tn::index_t>(c)); });
      attempt([&] { touch(table.column<std::uint8_t>(c)); });
    }
    attempt([&] { touch(table.values<double>()); });
  };
  tn::data::read_lines(path);
  attempt(
      [&] { use(tn::data::read_csv(path, {.separator = '\t', .header = false, .skip = 1, .quote = 0})); });
  use(tn::data::read_csv(path));
}

}  // namespace fuzz
