#pragma once
/// What the fuzzed readers share: a refusal is an answer, everything else that is thrown is a defect.

#include <sys/mman.h>  // memfd_create
#include <unistd.h>    // write, close

#include <stdexcept>    // runtime_error
#include <string>       // string, to_string
#include <string_view>  // string_view

#include "tenon/core/error.hpp"
#include "tenon/tensor/tensor.hpp"

namespace fuzz {

/// Calls `f`, which may refuse by a tn::Error.
template <class F>
void attempt(F&& f) {
  try {
    f();
  } catch (const tn::Error&) {
  }
}

/// Reads every element, so that a sanitizer sees where they lie.
template <class T>
void touch(const tn::Tensor<T>& x) {
  volatile double sum = 0;
  for (const T value : x) sum = sum + static_cast<double>(value);
}

/// A file in memory, for readers that want a path.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view content) : descriptor_(::memfd_create("input", MFD_CLOEXEC)) {
    while (!content.empty()) {
      const auto done = ::write(descriptor_, content.data(), content.size());
      if (done <= 0) throw std::runtime_error("cannot write a file in memory");
      content.remove_prefix(static_cast<std::size_t>(done));
    }
  }
  MemoryFile(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(descriptor_); }

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

}  // namespace fuzz
