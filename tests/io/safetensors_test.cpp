#include "tenon/io/safetensors.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/temporary_folder.hpp"
#include "tenon/nn/parameter.hpp"
#include "tenon/ops/elementwise/inplace.hpp"
#include "tenon/tensor/create.hpp"

namespace safetensors_test {

using support::message_of;
using support::TemporaryFolder;
using tn::io::SafetensorsFile;
using tn::io::SafetensorsWriter;

/// A file with this header and so many bytes of data.
std::string file_with(const std::string& header, const std::string& data = "") {
  const std::uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof length) + header + data;
}

/// What follows the file's name in the refusal to open it.
std::string refusal(const std::string& content) {
  TemporaryFolder folder;
  const std::string path = folder.write("x.safetensors", content);
  const std::string message = message_of<tn::IoError>([&] { SafetensorsFile::open(path); });
  const std::string prefix = "[safetensors] " + path + ": ";
  return message.starts_with(prefix) ? message.substr(prefix.size()) : "not refused: " + message;
}

TEST(Safetensors, RoundTripsEveryType) {
  TemporaryFolder folder;
  const std::string path = folder / "all.safetensors";
  const auto f64 = tn::from<double>({0.1, -1e300, std::numeric_limits<double>::infinity()});
  const auto f32 = tn::from<float>({{1.5f, -0.0f}, {1e-45f, 3e38f}});
  const auto bf16 = tn::from<tn::bfloat16>({tn::bfloat16(1.5f), tn::bfloat16(-3.0f)});
  const auto i64 = tn::from<std::int64_t>({std::numeric_limits<std::int64_t>::min(), 7});
  const auto i32 = tn::from<std::int32_t>({-1, 2, 3});
  const auto u8 = tn::from<std::uint8_t>({0, 255});
  const auto flags = tn::Tensor<bool>::empty({3});
  bool* flag = tn::Tensor<bool>(flags).mutable_data();
  flag[0] = true, flag[1] = false, flag[2] = true;

  SafetensorsWriter writer;
  writer.add("u8", u8);
  writer.add("bool", flags);
  writer.add("f64", f64);
  writer.add("f32", f32);
  writer.add("bf16", bf16);
  writer.add("i64", i64);
  writer.add("i32", i32);
  writer.add("scalar", tn::scalar<float>(4));
  writer.add("empty", tn::zeros<float>({2, 0}));
  writer.set_metadata("note", "naïve \"quoted\"");
  writer.save(path);

  auto file = SafetensorsFile::open(path);
  EXPECT_EQ(file.names(),
            (std::vector<std::string>{"bf16", "bool", "empty", "f32", "f64", "i32", "i64", "scalar", "u8"}));
  EXPECT_EQ(file.metadata().at("note"), "naïve \"quoted\"");
  EXPECT_EQ(file.get<double>("f64").to_vector(), f64.to_vector());
  EXPECT_EQ(file.get<float>("f32").shape(), (tn::Shape{2, 2}));
  EXPECT_EQ(file.get<float>("f32").to_vector(), f32.to_vector());
  EXPECT_TRUE(std::signbit(file.get<float>("f32").at({0, 1})));
  EXPECT_EQ(file.get<float>("bf16").to_vector(), (std::vector<float>{1.5f, -3.0f}));
  EXPECT_EQ(file.get<tn::bfloat16>("bf16").at({1}).bits, tn::bfloat16(-3.0f).bits);
  EXPECT_EQ(file.get<std::int64_t>("i64").to_vector(), i64.to_vector());
  EXPECT_EQ(file.get<std::int32_t>("i32").to_vector(), i32.to_vector());
  EXPECT_EQ(file.get<std::uint8_t>("u8").to_vector(), u8.to_vector());
  EXPECT_EQ(file.get<bool>("bool").to_vector(), (std::vector<bool>{true, false, true}));
  EXPECT_EQ(file.get<float>("scalar").item(), 4.0f);
  EXPECT_EQ(file.get<float>("empty").shape(), (tn::Shape{2, 0}));
}

TEST(Safetensors, EveryArrayIsAlignedToItsElements) {
  TemporaryFolder folder;
  SafetensorsWriter writer;
  writer.add("a", tn::zeros<std::uint8_t>({3}));
  writer.add("b", tn::zeros<float>({3}));
  writer.add("c", tn::zeros<double>({3}));
  writer.save(folder / "x");
  const std::string bytes = support::read_file(folder / "x");
  std::uint64_t header = 0;
  std::memcpy(&header, bytes.data(), sizeof header);
  EXPECT_EQ(header % 8, 0u);
  const auto file = SafetensorsFile::open(folder / "x");
  EXPECT_EQ(file.entry("c").begin, 0);
  EXPECT_EQ(file.entry("b").begin, 24);
  EXPECT_EQ(file.entry("a").begin, 36);
}

TEST(Safetensors, WritesTransposedTensorsInRowOrder) {
  TemporaryFolder folder;
  const auto x = tn::from<float>({{1, 2, 3}, {4, 5, 6}});
  SafetensorsWriter writer;
  writer.add("xt", x.view(0, {3, 2}, {1, 3}));
  writer.save(folder / "x");
  auto file = SafetensorsFile::open(folder / "x");
  EXPECT_EQ(file.get<float>("xt").to_vector(), (std::vector<float>{1, 4, 2, 5, 3, 6}));
}

TEST(Safetensors, WidensWithoutLossOnly) {
  TemporaryFolder folder;
  // 1.5, -2, the smallest subnormal, infinity as IEEE halves
  const std::string path = folder.write(
      "x", file_with(R"({"h":{"dtype":"F16","shape":[4],"data_offsets":[0,8]},)"
                     R"("i":{"dtype":"I32","shape":[1],"data_offsets":[8,12]},)"
                     R"("b":{"dtype":"BOOL","shape":[2],"data_offsets":[12,14]}})",
                     std::string("\x00\x3e\x00\xc0\x01\x00\x00\x7c\xff\xff\xff\xff\x01\x00", 14)));
  auto file = SafetensorsFile::open(path);
  const auto half = file.get<float>("h").to_vector();
  EXPECT_EQ(half[0], 1.5f);
  EXPECT_EQ(half[1], -2.0f);
  EXPECT_EQ(half[2], 0x1p-24f);
  EXPECT_TRUE(std::isinf(half[3]));
  EXPECT_EQ(file.get<double>("h").to_vector()[0], 1.5);
  EXPECT_EQ(file.get<std::int64_t>("i").item(), -1);
  EXPECT_EQ(file.get<std::int64_t>("b").to_vector(), (std::vector<std::int64_t>{1, 0}));
  EXPECT_EQ(message_of<tn::IoError>([&] { file.get<std::uint8_t>("i"); }),
            "[safetensors] " + path + ": \"i\" is stored as I32, which does not fit uint8");
  EXPECT_EQ(message_of<tn::IoError>([&] { file.get<float>("i"); }),
            "[safetensors] " + path + ": \"i\" is stored as I32, which does not fit float32");
  EXPECT_EQ(message_of<tn::IoError>([&] { file.get<float>("none"); }),
            "[safetensors] " + path + ": there is no \"none\" in it");
}

TEST(Safetensors, TypesThatTensorsLackAreWidenedOrListedOnly) {
  TemporaryFolder folder;
  const std::string path =
      folder.write("x", file_with(R"({"u":{"dtype":"U16","shape":[1],"data_offsets":[0,2]},)"
                                  R"("f":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[2,4]}})",
                                  std::string("\xff\xff\0\0", 4)));
  const auto file = SafetensorsFile::open(path);
  EXPECT_EQ(file.get<std::int32_t>("u").item(), 65535);
  EXPECT_EQ(file.entry("f").dtype, "F8_E4M3");
  EXPECT_EQ(message_of<tn::IoError>([&] { file.get<float>("f"); }),
            "[safetensors] " + path + ": \"f\" is stored as F8_E4M3, which does not fit float32");
}

TEST(Safetensors, ATensorOutlivesItsFileAndMayBeWritten) {
  TemporaryFolder folder;
  const std::string path = folder / "x";
  SafetensorsWriter writer;
  writer.add("x", tn::from<float>({1, 2, 3}));
  writer.save(path);
  const std::string before = support::read_file(path);
  auto x = SafetensorsFile::open(path).get<float>("x");
  const auto twin = SafetensorsFile::open(path).get<float>("x");
  x.mutable_data()[1] = 7;
  EXPECT_EQ(x.to_vector(), (std::vector<float>{1, 7, 3}));
  EXPECT_EQ(twin.to_vector(), (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(support::read_file(path), before);
}

TEST(Safetensors, EachGetIsATensorOfItsOwn) {
  TemporaryFolder folder;
  for (const tn::index_t size : {3, 100'000}) {  // copied, and mapped anew
    SafetensorsWriter writer;
    writer.add("x", tn::ones<float>({size}));
    writer.save(folder / "x");
    const auto file = SafetensorsFile::open(folder / "x");
    tn::nn::Parameter<float> trained(file.get<float>("x"));
    auto written = file.get<float>("x");
    {
      const tn::NoGrad no_grad;
      tn::fill_(trained, 5.0f);
    }
    tn::fill_(written, 7.0f);
    EXPECT_EQ(trained.at({size - 1}), 5.0f);
    EXPECT_EQ(written.at({size - 1}), 7.0f);
    EXPECT_EQ(file.get<float>("x").at({0}), 1.0f);
    EXPECT_EQ(file.get<float>("x").at({size - 1}), 1.0f);
    EXPECT_EQ(file.get<double>("x").at({size - 1}), 1.0);
  }
}

TEST(Safetensors, NarrowsWhenAsked) {
  TemporaryFolder folder;
  SafetensorsWriter writer;
  writer.add("wide", tn::from<double>({0.1, 2}));
  writer.add("half", tn::from<float>({1.5f, 0.1f}), tn::DType::float16);
  writer.save(folder / "x");
  const auto file = SafetensorsFile::open(folder / "x");
  EXPECT_EQ(file.get<float>("wide", tn::io::Cast::lossy).to_vector(), (std::vector<float>{0.1f, 2}));
  EXPECT_EQ(file.entry("half").dtype, "F16");
  EXPECT_EQ(file.get<float>("half").to_vector(), (std::vector<float>{1.5f, 1638 * 0x1p-14f}));
}

TEST(Safetensors, ReadsTheGoldenFiles) {
  auto file = SafetensorsFile::open(TENON_GOLDEN_FOLDER "/softmax.safetensors");
  EXPECT_TRUE(file.metadata().contains("case00"));
  const auto y = file.get<double>("case00/out.y");
  for (const double v : y) EXPECT_TRUE(v >= 0 && v <= 1);
}

// Files that are not what they say --------------------------------------------------------------------------

TEST(Safetensors, RefusesBadHeaders) {
  EXPECT_EQ(refusal(""), "truncated: a header does not fit its 0 bytes");
  EXPECT_EQ(refusal("abc"), "truncated: a header does not fit its 3 bytes");
  EXPECT_EQ(
      refusal(std::string(8, '\xff') + "{}"),
      "the header claims 18446744073709551615 bytes, the file has 10: truncated, or not a safetensors file");
  EXPECT_EQ(refusal(file_with("{}").substr(0, 9)),
            "the header claims 2 bytes, the file has 9: truncated, or not a safetensors file");
  for (const char* header : {"[]", "3"})
    EXPECT_EQ(refusal(file_with(header)), "its header is not a JSON object") << header;
  const std::string damaged = "its header is damaged: [json] ";
  for (const auto& [header, byte] :
       std::map<std::string, int>{{"", 0}, {"{", 1}, {"{\"a\":}", 5}, {"\xff\xff", 0}})
    EXPECT_EQ(refusal(file_with(header)), damaged + "not JSON at byte " + std::to_string(byte)) << header;
  EXPECT_EQ(refusal(file_with(std::string(100000, '['))), damaged + "values nest more than 4 deep");
}

TEST(Safetensors, RefusesBadEntries) {
  const auto entry = [](const std::string& description, std::size_t bytes = 24) {
    return refusal(file_with("{\"x\":" + description + "}", std::string(bytes, '\0')));
  };
  EXPECT_EQ(entry("3"), "\"x\" has no dtype");
  EXPECT_EQ(entry(R"({"dtype":"F32","shape":[6]})"), "\"x\" has no data_offsets");
  EXPECT_EQ(entry(R"({"dtype":4,"shape":[6],"data_offsets":[0,24]})"),
            "\"x\" has a dtype that is not a string");
  EXPECT_EQ(entry(R"({"dtype":"F31","shape":[6],"data_offsets":[0,24]})"), "\"x\" has the unknown dtype F31");
  EXPECT_EQ(entry(R"({"dtype":"F32","shape":[-6],"data_offsets":[0,24]})"),
            "\"x\" has a shape with an element -6, which makes no sense");
  EXPECT_EQ(entry(R"({"dtype":"F32","shape":[1.5],"data_offsets":[0,24]})"),
            "\"x\" has a shape with an element 1.5, which makes no sense");
  EXPECT_EQ(entry(R"({"dtype":"F32","shape":[1,1,1,1,1,1,1,1,6],"data_offsets":[0,24]})"),
            "\"x\" has a shape that is no list of at most 8 numbers");
  EXPECT_EQ(entry(R"({"dtype":"F32","shape":[5],"data_offsets":[0,24]})"),
            "\"x\" of shape (5,) and dtype F32 does not fill its 24 bytes");
  EXPECT_EQ(entry(R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]})", 0),
            "\"x\" of shape (4294967296, 4294967296) and dtype F32 does not fill its 0 bytes");
  EXPECT_EQ(entry(R"({"dtype":"F32","shape":[6],"data_offsets":[0,24]})", 20),
            "\"x\" lies at (0, 24), outside the 20 bytes of data: truncated?");
  EXPECT_EQ(entry(R"({"dtype":"F32","shape":[0],"data_offsets":[8,4]})"),
            "\"x\" lies at (8, 4), outside the 24 bytes of data: truncated?");
  EXPECT_EQ(entry(R"({"dtype":"F32","shape":[6],"data_offsets":[0,24]})", 30),
            "it has 30 bytes of data, its header describes 24");
  EXPECT_EQ(refusal(file_with(R"({"__metadata__":{"a":1}})")),
            "its __metadata__ has \"a\", which is not a string");
  EXPECT_EQ(refusal(file_with(R"({"__metadata__":[]})")), "its __metadata__ is not an object");
}

TEST(Safetensors, RefusesOverlapsGapsAndTwins) {
  const std::string a = R"("a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]})";
  EXPECT_EQ(
      refusal(file_with("{" + a + R"(,"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}})", "123456")),
      "its arrays overlap or leave a gap at byte 2 of the data");
  EXPECT_EQ(
      refusal(file_with("{" + a + R"(,"b":{"dtype":"U8","shape":[1],"data_offsets":[5,6]}})", "123456")),
      "its arrays overlap or leave a gap at byte 4 of the data");
  EXPECT_EQ(refusal(file_with("{" + a + "," + a + "}", "1234")), "\"a\" occurs twice");
}

TEST(Safetensors, WriterRefusesNamesThatDoNotWork) {
  TemporaryFolder folder;
  SafetensorsWriter writer;
  writer.add("x", tn::zeros<float>({1}));
  EXPECT_EQ(message_of<tn::ValueError>([&] { writer.add("x", tn::zeros<float>({1})); }),
            "[safetensors] \"x\" is added twice");
  EXPECT_NE(message_of<tn::ValueError>([&] { writer.add("__metadata__", tn::zeros<float>({1})); }), "");
  writer.add("\xff", tn::zeros<float>({1}));
  EXPECT_NE(message_of<tn::ValueError>([&] { writer.save(folder / "out"); }), "");
  EXPECT_TRUE(folder.files().empty());
}

}  // namespace safetensors_test
