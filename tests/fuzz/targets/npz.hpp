#pragma once

#include "fuzz/attempt.hpp"
#include "tenon/io/npz.hpp"

namespace fuzz {

/// Opens an archive and reads each array in several types.
inline void npz(std::string_view bytes) {
  const MemoryFile file(bytes);
  const tn::io::NpzFile archive(file.path());
  for (const std::string& name : archive.names()) {
    attempt([&] { archive.header(name); });
    attempt([&] { touch(archive.get<float>(name, tn::io::Cast::lossy)); });
    attempt([&] { touch(archive.get<std::int64_t>(name)); });
    attempt([&] { touch(archive.get<std::uint8_t>(name)); });
  }
}

}  // namespace fuzz
