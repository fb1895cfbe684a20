#pragma once
/// The binary version of CIFAR-10 (Krizhevsky 2009): records of a label byte and 3072 pixel bytes, the red,
/// green and blue planes of 32 by 32 pixels.

#include <algorithm>  // copy_n
#include <string>     // string
#include <vector>     // vector

#include "tenon/data/dataset.hpp"
#include "tenon/data/file_reader.hpp"

namespace TENON_NAMESPACE::data {

/// Reads CIFAR-10 files, plain or gzip-compressed, and concatenates their records.
///
///   returns: a data set of images (N, 3, 32, 32) and labels 0 to 9 (N)
///   throws: IoError with the file's name if it cannot be read or is damaged
inline TensorDataset<std::uint8_t, index_t> read_cifar10(const std::vector<std::string>& paths) {
  constexpr std::size_t pixels = 3 * 32 * 32, record = 1 + pixels;
  std::string bytes;
  for (const std::string& path : paths) {
    FileReader file("cifar10", path);
    const std::string records = file.rest();
    file.require(records.size() % record == 0, records.size(), " bytes are no whole records of ", record);
    for (std::size_t at = 0; at < records.size(); at += record)
      file.require(static_cast<unsigned char>(records[at]) < 10, "record ", at / record, " has the label ",
                   int{static_cast<unsigned char>(records[at])});
    bytes += records;
  }
  const auto count = static_cast<index_t>(bytes.size() / record);
  Tensor<std::uint8_t> images = Tensor<std::uint8_t>::empty({count, 3, 32, 32});
  Tensor<index_t> labels = Tensor<index_t>::empty({count});
  std::uint8_t* image = images.mutable_data();
  index_t* label = labels.mutable_data();
  for (std::size_t at = 0; at < bytes.size(); at += record) {
    *label++ = static_cast<unsigned char>(bytes[at]);
    image = std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at) + 1, pixels, image);
  }
  return TensorDataset(images, labels);
}

}  // namespace TENON_NAMESPACE::data
