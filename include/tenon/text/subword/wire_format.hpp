#pragma once
/// Protocol buffers' wire format, https://protobuf.dev/programming-guides/encoding: enough of it to read a
/// message field by field.

#include <cstdint>      // uint64_t
#include <cstring>      // memcpy
#include <string_view>  // string_view

#include "tenon/core/error.hpp"

namespace TENON_NAMESPACE::text {

/// A field of a message: its number, and its value in the way that the file stores it.
struct WireField {
  std::uint64_t number = 0;  ///< which field it is
  std::uint64_t value = 0;   ///< of a number; bits of a fixed one
  std::string_view bytes{};  ///< of a string or a message

  /// The value of a 32-bit floating-point number.
  float real() const {
    const auto bits = static_cast<std::uint32_t>(value);
    float x;
    std::memcpy(&x, &bits, sizeof x);
    return x;
  }
};

/// Calls f(field) for all fields of a message.
///   throws: IoError if the message is damaged
template <class F>
void each_field(std::string_view message, F&& f) {
  std::size_t at = 0;
  const auto require = [](bool holds) {
    check<IoError>(holds, "tokenizer", "the file is cut off or damaged");
  };
  const auto varint = [&] {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      require(at < message.size());
      const auto byte = static_cast<unsigned char>(message[at++]);
      value |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return value;
    }
    require(false);
    return value;
  };
  const auto take = [&](std::uint64_t size) {
    require(size <= message.size() - at);
    const std::string_view bytes = message.substr(at, static_cast<std::size_t>(size));
    at += bytes.size();
    return bytes;
  };
  while (at < message.size()) {
    const std::uint64_t tag = varint();
    WireField field{tag >> 3, 0, {}};
    switch (tag & 7) {
      case 0:
        field.value = varint();
        break;
      case 1:
        std::memcpy(&field.value, take(8).data(), 8);
        break;
      case 2:
        field.bytes = take(varint());
        break;
      case 5:
        std::memcpy(&field.value, take(4).data(), 4);
        break;
      default:
        require(false);
    }
    f(field);
  }
}

}  // namespace TENON_NAMESPACE::text
