#pragma once
/// PyTorch's own files, .pt, .pth and pytorch_model.bin: a zip archive of a pickle and the numbers of the tensors, or,
/// before PyTorch 1.6, several pickles and the numbers behind them. No code is run; see io/pickle.hpp.

#include <algorithm>    // max
#include <cstring>      // memcpy
#include <map>          // map
#include <string>       // string
#include <string_view>  // string_view
#include <vector>       // vector

#include "tenon/io/cast.hpp"
#include "tenon/io/pickle.hpp"
#include "tenon/io/zip_reader.hpp"

namespace TENON_NAMESPACE::io {

/// A tensor of a file.
struct TorchEntry {
  DType type = DType::float32;  ///< how it is stored
  Shape shape{};                ///< its extents
  Strides strides{};            ///< elements from one to the next along each axis
  std::uint64_t begin = 0;      ///< the byte of the file at which its storage begins
  std::uint64_t elements = 0;   ///< those of its storage, which other tensors may share
  std::uint64_t offset = 0;     ///< its first element there
};

/// An open file of PyTorch: a dict of tensors, or one that holds it as `state_dict`, `model` or `module`.
class TorchFile {
 public:
  /// Opens a file and reads its pickle.
  ///   throws: IoError if it cannot be read, is damaged, or asks for anything but tensors
  explicit TorchFile(const std::string& path) : file_(MappedFile::open(path)) {
    try {
      if (file_->bytes().starts_with("PK"))
        read_archive();
      else
        read_legacy();
    } catch (const IoError& error) {
      fail<IoError>("torch", path, ": ", error.what());
    }
  }

  /// The file's path.
  const std::string& path() const { return file_->path(); }
  /// All tensors by name.
  const std::map<std::string, TorchEntry, std::less<>>& entries() const { return entries_; }
  /// The names of all tensors.
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& [name, entry] : entries_) all.push_back(name);
    return all;
  }
  /// The description of a tensor.    throws: IoError if there is none of this name
  const TorchEntry& entry(std::string_view name) const {
    const auto at = entries_.find(name);
    check<IoError>(at != entries_.end(), "torch", path(), ": there is no tensor \"", name, "\"");
    return at->second;
  }

  /// Reads a tensor as one of `T`. One that is stored as `T`, in order and aligned is mapped, not copied.
  ///   throws: IoError if there is none of this name, or its type does not convert (see Cast)
  template <Scalar T>
  Tensor<T> get(std::string_view name, Cast cast = Cast::exact) const {
    const TorchEntry& e = entry(name);
    check<IoError>(converts(e.type, dtype_of<T>, cast), "torch", path(), ": \"", name, "\" is stored as ",
                   info(e.type).name, ", which does not fit ", info(dtype_of<T>).name);
    const auto width = static_cast<std::uint64_t>(info(e.type).bytes);
    const bool in_order = e.strides == contiguous_strides(e.shape);
    const std::uint64_t count =
        in_order ? static_cast<std::uint64_t>(element_count(e.shape)) : e.elements - e.offset;
    const Ref<Storage> bytes = file_->storage(static_cast<std::size_t>(e.begin + e.offset * width),
                                              static_cast<std::size_t>(count * width));
    const Shape flat = in_order ? e.shape : Shape{static_cast<index_t>(count)};
    const AnyTensor values = view_or_convert(bytes, e.type, flat, dtype_of<T>);
    check<IoError>(values.defined(), "torch", path(), ": \"", name, "\" holds a number too large for ",
                   info(dtype_of<T>).name);
    const Tensor<T> tensor = values.template as<T>();
    return in_order ? tensor : gathered(tensor, e);
  }

 private:
  /// The bytes of a storage in the file.
  struct Range {
    std::uint64_t begin, size;
  };

  void read_archive() {
    const ZipReader archive(path());
    std::string pickle_name;
    for (const auto& [name, entry] : archive.entries())
      if (name.ends_with("/data.pkl") || name == "data.pkl") pickle_name = name;
    check<IoError>(!pickle_name.empty(), "zip", "it has no data.pkl: it is no file of torch.save");
    const std::string folder = pickle_name.substr(0, pickle_name.size() - 8) + "data/";
    for (const auto& [name, entry] : archive.entries())
      if (name.starts_with(folder) && !entry.deflated)
        storages_[name.substr(folder.size())] = {entry.begin, entry.size};
    const ZipEntry& entry = archive.entries().at(pickle_name);
    check<IoError>(!entry.deflated, "zip", "its pickle is compressed");
    const PickleReader pickle(archive.stored_bytes(entry));
    read_dict(pickle.root());
  }

  /// Pickles of a magic number, a version, the machine, the tensors, and the names of storages; then for each of these
  /// its number of elements, and the elements.
  void read_legacy() {
    constexpr std::string_view magic("\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20j\xa8P\x19.", 15);
    std::string_view rest = file_->bytes();
    if (!rest.starts_with(magic)) {
      const PickleReader other(rest);  // which says what the file asks for
      fail<IoError>("pickle", "it is no file of torch.save");
    }
    rest.remove_prefix(magic.size());
    rest.remove_prefix(PickleReader(rest).size());
    const PickleReader machine(rest);
    rest.remove_prefix(machine.size());
    for (const auto& [key, value] : machine.root().members)
      check<IoError>(key->text != "little_endian" || value->number == 1, "pickle",
                     "its numbers are in big-endian order");
    const PickleReader pickle(rest);
    rest.remove_prefix(pickle.size());
    const PickleReader names(rest);
    rest.remove_prefix(names.size());
    std::map<std::string, std::uint64_t, std::less<>> widths;
    for (const PickleValue* storage : pickle.storages()) {
      const std::vector<const PickleValue*>& name = storage->items[0]->items;
      widths[name[2]->text] = static_cast<std::uint64_t>(info(storage_type(name[1]->text)).bytes);
      check<IoError>(name.size() < 6 || name[5]->kind == PickleValue::Kind::none, "pickle",
                     "storages that are parts of others are not supported");
    }
    for (const PickleValue* name : names.root().items) {
      std::uint64_t elements = 0;
      const auto width = widths.find(name->text);
      check<IoError>(width != widths.end() && rest.size() >= sizeof elements, "pickle",
                     "the file is cut off");
      std::memcpy(&elements, rest.data(), sizeof elements);
      rest.remove_prefix(sizeof elements);
      check<IoError>(elements <= rest.size() / width->second, "pickle", "the file is cut off");
      const std::uint64_t size = elements * width->second;
      storages_[name->text] = {file_->bytes().size() - rest.size(), size};
      rest.remove_prefix(static_cast<std::size_t>(size));
    }
    read_dict(pickle.root());
  }

  void read_dict(const PickleValue& root) {
    const PickleValue* dict = &root;
    for (const char* name : {"state_dict", "model", "module"})
      for (const auto& [key, value] : root.members)
        if (key->text == name && value->kind == PickleValue::Kind::dict) dict = value;
    check<IoError>(dict->kind == PickleValue::Kind::dict, "pickle", "the file holds no dict of tensors");
    for (const auto& [key, value] : dict->members)
      if (value->kind == PickleValue::Kind::tensor) entries_[key->text] = read_tensor(key->text, *value);
  }
  TorchEntry read_tensor(const std::string& name, const PickleValue& tensor) const {
    const auto require = [&](bool holds) {
      check<IoError>(holds, "pickle", "the tensor \"", name, "\" is damaged");
    };
    const std::vector<const PickleValue*>& arguments = tensor.items[0]->items;
    const std::vector<const PickleValue*>& storage = arguments[0]->items[0]->items;
    require(storage[0]->text == "storage");
    TorchEntry e;
    e.type = storage_type(storage[1]->text);
    const auto at = storages_.find(storage[2]->text);
    require(at != storages_.end());
    e.begin = at->second.begin;
    e.elements = at->second.size / static_cast<std::uint64_t>(info(e.type).bytes);
    const std::int64_t offset = arguments[1]->number;
    const auto& extents = arguments[2]->items;
    const auto& steps = arguments[3]->items;
    require(offset >= 0 && extents.size() == steps.size() && extents.size() <= 8);
    e.offset = static_cast<std::uint64_t>(offset);
    const auto elements = static_cast<std::int64_t>(e.elements);
    bool empty = false;
    for (std::size_t i = 0; i < extents.size(); ++i) {
      const std::int64_t extent = extents[i]->number, step = steps[i]->number;
      constexpr std::int64_t most = std::int64_t{1} << 40;
      require(extent >= 0 && extent <= most && step >= 0 && step <= most);
      empty = empty || extent == 0;
      e.shape.push_back(extent);
      e.strides.push_back(step);
    }
    if (empty) {
      require(offset <= elements);
      e.strides = contiguous_strides(e.shape);
      return e;
    }
    // No tensor has more elements than its storage, so that a small file cannot ask for much memory.
    std::int64_t last = offset, count = 1;
    for (int i = 0; i < e.shape.size(); ++i) {
      const std::int64_t extent = e.shape[i], step = e.strides[i];
      require(count <= elements / extent && extent - 1 <= elements / std::max<std::int64_t>(1, step));
      count *= extent;
      last += (extent - 1) * step;
      require(last < elements);
    }
    require(last < elements);
    return e;
  }
  static DType storage_type(std::string_view name) {
    constexpr std::pair<std::string_view, DType> types[] = {
        {"torch.FloatStorage", DType::float32}, {"torch.DoubleStorage", DType::float64},
        {"torch.HalfStorage", DType::float16},  {"torch.BFloat16Storage", DType::bfloat16},
        {"torch.LongStorage", DType::int64},    {"torch.IntStorage", DType::int32},
        {"torch.ShortStorage", DType::int16},   {"torch.CharStorage", DType::int8},
        {"torch.ByteStorage", DType::uint8},    {"torch.BoolStorage", DType::boolean}};
    for (const auto& [known, type] : types)
      if (known == name) return type;
    fail<IoError>("pickle", "tensors of ", name, " are not supported");
  }
  template <class T>
  static Tensor<T> gathered(const Tensor<T>& flat, const TorchEntry& e) {
    Tensor<T> result = Tensor<T>::empty(e.shape);
    const T* const from = flat.data();
    T* const to = result.mutable_data();
    std::vector<index_t> at(static_cast<std::size_t>(e.shape.size()), 0);
    for (index_t i = 0; i < result.size(); ++i) {
      index_t place = 0;
      for (int axis = 0; axis < e.shape.size(); ++axis)
        place += at[static_cast<std::size_t>(axis)] * e.strides[axis];
      to[i] = from[place];
      for (int axis = e.shape.size() - 1; axis >= 0 && ++at[static_cast<std::size_t>(axis)] == e.shape[axis];
           --axis)
        at[static_cast<std::size_t>(axis)] = 0;
    }
    return result;
  }

  Ref<MappedFile> file_;
  std::map<std::string, Range, std::less<>> storages_{};
  std::map<std::string, TorchEntry, std::less<>> entries_{};
};

}  // namespace TENON_NAMESPACE::io
