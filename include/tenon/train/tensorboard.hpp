#pragma once
/// Event files for TensorBoard: TFRecord records, each an `Event` of TensorFlow's event.proto. They are
/// encoded by hand, since scalars need only a few fields.

#include <sys/stat.h>  // mkdir
#include <unistd.h>    // getpid, gethostname

#include <atomic>       // atomic
#include <bit>          // bit_cast
#include <chrono>       // system_clock
#include <cstdint>      // uint64_t
#include <optional>     // optional
#include <string>       // string
#include <string_view>  // string_view

#include "tenon/core/scalar.hpp"
#include "tenon/train/append_file.hpp"
#include "tenon/train/crc32c.hpp"

namespace TENON_NAMESPACE::train {

namespace detail {

/// The low `bytes` bytes of a number, the lowest first.
inline std::string little_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text.push_back(static_cast<char>(value >> 8 * i & 0xff));
  return text;
}

/// A protocol buffers message, built field by field.
class ProtoMessage {
 public:
  ProtoMessage& varint(std::uint32_t field, std::uint64_t value) {
    tag(field, 0);
    return base128(value);
  }
  ProtoMessage& real(std::uint32_t field, double value) {
    tag(field, 1);
    bytes_ += little_endian(std::bit_cast<std::uint64_t>(value), 8);
    return *this;
  }
  ProtoMessage& real(std::uint32_t field, float value) {
    tag(field, 5);
    bytes_ += little_endian(std::bit_cast<std::uint32_t>(value), 4);
    return *this;
  }
  ProtoMessage& bytes(std::uint32_t field, std::string_view value) {
    tag(field, 2);
    base128(value.size());
    bytes_ += value;
    return *this;
  }
  ProtoMessage& message(std::uint32_t field, const ProtoMessage& value) { return bytes(field, value.bytes_); }

  const std::string& encoded() const { return bytes_; }

 private:
  void tag(std::uint32_t field, std::uint32_t kind) { base128(field << 3 | kind); }
  ProtoMessage& base128(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<char>((value & 0x7f) | 0x80));
    bytes_.push_back(static_cast<char>(value));
    return *this;
  }

  std::string bytes_;
};

/// A TFRecord record: the length and the bytes, each with a checksum. The checksums are masked, as the format
/// demands, so that a record that contains records still has a sound checksum.
inline std::string tf_record(std::string_view data) {
  const auto masked = [](std::string_view bytes) {
    const std::uint32_t crc = crc32c(bytes);
    return little_endian((crc >> 15 | crc << 17) + 0xa282ead8u, 4);
  };
  const std::string length = little_endian(data.size(), 8);
  return length + masked(length) + std::string(data) + masked(data);
}

}  // namespace detail

/// Writes the curves of one run. `tensorboard --logdir` also accepts the parent folder, and then shows a run
/// for each folder in it.
class TensorBoardWriter {
 public:
  /// Begins a new event file in the folder, which is made if it is missing (its parents are not). With
  /// `resume_after`, TensorBoard discards points after that step from earlier files of the folder.
  ///   throws: IoError if the folder or file cannot be made
  explicit TensorBoardWriter(const std::string& folder, std::optional<index_t> resume_after = {})
      : file_(path_in(folder), AppendFile::Open::create_new) {
    write(event(0).bytes(file_version, "brain.Event:2"));
    if (resume_after)
      write(event(*resume_after + 1)
                .message(session_log, detail::ProtoMessage().varint(session_status, session_start)));
  }

  /// Adds a point to the curve `tag`. TensorBoard groups tags by the part before a `/`.
  ///   throws: IoError if the file cannot be written
  void add_scalar(std::string_view tag, double value, index_t step) {
    detail::ProtoMessage point;
    point.bytes(value_tag, tag).real(value_simple, static_cast<float>(value));
    write(event(step).message(summary, detail::ProtoMessage().message(summary_value, point)));
  }

 private:
  // Fields of Event, Summary, Summary.Value and SessionLog.
  static constexpr std::uint32_t wall_time = 1, event_step = 2, file_version = 3, summary = 5,
                                 session_log = 7;
  static constexpr std::uint32_t summary_value = 1, value_tag = 1, value_simple = 2;
  static constexpr std::uint32_t session_status = 1, session_start = 1;

  static double now() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  }
  /// A file name that is unique among processes and within a second. TensorBoard reads files in name order.
  static std::string path_in(const std::string& folder) {
    if (::mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST)
      fail<IoError>("tensorboard", "cannot make the folder ", folder, ": ", io::system_reason());
    static std::atomic<int> files = 0;
    char host[256] = {};
    ::gethostname(host, sizeof host - 1);
    return folder + "/events.out.tfevents." + std::to_string(static_cast<index_t>(now())) + "." + host + "." +
           std::to_string(::getpid()) + "." + std::to_string(files++);
  }
  static detail::ProtoMessage event(index_t step) {
    detail::ProtoMessage event;
    event.real(wall_time, now()).varint(event_step, static_cast<std::uint64_t>(step));
    return event;
  }
  void write(const detail::ProtoMessage& event) { file_.append(detail::tf_record(event.encoded())); }

  AppendFile file_;
};

}  // namespace TENON_NAMESPACE::train
