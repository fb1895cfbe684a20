#pragma once
/// NumPy's .npy format for one array.
/// See https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
///
///     start    "\x93NUMPY", version (1.0, 2.0 or 3.0), length of the header in 2 bytes (1.0) or 4
///     header   a Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
///     data     the elements, to the end of the file

#include <algorithm>    // reverse
#include <cstring>      // memcpy
#include <string>       // string
#include <string_view>  // string_view

#include "tenon/core/error.hpp"
#include "tenon/io/atomic_file.hpp"
#include "tenon/io/cast.hpp"
#include "tenon/io/mapped_file.hpp"
#include "tenon/ops/shape/broadcast.hpp"

namespace TENON_NAMESPACE::io {

/// The header of an array file.
struct NpyHeader {
  DType type = DType::float64;  ///< the element type
  std::string descr;            ///< the element type in NumPy's spelling, such as `<f4`
  bool big_endian = false;      ///< byte order of the elements
  bool fortran_order = false;   ///< column-major instead of row-major
  Shape shape;                  ///< the array's extents
  std::size_t data_begin = 0;   ///< number of bytes before the elements

  /// The size of the elements in bytes.
  std::size_t data_bytes() const { return static_cast<std::size_t>(element_count(shape) * info(type).bytes); }
};

/// Reads the header of an array file.
///
///   throws: IoError if the file cannot be read or is damaged
NpyHeader read_npy_header(const std::string& path);

/// Reads an array as a contiguous tensor, whatever its order in the file. A large row-major array of `T` is
/// mapped, not copied; writing to the tensor does not change the file.
///
///   throws: IoError if the file cannot be read or is damaged, or its type does not convert (see Cast)
template <Scalar T>
Tensor<T> load_npy(const std::string& path, Cast cast = Cast::exact);

/// Writes an array file of version 1.0, completely or not at all. bfloat16, which NumPy lacks, does not
/// compile.
///
///   throws: IoError if the file cannot be written
template <Scalar T>
void save_npy(const std::string& path, const Tensor<T>& tensor);

// Definitions -----------------------------------------------------------------------------------------------

namespace detail {

inline constexpr std::string_view npy_magic = "\x93NUMPY";
/// The size of the longest header that is read, in bytes. Real ones hold a few words and padding.
inline constexpr std::size_t npy_longest_header = 1u << 16;

/// Parses the Python dictionary of a header, whose values are strings, truth values and tuples of integers.
class NpyHeaderParser {
 public:
  NpyHeaderParser(std::string_view text, const std::string& source) : text_(text), source_(source) {}

  NpyHeader parse() {
    NpyHeader header;
    bool has_descr = false, has_order = false, has_shape = false;
    expect('{');
    while (!accept('}')) {
      const std::string_view key = string();
      expect(':');
      if (key == "descr") {
        header.descr = string();
        has_descr = true;
      } else if (key == "fortran_order") {
        header.fortran_order = truth();
        has_order = true;
      } else if (key == "shape") {
        header.shape = tuple();
        has_shape = true;
      } else {
        malformed();
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    if (!has_descr || !has_order || !has_shape || !blank().empty()) malformed();
    read_type(header);
    return header;
  }

 private:
  [[noreturn]] void malformed() const {
    fail<IoError>("npy", source_, ": its header is not {'descr': …, 'fortran_order': …, 'shape': …}");
  }
  /// Skips blanks and returns the rest of the text.
  std::string_view blank() {
    const std::size_t at = text_.find_first_not_of(" \t\n");
    text_.remove_prefix(std::min(at, text_.size()));
    return text_;
  }
  bool accept(char c) {
    if (!blank().starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!accept(c)) malformed();
  }
  std::string_view string() {
    if (!blank().starts_with('\'') && !text_.starts_with('"')) {
      if (text_.starts_with('['))
        fail<IoError>("npy", source_, ": it is an array of records, which tensors are not");
      malformed();
    }
    const std::size_t end = text_.find(text_[0], 1);
    if (end == std::string_view::npos) malformed();
    const std::string_view value = text_.substr(1, end - 1);
    text_.remove_prefix(end + 1);
    return value;
  }
  bool truth() {
    for (const std::string_view word : {"True", "False"}) {
      if (!blank().starts_with(word)) continue;
      text_.remove_prefix(word.size());
      return word == "True";
    }
    malformed();
  }
  Shape tuple() {
    Shape shape;
    expect('(');
    while (!accept(')')) {
      check<IoError>(shape.size() < max_rank, "npy", source_, ": it has more than ", max_rank, " axes");
      shape.push_back(integer());
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return shape;
  }
  index_t integer() {
    index_t value = 0;
    const std::size_t digits = std::min(blank().find_first_not_of("0123456789"), text_.size());
    if (digits == 0) malformed();
    for (const char c : text_.substr(0, digits))
      check<IoError>(!__builtin_mul_overflow(value, index_t{10}, &value) &&
                         !__builtin_add_overflow(value, index_t{c - '0'}, &value),
                     "npy", source_, ": its shape is too large");
    text_.remove_prefix(digits);
    accept('L');  // Python 2 wrote it after long integers
    return value;
  }

  void read_type(NpyHeader& header) const {
    struct Known {
      const char* code;
      DType type;
    };
    static constexpr Known known[] = {{"f8", DType::float64}, {"f4", DType::float32}, {"f2", DType::float16},
                                      {"i8", DType::int64},   {"i4", DType::int32},   {"i2", DType::int16},
                                      {"i1", DType::int8},    {"u8", DType::uint64},  {"u4", DType::uint32},
                                      {"u2", DType::uint16},  {"u1", DType::uint8},   {"b1", DType::boolean}};
    const std::string_view descr = header.descr;
    bool found = false;
    for (const auto& [code, type] : known) {
      if (descr.size() != 3 || descr.substr(1) != code ||
          std::string_view("<>=|").find(descr[0]) == std::string_view::npos)
        continue;
      header.type = type;
      found = true;
    }
    check<IoError>(found, "npy", source_, ": tensors have no elements of the type '", descr, "'");
    header.big_endian = descr[0] == '>';
    index_t bytes = info(header.type).bytes;
    bool empty = false, overflow = false;
    for (const index_t extent : header.shape) {
      empty |= extent == 0;
      overflow |= __builtin_mul_overflow(bytes, extent, &bytes);
    }
    check<IoError>(empty || (!overflow && bytes <= index_t{1} << 58), "npy", source_, ": its shape ",
                   header.shape, " is too large");
  }

  std::string_view text_;
  const std::string& source_;
};

/// Parses the header at the beginning of an array file. `source` names the file in errors.
inline NpyHeader parse_npy_header(std::string_view bytes, const std::string& source) {
  const auto require = [&](bool holds, const auto&... sentence) {
    check<IoError>(holds, "npy", source, ": ", sentence...);
  };
  require(bytes.starts_with(npy_magic), "it does not begin as NumPy's files do");
  require(bytes.size() >= 12, "truncated in its header");
  const int major = bytes[6], minor = bytes[7];
  require(major >= 1 && major <= 3 && minor == 0, "its version is ", major, ".", minor,
          ", not 1.0, 2.0 or 3.0");
  const std::size_t prefix = major == 1 ? 10 : 12;
  std::uint32_t length = 0;
  std::memcpy(&length, bytes.data() + 8, prefix - 8);
  require(length <= npy_longest_header, "its header has ", length, " bytes, which is no header of an array");
  require(length <= bytes.size() - prefix, "truncated in its header");
  NpyHeader header = NpyHeaderParser(bytes.substr(prefix, length), source).parse();
  header.data_begin = prefix + length;
  return header;
}

/// A copy of elements with their bytes reversed.
inline Ref<Storage> swap_bytes(const Ref<Storage>& bytes, std::size_t count, std::size_t width) {
  Ref<Storage> swapped = Storage::allocate(count * width);
  auto* to = static_cast<char*>(swapped->data());
  std::memcpy(to, bytes->data(), count * width);
  for (std::size_t i = 0; i < count; ++i) std::reverse(to + i * width, to + (i + 1) * width);
  return swapped;
}

/// The tensor of an array with this header, whose elements are `data`.
template <Scalar T>
Tensor<T> read_npy_elements(const NpyHeader& header, Ref<Storage> data, Cast cast,
                            const std::string& source) {
  check<IoError>(converts(header.type, dtype_of<T>, cast), "npy", source, ": its type '", header.descr,
                 "' does not fit ", scalar_name<T>());
  const auto width = static_cast<std::size_t>(info(header.type).bytes);
  if (header.big_endian && width > 1) data = swap_bytes(data, header.data_bytes() / width, width);
  Shape shape = header.shape;
  if (header.fortran_order) std::reverse(shape.begin(), shape.end());
  const AnyTensor read = view_or_convert(data, header.type, shape, dtype_of<T>);
  check<IoError>(read.defined(), "npy", source, ": it holds a number too large for ", scalar_name<T>());
  const Tensor<T> stored = read.as<T>();
  if (!header.fortran_order) return stored;
  Strides strides = stored.strides();
  std::reverse(strides.begin(), strides.end());
  return contiguous(stored.view(0, header.shape, strides));
}

template <class T>
constexpr const char* npy_descr() {
  static_assert(!std::is_same_v<T, bfloat16>,
                "NumPy has no bfloat16: convert by to<float>, or save as safetensors");
  if constexpr (std::is_same_v<T, double>) return "<f8";
  if constexpr (std::is_same_v<T, float>) return "<f4";
  if constexpr (std::is_same_v<T, std::int64_t>) return "<i8";
  if constexpr (std::is_same_v<T, std::int32_t>) return "<i4";
  if constexpr (std::is_same_v<T, std::uint8_t>) return "|u1";
  if constexpr (std::is_same_v<T, bool>) return "|b1";
}

/// The bytes before the elements, padded so that the elements begin at a multiple of 64 bytes.
template <Scalar T>
std::string npy_header(const Shape& shape) {
  std::string text =
      join("{'descr': '", npy_descr<T>(), "', 'fortran_order': False, 'shape': ", shape, ", }");
  text.append(63 - (10 + text.size()) % 64, ' ') += '\n';
  const auto length = static_cast<std::uint16_t>(text.size());
  std::string header = std::string(npy_magic) + std::string("\x01\x00", 2);
  header.append(reinterpret_cast<const char*>(&length), sizeof length);
  return header + text;
}

inline NpyHeader mapped_npy_header(const MappedFile& file) {
  const NpyHeader header = parse_npy_header(file.bytes(), file.path());
  const std::size_t bytes = file.bytes().size() - header.data_begin;
  check<IoError>(bytes == header.data_bytes(), "npy", file.path(), ": shape ", header.shape, " and type '",
                 header.descr, "' need ", header.data_bytes(), " bytes, it has ", bytes,
                 bytes < header.data_bytes() ? ": truncated?" : "");
  return header;
}

}  // namespace detail

inline NpyHeader read_npy_header(const std::string& path) {
  return detail::mapped_npy_header(*MappedFile::open(path));
}

template <Scalar T>
Tensor<T> load_npy(const std::string& path, Cast cast) {
  const Ref<MappedFile> file = MappedFile::open(path);
  const NpyHeader header = detail::mapped_npy_header(*file);
  return detail::read_npy_elements<T>(header, file->storage(header.data_begin, header.data_bytes()), cast,
                                      path);
}

template <Scalar T>
void save_npy(const std::string& path, const Tensor<T>& tensor) {
  const Tensor<T> rows = contiguous(tensor.detach());
  AtomicFile file(path);
  file.write(detail::npy_header<T>(rows.shape()));
  file.write(rows.data(), static_cast<std::size_t>(rows.size()) * sizeof(T));
  file.commit();
}

}  // namespace TENON_NAMESPACE::io
