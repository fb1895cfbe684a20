#pragma once

#include "fuzz/attempt.hpp"
#include "tenon/data/idx.hpp"

namespace fuzz {

/// Reads a file's array as integers, or else as floating-point numbers.
inline void idx(std::string_view bytes) {
  if (bytes.starts_with("\x1f\x8b"))  // compressed
    return touch(tn::data::read_idx<std::uint8_t>(MemoryFile(bytes).path()));
  attempt([&] { touch(tn::data::decode_idx<std::uint8_t>(bytes)); });
  attempt([&] { touch(tn::data::decode_idx<float>(bytes)); });
  try {
    touch(tn::data::decode_idx<tn::index_t>(bytes));
  } catch (const tn::Error&) {
    touch(tn::data::decode_idx<double>(bytes));
  }
}

}  // namespace fuzz
