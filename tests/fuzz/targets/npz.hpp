#pragma once

#include "fuzz/attempt.hpp"
#include "tenon/io/npz.hpp"

namespace fuzz {

/// Opens an archive and reads each array in several types.
inline void npz(const std::string& path) {
  const tn::io::NpzFile archive(path);
  for (const std::string& name : archive.names()) {
    attempt([&] { archive.header(name); });
    attempt([&] { touch(archive.get<float>(name, tn::io::Narrowing::rounded)); });
    attempt([&] { touch(archive.get<std::int64_t>(name)); });
    attempt([&] { touch(archive.get<std::uint8_t>(name)); });
  }
}

}  // namespace fuzz
