/// The fuzzer of one reader. The build names it: TENON_FUZZ_TARGET is a function of TENON_FUZZ_HEADER.

#include <cstddef>
#include <cstdint>

#include TENON_FUZZ_HEADER

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::attempt([&] { fuzz::TENON_FUZZ_TARGET({reinterpret_cast<const char*>(data), size}); });
  return 0;
}
