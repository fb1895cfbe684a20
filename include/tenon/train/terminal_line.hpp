#pragma once
/// A status line on a terminal, which the next one replaces.

#include <sys/ioctl.h>  // TIOCGWINSZ
#include <unistd.h>     // isatty

#include <cstdio>       // FILE
#include <string>       // string
#include <string_view>  // string_view

#include "tenon/text/normalize.hpp"

namespace TENON_NAMESPACE::train {

/// Writes a status line to a stream, usually stderr. If the stream is not a terminal, only the lines of
/// `keep` are written; if `quiet`, nothing is.
///
///     train::TerminalLine terminal(stderr, quiet);
///     train::fit(…, {.on_progress = [&](const auto& p) { terminal.show(train::progress_line(p)); }});
class TerminalLine {
 public:
  /// A status line on `stream`, which must outlive it.
  explicit TerminalLine(std::FILE* stream, bool quiet = false)
      : stream_(stream), quiet_(quiet), terminal_(::isatty(::fileno(stream)) == 1) {}
  TerminalLine(const TerminalLine&) = delete;
  TerminalLine& operator=(const TerminalLine&) = delete;
  ~TerminalLine() { clear(); }

  /// Whether `show` has an effect: the stream is a terminal and not quiet.
  bool on() const { return terminal_ && !quiet_; }
  /// Replaces the status line. Text is cut to the terminal's width, because a wrapped line cannot be
  /// replaced.
  void show(std::string_view text) {
    if (!on()) return;
    write("\r" + std::string(cut(text)) + "\033[K");
    shown_ = true;
  }
  /// Writes a line that is not replaced.
  void keep(std::string_view text) {
    if (quiet_) return;
    clear();
    write(std::string(text) + "\n");
  }
  /// Removes the status line.
  void clear() {
    if (!shown_) return;
    write("\r\033[K");
    shown_ = false;
  }

 private:
  void write(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stream_);
    std::fflush(stream_);
  }
  std::string_view cut(std::string_view text) const {
    winsize size{};
    if (::ioctl(::fileno(stream_), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return text;
    std::size_t bytes = 0;
    for (int column = 1; column < size.ws_col && bytes < text.size(); ++column)
      bytes += static_cast<std::size_t>(text::decode_utf8(text.substr(bytes)).bytes);
    return text.substr(0, bytes);
  }

  std::FILE* stream_;
  bool quiet_, terminal_, shown_ = false;
};

}  // namespace TENON_NAMESPACE::train
