#pragma once

#include "fuzz/attempt.hpp"
#include "tenon/data/idx.hpp"

namespace fuzz {

/// Reads a file's array as integers, or else as floating-point numbers.
inline void idx(const std::string& path) {
  attempt([&] { touch(tn::data::read_idx<std::uint8_t>(path)); });
  attempt([&] { touch(tn::data::read_idx<float>(path)); });
  try {
    touch(tn::data::read_idx<tn::index_t>(path));
  } catch (const tn::Error&) {
    touch(tn::data::read_idx<double>(path));
  }
}

}  // namespace fuzz
