#pragma once
/// Running a program of the build as its user would, and seeing all that it did.

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

namespace support {

struct Outcome {
  int status = -1;  ///< exit status; 128 + signal when one ended it
  std::string out, err;
  long peak_kib = 0;  ///< largest resident memory
};

/// A program that runs in the background.
class Process {
 public:
  /// input   a file for standard input
  /// nobody  without root's rights, where the test has them
  Process(const std::string& program, const std::vector<std::string>& arguments,
          const std::string& input = "/dev/null", const std::string& output = "", bool nobody = false)
      : out_(output.empty() ? folder_ / "out" : output) {
    std::vector<char*> argv{const_cast<char*>(program.c_str())};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    child_ = ::fork();
    if (child_ != 0) return;
    const bool redirected = redirect(input, O_RDONLY, STDIN_FILENO) &&
                            redirect(out_, O_WRONLY | O_CREAT, STDOUT_FILENO) &&
                            redirect(folder_ / "err", O_WRONLY | O_CREAT, STDERR_FILENO);
    if (!redirected || (nobody && ::setuid(65534) != 0)) ::_exit(126);
    ::execv(program.c_str(), argv.data());
    ::_exit(127);
  }
  Process(const Process&) = delete;
  ~Process() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }

  std::string out_so_far() const { return read_file(out_); }
  void send(int signal) const { ::kill(child_, signal); }
  bool running() const {
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(child_), &info, WEXITED | WNOHANG | WNOWAIT);
    return info.si_pid == 0;
  }

  Outcome wait() {
    int status = 0;
    rusage usage{};
    ::wait4(child_, &status, 0, &usage);
    child_ = -1;
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read_file(out_),
            read_file(folder_ / "err"), usage.ru_maxrss};
  }

 private:
  static bool redirect(const std::string& path, int mode, int descriptor) {
    const int file = ::open(path.c_str(), mode, 0644);
    return file >= 0 && ::dup2(file, descriptor) >= 0;
  }

  TemporaryFolder folder_;
  std::string out_;
  pid_t child_ = -1;
};

/// A program that lies beside the test's own, as the build puts it; empty when it was not built.
inline std::string built_program(const std::string& name) {
  const auto path = std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
  return std::filesystem::exists(path) ? path.string() : "";
}

}  // namespace support
