#pragma once

#include "fuzz/attempt.hpp"
#include "tenon/data/wav.hpp"

namespace fuzz {

inline void wav(std::string_view bytes) {
  touch(tn::data::decode_wav(bytes).samples);
}

}  // namespace fuzz
