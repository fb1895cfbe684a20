#pragma once
/// A data set of images in folders, one folder for each class.

#include <algorithm>   // all_of, sort
#include <cctype>      // tolower
#include <filesystem>  // recursive_directory_iterator
#include <string>      // string
#include <utility>     // pair
#include <vector>      // vector

#include "tenon/data/image_file.hpp"

namespace TENON_NAMESPACE::data {

/// The PNG and JPEG files below `root/<class>/`, sorted by class and name. Classes are numbered in the order
/// of their names. An element, an image (H, W, C) and its class, is read at each access.
class ImageFolder {
 public:
  /// Lists the files.
  ///   throws: IoError if a folder cannot be read or has no images, or if the sub-folders are parts of a data
  ///           set (train, test, …) instead of classes
  explicit ImageFolder(const std::string& root, const ImageOptions& options = {.channels = 3})
      : options_(options) {
    namespace fs = std::filesystem;
    std::error_code error;
    for (fs::directory_iterator entry(root, error), end; entry != end; entry.increment(error))
      if (entry->is_directory()) classes_.push_back(entry->path().filename().string());
    check<IoError>(!error, "image_folder", root, ": ", error.message());
    check<IoError>(!classes_.empty(), "image_folder", root, " has no sub-folders, one for each class");
    std::sort(classes_.begin(), classes_.end());
    refuse_parts(root);
    for (std::size_t c = 0; c < classes_.size(); ++c) add_class(fs::path(root) / classes_[c], c);
  }

  /// The number of images.
  index_t size() const { return static_cast<index_t>(files_.size()); }
  /// Reads image i; returns it with its class.
  ///   throws: IndexError if i is out of range, IoError if the file cannot be read
  std::pair<Tensor<std::uint8_t>, index_t> operator[](index_t i) const {
    return {read_image(path(i), options_), label(i)};
  }

  /// The names of the classes.
  const std::vector<std::string>& classes() const { return classes_; }
  /// The path of image i.
  const std::string& path(index_t i) const { return file(i).first; }
  /// The class of image i, without reading it.
  index_t label(index_t i) const { return file(i).second; }

 private:
  using File = std::pair<std::string, index_t>;

  const File& file(index_t i) const {
    check<IndexError>(i >= 0 && i < size(), "image_folder", "image ", i, " of ", size());
    return files_[static_cast<std::size_t>(i)];
  }

  static std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
  }
  static bool is_image(const std::filesystem::path& path) {
    const std::string extension = lower(path.extension().string());
    return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
  }

  static bool names_a_part(const std::string& folder) {
    for (const char* part : {"train", "training", "test", "testing", "val", "valid", "validation"})
      if (lower(folder) == part) return true;
    return false;
  }
  /// Whether a folder has sub-folders and no images directly in it, unlike the folder of a class.
  static bool holds_folders_only(const std::filesystem::path& folder) {
    namespace fs = std::filesystem;
    bool folders = false;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; entry != end; entry.increment(error)) {
      if (is_image(entry->path())) return false;
      folders |= entry->is_directory();
    }
    return folders;
  }
  /// Throws if sub-folders are parts of a data set. A class may be called `train` if other classes are not
  /// parts and it has images directly in it.
  void refuse_parts(const std::string& root) const {
    const bool nothing_else = std::all_of(classes_.begin(), classes_.end(), names_a_part);
    for (const std::string& name : classes_)
      check<IoError>(
          !names_a_part(name) || !(nothing_else || holds_folders_only(std::filesystem::path(root) / name)),
          "image_folder", root, ": its sub-folder ", name,
          " is a part of a data set, not a class; name the part that is to be read");
  }

  void add_class(const std::filesystem::path& folder, std::size_t label) {
    namespace fs = std::filesystem;
    const auto first = static_cast<std::ptrdiff_t>(files_.size());
    std::error_code error;
    for (fs::recursive_directory_iterator entry(folder, error), end; entry != end; entry.increment(error))
      if (is_image(entry->path()) && entry->is_regular_file())
        files_.emplace_back(entry->path().string(), static_cast<index_t>(label));
    check<IoError>(!error, "image_folder", folder.string(), ": ", error.message());
    check<IoError>(size() > first, "image_folder", folder.string(), " has no PNG or JPEG files");
    std::sort(files_.begin() + first, files_.end());
  }

  ImageOptions options_;
  std::vector<std::string> classes_;
  std::vector<File> files_;
};

}  // namespace TENON_NAMESPACE::data
