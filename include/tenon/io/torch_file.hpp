#pragma once
/// PyTorch's own files, .pt, .pth and pytorch_model.bin, as torch.save writes them since version 1.6: a zip archive of a
/// pickle and the numbers of the tensors. No code is run; see io/pickle.hpp.

#include <algorithm>    // max
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
  std::string storage{};        ///< the archive's entry of its numbers
  std::uint64_t offset = 0;     ///< its first element there
};

/// An open file of PyTorch: a dict of tensors, or one that holds it as `state_dict`, `model` or `module`.
class TorchFile {
 public:
  /// Opens a file and reads its pickle.
  ///   throws: IoError if it cannot be read, is damaged, is older than PyTorch 1.6, or asks for anything but tensors
  explicit TorchFile(const std::string& path) : archive_(open(path)) {
    std::string pickle_name;
    for (const auto& [name, entry] : archive_.entries())
      if (name.ends_with("/data.pkl") || name == "data.pkl") pickle_name = name;
    archive_.require(!pickle_name.empty(), "it has no data.pkl: it is no file of torch.save");
    folder_ = pickle_name.substr(0, pickle_name.size() - 8);
    const ZipEntry& entry = archive_.entries().at(pickle_name);
    archive_.require(!entry.deflated, "its pickle is compressed");
    try {
      const PickleReader pickle(archive_.stored_bytes(entry));
      read_dict(pickle.root());
    } catch (const IoError& error) {
      fail<IoError>("torch", path, ": ", error.what());
    }
  }

  /// The file's path.
  const std::string& path() const { return archive_.path(); }
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
    const ZipEntry& numbers = archive_.entries().at(e.storage);
    const bool in_order = e.strides == contiguous_strides(e.shape);
    const std::uint64_t count =
        in_order ? static_cast<std::uint64_t>(element_count(e.shape)) : numbers.size / width - e.offset;
    const Ref<Storage> bytes = archive_.file()->storage(
        static_cast<std::size_t>(numbers.begin + e.offset * width), static_cast<std::size_t>(count * width));
    const Shape flat = in_order ? e.shape : Shape{static_cast<index_t>(count)};
    const AnyTensor values = view_or_convert(bytes, e.type, flat, dtype_of<T>);
    check<IoError>(values.defined(), "torch", path(), ": \"", name, "\" holds a number too large for ",
                   info(dtype_of<T>).name);
    const Tensor<T> tensor = values.template as<T>();
    return in_order ? tensor : gathered(tensor, e);
  }

 private:
  static ZipReader open(const std::string& path) {
    const Ref<MappedFile> file = MappedFile::open(path);
    check<IoError>(!file->bytes().starts_with(std::string_view("\x80\x02\x8a\x0al\xfc\x9c\x46", 8)), "torch",
                   path, ": written by a PyTorch before 1.6; load it there and torch.save it again");
    return ZipReader(path);
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
    const std::vector<const PickleValue*>& storage = tensor.items[0]->items;
    require(storage.size() >= 5 && storage[0]->text == "storage");
    TorchEntry e;
    e.type = storage_type(storage[1]->text);
    e.storage = folder_ + "data/" + storage[2]->text;
    const auto at = archive_.entries().find(e.storage);
    require(at != archive_.entries().end() && !at->second.deflated);
    const std::int64_t offset = tensor.items[1]->number;
    const auto& extents = tensor.items[2]->items;
    const auto& steps = tensor.items[3]->items;
    require(offset >= 0 && extents.size() == steps.size() && extents.size() <= 8);
    e.offset = static_cast<std::uint64_t>(offset);
    const auto elements =
        static_cast<std::int64_t>(at->second.size / static_cast<std::uint64_t>(info(e.type).bytes));
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

  ZipReader archive_;
  std::string folder_;
  std::map<std::string, TorchEntry, std::less<>> entries_{};
};

}  // namespace TENON_NAMESPACE::io
