#pragma once

#include "fuzz/attempt.hpp"
#include "support/temporary_folder.hpp"
#include "tenon/io/torch_file.hpp"

namespace fuzz {

/// Interprets the bytes as a pickle, and opens them as a file of torch.save.
inline void torch(std::string_view bytes) {
  attempt([&] { tn::io::PickleReader{bytes}; });
  const support::TemporaryFolder folder;
  const tn::io::TorchFile file(folder.write("file.pt", bytes));
  for (const auto& [name, entry] : file.entries())
    attempt([&] { touch(file.get<double>(name, tn::io::Cast::lossy)); });
}

}  // namespace fuzz
