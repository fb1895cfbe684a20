#pragma once
/// Writing of zip archives, entry by entry. Sizes are always 64 bits (zip64), and no time is stored, so that
/// equal content gives equal bytes.

#include <zlib.h>  // deflate, crc32_z

#include <algorithm>         // min
#include <cstdint>           // uint64_t
#include <initializer_list>  // initializer_list
#include <set>               // set
#include <string>            // string
#include <string_view>       // string_view

#include "tenon/core/error.hpp"
#include "tenon/io/atomic_file.hpp"

namespace TENON_NAMESPACE::io {

/// Writes a zip archive to an open file. Functions throw IoError if the file cannot be written.
class ZipWriter {
 public:
  /// Begins an archive. The file must outlive the writer; committing it is up to the caller.
  explicit ZipWriter(AtomicFile& file) : file_(file) {}

  /// Adds an entry whose content is the concatenation of `pieces`.
  ///   throws: ValueError if the name is taken or longer than 65535 bytes
  void add(const std::string& name, std::initializer_list<std::string_view> pieces, bool compress);
  /// Writes the directory. Nothing may be added afterwards.
  void finish();

 private:
  template <class T>
  static void put(std::string& to, T value) {
    to.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  /// The part of an entry's description that local header and directory have in common.
  static std::string description(const std::string& name, bool compress, std::uint32_t crc,
                                 std::uint16_t extra_size);
  std::string deflated(std::initializer_list<std::string_view> pieces) const;
  void write(std::string_view bytes) {
    file_.write(bytes);
    position_ += bytes.size();
  }

  AtomicFile& file_;
  std::uint64_t position_ = 0, count_ = 0;
  std::string directory_;
  std::set<std::string> names_;
};

// Definitions -----------------------------------------------------------------------------------------------

inline std::string ZipWriter::description(const std::string& name, bool compress, std::uint32_t crc,
                                          std::uint16_t extra_size) {
  constexpr std::uint16_t zip64_version = 45, utf8_names = 1u << 11, first_of_january_1980 = 0x21;
  constexpr std::uint32_t see_zip64 = 0xffffffffu;
  std::string text;
  put(text, zip64_version);
  put(text, utf8_names);
  put(text, static_cast<std::uint16_t>(compress ? Z_DEFLATED : 0));
  put(text, std::uint16_t{0});
  put(text, first_of_january_1980);
  put(text, crc);
  put(text, see_zip64);
  put(text, see_zip64);
  put(text, static_cast<std::uint16_t>(name.size()));
  put(text, extra_size);
  return text;
}

inline void ZipWriter::add(const std::string& name, std::initializer_list<std::string_view> pieces,
                           bool compress) {
  check<ValueError>(name.size() <= 65535, "zip", "a name of ", name.size(), " bytes is too long");
  check<ValueError>(names_.insert(name).second, "zip", "\"", name, "\" is added twice");
  std::uint64_t size = 0;
  uLong crc = 0;
  for (const std::string_view piece : pieces) {
    if (piece.empty()) continue;  // for a null pointer zlib returns the initial value
    size += piece.size();
    crc = ::crc32_z(crc, reinterpret_cast<const Bytef*>(piece.data()), piece.size());
  }
  const std::string packed = compress ? deflated(pieces) : "";
  const std::uint64_t stored = compress ? packed.size() : size, begin = position_;
  const auto checksum = static_cast<std::uint32_t>(crc);

  const auto sizes = [&](std::uint16_t bytes) {
    std::string extra;
    put(extra, std::uint16_t{1});
    put(extra, bytes);
    put(extra, size);
    put(extra, stored);
    return extra;
  };
  write("PK\x03\x04" + description(name, compress, checksum, 20) + name + sizes(16));
  if (compress)
    write(packed);
  else
    for (const std::string_view piece : pieces) write(piece);

  directory_ += "PK\x01\x02-";
  directory_ += std::string_view("\0", 1);  // made by version 45 on any system
  directory_ += description(name, compress, checksum, 28);
  directory_.append(10, '\0');  // no comment, disk 0, no attributes
  put(directory_, std::uint32_t{0xffffffffu});
  directory_ += name + sizes(24);
  put(directory_, begin);
  ++count_;
}

inline std::string ZipWriter::deflated(std::initializer_list<std::string_view> pieces) const {
  z_stream state{};
  if (::deflateInit2(&state, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    fail<IoError>("zip", "out of memory while writing ", file_.path());
  std::string out, chunk(std::size_t{1} << 16, '\0');
  const auto run = [&](int flush) {
    do {
      state.next_out = reinterpret_cast<Bytef*>(chunk.data());
      state.avail_out = static_cast<uInt>(chunk.size());
      ::deflate(&state, flush);
      out.append(chunk, 0, chunk.size() - state.avail_out);
    } while (state.avail_out == 0);
  };
  for (std::string_view piece : pieces) {
    while (!piece.empty()) {
      const std::size_t part = std::min(piece.size(), std::size_t{1} << 30);  // zlib counts in 32 bits
      state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
      state.avail_in = static_cast<uInt>(part);
      run(Z_NO_FLUSH);
      piece.remove_prefix(part);
    }
  }
  run(Z_FINISH);
  ::deflateEnd(&state);
  return out;
}

inline void ZipWriter::finish() {
  const std::uint64_t begin = position_, end = begin + directory_.size();
  std::string text = directory_ + "PK\x06\x06";
  put(text, std::uint64_t{44});  // bytes of this record that follow
  put(text, std::uint16_t{45});
  put(text, std::uint16_t{45});
  put(text, std::uint64_t{0});  // disks
  put(text, count_);
  put(text, count_);
  put(text, end - begin);
  put(text, begin);
  text += "PK\x06\x07";
  put(text, std::uint32_t{0});
  put(text, end);
  put(text, std::uint32_t{1});
  text += "PK\x05\x06";
  put(text, std::uint32_t{0});
  put(text, std::uint16_t{0xffff});
  put(text, std::uint16_t{0xffff});
  put(text, std::uint32_t{0xffffffffu});
  put(text, std::uint32_t{0xffffffffu});
  put(text, std::uint16_t{0});
  write(text);
}

}  // namespace TENON_NAMESPACE::io
