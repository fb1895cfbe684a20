#include "tenon/io/gguf.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "support/gguf_writer.hpp"
#include "support/temporary_folder.hpp"

namespace tenon::testing {
namespace gguf_test {

using io::GgufFile;
using io::GgufType;
using support::GgufWriter;

std::vector<float> numbers(GgufType type, const std::string& block) {
  std::vector<float> values(io::gguf_block(static_cast<std::uint32_t>(type)).numbers);
  io::gguf_dequantize(type, block, values.data());
  return values;
}
std::string half(float value) {
  const float16 h(value);
  return {reinterpret_cast<const char*>(&h), 2};
}

TEST(Gguf, BlocksOf32ByHand) {
  // Byte i holds numbers i and i + 16: here i and 15 - i.
  std::string nibbles, eight = half(0.5f);
  for (int i = 0; i < 16; ++i) nibbles += static_cast<char>(i | (15 - i) << 4);
  for (int i = 0; i < 32; ++i) eight += static_cast<char>(i - 16);
  const auto q4_0 = numbers(GgufType::q4_0, half(2) + nibbles),
             q4_1 = numbers(GgufType::q4_1, half(2) + half(1) + nibbles);
  const std::string fifth("\x01\x00\x00\x80", 4);  // of numbers 0 and 31
  const auto q5_0 = numbers(GgufType::q5_0, half(2) + fifth + nibbles),
             q5_1 = numbers(GgufType::q5_1, half(2) + half(1) + fifth + nibbles),
             q8_0 = numbers(GgufType::q8_0, eight);
  for (int i = 0; i < 32; ++i) {
    const float q = static_cast<float>(i < 16 ? i : 31 - i), more = i == 0 || i == 31 ? 16.0f : 0.0f;
    const auto k = static_cast<std::size_t>(i);
    EXPECT_EQ(q4_0[k], 2 * (q - 8));
    EXPECT_EQ(q4_1[k], 2 * q + 1);
    EXPECT_EQ(q5_0[k], 2 * (q + more - 16));
    EXPECT_EQ(q5_1[k], 2 * (q + more) + 1);
    EXPECT_EQ(q8_0[k], 0.5f * static_cast<float>(i - 16));
  }
}

TEST(Gguf, BlocksOf256ByHand) {
  // Scales 1 to 8, minima 8 to 1: the first four in six bits of a byte each, the others in parts.
  std::string scales(12, '\0');
  for (int k = 0; k < 4; ++k) {
    scales[static_cast<std::size_t>(k)] = static_cast<char>(k + 1);
    scales[static_cast<std::size_t>(k + 4)] = static_cast<char>(8 - k);
    scales[static_cast<std::size_t>(k + 8)] = static_cast<char>((k + 5) | (4 - k) << 4);
  }
  const std::string head = half(2) + half(0.5f) + scales, threes(128, '\x53');  // 3 and 5 in turn, by 32
  const auto q4 = numbers(GgufType::q4_k, head + threes),
             q5 = numbers(GgufType::q5_k, head + std::string(32, '\x02') + threes);
  for (std::size_t i = 0; i < 256; ++i) {
    const std::size_t k = i / 32;
    const float q = k % 2 == 0 ? 3 : 5, scale = static_cast<float>(k + 1),
                minimum = static_cast<float>(8 - k);
    EXPECT_EQ(q4[i], 2 * scale * q - 0.5f * minimum) << i;
    EXPECT_EQ(q5[i], 2 * scale * (q + (k == 1 ? 16.0f : 0.0f)) - 0.5f * minimum) << i;
  }
  std::string six(128, '\x21');    // low bits 1, then 2
  six += std::string(64, '\xe4');  // high bits 0, 1, 2, 3 by 32
  for (int k = 0; k < 16; ++k) six += static_cast<char>(k - 8);
  const auto q6 = numbers(GgufType::q6_k, six + half(0.5f));
  for (std::size_t i = 0; i < 256; ++i) {
    const float low = i % 128 < 64 ? 1 : 2, high = static_cast<float>(i % 128 / 32);
    EXPECT_EQ(q6[i], 0.5f * (static_cast<float>(i / 16) - 8) * (low + 16 * high - 32)) << i;
  }
}

TEST(Gguf, MetadataAndArrays) {
  GgufWriter writer;
  writer.number("answer", 42).text("name", "x").texts("words", {"a", "bc"}).numbers("scores", {1.5, -2});
  writer.array("w", {2, 3}, {1, 2, 3, 4, 5, 6}).array("b", {1}, {7});
  const support::TemporaryFolder folder;
  const GgufFile file(folder.write("a.gguf", writer.bytes()));
  EXPECT_EQ(file.find("answer")->number, 42);
  EXPECT_EQ(file.find("name")->text, "x");
  EXPECT_EQ(file.find("words")->strings, (std::vector<std::string>{"a", "bc"}));
  EXPECT_EQ(file.find("scores")->numbers, (std::vector<double>{1.5, -2}));
  EXPECT_EQ(file.find("none"), nullptr);
  EXPECT_EQ(file.get("w").shape(), (Shape{2, 3}));
  EXPECT_EQ(file.get("w").to_vector(), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(file.get("b").to_vector(), std::vector<float>{7});
  support::expect_error<IoError>([&] { file.get("c"); },
                                 "[gguf] " + file.path() + ": there is no array \"c\"");
}

TEST(Gguf, EveryBeginningIsRefused) {
  GgufWriter writer;
  writer.number("answer", 42).texts("words", {"a", "bc"}).array("w", {2, 3}, {1, 2, 3, 4, 5, 6});
  const std::string whole = writer.bytes();
  const support::TemporaryFolder folder;
  for (std::size_t size = 1; size + 8 < whole.size(); ++size)  // its last 8 bytes are padding
    EXPECT_THROW(GgufFile(folder.write("a.gguf", whole.substr(0, size))), IoError) << size;
  const std::string path = folder.write("b.gguf", "GGML" + whole.substr(4));
  support::expect_error<IoError>([&] { GgufFile{path}; }, "[gguf] " + path + ": it is no GGUF file");
}

}  // namespace gguf_test
}  // namespace tenon::testing
