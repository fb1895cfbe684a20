#pragma once
/// A table of figures that grows as training goes on, as comma-separated values (RFC 4180).

#include <charconv>     // to_chars, from_chars
#include <cmath>        // isnan
#include <optional>     // optional
#include <string>       // string
#include <string_view>  // string_view
#include <vector>       // vector

#include "tenon/io/input_file.hpp"
#include "tenon/train/append_file.hpp"

namespace TENON_NAMESPACE::train {

/// Rows of a step and figures. A row is on its way to the disk when `write` returns. NaN is an empty cell;
/// numbers have as many digits as it takes to read the same number back.
class CsvLog {
 public:
  /// A fresh table, which replaces a file that stands there.
  /// columns   what stands above the figures; the first column, `step`, comes of itself
  CsvLog(const std::string& path, std::vector<std::string> columns) : CsvLog(path, std::move(columns), {}) {}
  /// Goes on with a table, or begins one where there is none. Rows of steps after `last_step` go: the run
  /// that wrote them came further than the checkpoint from which this one continues.
  ///   throws ValueError when the table has other columns, IoError when it is damaged
  static CsvLog resume(const std::string& path, std::vector<std::string> columns, index_t last_step) {
    return CsvLog(path, std::move(columns), last_step);
  }

  void write(index_t step, const std::vector<double>& figures) {
    check<ValueError>(figures.size() == columns_, "csv_log", figures.size(), " figures for ", columns_,
                      " columns");
    std::string row = std::to_string(step);
    for (double figure : figures) row += "," + cell(figure);
    file_.append(row + "\n");
  }

 private:
  CsvLog(const std::string& path, const std::vector<std::string>& columns, std::optional<index_t> last_step)
      : columns_(columns.size()), file_(prepare(path, columns, last_step)) {}

  static AppendFile prepare(const std::string& path, const std::vector<std::string>& columns,
                            std::optional<index_t> last_step) {
    std::string table = "step";
    for (const std::string& column : columns) table += "," + quoted(column);
    table += "\n";
    if (last_step && ::access(path.c_str(), F_OK) == 0) table = kept_rows(path, table, *last_step);
    io::AtomicFile file(path);
    file.write(table);
    file.commit();
    return AppendFile(path, AppendFile::Open::existing);
  }

  static std::string kept_rows(const std::string& path, const std::string& header, index_t last_step) {
    io::InputFile file(path);
    std::string text;
    for (std::string_view more = file.peek(); !more.empty(); more = file.peek()) {
      text += more;
      file.skip(more.size());
    }
    check<ValueError>(text.starts_with(header), "csv_log", path, " has other columns than this run: ",
                      std::string_view(header).substr(0, header.size() - 1));
    std::string kept = header;
    for (std::size_t at = header.size(), end = 0; (end = text.find('\n', at)) != text.npos; at = end + 1) {
      const std::string_view row = std::string_view(text).substr(at, end - at);
      index_t step = 0;
      const auto parsed = std::from_chars(row.data(), row.data() + row.size(), step);
      const bool whole =
          parsed.ec == std::errc() && (parsed.ptr == row.data() + row.size() || *parsed.ptr == ',');
      check<IoError>(whole, "csv_log", path, ": a row begins with no step: \"", row.substr(0, 40), "\"");
      if (step <= last_step) kept.append(row).append("\n");
    }
    return kept;  // without a last row that a kill cut short
  }

  static std::string cell(double figure) {
    if (std::isnan(figure)) return "";
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, figure).ptr};
  }
  static std::string quoted(const std::string& name) {
    if (name.find_first_of(",\"\r\n") == name.npos) return name;
    std::string text = "\"";
    for (char c : name) text += c == '"' ? "\"\"" : std::string(1, c);
    return text + "\"";
  }

  std::size_t columns_;
  AppendFile file_;
};

}  // namespace TENON_NAMESPACE::train
