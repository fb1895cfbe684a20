#pragma once
/// NumPy's .npz format for several arrays: a zip archive of .npy files, stored or deflated.

#include <map>          // map
#include <set>          // set
#include <string>       // string
#include <string_view>  // string_view
#include <vector>       // vector

#include "tenon/io/npy.hpp"
#include "tenon/io/zip_reader.hpp"
#include "tenon/io/zip_writer.hpp"

namespace TENON_NAMESPACE::io {

/// An .npz archive open for reading. Arrays are decompressed on demand; if header and length of an array
/// disagree, it is refused before memory is allocated. All functions that can fail throw IoError with the
/// archive's and the array's name and the reason.
class NpzFile {
 public:
  /// Opens an archive.    throws: IoError if it cannot be read or is not a zip file
  explicit NpzFile(const std::string& path) : archive_(path) {}

  /// The archive's path.
  const std::string& path() const { return archive_.path(); }
  /// The names of the arrays, without `.npy`.
  std::vector<std::string> names() const;
  /// Whether the archive has an array of this name.
  bool contains(std::string_view name) const { return archive_.entries().contains(file_name(name)); }
  /// The header of an array.    throws: IoError if there is no such array or it is damaged
  NpyHeader header(std::string_view name) const;

  /// Reads an array as a contiguous tensor of `T`. A large uncompressed array of `T` is mapped, not copied.
  /// Each call returns a tensor of its own: writing to it changes neither the file nor other results.
  ///   throws: IoError if there is no such array, it is damaged, or its type does not convert (see Cast)
  template <Scalar T>
  Tensor<T> get(std::string_view name, Cast cast = Cast::exact) const;

 private:
  static std::string file_name(std::string_view name) { return std::string(name) + ".npy"; }
  std::string source(std::string_view name) const { return join(path(), ", array ", name); }
  const ZipEntry& entry(std::string_view name) const;
  /// The first bytes of an entry, which include its header.
  static std::string head(ZipStream& stream, const ZipEntry& entry);
  NpyHeader parse(std::string_view head, std::string_view name, const ZipEntry& entry) const;

  ZipReader archive_;
};

/// Collects arrays and writes them as one archive, with the elements that they have at that time.
class NpzWriter {
 public:
  /// Adds an array; a contiguous tensor is not copied.    throws: ValueError if the name is taken
  template <Scalar T>
  void add(const std::string& name, const Tensor<T>& tensor);
  /// Writes the archive.
  ///   throws: IoError if it cannot be written; an existing file then stays as it was
  void save(const std::string& path, bool compress = false) const;

 private:
  struct Array {
    std::string name, header;
    std::string_view data;
    Ref<Storage> owner;
  };
  std::vector<Array> arrays_;
  std::set<std::string> names_;
};

// Definitions -----------------------------------------------------------------------------------------------

inline std::vector<std::string> NpzFile::names() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : archive_.entries())
    if (name.ends_with(".npy")) names.push_back(name.substr(0, name.size() - 4));
  return names;
}

inline const ZipEntry& NpzFile::entry(std::string_view name) const {
  const auto found = archive_.entries().find(file_name(name));
  check<IoError>(found != archive_.entries().end(), "npz", path(), ": there is no array \"", name,
                 "\" in it");
  return found->second;
}

inline std::string NpzFile::head(ZipStream& stream, const ZipEntry& entry) {
  constexpr std::size_t most = 12 + detail::npy_longest_header;
  std::string head(static_cast<std::size_t>(std::min<std::uint64_t>(entry.size, most)), '\0');
  stream.read(head.data(), head.size());
  return head;
}

inline NpyHeader NpzFile::parse(std::string_view head, std::string_view name, const ZipEntry& entry) const {
  const NpyHeader header = detail::parse_npy_header(head, source(name));
  const std::uint64_t bytes = entry.size - header.data_begin;
  check<IoError>(bytes == header.data_bytes(), "npz", source(name), ": shape ", header.shape, " and type '",
                 header.descr, "' need ", header.data_bytes(), " bytes, it has ", bytes);
  return header;
}

inline NpyHeader NpzFile::header(std::string_view name) const {
  const ZipEntry& stored = entry(name);
  ZipStream stream(archive_, stored);
  return parse(head(stream, stored), name, stored);
}

template <Scalar T>
Tensor<T> NpzFile::get(std::string_view name, Cast cast) const {
  const ZipEntry& stored = entry(name);
  ZipStream stream(archive_, stored);
  const std::string begin = head(stream, stored);
  const NpyHeader header = parse(begin, name, stored);
  const std::size_t bytes = header.data_bytes(), at_hand = begin.size() - header.data_begin;
  Ref<Storage> data;
  if (stored.deflated) {
    data = Storage::allocate(bytes);
    auto* to = static_cast<char*>(data->data());
    begin.copy(to, at_hand, header.data_begin);
    stream.read(to + at_hand, bytes - at_hand);
  } else {
    data = archive_.file()->storage(static_cast<std::size_t>(stored.begin) + header.data_begin, bytes);
    stream.skip(bytes - at_hand);
  }
  stream.finish();
  return detail::read_npy_elements<T>(header, data, cast, source(name));
}

template <Scalar T>
void NpzWriter::add(const std::string& name, const Tensor<T>& tensor) {
  check<ValueError>(names_.insert(name).second, "npz", "\"", name, "\" is added twice");
  const Tensor<T> rows = contiguous(tensor.detach());
  arrays_.push_back(
      {name,
       detail::npy_header<T>(rows.shape()),
       {reinterpret_cast<const char*>(rows.data()), static_cast<std::size_t>(rows.size()) * sizeof(T)},
       rows.storage()});
}

inline void NpzWriter::save(const std::string& path, bool compress) const {
  AtomicFile file(path);
  ZipWriter archive(file);
  for (const Array& array : arrays_) archive.add(array.name + ".npy", {array.header, array.data}, compress);
  archive.finish();
  file.commit();
}

}  // namespace TENON_NAMESPACE::io
