#include "tenon/data/image_file.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "support/expect.hpp"
#include "support/image_bytes.hpp"
#include "support/temporary_folder.hpp"
#include "tenon/data/cifar10.hpp"
#include "tenon/data/image.hpp"
#include "tenon/ops/index/select.hpp"

namespace image_file_test {

using support::expect_error;
using support::expect_values;
using support::message_of;
using support::png;
using support::png_chunk;
using support::TemporaryFolder;
using tn::index_t;
using tn::Tensor;
using namespace tn::data;
using namespace std::string_literals;

std::string refusal(const std::string& bytes, const ImageOptions& options = {}) {
  const std::string message = message_of<tn::IoError>([&] { decode_image(bytes, options); }),
                    prefix = "[image] image: ";
  return message.starts_with(prefix) ? message.substr(prefix.size()) : "not refused: " + message;
}
Tensor<std::uint8_t> counting(const tn::Shape& shape) {
  Tensor<std::uint8_t> x = Tensor<std::uint8_t>::empty(shape);
  for (index_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = static_cast<std::uint8_t>(i * 37 % 256);
  return x;
}

TEST(ImageFile, ReadsEveryKindOfPng) {
  const std::string palette = png_chunk("PLTE", "\x01\x02\x03\x0a\x0b\x0c"s);
  expect_values(decode_image(png(2, 1, 8, 0, "\0\x05\xff"s)), {1, 2, 1}, {5, 255});
  expect_values(decode_image(png(2, 2, 8, 2, "\0abcdef\0ghijkl"s)), {2, 2, 3},
                {97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108});
  expect_values(decode_image(png(1, 1, 8, 4, "\0ab"s)), {1, 1, 2}, {97, 98});
  expect_values(decode_image(png(1, 1, 8, 6, "\0abcd"s)), {1, 1, 4}, {97, 98, 99, 100});
  expect_values(decode_image(png(4, 1, 1, 0, "\0\xa0"s)), {1, 4, 1}, {255, 0, 255, 0});
  expect_values(decode_image(png(2, 1, 2, 3, "\0\x10"s, palette)), {1, 2, 3}, {1, 2, 3, 10, 11, 12});
  expect_values(decode_image(png(1, 1, 8, 3, "\0\x01"s, palette + png_chunk("tRNS", "\xff\x80"))), {1, 1, 4},
                {10, 11, 12, 128});
  expect_values(decode_image(png(2, 1, 16, 0, "\0\xff\xff\x80\0"s)), {1, 2, 1}, {255, 128});
  expect_values(decode_image(png(2, 1, 8, 0, "\1\x05\x03"s)), {1, 2, 1},
                {5, 8});  // each the difference to the left
  // Adam7: the first pass has pixel (0, 0), the sixth (0, 1), the seventh row 1
  expect_values(decode_image(png(2, 2, 8, 0, "\0a\0b\0cd"s, "", true)), {2, 2, 1}, {97, 98, 99, 100});
}

TEST(ImageFile, ConvertsChannels) {
  const std::string colours = png(1, 1, 8, 6, "\0\xc8\x64\x32\x07"s), grey = png(1, 1, 8, 0, "\0\x09"s);
  expect_values(decode_image(colours, {.channels = 3}), {1, 1, 3}, {200, 100, 50});
  expect_values(decode_image(colours, {.channels = 1}), {1, 1, 1}, {124});  // 59.8 + 58.7 + 5.7 = 124.2
  expect_values(decode_image(colours, {.channels = 2}), {1, 1, 2}, {124, 7});
  expect_values(decode_image(grey, {.channels = 4}), {1, 1, 4}, {9, 9, 9, 255});
  expect_values(decode_image(grey, {.channels = 3}), {1, 1, 3}, {9, 9, 9});
  expect_error<tn::ValueError>([&] { decode_image(grey, {.channels = 5}); },
                               "[image] expected 0 to 4 channels, got 5");
}

TEST(ImageFile, WritesPngThatReadsAsItWas) {
  TemporaryFolder folder;
  for (const index_t channels : {1, 2, 3, 4}) {
    const auto x = counting({7, 5, channels});
    write_png(folder / "x.png", x);
    expect_values(read_image(folder / "x.png"), x.shape(), x.to_vector());
  }
  const auto x = counting({2, 3, 4});
  write_png(folder / "x.png", x.view(0, {3, 2, 4}, {4, 12, 1}));  // transposed
  EXPECT_EQ(read_image(folder / "x.png").at({2, 1, 3}), x.at({1, 2, 3}));
  EXPECT_EQ(folder.files().size(), 1u);
  expect_error<tn::ShapeError>(
      [] { encode_png(counting({4, 4})); },
      "[write_png] expected an image of shape (H, W, C) with 1 to 4 channels, got (4, 4)");
}

TEST(ImageFile, ReadsJpeg) {
  std::vector<std::uint8_t> flat;
  for (int i = 0; i < 20 * 12; ++i) flat.insert(flat.end(), {200, 100, 50});
  for (const bool progressive : {false, true}) {
    const auto x = decode_image(support::jpeg(20, 12, 3, flat, progressive));
    ASSERT_EQ(x.shape(), (tn::Shape{12, 20, 3}));
    for (index_t i = 0; i < x.size(); ++i)  // two roundings, to YCbCr and back
      EXPECT_LE(std::abs(x.data()[i] - flat[static_cast<std::size_t>(i)]), 2);
  }
  const std::vector<std::uint8_t> shades(64, 77);
  expect_values(decode_image(support::jpeg(8, 8, 1, shades)), {8, 8, 1}, shades);
  EXPECT_EQ(decode_image(support::jpeg(8, 8, 1, shades), {.channels = 3}).shape(), (tn::Shape{8, 8, 3}));
}

TEST(ImageFile, RefusesWhatIsBroken) {
  EXPECT_EQ(refusal(""), "it begins neither as PNG nor as JPEG does");
  EXPECT_EQ(refusal("GIF89a"), "it begins neither as PNG nor as JPEG does");
  const std::string good = png(2, 2, 8, 2, "\0abcdef\0ghijkl"s);
  EXPECT_EQ(refusal(good.substr(0, 20)), "truncated");
  EXPECT_EQ(refusal(good.substr(0, good.size() - 25)), "truncated");
  std::string flipped = good;
  flipped[20] = static_cast<char>(flipped[20] ^ 1);
  EXPECT_EQ(refusal(flipped), "IHDR: CRC error");
  EXPECT_NE(refusal(png(2, 2, 8, 2, "\0abcdef"s)).find("Not enough image data"), std::string::npos);
  EXPECT_NE(refusal(png(1, 1, 8, 9, "\0a"s)).find("Invalid IHDR"), std::string::npos);
  const std::string jpeg = support::jpeg(8, 8, 1, std::vector<std::uint8_t>(64, 77));
  for (const std::size_t size : {2u, 30u, 100u}) EXPECT_EQ(refusal(jpeg.substr(0, size)), "truncated");
  EXPECT_EQ(refusal(jpeg.substr(0, jpeg.size() - 2)), "truncated");
  EXPECT_EQ(refusal(support::jpeg(8, 8, 4, std::vector<std::uint8_t>(256, 77))),
            "its colours are neither grey nor RGB");
}

TEST(ImageFile, RefusesImagesThatTheirBytesCannotHold) {
  const std::string wide = png(60'000, 60'000, 8, 6, "\0a"s);
  EXPECT_EQ(refusal(wide), "60000 by 60000 pixels are more than max_pixels, 100000000");
  EXPECT_EQ(refusal(wide, {.max_pixels = index_t{1} << 40}),
            "truncated: 60000 by 60000 pixels do not fit its " + std::to_string(wide.size()) + " bytes");
  EXPECT_NE(
      refusal(png(0x7fffffff, 0x7fffffff, 16, 6, "\0a"s), {.max_pixels = index_t{1} << 62}).find("truncated"),
      std::string::npos);
  std::string jpeg = support::jpeg(8, 8, 1, std::vector<std::uint8_t>(64, 77));
  const std::size_t frame = jpeg.find("\xff\xc0");
  jpeg.replace(frame + 5, 4, "\x20\0\x20\0"s);
  EXPECT_EQ(refusal(jpeg),
            "truncated: 8192 by 8192 pixels do not fit its " + std::to_string(jpeg.size()) + " bytes");
  EXPECT_EQ(refusal(jpeg, {.max_pixels = 1'000'000}),
            "8192 by 8192 pixels are more than max_pixels, 1000000");
}

TEST(ImageFile, ReadsTheImagesOfThePretrainedNetwork) {
  const char* const data = std::getenv("TENON_DATA");
  if (!data) GTEST_SKIP() << "TENON_DATA names no folder of data sets";
  TemporaryFolder folder;
  const std::string root = data;
  ASSERT_EQ(
      std::system(
          ("tar -xzf " + root + "/cifar10/cifar10-jpg.tar.gz -C " + folder.path() + " test/cat").c_str()),
      0);
  // 20 cats of batch200.bin were decoded from these files by another program.
  const auto [images, labels] = read_cifar10({root + "/pretrained/resnet20-cifar10/batch200.bin"}).tensors();
  index_t found = 0;
  for (index_t i = 0; i < 100; ++i) {
    char name[20];
    std::snprintf(name, sizeof name, "/%04d.jpg", static_cast<int>(i));
    const auto planes = to_planes<float>(read_image(folder.path() + "/test/cat" + name), {.scale = 1});
    for (index_t k = 0; k < 200; ++k)
      found += std::equal(planes.begin(), planes.end(), tn::select(images, 0, k).begin());
  }
  EXPECT_EQ(found, 20);
}

}  // namespace image_file_test
