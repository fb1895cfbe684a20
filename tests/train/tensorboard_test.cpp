#include "tenon/train/tensorboard.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>
#include <vector>

#include "support/temporary_folder.hpp"

namespace tensorboard_test {

using support::TemporaryFolder;
using tn::train::crc32c;
using tn::train::TensorBoardWriter;

/// The fields of a message by number: the number of a varint, or the bytes of everything else.
struct Field {
  std::uint64_t number = 0;
  std::string bytes;
};
std::map<std::uint32_t, Field> decode(std::string_view message) {
  std::map<std::uint32_t, Field> fields;
  const auto varint = [&] {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(message.at(0));
      message.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return value;
    }
  };
  while (!message.empty()) {
    const std::uint64_t tag = varint();
    Field& field = fields[static_cast<std::uint32_t>(tag >> 3)];
    if ((tag & 7) == 0) {
      field.number = varint();
      continue;
    }
    const std::uint64_t bytes = (tag & 7) == 1 ? 8 : (tag & 7) == 5 ? 4 : varint();
    if (bytes > message.size()) throw std::runtime_error("a field is longer than its message");
    field.bytes = message.substr(0, bytes);
    message.remove_prefix(bytes);
  }
  return fields;
}
template <class T>
T number(const std::string& bytes, std::size_t at = 0) {
  T value;
  std::memcpy(&value, bytes.substr(at, sizeof value).data(), sizeof value);
  return value;
}

/// The records of a file, whose check sums are checked.
std::vector<std::string> records(const std::string& file) {
  const auto unmasked = [&](std::size_t at) {
    const std::uint32_t rotated = number<std::uint32_t>(file, at) - 0xa282ead8u;
    return rotated >> 17 | rotated << 15;
  };
  std::vector<std::string> data;
  for (std::size_t at = 0; at < file.size();) {
    const auto length = number<std::uint64_t>(file, at);
    EXPECT_EQ(unmasked(at + 8), crc32c(file.substr(at, 8)));
    data.push_back(file.substr(at + 12, length));
    EXPECT_EQ(unmasked(at + 12 + length), crc32c(data.back()));
    at += 16 + length;
  }
  return data;
}

std::vector<std::string> only_file(const TemporaryFolder& folder) {
  const auto files = folder.files();
  EXPECT_EQ(files.size(), 1u);
  EXPECT_TRUE(files.at(0).starts_with("events.out.tfevents."));
  return records(support::read_file(folder / files.at(0)));
}

TEST(TensorBoard, AFileBeginsWithItsVersionAndHoldsScalars) {
  TemporaryFolder folder;
  TensorBoardWriter writer(folder.path());
  writer.add_scalar("train/loss", 0.25, 7);
  writer.add_scalar("lr", std::nan(""), 1000000);
  const auto events = only_file(folder);
  ASSERT_EQ(events.size(), 3u);
  auto version = decode(events[0]);
  EXPECT_EQ(version[3].bytes, "brain.Event:2");
  const auto time = number<double>(version[1].bytes);
  EXPECT_TRUE(time > 1.6e9 && time < 1e11) << time;

  auto event = decode(events[1]);
  EXPECT_EQ(event[2].number, 7u);
  auto point = decode(decode(event[5].bytes)[1].bytes);
  EXPECT_EQ(point[1].bytes, "train/loss");
  EXPECT_EQ(number<float>(point[2].bytes), 0.25f);
  EXPECT_EQ(decode(events[2])[2].number, 1000000u);
}

TEST(TensorBoard, RecordsAreTFRecords) {
  const std::string record = tn::train::detail::tf_record("tenon");
  EXPECT_EQ(record.size(), 8u + 4 + 5 + 4);
  EXPECT_EQ(record.substr(0, 8), std::string("\5\0\0\0\0\0\0\0", 8));
  EXPECT_EQ(records(record), std::vector<std::string>{"tenon"});
}

TEST(TensorBoard, AResumedRunForgetsWhatLiesBehindTheCheckpoint) {
  TemporaryFolder folder;
  TensorBoardWriter writer(folder.path(), 500);
  const auto events = only_file(folder);
  ASSERT_EQ(events.size(), 2u);
  auto start = decode(events[1]);
  EXPECT_EQ(start[2].number, 501u);
  EXPECT_EQ(decode(start[7].bytes)[1].number, 1u);  // SessionLog.START
}

TEST(TensorBoard, EachWriterHasAFileOfItsOwn) {
  TemporaryFolder folder;
  TensorBoardWriter first(folder / "run"), second(folder / "run");
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "run"))
    files += entry.is_regular_file();
  EXPECT_EQ(files, 2u);
  EXPECT_EQ(support::message_of<tn::IoError>([&] { TensorBoardWriter(folder / "no/such"); }),
            "[tensorboard] cannot make the folder " + (folder / "no/such") + ": No such file or directory");
}

}  // namespace tensorboard_test
