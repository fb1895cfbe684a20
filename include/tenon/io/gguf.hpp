#pragma once
/// GGUF files, versions 2 and 3: metadata and arrays, of which some are quantised in blocks. The format is
/// described at https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.

#include <cstdint>      // int64_t, uint32_t, uint64_t, uint8_t
#include <cstring>      // memcpy
#include <map>          // map
#include <string>       // string
#include <string_view>  // string_view
#include <vector>       // vector

#include "tenon/io/cast.hpp"
#include "tenon/io/gguf_blocks.hpp"
#include "tenon/io/mapped_file.hpp"

namespace TENON_NAMESPACE::io {

/// A value of a GGUF file's metadata: a number, a string, or a list of either.
struct GgufValue {
  double number = 0;                   ///< of a number or a truth value
  std::string text{};                  ///< of a string
  std::vector<double> numbers{};       ///< of a list of numbers
  std::vector<std::string> strings{};  ///< of a list of strings
};

/// An array of a GGUF file.
struct GgufEntry {
  GgufType type = GgufType::f32;  ///< how it is stored
  Shape shape{};                  ///< rows first, as in a tensor
  std::size_t begin = 0;          ///< its first byte in the file
  std::size_t bytes = 0;          ///< how many it takes
};

/// An open GGUF file.
class GgufFile {
 public:
  /// Opens a file and reads its header.
  ///   throws: IoError if it cannot be read or is damaged
  explicit GgufFile(const std::string& path) : file_(MappedFile::open(path)) { read_header(); }

  /// The file's path.
  const std::string& path() const { return file_->path(); }
  /// All metadata by name.
  const std::map<std::string, GgufValue, std::less<>>& metadata() const { return metadata_; }
  /// All arrays by name.
  const std::map<std::string, GgufEntry, std::less<>>& entries() const { return entries_; }
  /// A value of the metadata; null if there is none of this name.
  const GgufValue* find(std::string_view name) const {
    const auto at = metadata_.find(name);
    return at == metadata_.end() ? nullptr : &at->second;
  }

  /// An array as float32. One that is stored as that is mapped, not copied; others are converted.
  ///   throws: IoError if there is no such array, or its type is not known
  Tensor<float> get(std::string_view name) const {
    const auto at = entries_.find(name);
    require(at != entries_.end(), "there is no array \"", name, "\"");
    const GgufEntry& entry = at->second;
    if (entry.type == GgufType::f32 && entry.begin % alignof(float) == 0)
      return view_or_convert(file_->storage(entry.begin, entry.bytes), DType::float32, entry.shape,
                             DType::float32)
          .template as<float>();
    Tensor<float> values = Tensor<float>::empty(entry.shape);
    gguf_dequantize(entry.type, file_->bytes().substr(entry.begin, entry.bytes), values.mutable_data());
    return values;
  }

 private:
  template <class... Pieces>
  void require(bool holds, const Pieces&... sentence) const {
    if (!holds) [[unlikely]]
      fail<IoError>("gguf", path(), ": ", sentence...);
  }

  std::string_view take(std::uint64_t size) {
    require(size <= file_->bytes().size() - at_, "the file is cut off");
    const std::string_view bytes = file_->bytes().substr(at_, static_cast<std::size_t>(size));
    at_ += bytes.size();
    return bytes;
  }
  template <class N>
  N number() {
    N value;
    std::memcpy(&value, take(sizeof(N)).data(), sizeof(N));
    return value;
  }
  std::string string() { return std::string(take(number<std::uint64_t>())); }

  /// One of the format's thirteen types of values.
  double number_of(std::uint32_t type) {
    switch (type) {
      case 0:
        return number<std::uint8_t>();
      case 1:
        return number<std::int8_t>();
      case 2:
        return number<std::uint16_t>();
      case 3:
        return number<std::int16_t>();
      case 4:
        return number<std::uint32_t>();
      case 5:
        return number<std::int32_t>();
      case 6:
        return static_cast<double>(number<float>());
      case 7:
        return number<std::uint8_t>() != 0;
      case 10:
        return static_cast<double>(number<std::uint64_t>());
      case 11:
        return static_cast<double>(number<std::int64_t>());
      case 12:
        return number<double>();
      default:
        require(false, "a value of the metadata has the type ", type, ", which is not known");
    }
    return 0;
  }
  GgufValue value() {
    constexpr std::uint32_t string_type = 8, list_type = 9;
    GgufValue v;
    const auto type = number<std::uint32_t>();
    if (type == string_type) {
      v.text = string();
    } else if (type == list_type) {
      const auto element = number<std::uint32_t>();
      const auto count = number<std::uint64_t>();
      require(element != list_type, "a list of lists is not supported");
      for (std::uint64_t i = 0; i < count; ++i)  // each takes a byte of the file at least
        element == string_type ? v.strings.push_back(string()) : v.numbers.push_back(number_of(element));
    } else {
      v.number = number_of(type);
    }
    return v;
  }

  void read_header() {
    require(take(4) == "GGUF", "it is no GGUF file");
    const auto version = number<std::uint32_t>();
    require(version == 2 || version == 3, "version ", version, " is not supported, only 2 and 3");
    const auto arrays = number<std::uint64_t>(), values = number<std::uint64_t>();
    for (std::uint64_t i = 0; i < values; ++i) {
      std::string name = string();
      metadata_[std::move(name)] = value();
    }
    std::vector<std::pair<GgufEntry*, std::uint64_t>> offsets;
    for (std::uint64_t i = 0; i < arrays; ++i) {
      const std::string name = string();
      GgufEntry& entry = entries_[name];
      entry = read_entry(name);
      offsets.push_back({&entry, number<std::uint64_t>()});
    }
    const GgufValue* const stated = find("general.alignment");
    const double aligned = stated ? stated->number : 32;
    require(aligned >= 1 && aligned <= (1u << 20), "the alignment ", aligned, " makes no sense");
    const auto alignment = static_cast<std::size_t>(aligned);
    const std::size_t data = (at_ + alignment - 1) / alignment * alignment, size = file_->bytes().size();
    for (const auto& [entry, offset] : offsets) {
      require(data <= size && offset <= size - data && entry->bytes <= size - data - offset,
              "an array lies beyond the file's end");
      entry->begin = data + static_cast<std::size_t>(offset);
    }
  }
  GgufEntry read_entry(const std::string& name) {
    GgufEntry entry;
    const auto axes = number<std::uint32_t>();
    require(axes >= 1 && axes <= 4, "\"", name, "\" has ", axes, " axes");
    std::vector<std::uint64_t> extents(axes);
    std::uint64_t count = 1;
    for (std::uint64_t& extent : extents) {
      extent = number<std::uint64_t>();
      constexpr std::uint64_t most = std::uint64_t{1} << 40;
      require(extent <= most && (extent == 0 || count <= most / extent), "\"", name, "\" is too large");
      count *= extent;
    }
    for (std::size_t i = axes; i-- > 0;) entry.shape.push_back(static_cast<index_t>(extents[i]));
    const auto type = number<std::uint32_t>();
    const GgufBlock block = gguf_block(type);
    require(block.numbers > 0, "\"", name, "\" is stored as type ", type, ", which is not supported");
    require(extents[0] % block.numbers == 0, "\"", name, "\": rows of ", extents[0],
            " are no whole blocks of ", block.numbers);
    entry.type = static_cast<GgufType>(type);
    entry.bytes = static_cast<std::size_t>(count / block.numbers * block.bytes);
    return entry;
  }

  Ref<MappedFile> file_;
  std::size_t at_ = 0;
  std::map<std::string, GgufValue, std::less<>> metadata_{};
  std::map<std::string, GgufEntry, std::less<>> entries_{};
};

}  // namespace TENON_NAMESPACE::io
