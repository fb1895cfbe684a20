#pragma once

#include "fuzz/attempt.hpp"
#include "tenon/io/npy.hpp"

namespace fuzz {

/// Reads a file's array in every type.
inline void npy(std::string_view bytes) {
  const MemoryFile file(bytes);
  const std::string path = file.path();
  tn::io::read_npy_header(path);
  const auto read = [&]<class T>(std::type_identity<T>) {
    attempt([&] { touch(tn::io::load_npy<T>(path, tn::io::Cast::lossy)); });
  };
  read(std::type_identity<double>{});
  read(std::type_identity<float>{});
  read(std::type_identity<std::int64_t>{});
  read(std::type_identity<std::uint8_t>{});
  read(std::type_identity<bool>{});
}

}  // namespace fuzz
