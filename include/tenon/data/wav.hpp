#pragma once
/// Sound in RIFF WAVE files (Microsoft and IBM 1991): uncompressed integer or floating-point samples.

#include <algorithm>    // min, max, all_of
#include <bit>          // bit_cast
#include <cmath>        // isfinite, ldexp, llrint
#include <cstdint>      // uint16_t, uint32_t
#include <string>       // string
#include <string_view>  // string_view

#include "tenon/data/file_reader.hpp"
#include "tenon/io/atomic_file.hpp"
#include "tenon/tensor/tensor.hpp"

namespace TENON_NAMESPACE::data {

/// A sound recording.
struct Sound {
  Tensor<float> samples;  ///< (channels, time); integers are scaled to [-1, 1)
  index_t rate = 0;       ///< samples per second
};

/// The sample format of a written file: integers of 8 to 32 bits, or 32-bit floating-point numbers.
enum class SampleFormat { pcm8, pcm16, pcm24, pcm32, float32 };

/// Reads a WAVE file with integers of 8, 16, 24 or 32 bits or floating-point numbers of 32 or 64 bits, and
/// any number of channels. If a recorder was interrupted or wrote to a pipe, the header lacks the size: it
/// says no samples although some follow, or about 2 GiB or more, beyond the file's end. Such a file is read
/// to its last whole sample.
///
///   throws: IoError with the file's name if it cannot be read, is damaged or has another format
Sound read_wav(const std::string& path);
/// Decodes the bytes of a WAVE file, which errors call `name`; `read_wav` gives formats and errors.
Sound decode_wav(std::string_view bytes, const std::string& name = "sound");

/// Writes a WAVE file, completely or not at all. In integer formats, samples outside [-1, 1) are clipped.
///
///   shapes: samples (channels, time) or (time)
///   throws: ShapeError for other shapes; ValueError if an integer format gets a sample that is not finite,
///           rate is not positive, or the file would exceed 4 GiB; IoError if it cannot be written
void write_wav(const std::string& path, const Tensor<float>& samples, index_t rate,
               SampleFormat format = SampleFormat::pcm16);

// Definitions -----------------------------------------------------------------------------------------------

namespace detail {

/// A little-endian number of `bytes` bytes.
inline std::uint64_t little_endian(const char* at, int bytes) {
  std::uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) value |= std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
  return value;
}
inline void put_little_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 255u);
}

/// The content of the chunk `fmt `.
struct WavFormat {
  static constexpr index_t integer = 1, floating = 3, extensible = 0xfffe;
  index_t code = 0, channels = 0, rate = 0, frame_bytes = 0, bits = 0;

  explicit WavFormat(std::string_view chunk) {
    const auto number = [&](std::size_t at, int bytes) {
      return static_cast<index_t>(little_endian(chunk.data() + at, bytes));
    };
    code = number(0, 2);
    channels = number(2, 2);
    rate = number(4, 4);
    frame_bytes = number(12, 2);
    bits = number(14, 2);
    if (code == extensible && chunk.size() >= 26) code = number(24, 2);
  }
  bool known() const {
    return (code == integer && (bits == 8 || bits == 16 || bits == 24 || bits == 32)) ||
           (code == floating && (bits == 32 || bits == 64));
  }

  float sample(const char* at) const {
    const std::uint64_t word = little_endian(at, static_cast<int>(bits / 8));
    if (code == floating)
      return bits == 32 ? std::bit_cast<float>(static_cast<std::uint32_t>(word))
                        : static_cast<float>(std::bit_cast<double>(word));
    if (bits == 8)
      return static_cast<float>(static_cast<int>(word) - 128) * 0x1p-7f;  // 8-bit samples are unsigned
    const auto high = static_cast<std::int32_t>(static_cast<std::uint32_t>(word << (32 - bits)));
    return static_cast<float>(high) * 0x1p-31f;
  }
};

/// Whether bytes are a sequence of chunks, each a name, a size and its content, to the end.
inline bool are_wav_parts(std::string_view bytes) {
  while (bytes.size() >= 8) {
    const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
    const std::string_view name = bytes.substr(0, 4);
    const std::size_t size = little_endian(bytes.data() + 4, 4), rest = bytes.size() - 8;
    if (!std::all_of(name.begin(), name.end(), printable) || size > rest) return false;
    bytes.remove_prefix(8 + std::min(size + size % 2, rest));
  }
  return bytes.empty();
}

/// Whether `size`, the header's number of sample bytes, is a placeholder of a file that was not finished: 0,
/// or a maximum that recorders write, such as 0x7fffffff - 36, 0x7ffff000, 0x80000000 and 0xffffffff.
inline bool is_unfinished(std::size_t size, std::string_view following) {
  constexpr std::size_t least_placeholder = 0x7fff0000;
  return size == 0 ? !are_wav_parts(following) : size >= least_placeholder && size > following.size();
}

}  // namespace detail

inline Sound read_wav(const std::string& path) {
  return decode_wav(FileReader("wav", path).rest(), path);
}

inline Sound decode_wav(std::string_view bytes, const std::string& name) {
  const FileReader file("wav", name, bytes);
  std::string_view rest = bytes, format_chunk, data;
  file.require(rest.size() >= 12 && rest.starts_with("RIFF") && rest.substr(8, 4) == "WAVE",
               "it does not begin as a WAVE file does");
  rest.remove_prefix(12);
  bool found = false, unfinished = false;
  while (!found && rest.size() >= 8) {
    const std::string_view part = rest.substr(0, 4);
    std::size_t size = detail::little_endian(rest.data() + 4, 4);
    rest.remove_prefix(8);
    found = part == "data";
    unfinished = found && detail::is_unfinished(size, rest);
    if (unfinished) size = rest.size();
    file.require(size <= rest.size(), "truncated: its part \"", part, "\" claims ", size, " bytes, ",
                 rest.size(), " follow");
    if (part == "fmt ") format_chunk = rest.substr(0, size);
    if (found) data = rest.substr(0, size);
    rest.remove_prefix(std::min(size + size % 2, rest.size()));
  }
  file.require(format_chunk.size() >= 16, "nothing says how its samples are stored");
  file.require(found, "it has no samples");
  const detail::WavFormat format(format_chunk);
  file.require(format.known(), "format ", format.code, " with ", format.bits, " bits is not supported");
  file.require(format.channels > 0 && format.frame_bytes == format.channels * format.bits / 8,
               format.channels, " channels of ", format.bits, " bits do not fill ", format.frame_bytes,
               " bytes");
  const std::size_t incomplete = data.size() % static_cast<std::size_t>(format.frame_bytes);
  file.require(incomplete == 0 || (unfinished && data.size() > incomplete), "it ends within a sample");
  data.remove_suffix(incomplete);
  const index_t sample_bytes = format.bits / 8,
                frames = static_cast<index_t>(data.size()) / format.frame_bytes;
  Sound sound{Tensor<float>::empty({format.channels, frames}), format.rate};
  float* to = sound.samples.mutable_data();
  for (index_t channel = 0; channel < format.channels; ++channel)
    for (index_t t = 0; t < frames; ++t)
      *to++ = format.sample(data.data() + t * format.frame_bytes + channel * sample_bytes);
  return sound;
}

inline void write_wav(const std::string& path, const Tensor<float>& samples, index_t rate,
                      SampleFormat format) {
  check<ShapeError>(samples.rank() == 1 || samples.rank() == 2, "write_wav",
                    "expected samples of shape (channels, time) or (time), got ", samples.shape());
  const bool floating = format == SampleFormat::float32;
  const index_t channels = samples.rank() == 2 ? samples.shape()[0] : 1, frames = samples.extent(-1),
                sample_bytes = floating ? 4 : static_cast<index_t>(format) + 1,
                bytes = channels * frames * sample_bytes;
  check<ShapeError>(channels > 0 && channels < 1 << 13, "write_wav", channels, " channels");
  check<ValueError>(rate > 0 && rate < index_t{1} << 32, "write_wav", "a rate of ", rate);
  check<ValueError>(bytes < (index_t{1} << 32) - 64, "write_wav", "the format ends at 4 GiB, these are ",
                    bytes, " bytes");
  const int width = static_cast<int>(sample_bytes);
  std::string header = "RIFF";
  const auto put = [&](index_t value, int size) {
    detail::put_little_endian(header, static_cast<std::uint64_t>(value), size);
  };
  put(36 + bytes + bytes % 2, 4);
  header += "WAVEfmt ";
  put(16, 4);
  put(floating ? detail::WavFormat::floating : detail::WavFormat::integer, 2);
  put(channels, 2);
  put(rate, 4);
  put(rate * channels * sample_bytes & 0xffffffff, 4);
  put(channels * sample_bytes, 2);
  put(8 * sample_bytes, 2);
  header += "data";
  put(bytes, 4);

  io::AtomicFile file(path);
  file.write(header);
  const std::vector<float> rows = samples.to_vector();
  const double scale = floating ? 0 : std::ldexp(1.0, 8 * width - 1);
  std::string frame;
  for (index_t t = 0; t < frames; ++t) {
    frame.clear();
    for (index_t channel = 0; channel < channels; ++channel) {
      const float x = rows[static_cast<std::size_t>(channel * frames + t)];
      if (floating) {
        detail::put_little_endian(frame, std::bit_cast<std::uint32_t>(x), width);
        continue;
      }
      check<ValueError>(std::isfinite(x), "write_wav", "sample ", t, " of channel ", channel,
                        " is not finite");
      const double level = std::min(std::max(static_cast<double>(x) * scale, -scale), scale - 1);
      const long long number = std::llrint(level) + (width == 1 ? 128 : 0);
      detail::put_little_endian(frame, static_cast<std::uint64_t>(number), width);
    }
    file.write(frame);
  }
  if (bytes % 2) file.write(std::string_view("\0", 1));
  file.commit();
}

}  // namespace TENON_NAMESPACE::data
