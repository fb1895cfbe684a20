#pragma once
/// Reading of zip archives, such as .npz files. Supported are the methods stored and deflated, and zip64;
/// encryption and archives in several parts are not. See PKWARE's APPNOTE.TXT.

#include <zlib.h>  // inflate, crc32_z

#include <algorithm>    // min, sort
#include <cstring>      // memcpy
#include <limits>       // numeric_limits
#include <map>          // map
#include <string>       // string
#include <string_view>  // string_view
#include <vector>       // vector

#include "tenon/core/error.hpp"
#include "tenon/io/mapped_file.hpp"

namespace TENON_NAMESPACE::io {

/// A file in an archive.
struct ZipEntry {
  std::uint64_t size = 0;    ///< uncompressed size in bytes
  std::uint64_t begin = 0;   ///< position of its bytes in the archive
  std::uint64_t stored = 0;  ///< number of its bytes in the archive
  std::uint32_t crc = 0;     ///< CRC-32 of the uncompressed bytes
  bool deflated = false;     ///< compressed by deflate
};

/// A zip archive open for reading. Its directory is read and checked at once.
class ZipReader {
 public:
  /// Opens an archive.    throws: IoError with the archive's name if it cannot be read or is damaged
  explicit ZipReader(const std::string& path) : file_(MappedFile::open(path)), bytes_(file_->bytes()) {
    read_directory();
    check_layout();
  }

  /// The archive's path.
  const std::string& path() const { return file_->path(); }
  /// The files in the archive, by name.
  const std::map<std::string, ZipEntry, std::less<>>& entries() const { return entries_; }
  /// The mapped archive.
  const Ref<MappedFile>& file() const { return file_; }
  /// The bytes of an entry in the archive, which may be compressed.
  std::string_view stored_bytes(const ZipEntry& entry) const {
    return bytes_.substr(static_cast<std::size_t>(entry.begin), static_cast<std::size_t>(entry.stored));
  }

  /// Throws IoError with the archive's name and `sentence` unless `holds`.
  template <class... Pieces>
  void require(bool holds, const Pieces&... sentence) const {
    if (!holds) [[unlikely]]
      fail<IoError>("zip", path(), ": ", sentence...);
  }

 private:
  template <class T>
  T number(std::uint64_t at) const {
    require(at <= bytes_.size() && sizeof(T) <= bytes_.size() - at, "truncated, or its directory is damaged");
    T value;
    std::memcpy(&value, bytes_.data() + at, sizeof value);
    return value;
  }
  std::string_view range(std::uint64_t at, std::uint64_t size) const {
    require(at <= bytes_.size() && size <= bytes_.size() - at, "truncated, or its directory is damaged");
    return bytes_.substr(static_cast<std::size_t>(at), static_cast<std::size_t>(size));
  }

  void read_directory();
  std::uint64_t read_entry(std::uint64_t at);
  void read_zip64(std::string_view extra, ZipEntry& entry, std::uint64_t& header) const;
  void check_layout() const;

  Ref<MappedFile> file_;
  std::string_view bytes_;
  std::map<std::string, ZipEntry, std::less<>> entries_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>>
      spans_;  // begin and end of each entry, header included
};

/// Reads the bytes of an entry in order, decompressing them on demand.
class ZipStream {
 public:
  /// Begins at the entry's first byte. Archive and entry must outlive the stream.
  ///   throws: IoError if the entry claims an impossible compression ratio
  ZipStream(const ZipReader& archive, const ZipEntry& entry);
  ZipStream(const ZipStream&) = delete;
  ZipStream& operator=(const ZipStream&) = delete;
  ~ZipStream() {
    if (entry_.deflated) ::inflateEnd(&state_);
  }

  /// Reads the next `count` bytes.    throws: IoError if the entry ends before
  void read(char* to, std::size_t count);
  /// Skips bytes that are read elsewhere, but counts them in the checksum. Only for entries that are not
  /// deflated.
  void skip(std::size_t count);
  /// Checks the entry after its last byte.    throws: IoError if the checksum is wrong or bytes are left
  void finish();

 private:
  std::size_t inflate_some(char* to, std::size_t count);

  const ZipReader& archive_;
  const ZipEntry& entry_;
  std::string_view rest_;
  uLong crc_ = 0;
  z_stream state_{};
};

// Definitions -----------------------------------------------------------------------------------------------

inline void ZipReader::read_directory() {
  constexpr std::size_t end_size = 22, longest_comment = 65535, locator_size = 20;
  const std::size_t first = bytes_.size() - std::min(bytes_.size(), end_size + longest_comment);
  const std::size_t found = bytes_.substr(first).rfind(std::string_view("PK\x05\x06", 4));
  require(found != std::string_view::npos, "it has no directory: truncated, or not a zip file");
  const std::uint64_t end = first + found;
  std::uint64_t count = number<std::uint16_t>(end + 10), size = number<std::uint32_t>(end + 12),
                begin = number<std::uint32_t>(end + 16);
  require(end + end_size + number<std::uint16_t>(end + 20) == bytes_.size(),
          "bytes follow its directory, or its comment is damaged");
  if (end >= locator_size && range(end - locator_size, 4) == std::string_view("PK\x06\x07", 4)) {
    const auto wide = number<std::uint64_t>(end - locator_size + 8);
    require(range(wide, 4) == std::string_view("PK\x06\x06", 4), "its zip64 directory is damaged");
    count = number<std::uint64_t>(wide + 32);
    size = number<std::uint64_t>(wide + 40);
    begin = number<std::uint64_t>(wide + 48);
  }
  const std::uint64_t stop = begin + range(begin, size).size();
  std::uint64_t at = begin;
  while (at < stop) at = read_entry(at);
  require(at == stop && spans_.size() == count, "its directory has ", spans_.size(), " entries, not ", count);
  spans_.emplace_back(begin, bytes_.size());
}

/// Reads the directory's entry at position `at` and returns the position of the next one.
inline std::uint64_t ZipReader::read_entry(std::uint64_t at) {
  constexpr std::uint64_t fixed = 46, local_fixed = 30;
  require(range(at, 4) == std::string_view("PK\x01\x02", 4), "its directory is damaged");
  const auto flags = number<std::uint16_t>(at + 8), method = number<std::uint16_t>(at + 10);
  ZipEntry entry;
  entry.crc = number<std::uint32_t>(at + 16);
  entry.stored = number<std::uint32_t>(at + 20);
  entry.size = number<std::uint32_t>(at + 24);
  const std::uint64_t name_size = number<std::uint16_t>(at + 28), extra_size = number<std::uint16_t>(at + 30),
                      comment_size = number<std::uint16_t>(at + 32);
  std::uint64_t header = number<std::uint32_t>(at + 42);
  const std::string name(range(at + fixed, name_size));
  read_zip64(range(at + fixed + name_size, extra_size), entry, header);
  entry.deflated = method == Z_DEFLATED;
  require((flags & 1) == 0, "\"", name, "\" is encrypted");
  require(method == 0 || entry.deflated, "\"", name, "\" is compressed by method ", method,
          "; only stored (0) and deflated (8) are read");
  require(entry.deflated || entry.size == entry.stored, "\"", name, "\" is stored in ", entry.stored,
          " bytes, but has ", entry.size);

  require(range(header, 4) == std::string_view("PK\x03\x04", 4), "\"", name,
          "\" is not where the directory says");
  entry.begin =
      header + local_fixed + number<std::uint16_t>(header + 26) + number<std::uint16_t>(header + 28);
  range(entry.begin, entry.stored);
  spans_.emplace_back(header, entry.begin + entry.stored);
  require(entries_.emplace(name, entry).second, "\"", name, "\" occurs twice");
  return at + fixed + name_size + extra_size + comment_size;
}

/// Reads the zip64 extra field, which holds numbers too large for the entry's fields, in the order of the
/// fields.
inline void ZipReader::read_zip64(std::string_view extra, ZipEntry& entry, std::uint64_t& header) const {
  const auto take = [&](std::string_view& from, auto& value) {
    require(from.size() >= sizeof value, "an extra field is damaged");
    std::memcpy(&value, from.data(), sizeof value);
    from.remove_prefix(sizeof value);
  };
  while (extra.size() >= 4) {
    std::uint16_t id = 0, size = 0;
    take(extra, id);
    take(extra, size);
    require(size <= extra.size(), "an extra field is damaged");
    std::string_view field = extra.substr(0, size);
    extra.remove_prefix(size);
    if (id != 1) continue;
    for (std::uint64_t* value : {&entry.size, &entry.stored, &header})
      if (*value == std::numeric_limits<std::uint32_t>::max()) take(field, *value);
  }
}

/// Throws if entries overlap: overlapping ones would let a small archive hold any amount of data (a zip
/// bomb).
inline void ZipReader::check_layout() const {
  auto spans = spans_;
  std::sort(spans.begin(), spans.end());
  for (std::size_t i = 1; i < spans.size(); ++i)
    require(spans[i - 1].second <= spans[i].first, "its entries overlap at byte ", spans[i].first);
}

inline ZipStream::ZipStream(const ZipReader& archive, const ZipEntry& entry)
    : archive_(archive), entry_(entry), rest_(archive.stored_bytes(entry)) {
  // A byte of deflated data expands to at most 1032, so a larger size is wrong.
  constexpr std::uint64_t largest_ratio = 1032;
  archive.require(!entry.deflated || entry.size / largest_ratio <= entry.stored, "an entry of ", entry.stored,
                  " bytes claims to hold ", entry.size);
  if (entry.deflated && ::inflateInit2(&state_, -MAX_WBITS) != Z_OK)
    fail<IoError>("zip", "out of memory while reading ", archive.path());
}

inline void ZipStream::read(char* to, std::size_t count) {
  if (!entry_.deflated) {
    const std::string_view from = rest_;
    skip(count);
    from.copy(to, count);
    return;
  }
  archive_.require(inflate_some(to, count) == count, "an entry ends before its data do");
  crc_ = ::crc32_z(crc_, reinterpret_cast<const Bytef*>(to), count);
}

inline void ZipStream::skip(std::size_t count) {
  archive_.require(count <= rest_.size(), "an entry ends before its data do");
  crc_ = ::crc32_z(crc_, reinterpret_cast<const Bytef*>(rest_.data()), count);
  rest_.remove_prefix(count);
}

inline std::size_t ZipStream::inflate_some(char* to, std::size_t count) {
  constexpr std::size_t most = std::size_t{1} << 30;  // zlib counts in 32 bits
  std::size_t done = 0;
  for (;;) {
    const auto room = static_cast<uInt>(std::min(count - done, most));
    const auto given = static_cast<uInt>(std::min(rest_.size(), most));
    state_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(rest_.data()));
    state_.avail_in = given;
    state_.next_out = reinterpret_cast<Bytef*>(to + done);
    state_.avail_out = room;
    const int code = ::inflate(&state_, Z_NO_FLUSH);
    rest_.remove_prefix(given - state_.avail_in);
    done += room - state_.avail_out;
    if (code == Z_STREAM_END || code == Z_BUF_ERROR || (code == Z_OK && done == count)) return done;
    archive_.require(code == Z_OK, "the compressed data of an entry are damaged");
  }
}

inline void ZipStream::finish() {
  char beyond = 0;
  const bool ended = entry_.deflated ? inflate_some(&beyond, 1) == 0 && rest_.empty() : rest_.empty();
  archive_.require(ended, "an entry goes on after its data");
  archive_.require(crc_ == entry_.crc, "the checksum of an entry is wrong: it is damaged");
}

}  // namespace TENON_NAMESPACE::io
