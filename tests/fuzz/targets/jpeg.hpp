#pragma once

#include "fuzz/attempt.hpp"
#include "tenon/data/image_file.hpp"

namespace fuzz {

inline void jpeg(std::string_view bytes) {
  attempt([&] { touch(tn::data::decode_image(bytes, {.channels = 4})); });
  touch(tn::data::decode_image(bytes));
}

}  // namespace fuzz
