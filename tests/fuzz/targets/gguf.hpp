#pragma once

#include "fuzz/attempt.hpp"
#include "support/temporary_folder.hpp"
#include "tenon/io/gguf.hpp"

namespace fuzz {

/// Opens a GGUF file and reads its arrays.
inline void gguf(std::string_view bytes) {
  const support::TemporaryFolder folder;
  const tn::io::GgufFile file(folder.write("file.gguf", bytes));
  for (const auto& [name, entry] : file.entries()) touch(file.get(name));
}

}  // namespace fuzz
