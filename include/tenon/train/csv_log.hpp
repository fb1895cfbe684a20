#pragma once
/// A log of numbers as comma-separated values (RFC 4180), to which training adds rows.

#include <algorithm>    // min
#include <charconv>     // to_chars, from_chars
#include <cmath>        // isnan
#include <optional>     // optional
#include <string>       // string
#include <string_view>  // string_view
#include <vector>       // vector

#include "tenon/io/input_file.hpp"
#include "tenon/train/append_file.hpp"

namespace TENON_NAMESPACE::train {

/// A table whose rows are a step and numbers. `write` passes each row to the system before it returns. NaN
/// becomes an empty cell; other numbers have enough digits to read the same number back. A pipe or device
/// gets the rows as they are written, and a second header line when columns are added.
class CsvLog {
 public:
  /// Begins a table, which replaces an existing file. `columns` names the numbers of a row; the first column,
  /// `step`, is added before them.
  ///   throws: IoError if the file cannot be written
  CsvLog(const std::string& path, const std::vector<std::string>& columns)
      : CsvLog(path, columns, std::nullopt) {}
  /// Continues a table, or begins one if there is no file. Rows of steps after `last_step` are removed: an
  /// interrupted run wrote them after the checkpoint from which this run continues. The table may have been
  /// extended.
  ///   throws: ValueError if the table has other columns, IoError if it is damaged or cannot be read or
  ///           written
  static CsvLog resume(const std::string& path, const std::vector<std::string>& columns, index_t last_step) {
    return CsvLog(path, columns, last_step);
  }

  /// Appends a row. With fewer numbers than columns, the last cells stay empty.
  ///   throws: ValueError for more numbers than columns, IoError if the file cannot be written
  void write(index_t step, const std::vector<double>& figures) {
    check<ValueError>(figures.size() <= width_, "csv_log", figures.size(), " figures for ", width_,
                      " columns");
    std::string row = std::to_string(step);
    for (double figure : figures) row += "," + cell(figure);
    file_->append(row.append(width_ - figures.size(), ',') + "\n");
  }

  /// Adds columns, which are empty in the rows so far. Does nothing if the table has been extended by the
  /// same columns before.
  ///   throws: ValueError if the table was extended by other columns
  void extend(const std::vector<std::string>& columns);

 private:
  CsvLog(const std::string& path, const std::vector<std::string>& columns, std::optional<index_t> last_step);

  /// Replaces the file by `table`. A pipe or device gets only the header line.
  void replace(const std::string& table) {
    if (is_stream_) {
      if (!file_) file_.emplace(path_, AppendFile::Open::existing);
      return file_->append(header_ + "\n");
    }
    io::AtomicFile file(path_);
    file.write(table);
    file.commit();
    file_.emplace(path_, AppendFile::Open::existing);
  }
  std::string read() const;
  /// The step of a row; throws IoError if the row does not begin with one.
  index_t step_of(std::string_view row) const;

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
  static std::string joined(const std::vector<std::string>& columns) {
    std::string text;
    for (const std::string& column : columns) text += "," + quoted(column);
    return text;
  }
  /// The number of separators outside quotes.
  static std::size_t count_separators(std::string_view header) {
    std::size_t count = 0;
    bool inside = false;
    for (char c : header) {
      inside ^= c == '"';
      count += !inside && c == ',';
    }
    return count;
  }

  std::string path_, base_, header_;  // the header line without and with added columns
  bool is_stream_;                    // it cannot be read again
  std::size_t width_ = 0;             // figures in a row
  std::optional<AppendFile> file_;
};

inline CsvLog::CsvLog(const std::string& path, const std::vector<std::string>& columns,
                      std::optional<index_t> last_step)
    : path_(path),
      base_("step" + joined(columns)),
      header_(base_),
      is_stream_(io::written_directly(path)),
      width_(columns.size()) {
  if (!last_step || is_stream_ || ::access(path.c_str(), F_OK) != 0) {
    replace(header_ + "\n");
    return;
  }
  const std::string table = read();
  std::size_t at = std::min(table.find('\n'), table.size());
  header_ = table.substr(0, at);
  check<ValueError>(header_ == base_ || header_.starts_with(base_ + ","), "csv_log", path,
                    " has other columns than this run: ", base_);
  width_ = count_separators(header_);
  std::string kept = header_ + "\n";
  for (std::size_t end = 0; (end = table.find('\n', ++at)) != table.npos; at = end) {
    const std::string_view row = std::string_view(table).substr(at, end - at);
    if (step_of(row) <= *last_step) kept.append(row).append("\n");
  }
  replace(kept);  // without a last row that a kill cut short
}

inline void CsvLog::extend(const std::vector<std::string>& columns) {
  const std::string wider = base_ + joined(columns);
  if (columns.empty() || header_ == wider) return;
  check<ValueError>(header_ == base_, "csv_log", path_, " has the columns ", header_, ", not ", wider);
  std::string table = is_stream_ ? header_ : read();
  table.erase(0, header_.size());
  for (std::size_t end = 1; (end = table.find('\n', end)) != table.npos; end += columns.size() + 1)
    table.insert(end, columns.size(), ',');
  header_ = wider;
  width_ += columns.size();
  replace(header_ + table);
}

inline std::string CsvLog::read() const {
  io::InputFile file(path_);
  std::string text;
  for (std::string_view more = file.peek(); !more.empty(); more = file.peek()) {
    text += more;
    file.skip(more.size());
  }
  return text;
}

inline index_t CsvLog::step_of(std::string_view row) const {
  index_t step = 0;
  const char* const end = row.data() + row.size();
  const auto parsed = std::from_chars(row.data(), end, step);
  check<IoError>(parsed.ec == std::errc() && (parsed.ptr == end || *parsed.ptr == ','), "csv_log", path_,
                 ": a row begins with no step: \"", row.substr(0, 40), "\"");
  return step;
}

}  // namespace TENON_NAMESPACE::train
