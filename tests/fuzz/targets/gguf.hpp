#pragma once

#include "fuzz/attempt.hpp"
#include "support/temporary_folder.hpp"
#include "tenon/models/language/gguf_decoder.hpp"

namespace fuzz {

/// Opens a GGUF file, and reads its arrays and the model that they are.
inline void gguf(std::string_view bytes) {
  const support::TemporaryFolder folder;
  const tn::io::GgufFile file(folder.write("file.gguf", bytes));
  for (const auto& [name, entry] : file.entries()) touch(file.get(name));
  (void)tn::models::load_gguf_decoder(file);
}

}  // namespace fuzz
