#pragma once

#include <algorithm>

#include "fuzz/attempt.hpp"
#include "tenon/data/csv.hpp"

namespace fuzz {

/// Reads a table in several dialects, and its columns as numbers and words.
inline void csv(std::string_view bytes) {
  const auto use = [](const tn::data::Table& table) {
    constexpr tn::index_t enough = 8;  // one column is read as the next, and most end in an exception
    for (tn::index_t c = 0; c < std::min(table.columns(), enough); ++c) {
      table.categories(c);
      attempt([&] { touch(table.column<float>(c)); });
      attempt([&] { touch(table.column<tn::index_t>(c)); });
      attempt([&] { touch(table.column<std::uint8_t>(c)); });
    }
    attempt([&] { touch(table.values<double>()); });
  };
  tn::data::split_lines(bytes);
  attempt(
      [&] { use(tn::data::parse_csv(bytes, {.separator = '\t', .header = false, .skip = 1, .quote = 0})); });
  use(tn::data::parse_csv(bytes));
}

}  // namespace fuzz
