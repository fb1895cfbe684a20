#pragma once
/// What the example programs share: how they read their command line and end, and where their data lies.

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <limits>
#include <new>
#include <string>
#include <type_traits>

#include "tenon/core/error.hpp"
#include "tenon/io/atomic_file.hpp"

namespace examples {

enum Status { done = 0, failed = 1, wrong_usage = 2, interrupted = 130 };

/// As printf would.
template <class... Values>
std::string format(const char* pattern, Values... values) {
  char text[512];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

/// Help shows what options take, and their defaults, and at its end what the program's status means.
inline void prepare(CLI::App& app) {
  app.option_defaults()->always_capture_default();
  app.get_formatter()->column_width(34);
  app.footer(
      "\nExit status: 0 done, 1 data or a file that cannot be used, 2 a wrong command line, 130 stopped by "
      "Ctrl-C.");
}

/// Keeps the number that an option takes between two, both included: "top must be at least 1, not 0".
template <class T>
CLI::Option* bound(CLI::Option* option, T least, T most = std::numeric_limits<T>::max()) {
  const std::string name = option->get_name().substr(option->get_name().find_first_not_of('-'));
  return option->check([=](const std::string& text) -> std::string {
    using Integer = std::conditional_t<std::is_unsigned_v<T>, std::uint64_t, std::int64_t>;
    using Number = std::conditional_t<std::is_floating_point_v<T>, double, Integer>;
    const bool limited = most != std::numeric_limits<T>::max();
    const Number first = least, last = limited ? Number{most} : std::numeric_limits<Number>::max();
    Number value{};
    errno = 0;
    if (!CLI::detail::lexical_cast(text, value)) return "";     // no number, as its conversion will say
    const bool cut = std::is_integral_v<T> && errno == ERANGE;  // to the largest integer
    const bool negative = std::is_unsigned_v<T> && text.starts_with('-');  // which wraps around
    if (value >= first && value <= last && !cut && !negative) return "";
    const bool infinite = value > last;
    const std::string bounds =
        limited || cut ? tn::join(" must lie between ", first, " and ", last)
                       : tn::join(infinite ? " must be finite and" : " must be", " at least ", first);
    throw CLI::ParseError(tn::join(name, bounds, ", not ", text), CLI::ExitCodes::ValidationError);
  });
}

/// Adds --checkpoint and --resume and returns the former.
/// when   a checkpoint is written, besides at Ctrl-C
inline CLI::Option* add_checkpoint(CLI::App& app, std::string& checkpoint, bool& resume, const char* when) {
  auto* option =
      app.add_option("--checkpoint", checkpoint,
                     std::string("keep the state of training here, after each ") + when + " and at Ctrl-C")
          ->type_name("FILE");
  app.add_flag("--resume", resume, "go on from the checkpoint; other options as they were")->needs(option);
  return option;
}

/// What a program says and returns that Ctrl-C stopped.
inline Status stopped(const char* program, bool kept) {
  std::fprintf(stderr, "%s: stopped; %s\n", program,
               kept ? "the same command with --resume goes on" : "nothing was saved (see --checkpoint)");
  return interrupted;
}

/// An error's sentence without the name of the operation that the library puts in front: "[load] …".
inline std::string plain_message(const std::exception& error) {
  const std::string message = error.what();
  const std::size_t end = message.starts_with('[') ? message.find("] ") : message.npos;
  return end == message.npos ? message : message.substr(end + 2);
}

/// Reads the command line and does the work. What goes wrong is a sentence on standard error.
/// returns the exit status of the program
template <class Work>
int run(CLI::App& app, int argc, char** argv, Work work) {
  const auto complain = [&](const std::string& sentence, Status status) {
    std::fprintf(stderr, "%s: %s\n", app.get_name().c_str(), sentence.c_str());
    return status;
  };
  try {
    app.parse(argc, argv);
    const Status status = work();
    if (std::fflush(stdout) != 0)
      return complain("cannot write standard output: " + tn::io::system_reason(), failed);
    return status;
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);
    return done;
  } catch (const CLI::ParseError& error) {
    return complain(std::string(error.what()) + " (" + app.get_name() + " --help tells more)", wrong_usage);
  } catch (const std::bad_alloc&) {
    return complain("out of memory", failed);
  } catch (const std::exception& error) {
    return complain(plain_message(error), failed);
  }
}

/// The folder of a data set: the one that was given, or that of the set in the folder TENON_DATA.
/// set      its folder there
/// needed   a file that it must hold
/// source   where the set comes from
/// throws IoError that says what to fetch and what to type
inline std::string data_folder(const std::string& given, const std::string& set, const std::string& needed,
                               const std::string& source) {
  const char* all = std::getenv("TENON_DATA");
  const std::string folder = !given.empty() ? given : all ? std::string(all) + "/" + set : "";
  tn::check<tn::IoError>(!folder.empty() && std::filesystem::exists(folder + "/" + needed), "data",
                         folder.empty() ? "no data: neither --data nor TENON_DATA names a folder"
                                        : "no data: there is no " + folder + "/" + needed,
                         ".\nFetch ", source, ",\nand type --data FOLDER, or put the folder ", set,
                         " into one that the environment variable TENON_DATA names.");
  return folder;
}

}  // namespace examples
