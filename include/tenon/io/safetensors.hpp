#pragma once
/// The safetensors format: named arrays and a few strings, nothing that executes.
/// See https://github.com/huggingface/safetensors#format.
///
///   8 bytes   n, the length of the header, little-endian
///   n bytes   JSON {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …, "__metadata__":
///   {"key": "value"}} the rest  the arrays, row-major, little-endian; offsets count from the end of the
///   header and leave no gap

#include <algorithm>    // copy, sort
#include <bit>          // endian
#include <cstring>      // memcpy
#include <map>          // map
#include <set>          // set
#include <string>       // string
#include <string_view>  // string_view
#include <vector>       // vector

#include <nlohmann/json.hpp>

#include "tenon/core/error.hpp"
#include "tenon/core/scalar.hpp"
#include "tenon/core/shape.hpp"
#include "tenon/io/atomic_file.hpp"
#include "tenon/io/input_file.hpp"
#include "tenon/tensor/tensor.hpp"

namespace TENON_NAMESPACE::io {

static_assert(std::endian::native == std::endian::little,
              "the format's numbers are copied as they lie in memory");

/// What the header says of one array.
struct SafetensorsEntry {
  std::string dtype;  ///< as the format spells it: F64 F32 F16 BF16 I64 I32 U8 BOOL …
  Shape shape;
  index_t begin = 0, end = 0;  ///< its bytes, counted from the end of the header
};

/// A file opened for reading. The header is read and checked at once, arrays when they are asked for.
/// throws IoError naming the file and what is wrong with it
class SafetensorsFile {
 public:
  static SafetensorsFile open(const std::string& path) { return SafetensorsFile(path); }
  explicit SafetensorsFile(const std::string& path);

  const std::string& path() const { return file_.path(); }
  const std::map<std::string, SafetensorsEntry, std::less<>>& entries() const { return entries_; }
  /// The strings under `__metadata__`.
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  std::vector<std::string> names() const;
  bool contains(std::string_view name) const { return entries_.contains(name); }
  /// throws IoError when there is no such array
  const SafetensorsEntry& entry(std::string_view name) const;

  /// The array as a tensor of `T`. Its stored type must be `T`, or one whose every value `T` can hold: F16
  /// and BF16 become float, smaller integers and BOOL larger integers.
  /// throws IoError when there is no such array or its type does not fit
  template <Scalar T>
  Tensor<T> get(std::string_view name);

 private:
  template <class... Pieces>
  void require(bool holds, const Pieces&... sentence) const {
    if (!holds) [[unlikely]]
      fail<IoError>("safetensors", path(), ": ", sentence...);
  }
  nlohmann::json read_header();
  void read_metadata(const nlohmann::json& metadata);
  SafetensorsEntry read_entry(const std::string& name, const nlohmann::json& description) const;
  void check_layout() const;
  template <class Stored, Scalar T>
  void read_as(index_t count, T* out);

  InputFile file_;
  index_t data_begin_ = 0, data_bytes_ = 0;
  std::map<std::string, SafetensorsEntry, std::less<>> entries_;
  std::map<std::string, std::string> metadata_;
};

/// Gathers arrays and strings, then writes them as one file.
class SafetensorsWriter {
 public:
  /// An array that the caller keeps alive until save().
  template <Scalar T>
  void add(std::string name, const Shape& shape, const T* data);
  template <Scalar T>
  void add(std::string name, const Tensor<T>& tensor);
  void set_metadata(std::string key, std::string value) { metadata_[std::move(key)] = std::move(value); }

  /// throws IoError when the file cannot be written, ValueError when a name occurs twice or is not UTF-8
  void save(const std::string& path) const {
    AtomicFile file(path);
    write(file);
    file.commit();
  }
  void write(AtomicFile& file) const;

 private:
  struct Array {
    std::string name;
    const char* dtype;
    Shape shape;
    const void* data;
    std::size_t bytes, element_bytes;
    Ref<Storage> owner;  // null: the caller
  };
  std::vector<Array> arrays_;
  std::map<std::string, std::string> metadata_;
};

// Definitions -----------------------------------------------------------------------------------------------

namespace detail {

/// A stored IEEE half: 5 bits of exponent, 10 of fraction.
struct float16 {
  std::uint16_t bits;
  explicit operator float() const {
    const std::uint32_t sign = std::uint32_t{bits & 0x8000u} << 16, exponent = bits >> 10 & 31u,
                        fraction = bits & 1023u;
    if (exponent == 0) {  // zero and subnormal: multiples of 2^-24
      const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
      return sign ? -magnitude : magnitude;
    }
    const std::uint32_t wide = exponent == 31 ? 255u : exponent + 112u;  // infinity and NaN stay
    return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
  }
};

template <class T>
constexpr const char* safetensors_dtype() {
  if constexpr (std::is_same_v<T, double>) return "F64";
  if constexpr (std::is_same_v<T, float>) return "F32";
  if constexpr (std::is_same_v<T, float16>) return "F16";
  if constexpr (std::is_same_v<T, bfloat16>) return "BF16";
  if constexpr (std::is_same_v<T, std::int64_t>) return "I64";
  if constexpr (std::is_same_v<T, std::int32_t>) return "I32";
  if constexpr (std::is_same_v<T, std::uint8_t>) return "U8";
  if constexpr (std::is_same_v<T, bool>) return "BOOL";
}

/// Bytes of an element; 0 for a type unknown to the format.
inline index_t safetensors_element_bytes(std::string_view dtype) {
  for (std::string_view one : {"BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3"})
    if (dtype == one) return 1;
  for (std::string_view two : {"F16", "BF16", "I16", "U16"})
    if (dtype == two) return 2;
  for (std::string_view four : {"F32", "I32", "U32"})
    if (dtype == four) return 4;
  return dtype == "F64" || dtype == "I64" || dtype == "U64" ? 8 : 0;
}

/// Whether `T` can hold every value of `Stored`.
template <class Stored, class T>
constexpr bool holds_all() {
  if constexpr (std::is_same_v<Stored, T>) return true;
  if constexpr (std::integral<Stored> && std::integral<T> && !std::is_same_v<T, bool>)
    return sizeof(Stored) < sizeof(T) || std::is_same_v<Stored, bool>;
  if constexpr (!std::integral<Stored> && Real<T>) return sizeof(Stored) < sizeof(T);
  return false;
}

}  // namespace detail

inline SafetensorsFile::SafetensorsFile(const std::string& path) : file_(path) {
  const nlohmann::json header = read_header();
  for (const auto& [name, description] : header.items()) {
    if (name == "__metadata__") {
      read_metadata(description);
    } else {
      entries_.emplace(name, read_entry(name, description));
    }
  }
  check_layout();
}

inline nlohmann::json SafetensorsFile::read_header() {
  constexpr std::uint64_t longest = 100'000'000;  // as the format's own library
  const auto size = file_.remaining();
  require(size.has_value(), "a pipe cannot be read in any order; give a file");
  std::uint64_t length = 0;
  require(file_.read(&length, sizeof length), "truncated: a header does not fit its ", *size, " bytes");
  require(length <= longest && length <= static_cast<std::uint64_t>(*size - 8), "the header claims ", length,
          " bytes, the file has ", *size, ": truncated, or not a safetensors file");
  std::string text(static_cast<std::size_t>(length), '\0');
  require(file_.read(text.data(), text.size()), "truncated in its header");
  data_begin_ = file_.position();
  data_bytes_ = *size - data_begin_;

  std::set<std::string> names;
  const auto inspect = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& value) {
    require(depth <= 4, "its header nests too deeply");
    if (depth == 1 && event == nlohmann::json::parse_event_t::key)
      require(names.insert(value.get<std::string>()).second, "\"", value.get<std::string>(),
              "\" occurs twice");
    return true;
  };
  nlohmann::json header = nlohmann::json::parse(text, inspect, /*allow_exceptions=*/false);
  require(header.is_object(), "its header is not a JSON object");
  return header;
}

inline void SafetensorsFile::read_metadata(const nlohmann::json& metadata) {
  require(metadata.is_object(), "its __metadata__ is not an object");
  for (const auto& [key, value] : metadata.items()) {
    require(value.is_string(), "its __metadata__ has \"", key, "\", which is not a string");
    metadata_[key] = value.get<std::string>();
  }
}

inline SafetensorsEntry SafetensorsFile::read_entry(const std::string& name,
                                                    const nlohmann::json& description) const {
  const auto member = [&](const char* key) -> const nlohmann::json& {
    require(description.is_object() && description.contains(key), "\"", name, "\" has no ", key);
    return description[key];
  };
  const auto indices = [&](const char* key, std::size_t most) {
    const nlohmann::json& list = member(key);
    bool valid = list.is_array() && list.size() <= most;
    Dims values;
    for (const nlohmann::json& value : list) {
      valid = valid && value.is_number_unsigned() && value.get<std::uint64_t>() <= (std::uint64_t{1} << 58);
      require(valid, "\"", name, "\" has a ", key, " that makes no sense: ", list.dump(-1, ' ', true));
      values.push_back(value.get<index_t>());
    }
    return values;
  };
  SafetensorsEntry entry;
  require(member("dtype").is_string(), "\"", name, "\" has a dtype that is not a string");
  entry.dtype = member("dtype").get<std::string>();
  entry.shape = indices("shape", max_rank);
  const Dims offsets = indices("data_offsets", 2);
  require(offsets.size() == 2 && offsets[0] <= offsets[1] && offsets[1] <= data_bytes_, "\"", name,
          "\" lies at ", offsets, ", outside the ", data_bytes_, " bytes of data: truncated?");
  entry.begin = offsets[0];
  entry.end = offsets[1];

  const index_t element = detail::safetensors_element_bytes(entry.dtype);
  require(element > 0, "\"", name, "\" has the unknown dtype ", entry.dtype);
  index_t bytes = element;
  bool overflow = false, empty = false;
  for (const index_t extent : entry.shape) {
    empty |= extent == 0;
    overflow |= __builtin_mul_overflow(bytes, extent, &bytes);
  }
  require(empty ? entry.begin == entry.end : !overflow && entry.end - entry.begin == bytes, "\"", name,
          "\" of shape ", entry.shape, " and dtype ", entry.dtype, " does not fill its ",
          entry.end - entry.begin, " bytes");
  return entry;
}

/// Arrays follow one another without overlap or gap, to the last byte.
inline void SafetensorsFile::check_layout() const {
  std::vector<std::pair<index_t, index_t>> spans;
  for (const auto& [name, entry] : entries_) spans.emplace_back(entry.begin, entry.end);
  std::sort(spans.begin(), spans.end());
  index_t end = 0;
  for (const auto& [first, last] : spans) {
    require(first == end, "its arrays overlap or leave a gap at byte ", std::min(first, end), " of the data");
    end = last;
  }
  require(end == data_bytes_, "it has ", data_bytes_, " bytes of data, its header describes ", end);
}

inline std::vector<std::string> SafetensorsFile::names() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) names.push_back(name);
  return names;
}

inline const SafetensorsEntry& SafetensorsFile::entry(std::string_view name) const {
  const auto found = entries_.find(name);
  require(found != entries_.end(), "there is no \"", name, "\" in it");
  return found->second;
}

template <Scalar T>
Tensor<T> SafetensorsFile::get(std::string_view name) {
  const SafetensorsEntry& stored = entry(name);
  Tensor<T> out = Tensor<T>::empty(stored.shape);
  file_.seek(data_begin_ + stored.begin);
  const auto try_type = [&]<class Stored>(Stored) {
    if constexpr (detail::holds_all<Stored, T>()) {
      if (stored.dtype != detail::safetensors_dtype<Stored>()) return false;
      read_as<Stored>(out.size(), out.mutable_data());
      return true;
    } else {
      return false;
    }
  };
  const bool done = try_type(double{}) || try_type(float{}) || try_type(detail::float16{}) ||
                    try_type(bfloat16{}) || try_type(std::int64_t{}) || try_type(std::int32_t{}) ||
                    try_type(std::uint8_t{}) || try_type(bool{});
  require(done, "\"", name, "\" is stored as ", stored.dtype, ", which does not fit ", scalar_name<T>());
  return out;
}

template <class Stored, Scalar T>
void SafetensorsFile::read_as(index_t count, T* out) {
  if constexpr (std::is_same_v<Stored, T> && !std::is_same_v<T, bool>) {
    require(file_.read(out, static_cast<std::size_t>(count) * sizeof(T)),
            "it was truncated after it was opened");
  } else {
    for (index_t i = 0; i < count; ++i) {
      std::conditional_t<std::is_same_v<Stored, bool>, std::uint8_t, Stored> value;
      require(file_.read(&value, sizeof value), "it was truncated after it was opened");
      if constexpr (std::is_same_v<Stored, bool>) {
        out[i] = static_cast<T>(value != 0);
      } else if constexpr (std::integral<Stored>) {
        out[i] = static_cast<T>(value);
      } else {
        out[i] = static_cast<T>(static_cast<float>(value));
      }
    }
  }
}

template <Scalar T>
void SafetensorsWriter::add(std::string name, const Shape& shape, const T* data) {
  check<ValueError>(name != "__metadata__", "safetensors", "__metadata__ is not a name for an array");
  for (const Array& array : arrays_)
    check<ValueError>(array.name != name, "safetensors", "\"", name, "\" is added twice");
  const auto bytes = static_cast<std::size_t>(element_count(shape, "safetensors")) * sizeof(T);
  arrays_.push_back({std::move(name), detail::safetensors_dtype<T>(), shape, data, bytes, sizeof(T), {}});
}

template <Scalar T>
void SafetensorsWriter::add(std::string name, const Tensor<T>& tensor) {
  Tensor<T> rows = tensor;
  if (!tensor.is_contiguous()) {
    rows = Tensor<T>::empty(tensor.shape());
    std::copy(tensor.begin(), tensor.end(), rows.mutable_data());
  }
  add(std::move(name), rows.shape(), rows.data());
  arrays_.back().owner = rows.storage();
}

inline void SafetensorsWriter::write(AtomicFile& file) const {
  std::vector<const Array*> order;
  for (const Array& array : arrays_) order.push_back(&array);
  std::sort(order.begin(), order.end(), [](const Array* a, const Array* b) {
    if (a->element_bytes != b->element_bytes)
      return a->element_bytes > b->element_bytes;  // each array aligned
    return a < b;
  });

  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata_.empty()) header["__metadata__"] = metadata_;
  std::size_t end = 0;
  for (const Array* array : order) {
    const std::size_t begin = end;
    end += array->bytes;
    header[array->name] = {{"dtype", array->dtype},
                           {"shape", std::vector<index_t>(array->shape.begin(), array->shape.end())},
                           {"data_offsets", {begin, end}}};
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const nlohmann::json::exception&) {
    fail<ValueError>("safetensors", "a name or metadata string for ", file.path(), " is not UTF-8");
  }
  text.append((8 - text.size() % 8) % 8, ' ');
  const std::uint64_t length = text.size();
  file.write(&length, sizeof length);
  file.write(text);
  for (const Array* array : order) file.write(array->data, array->bytes);
}

}  // namespace TENON_NAMESPACE::io
