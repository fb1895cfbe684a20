#pragma once

#include "fuzz/attempt.hpp"
#include "tenon/data/wav.hpp"

namespace fuzz {

inline void wav(const std::string& path) {
  touch(tn::data::read_wav(path).samples);
}

}  // namespace fuzz
