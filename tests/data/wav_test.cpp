#include "tenon/data/wav.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "support/expect.hpp"
#include "support/temporary_folder.hpp"
#include "tenon/tensor/create.hpp"

namespace wav_test {

using support::expect_error;
using support::expect_values;
using support::message_of;
using support::TemporaryFolder;
using tn::index_t;
using namespace tn::data;
using namespace std::string_literals;

std::string chunk(const std::string& name, const std::string& content) {
  std::string bytes = name;
  tn::data::detail::put_little_endian(bytes, content.size(), 4);
  return bytes + content + std::string(content.size() % 2, '\0');
}
std::string format(int code, int channels, int bits) {
  std::string bytes;
  const auto put = [&](int value, int size) {
    tn::data::detail::put_little_endian(bytes, static_cast<std::uint64_t>(value), size);
  };
  put(code, 2), put(channels, 2), put(8000, 4), put(8000 * channels * bits / 8, 4),
      put(channels * bits / 8, 2), put(bits, 2);
  return bytes;
}
std::string riff(const std::string& chunks) {
  return chunk("RIFF", "WAVE" + chunks);
}
Sound read(const std::string& content) {
  TemporaryFolder folder;
  return read_wav(folder.write("x.wav", content));
}
/// What follows the file's name in the refusal to read it.
std::string refusal(const std::string& content) {
  TemporaryFolder folder;
  const std::string path = folder.write("x.wav", content);
  const std::string message = message_of<tn::IoError>([&] { read_wav(path); }),
                    prefix = "[wav] " + path + ": ";
  return message.starts_with(prefix) ? message.substr(prefix.size()) : "not refused: " + message;
}

TEST(Wav, ReadsEveryWidth) {
  const auto samples = [](int code, int bits, const std::string& data) {
    return read(riff(chunk("fmt ", format(code, 1, bits)) + chunk("data", data))).samples;
  };
  expect_values(samples(1, 8, "\x80\xff\0"s), {1, 3}, {0, 127.0f / 128, -1});
  expect_values(samples(1, 16, "\0\0\0\x40\0\x80"s), {1, 3}, {0, 0.5f, -1});
  expect_values(samples(1, 24, "\0\0\x40\0\0\x80\xff\xff\xff"s), {1, 3}, {0.5f, -1, -0x1p-23f}, 0);
  expect_values(samples(1, 32, "\0\0\0\x40\0\0\0\x80"s), {1, 2}, {0.5f, -1});
  expect_values(samples(3, 32, "\0\0\xc0\x3f"s), {1, 1}, {1.5f});
  expect_values(samples(3, 64, "\0\0\0\0\0\0\x04\xc0"s), {1, 1}, {-2.5f});
}

TEST(Wav, ReadsChannelsOtherPartsAndExtensibleFormats) {
  std::string extensible =
      format(0xfffe, 2, 16) + "\x16\0\x10\0\x03\0\0\0"s + "\x01\0"s + std::string(14, 'g');
  const Sound sound = read(riff(chunk("LIST", "odd") + chunk("fmt ", extensible) + chunk("fact", "1234") +
                                chunk("data", "\0\x40\0\x80\0\xc0\0\0"s) + chunk("tail", "x")));
  EXPECT_EQ(sound.rate, 8000);
  expect_values(sound.samples, {2, 2}, {0.5f, -0.5f, -1, 0});
  // written to a pipe
  std::string endless = riff(chunk("fmt ", format(1, 1, 16)) + chunk("data", "\0\x40"s));
  endless.replace(endless.size() - 6, 4, "\xff\xff\xff\xff");
  expect_values(read(endless).samples, {1, 1}, {0.5f});
  EXPECT_EQ(read(riff(chunk("fmt ", format(1, 2, 16)) + chunk("data", ""))).samples.shape(),
            (tn::Shape{2, 0}));
}

TEST(Wav, SizesThatWereNeverFilledInMeanTheRest) {
  const std::string samples = "\0\x40\0\x80\0\xc0\0\0"s;
  const auto sized = [](std::uint64_t size, const std::string& following) {
    std::string content = riff(chunk("fmt ", format(1, 1, 16))) + "data";
    tn::data::detail::put_little_endian(content, size, 4);
    return content + following;
  };
  for (const std::uint64_t size : {0x0u, 0xffffffffu, 0x7fffffffu - 36, 0x7fffffffu, 0x80000000u, 0x7ffff000u,
                                   0x80000000u - 36, 0xffffffffu - 36}) {
    expect_values(read(sized(size, samples)).samples, {1, 4}, {0.5f, -1, -0.5f, 0});
    expect_values(read(sized(size, samples + "x")).samples, {1, 4}, {0.5f, -1, -0.5f, 0});  // cut off
    expect_values(read(sized(size, std::string(8, '\0'))).samples, {1, 4}, {0, 0, 0, 0});
    EXPECT_EQ(refusal(sized(size, "x")), "it ends within a sample") << size;
  }
  EXPECT_EQ(refusal(sized(9, samples)), "truncated: its part \"data\" claims 9 bytes, 8 follow");
  EXPECT_EQ(refusal(sized(1u << 30, samples)),
            "truncated: its part \"data\" claims 1073741824 bytes, 8 follow");
  // no samples, and parts behind them
  EXPECT_EQ(read(sized(0, chunk("LIST", "odd") + chunk("tail", "1234"))).samples.shape(), (tn::Shape{1, 0}));
}

TEST(Wav, TakesBytesFromMemory) {
  const std::string bytes = riff(chunk("fmt ", format(1, 1, 8)) + chunk("data", "\x80\xc0"s));
  expect_values(decode_wav(bytes).samples, {1, 2}, {0, 0.5f});
  expect_error<tn::IoError>([] { decode_wav("RIFX", "noise"); },
                            "[wav] noise: it does not begin as a WAVE file does");
}

TEST(Wav, WritesWhatItReads) {
  TemporaryFolder folder;
  const std::string path = folder / "x.wav";
  const auto x = tn::from<float>({{0, 0.5f, -1, 0.25f, 0.75f}, {-0.5f, -0.25f, 0, 0.125f, 0.5f}});
  for (const auto f : {SampleFormat::pcm8, SampleFormat::pcm16, SampleFormat::pcm24, SampleFormat::pcm32,
                       SampleFormat::float32}) {
    write_wav(path, x, 16000, f);
    const Sound sound = read_wav(path);
    EXPECT_EQ(sound.rate, 16000);
    expect_values(sound.samples, {2, 5}, x.to_vector(), 0);
  }
  write_wav(path, tn::from<float>({0, 0.5f, 0.25f}), 8000, SampleFormat::pcm8);
  EXPECT_EQ(support::read_file(path), riff(chunk("fmt ", format(1, 1, 8)) + chunk("data", "\x80\xc0\xa0"s)));
  write_wav(path, tn::from<float>({2, -3, 0x1p-16f, 0.9999999f}), 8000);  // clipped, or rounded to even
  expect_values(read_wav(path).samples, {1, 4}, {32767.0f / 32768, -1, 0, 32767.0f / 32768}, 0);
}

TEST(Wav, EverySampleOf16BitsSurvives) {
  TemporaryFolder folder;
  std::string data;
  for (int i = -32768; i < 32768; ++i)
    tn::data::detail::put_little_endian(data, static_cast<std::uint64_t>(i), 2);
  const std::string content = riff(chunk("fmt ", format(1, 1, 16)) + chunk("data", data));
  write_wav(folder / "x.wav", read(content).samples, 8000);
  EXPECT_EQ(support::read_file(folder / "x.wav"), content);
}

TEST(Wav, RefusesWhatIsBroken) {
  const std::string fmt = chunk("fmt ", format(1, 1, 16)), data = chunk("data", "abcd");
  EXPECT_EQ(refusal(""), "it does not begin as a WAVE file does");
  EXPECT_EQ(refusal("RIFF\0\0\0\0AVI "s), "it does not begin as a WAVE file does");
  EXPECT_EQ(refusal(riff(data)), "nothing says how its samples are stored");
  EXPECT_EQ(refusal(riff(chunk("fmt ", "short") + data)), "nothing says how its samples are stored");
  EXPECT_EQ(refusal(riff(fmt)), "it has no samples");
  EXPECT_EQ(refusal(riff(chunk("fmt ", format(2, 1, 16)) + data)), "format 2 with 16 bits is not supported");
  EXPECT_EQ(refusal(riff(chunk("fmt ", format(1, 1, 12)) + data)), "format 1 with 12 bits is not supported");
  EXPECT_EQ(refusal(riff(chunk("fmt ", format(1, 0, 16)) + data)),
            "0 channels of 16 bits do not fill 0 bytes");
  EXPECT_EQ(refusal(riff(chunk("fmt ", format(1, 1, 16)) + chunk("data", "abc"))), "it ends within a sample");
  const std::string whole = riff(fmt + data);
  EXPECT_EQ(refusal(whole.substr(0, whole.size() - 1)),
            "truncated: its part \"data\" claims 4 bytes, 3 follow");
}

TEST(Wav, RefusesToWriteWhatItCannot) {
  TemporaryFolder folder;
  const std::string path = folder / "x.wav";
  expect_error<tn::ValueError>([&] { write_wav(path, tn::from<float>({{0}, {support::nan}}), 8000); },
                               "[write_wav] sample 0 of channel 1 is not finite");
  expect_error<tn::ShapeError>(
      [&] { write_wav(path, tn::zeros<float>({1, 1, 1}), 8000); },
      "[write_wav] expected samples of shape (channels, time) or (time), got (1, 1, 1)");
  expect_error<tn::ValueError>([&] { write_wav(path, tn::zeros<float>({1}), 0); }, "[write_wav] a rate of 0");
  EXPECT_TRUE(folder.files().empty());
}

TEST(Wav, ReadsSpokenDigits) {
  const char* const data = std::getenv("TENON_DATA");
  if (!data) GTEST_SKIP() << "TENON_DATA names no folder of data sets";
  TemporaryFolder folder;
  const std::string command = "tar -xzf " + std::string(data) + "/fsdd/fsdd.tar.gz -C " + folder.path() +
                              " recordings/0_george_10.wav";
  ASSERT_EQ(std::system(command.c_str()), 0);
  const Sound sound = read_wav(folder / "recordings/0_george_10.wav");
  EXPECT_EQ(sound.rate, 8000);
  EXPECT_EQ(sound.samples.extent(0), 1);
  const std::string bytes = support::read_file(folder / "recordings/0_george_10.wav");
  EXPECT_EQ(sound.samples.extent(1), static_cast<index_t>((bytes.size() - 44) / 2));
}

}  // namespace wav_test
