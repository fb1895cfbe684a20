#pragma once
/// The idx format of MNIST and similar data sets (LeCun): one array of numbers.
///
///     2 bytes         0
///     1 byte          the type: 08 uint8, 09 int8, 0B int16, 0C int32, 0D float32, 0E float64
///     1 byte          the number of axes
///     4 bytes each    the extents, big-endian
///     the rest        the elements, row-major, big-endian

#include <algorithm>    // max, reverse
#include <cstdint>      // uint8_t, uint32_t
#include <optional>     // optional
#include <string>       // string
#include <string_view>  // string_view

#include "tenon/core/shape.hpp"
#include "tenon/data/file_reader.hpp"
#include "tenon/io/cast.hpp"
#include "tenon/tensor/tensor.hpp"

namespace TENON_NAMESPACE::data {

namespace detail {

inline std::optional<DType> idx_type(std::uint8_t code) {
  switch (code) {
    case 0x08:
      return DType::uint8;
    case 0x09:
      return DType::int8;
    case 0x0b:
      return DType::int16;
    case 0x0c:
      return DType::int32;
    case 0x0d:
      return DType::float32;
    case 0x0e:
      return DType::float64;
    default:
      return std::nullopt;
  }
}

/// Converts elements from big-endian to little-endian, in place.
inline void reverse_bytes(char* data, index_t bytes, index_t element) {
  if (element == 1) return;
  for (char* end = data + bytes; data < end; data += element) std::reverse(data, data + element);
}

template <Scalar T>
Tensor<T> read_idx(FileReader file) {
  std::uint8_t magic[4];
  file.require(file.read(magic, sizeof magic) == sizeof magic && magic[0] == 0 && magic[1] == 0,
               "it does not begin as an idx file does");
  const std::optional<DType> type = detail::idx_type(magic[2]);
  file.require(type.has_value(), "unknown type ", int{magic[2]}, " of elements");
  file.require(io::converts(*type, dtype_of<T>), "its elements do not fit ", scalar_name<T>(),
               ": they are of type ", int{magic[2]});
  file.require(magic[3] <= max_rank, "it has ", int{magic[3]}, " axes, the limit is ", max_rank);
  Shape shape;
  index_t bytes = info(*type).bytes;
  bool overflow = false, empty = false;
  for (int axis = 0; axis < magic[3]; ++axis) {
    std::uint8_t extent[4];
    file.read_all(extent, sizeof extent);
    shape.push_back(index_t{extent[0]} << 24 | extent[1] << 16 | extent[2] << 8 | extent[3]);
    empty |= shape.back() == 0;
    overflow |= __builtin_mul_overflow(bytes, std::max<index_t>(shape.back(), 1), &bytes);
  }
  if (empty && !overflow) bytes = 0;
  file.require(!overflow && bytes <= file.most_bytes(), "truncated: shape ", shape,
               " is more than a file of its size holds");
  Ref<Storage> storage = Storage::allocate(static_cast<std::size_t>(bytes));
  file.read_all(storage->data(), static_cast<std::size_t>(bytes));
  char beyond;
  file.require(file.read(&beyond, 1) == 0, "it goes on after the elements of shape ", shape);
  detail::reverse_bytes(static_cast<char*>(storage->data()), bytes, info(*type).bytes);
  return io::view_or_convert(storage, *type, shape, dtype_of<T>).template as<T>();
}

}  // namespace detail

/// Reads an idx file, plain or gzip-compressed. `T` is the type of the elements or one that can hold all of
/// its values; labels, for example, are read as `read_idx<index_t>`.
///
///   throws: IoError with the file's name if it cannot be read or is damaged, or its type does not convert
template <Scalar T>
Tensor<T> read_idx(const std::string& path) {
  return detail::read_idx<T>(FileReader("idx", path));
}
/// Decodes the uncompressed bytes of an idx file, which errors call `name`; `read_idx` gives `T` and errors.
template <Scalar T>
Tensor<T> decode_idx(std::string_view bytes, const std::string& name = "idx") {
  return detail::read_idx<T>(FileReader("idx", name, bytes));
}

}  // namespace TENON_NAMESPACE::data
