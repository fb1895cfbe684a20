#pragma once
/// A line on a terminal that is replaced by the next, for programs that show how far they have come.

#include <sys/ioctl.h>  // TIOCGWINSZ
#include <unistd.h>     // isatty

#include <cstdio>       // FILE
#include <string>       // string
#include <string_view>  // string_view

#include "tenon/text/normalize.hpp"

namespace TENON_NAMESPACE::train {

/// Writes to a stream that the program names, usually stderr. On anything but a terminal it shows only the
/// lines that stay; when it is to be quiet, nothing.
///
///     train::TerminalLine terminal(stderr, quiet);
///     train::fit(…, {.on_progress = [&](const auto& p) { terminal.show(train::progress_line(p)); }});
class TerminalLine {
 public:
  explicit TerminalLine(std::FILE* stream, bool quiet = false)
      : stream_(stream), quiet_(quiet), terminal_(::isatty(::fileno(stream)) == 1) {}
  TerminalLine(const TerminalLine&) = delete;
  TerminalLine& operator=(const TerminalLine&) = delete;
  ~TerminalLine() { clear(); }

  /// Whether lines that are replaced are shown at all.
  bool on() const { return terminal_ && !quiet_; }
  /// Replaces the line. It is cut to the width of the terminal: a line that wrapped could not be replaced.
  void show(std::string_view text) {
    if (!on()) return;
    write("\r" + std::string(cut(text)) + "\033[K");
    shown_ = true;
  }
  /// A line that stays.
  void keep(std::string_view text) {
    if (quiet_) return;
    clear();
    write(std::string(text) + "\n");
  }
  /// Takes the line away.
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
