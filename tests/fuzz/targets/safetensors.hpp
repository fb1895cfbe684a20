#pragma once

#include "fuzz/attempt.hpp"
#include "tenon/io/safetensors.hpp"

namespace fuzz {

/// Opens a file and reads each array in every type.
inline void safetensors(std::string_view bytes) {
  const MemoryFile content(bytes);
  const tn::io::SafetensorsFile file(content.path());
  const auto read = [&]<class... T>(const std::string& name, std::type_identity<T>...) {
    (attempt([&] { touch(file.get<T>(name, tn::io::Cast::lossy)); }), ...);
  };
  for (const auto& [name, entry] : file.entries())
    read(name, std::type_identity<double>{}, std::type_identity<float>{}, std::type_identity<tn::bfloat16>{},
         std::type_identity<std::int64_t>{}, std::type_identity<std::int32_t>{},
         std::type_identity<std::uint8_t>{}, std::type_identity<bool>{});
}

}  // namespace fuzz
