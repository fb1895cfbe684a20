#include "tenon/train/terminal_line.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <cstdlib>

#include "support/temporary_folder.hpp"

namespace terminal_line_test {

using tn::train::TerminalLine;

/// A terminal of so many columns, and what was written to it.
class PseudoTerminal {
 public:
  explicit PseudoTerminal(unsigned short columns) : master_(::posix_openpt(O_RDWR | O_NOCTTY)) {
    if (master_ < 0 || ::grantpt(master_) != 0 || ::unlockpt(master_) != 0) return;
    winsize size{};
    size.ws_col = columns;
    ::ioctl(master_, TIOCSWINSZ, &size);
    stream_ = std::fopen(::ptsname(master_), "w");
  }
  PseudoTerminal(const PseudoTerminal&) = delete;
  ~PseudoTerminal() {
    if (stream_) std::fclose(stream_);
    if (master_ >= 0) ::close(master_);
  }
  std::FILE* stream() const { return stream_; }
  /// So many bytes, which arrive in their time.
  std::string written(std::size_t bytes) const {
    std::string text;
    pollfd ready{master_, POLLIN, 0};
    while (text.size() < bytes && ::poll(&ready, 1, 10000) == 1) {
      char part[256];
      const auto got = ::read(master_, part, sizeof part);
      if (got <= 0) break;
      text.append(part, static_cast<std::size_t>(got));
    }
    return text;
  }

 private:
  int master_;
  std::FILE* stream_ = nullptr;
};

TEST(TerminalLine, ReplacesItselfAndIsGoneAtTheEnd) {
  const PseudoTerminal terminal(80);
  if (!terminal.stream()) GTEST_SKIP() << "no pseudo terminals here";
  {
    TerminalLine line(terminal.stream());
    EXPECT_TRUE(line.on());
    line.show("first");
    line.show("second");
    line.keep("stays");
    line.show("third");
  }
  const std::string want = "\rfirst\033[K\rsecond\033[K\r\033[Kstays\r\n\rthird\033[K\r\033[K";
  EXPECT_EQ(terminal.written(want.size()), want);
}

TEST(TerminalLine, IsCutToTheWidthBetweenCharacters) {
  const PseudoTerminal terminal(6);
  if (!terminal.stream()) GTEST_SKIP() << "no pseudo terminals here";
  TerminalLine line(terminal.stream());
  line.show("äöü€xyz");
  const std::string want = "\räöü€x\033[K";
  EXPECT_EQ(terminal.written(want.size()), want);
}

TEST(TerminalLine, WhatIsNoTerminalGetsTheLinesThatStay) {
  support::TemporaryFolder folder;
  std::FILE* file = std::fopen((folder / "out").c_str(), "w");
  {
    TerminalLine line(file);
    EXPECT_FALSE(line.on());
    line.show("passing");
    line.keep("stays");
    TerminalLine quiet(file, true);
    quiet.keep("nothing");
  }
  std::fclose(file);
  EXPECT_EQ(support::read_file(folder / "out"), "stays\n");
}

}  // namespace terminal_line_test
