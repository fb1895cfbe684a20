#include "tenon/data/idx.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "support/expect.hpp"
#include "support/gzip.hpp"
#include "support/temporary_folder.hpp"

namespace idx_test {

using support::expect_values;
using support::message_of;
using support::TemporaryFolder;
using tn::index_t;
using tn::data::read_idx;
using namespace std::string_literals;

/// What follows the file's name in the refusal to read it.
template <class T = std::uint8_t>
std::string refusal(const std::string& content) {
  TemporaryFolder folder;
  const std::string path = folder.write("x", content);
  const std::string message = message_of<tn::IoError>([&] { read_idx<T>(path); }),
                    prefix = "[idx] " + path + ": ";
  return message.starts_with(prefix) ? message.substr(prefix.size()) : "not refused: " + message;
}

const std::string bytes_2x3 = "\0\0\x08\x02\0\0\0\x02\0\0\0\x03\x01\x02\x03\xfd\xfe\xff"s;

TEST(Idx, TakesBytesFromMemory) {
  expect_values(tn::data::decode_idx<std::uint8_t>(bytes_2x3), {2, 3}, {1, 2, 3, 253, 254, 255});
  for (std::size_t size = 0; size < bytes_2x3.size(); ++size) {
    const std::string message = message_of<tn::IoError>(
        [&] { tn::data::decode_idx<std::uint8_t>(std::string_view(bytes_2x3).substr(0, size), "digits"); });
    EXPECT_TRUE(message.starts_with("[idx] digits: ")) << size;
  }
  EXPECT_EQ(message_of<tn::IoError>([&] { tn::data::decode_idx<std::uint8_t>(bytes_2x3 + "x"); }),
            "[idx] idx: it goes on after the elements of shape (2, 3)");
}

TEST(Idx, ReadsPlainAndCompressedFiles) {
  TemporaryFolder folder;
  for (const std::string& content : {bytes_2x3, support::gzip(bytes_2x3)}) {
    const std::string path = folder.write("x", content);
    expect_values(read_idx<std::uint8_t>(path), {2, 3}, {1, 2, 3, 253, 254, 255});
    expect_values(read_idx<index_t>(path), {2, 3}, {1, 2, 3, 253, 254, 255});
  }
}

TEST(Idx, ReadsEveryTypeOfTheFormat) {
  TemporaryFolder folder;
  const auto file = [&](const std::string& content) { return folder.write("x", content); };
  expect_values(read_idx<std::int32_t>(file("\0\0\x09\x01\0\0\0\x02\xff\x7f"s)), {2}, {-1, 127});
  expect_values(read_idx<index_t>(file("\0\0\x0b\x01\0\0\0\x02\x01\x02\xff\xfe"s)), {2}, {258, -2});
  expect_values(read_idx<std::int32_t>(file("\0\0\x0c\x01\0\0\0\x01\x01\x02\x03\x04"s)), {1}, {0x01020304});
  expect_values(read_idx<float>(file("\0\0\x0d\x01\0\0\0\x01\x3f\xc0\0\0"s)), {1}, {1.5f});
  expect_values(read_idx<double>(file("\0\0\x0d\x01\0\0\0\x01\x3f\xc0\0\0"s)), {1}, {1.5});
  expect_values(read_idx<double>(file("\0\0\x0e\x01\0\0\0\x01\xc0\x04\0\0\0\0\0\0"s)), {1}, {-2.5});
  expect_values(read_idx<float>(file("\0\0\x0d\0\x3f\xc0\0\0"s)), {}, {1.5f});
  expect_values(read_idx<std::uint8_t>(file("\0\0\x08\x02\0\0\0\0\0\0\0\x05"s)), {0, 5}, {});
}

TEST(Idx, RefusesWhatIsNotAnIdxFile) {
  EXPECT_EQ(refusal(""), "it does not begin as an idx file does");
  EXPECT_EQ(refusal("PNG file"), "it does not begin as an idx file does");
  EXPECT_EQ(refusal("\0\0\x0a\x01\0\0\0\0"s), "unknown type 10 of elements");
  EXPECT_EQ(refusal("\0\0\x0d\x01\0\0\0\0"s), "its elements do not fit uint8: they are of type 13");
  EXPECT_EQ(refusal<std::int32_t>("\0\0\x0d\x01\0\0\0\0"s),
            "its elements do not fit int32: they are of type 13");
  EXPECT_EQ(refusal<float>("\0\0\x08\x01\0\0\0\0"s), "its elements do not fit float32: they are of type 8");
  EXPECT_EQ(refusal("\0\0\x08\x09"s + std::string(36, '\0')), "it has 9 axes, the limit is 8");
}

TEST(Idx, RefusesTruncatedAndOverlongFiles) {
  EXPECT_EQ(refusal(bytes_2x3.substr(0, 7)), "truncated: it ends 1 bytes too early");
  EXPECT_EQ(refusal(bytes_2x3.substr(0, 17)), "truncated: it ends 1 bytes too early");
  EXPECT_EQ(refusal(bytes_2x3 + "x"), "it goes on after the elements of shape (2, 3)");
  EXPECT_EQ(refusal(support::gzip(bytes_2x3 + "x")), "it goes on after the elements of shape (2, 3)");
}

TEST(Idx, RefusesExtentsBeyondTheFileBeforeItAllocates) {
  EXPECT_EQ(refusal("\0\0\x08\x01\xff\xff\xff\xff"s),
            "truncated: shape (4294967295,) is more than a file of its size holds");
  EXPECT_EQ(refusal(support::gzip("\0\0\x08\x01\xff\xff\xff\xff"s)),
            "truncated: shape (4294967295,) is more than a file of its size holds");
  EXPECT_EQ(refusal("\0\0\x08\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"s),
            "truncated: shape (4294967295, 4294967295, 4294967295) is more than a file of its size holds");
  EXPECT_EQ(refusal("\0\0\x08\x03\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"s),
            "truncated: shape (0, 4294967295, 4294967295) is more than a file of its size holds");
}

TEST(Idx, ReadsMnist) {
  const char* const data = std::getenv("TENON_DATA");
  if (!data) GTEST_SKIP() << "TENON_DATA names no folder of data sets";
  const std::string folder = std::string(data) + "/mnist/";
  const auto images = read_idx<std::uint8_t>(folder + "test5k-images-idx3-ubyte.gz");
  const auto labels = read_idx<index_t>(folder + "test5k-labels-idx1-ubyte.gz");
  EXPECT_EQ(images.shape(), (tn::Shape{5000, 28, 28}));
  EXPECT_EQ(labels.shape(), (tn::Shape{5000}));
  const auto first = labels.to_vector();
  EXPECT_EQ(std::vector<index_t>(first.begin(), first.begin() + 5), (std::vector<index_t>{7, 1, 4, 4, 5}));
}

}  // namespace idx_test
