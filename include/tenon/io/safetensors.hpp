#pragma once
/// The safetensors format: named arrays and strings, without executable content.
/// See https://github.com/huggingface/safetensors#format.
///
///     8 bytes   n, the length of the header, little-endian
///     n bytes   JSON {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …,
///               "__metadata__": {"key": "value"}}
///     the rest  the arrays, row-major, little-endian, without gaps; offsets count from the header's end

#include <algorithm>    // sort
#include <cstring>      // memcpy
#include <map>          // map
#include <optional>     // optional
#include <set>          // set
#include <string>       // string
#include <string_view>  // string_view
#include <vector>       // vector

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "tenon/core/error.hpp"
#include "tenon/core/shape.hpp"
#include "tenon/io/atomic_file.hpp"
#include "tenon/io/cast.hpp"
#include "tenon/io/json.hpp"
#include "tenon/io/mapped_file.hpp"
#include "tenon/tensor/copy_elements.hpp"

namespace TENON_NAMESPACE::io {

/// The description of an array in the header.
struct SafetensorsEntry {
  std::string dtype;  ///< the element type in the format's spelling: F64 F32 F16 BF16 I64 I32 U8 BOOL …
  Shape shape;        ///< the array's extents
  index_t begin = 0, end = 0;  ///< the array's bytes, counted from the end of the header
};

/// A safetensors file open for reading. The header is read and checked at once; arrays are read from the
/// mapped file on demand. All functions that can fail throw IoError with the file's name and the reason.
class SafetensorsFile {
 public:
  /// Opens a file.
  static SafetensorsFile open(const std::string& path) { return SafetensorsFile(path); }
  /// Opens a file.    throws: IoError if it cannot be read or is not a safetensors file
  explicit SafetensorsFile(const std::string& path);

  /// The file's path.
  const std::string& path() const { return file_->path(); }
  /// The descriptions of all arrays, by name.
  const std::map<std::string, SafetensorsEntry, std::less<>>& entries() const { return entries_; }
  /// The strings under `__metadata__`.
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  /// The names of all arrays, sorted.
  std::vector<std::string> names() const;
  /// Whether the file has an array of this name.
  bool contains(std::string_view name) const { return entries_.contains(name); }
  /// The description of an array.    throws: IoError if there is none of this name
  const SafetensorsEntry& entry(std::string_view name) const;

  /// Reads an array as a tensor of `T`. A large array that is stored as `T` and aligned is mapped, not
  /// copied. Each call returns a tensor of its own: writing to it changes neither the file nor other results.
  ///   throws: IoError if there is no such array, its type does not convert (see Cast), or a number is
  ///           too large for `T`
  template <Scalar T>
  Tensor<T> get(std::string_view name, Cast cast = Cast::exact) const {
    return get(name, dtype_of<T>, cast).template as<T>();
  }
  /// Reads an array as a tensor of type `wanted`; the other overload gives copies and errors.
  AnyTensor get(std::string_view name, DType wanted, Cast cast = Cast::exact) const;
  /// Reads an array in the type in which it is stored.
  ///   throws: IoError if there is no such array, or none of the library's types is its type
  AnyTensor get(std::string_view name) const;

 private:
  template <class... Pieces>
  void require(bool holds, const Pieces&... sentence) const {
    if (!holds) [[unlikely]]
      fail<IoError>("safetensors", path(), ": ", sentence...);
  }
  Json read_header();
  void read_metadata(const Json& metadata);
  SafetensorsEntry read_entry(const std::string& name, const Json& description) const;
  void check_layout() const;

  Ref<MappedFile> file_;
  index_t data_begin_ = 0, data_bytes_ = 0;
  std::map<std::string, SafetensorsEntry, std::less<>> entries_;
  std::map<std::string, std::string> metadata_;
};

/// Collects arrays and strings and writes them as one file, with the elements that the arrays have at that
/// time. `add` throws ValueError if the name is taken.
class SafetensorsWriter {
 public:
  /// Adds an array that the caller keeps alive until `save`.
  template <Scalar T>
  void add(std::string name, const Shape& shape, const T* data);
  /// Adds a tensor of any scalar type; a contiguous one is not copied.
  void add(std::string name, const AnyTensor& tensor);
  /// Adds a floating-point tensor that is stored in another floating-point type, rounded to nearest.
  ///   throws: ValueError if a number would become infinite
  void add(std::string name, const AnyTensor& tensor, DType stored);
  /// Sets a string of `__metadata__`.
  void set_metadata(std::string key, std::string value) { metadata_[std::move(key)] = std::move(value); }

  /// Writes the file, completely or not at all.
  ///   throws: IoError if it cannot be written, ValueError if a name or string is not UTF-8
  void save(const std::string& path) const {
    AtomicFile file(path);
    write(file);
    file.commit();
  }
  /// Writes header and arrays to an open file, without committing it.
  void write(AtomicFile& file) const;

 private:
  struct Array {
    std::string name;
    DType type;
    Shape shape;
    const void* data;
    Ref<Storage> owner;  // keeps the data alive; null: the caller does
    std::size_t bytes() const { return static_cast<std::size_t>(element_count(shape) * info(type).bytes); }
  };
  void add(Array array);

  std::vector<Array> arrays_;
  std::set<std::string> names_;
  std::map<std::string, std::string> metadata_;
};

// Definitions -----------------------------------------------------------------------------------------------

namespace detail {

/// The scalar type that a file calls `dtype`; none for a type that the library does not read.
inline std::optional<DType> safetensors_type(std::string_view dtype) {
  for (const DTypeInfo& known : dtypes)
    if (dtype == known.file_name) return known.dtype;
  return {};
}

/// The size of an element in bytes; 0 for a type unknown to the format.
inline index_t safetensors_element_bytes(std::string_view dtype) {
  if (const auto type = safetensors_type(dtype)) return info(*type).bytes;
  return dtype == "F8_E5M2" || dtype == "F8_E4M3" ? 1 : 0;
}

}  // namespace detail

inline SafetensorsFile::SafetensorsFile(const std::string& path) : file_(MappedFile::open(path)) {
  const Json header = read_header();
  std::set<std::string_view> names;
  for (const auto& [name, description] : header.members()) {
    require(names.insert(name).second, "\"", name, "\" occurs twice");
    if (name == "__metadata__")
      read_metadata(description);
    else
      entries_.emplace(name, read_entry(name, description));
  }
  check_layout();
}

inline Json SafetensorsFile::read_header() {
  constexpr std::uint64_t longest = 100'000'000;  // as the format's own library
  const std::string_view bytes = file_->bytes();
  std::uint64_t length = 0;
  require(bytes.size() >= sizeof length, "truncated: a header does not fit its ", bytes.size(), " bytes");
  require(
      !bytes.starts_with("PK\x03\x04") && !bytes.starts_with("\x80\x02"),
      "this is a file of torch.save, which may hold any program: load it in Python and write the tensors by "
      "safetensors.torch.save_file(model.state_dict(), path)");
  std::memcpy(&length, bytes.data(), sizeof length);
  const std::string_view rest = bytes.substr(sizeof length);
  require(length <= longest && length <= rest.size(), "the header claims ", length, " bytes, the file has ",
          bytes.size(), ": truncated, or not a safetensors file");
  const std::string_view text = rest.substr(0, static_cast<std::size_t>(length));
  data_begin_ = static_cast<index_t>(sizeof length + length);
  data_bytes_ = static_cast<index_t>(bytes.size()) - data_begin_;

  Json header;
  try {
    header = Json::parse(text, /*most_depth=*/4);
  } catch (const IoError& error) {
    require(false, "its header is damaged: ", error.what());
  }
  require(header.is_object(), "its header is not a JSON object");
  return header;
}

inline void SafetensorsFile::read_metadata(const Json& metadata) {
  require(metadata.is_object(), "its __metadata__ is not an object");
  for (const auto& [key, value] : metadata.members()) {
    require(value.is_string(), "its __metadata__ has \"", key, "\", which is not a string");
    metadata_[key] = value.text();
  }
}

inline SafetensorsEntry SafetensorsFile::read_entry(const std::string& name, const Json& description) const {
  const auto member = [&](const char* key) -> const Json& {
    const Json* const found = description.find(key);
    require(found, "\"", name, "\" has no ", key);
    return *found;
  };
  const auto indices = [&](const char* key, std::size_t most) {
    const std::vector<Json>& list = member(key).elements();
    require(member(key).is_array() && list.size() <= most, "\"", name, "\" has a ", key,
            " that is no list of at most ", most, " numbers");
    Dims values;
    for (const Json& element : list) {
      const std::optional<std::uint64_t> value = element.whole_number();
      require(value && *value <= (std::uint64_t{1} << 58), "\"", name, "\" has a ", key, " with an element ",
              element.text(), ", which makes no sense");
      values.push_back(static_cast<index_t>(*value));
    }
    return values;
  };
  SafetensorsEntry entry;
  require(member("dtype").is_string(), "\"", name, "\" has a dtype that is not a string");
  entry.dtype = member("dtype").text();
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

/// Throws unless the arrays fill the data without overlap or gap.
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

inline AnyTensor SafetensorsFile::get(std::string_view name, DType wanted, Cast cast) const {
  const SafetensorsEntry& stored = entry(name);
  const auto type = detail::safetensors_type(stored.dtype);
  require(type && converts(*type, wanted, cast), "\"", name, "\" is stored as ", stored.dtype,
          ", which does not fit ", info(wanted).name);
  const Ref<Storage> bytes = file_->storage(static_cast<std::size_t>(data_begin_ + stored.begin),
                                            static_cast<std::size_t>(stored.end - stored.begin));
  AnyTensor out = view_or_convert(bytes, *type, stored.shape, wanted);
  require(out.defined(), "\"", name, "\" holds a number too large for ", info(wanted).name);
  return out;
}

inline AnyTensor SafetensorsFile::get(std::string_view name) const {
  const auto type = detail::safetensors_type(entry(name).dtype);
  require(type.has_value(), "\"", name, "\" is stored as ", entry(name).dtype,
          ", of which there are no tensors");
  return get(name, *type);
}

inline void SafetensorsWriter::add(Array array) {
  check<ValueError>(array.name != "__metadata__", "safetensors", "__metadata__ is not a name for an array");
  check<ValueError>(names_.insert(array.name).second, "safetensors", "\"", array.name, "\" is added twice");
  arrays_.push_back(std::move(array));
}

template <Scalar T>
void SafetensorsWriter::add(std::string name, const Shape& shape, const T* data) {
  add({std::move(name), dtype_of<T>, shape, data, {}});
}

inline void SafetensorsWriter::add(std::string name, const AnyTensor& tensor) {
  const AnyTensor rows = contiguous(tensor);
  add({std::move(name), rows.dtype(), rows.shape(), rows.data(), rows.storage()});
}

inline void SafetensorsWriter::add(std::string name, const AnyTensor& tensor, DType stored) {
  if (stored == tensor.dtype()) return add(std::move(name), tensor);
  check<ValueError>(detail::is_floating(stored) && detail::is_floating(tensor.dtype()), "safetensors", "\"",
                    name, "\" of ", info(tensor.dtype()).name, " cannot be stored as ",
                    info(stored).file_name, ": only floating-point numbers are rounded");
  const AnyTensor rounded = rounded_to(contiguous(tensor), stored);
  check<ValueError>(rounded.defined(), "safetensors", "\"", name, "\" cannot be stored as ",
                    info(stored).file_name, ": a number is too large");
  add(std::move(name), rounded);
}

inline void SafetensorsWriter::write(AtomicFile& file) const {
  std::vector<const Array*> order;
  for (const Array& array : arrays_) order.push_back(&array);
  std::sort(order.begin(), order.end(), [](const Array* a, const Array* b) {
    const int left = info(a->type).bytes, right = info(b->type).bytes;
    return left != right ? left > right : a < b;  // each array aligned
  });

  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::UTF8<>, rapidjson::CrtAllocator,
                    rapidjson::kWriteValidateEncodingFlag>
      header(buffer);
  bool valid = true;  // whether all strings are UTF-8
  const auto write_text = [&](const std::string& text) {
    valid &= header.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  };
  header.StartObject();
  if (!metadata_.empty()) {
    header.Key("__metadata__");
    header.StartObject();
    for (const auto& [key, value] : metadata_) {
      write_text(key);
      write_text(value);
    }
    header.EndObject();
  }
  std::size_t end = 0;
  for (const Array* array : order) {
    const std::size_t begin = end;
    end += array->bytes();
    write_text(array->name);
    header.StartObject();
    header.Key("dtype");
    header.String(info(array->type).file_name);
    header.Key("shape");
    header.StartArray();
    for (const index_t extent : array->shape) header.Int64(extent);
    header.EndArray();
    header.Key("data_offsets");
    header.StartArray();
    header.Uint64(begin);
    header.Uint64(end);
    header.EndArray();
    header.EndObject();
  }
  header.EndObject();
  check<ValueError>(valid, "safetensors", "a name or metadata string for ", file.path(), " is not UTF-8");
  std::string text(buffer.GetString(), buffer.GetSize());
  text.append((8 - text.size() % 8) % 8, ' ');
  const std::uint64_t length = text.size();
  file.write(&length, sizeof length);
  file.write(text);
  for (const Array* array : order) file.write(array->data, array->bytes());
}

}  // namespace TENON_NAMESPACE::io
