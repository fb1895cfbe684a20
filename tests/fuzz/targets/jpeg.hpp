#pragma once

#include "fuzz/attempt.hpp"
#include "tenon/data/image_file.hpp"

namespace fuzz {

inline void jpeg(const std::string& path) {
  attempt([&] { touch(tn::data::read_image(path, {.channels = 4})); });
  touch(tn::data::read_image(path));
}

}  // namespace fuzz
