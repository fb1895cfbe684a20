#pragma once
/// Tables in text files: comma- or tab-separated values (RFC 4180), and plain lines.
///
///     const auto table = data::read_csv("iris.csv");
///     const auto x = table.values<float>({0, 1, 2, 3});
///     const auto kind = table.categories(table.find("species"));

#include <algorithm>     // count, find, lower_bound, min, sort, unique
#include <charconv>      // from_chars
#include <cmath>         // abs
#include <string>        // string
#include <string_view>   // string_view
#include <system_error>  // errc
#include <vector>        // vector

#include "tenon/core/shape.hpp"
#include "tenon/data/file_reader.hpp"
#include "tenon/io/utf8_mark.hpp"
#include "tenon/tensor/tensor.hpp"

namespace TENON_NAMESPACE::data {

/// Options of `read_csv` and `parse_csv`.
struct CsvOptions {
  char separator = ',';  ///< between fields
  bool header = true;    ///< the first line names the columns
  index_t skip = 0;      ///< lines before the table to skip
  char quote = '"';      ///< around fields with separators or line ends; doubled inside. 0: no quoting
};
/// A column of words as class numbers.
struct Categories {
  Tensor<index_t> codes;           ///< (rows): the position of each row's word in `names`
  std::vector<std::string> names;  ///< the distinct words, sorted
};

namespace detail {
class CsvParser;
}

/// A table in memory. Columns are counted from 0, negative ones from the end. Functions throw IndexError for
/// a row or column out of range, and IoError with file, line and column for a cell that is not a number of
/// the wanted type.
class Table {
 public:
  /// The number of rows, without the header.
  index_t rows() const { return static_cast<index_t>(lines_.size()); }
  /// The number of columns.
  index_t columns() const { return columns_; }
  /// The names of the columns; empty without a header.
  const std::vector<std::string>& names() const { return names_; }
  /// The column with this name.    throws: IoError if there is none
  index_t find(std::string_view name) const;

  /// The text of a cell.
  std::string_view cell(index_t row, index_t column) const;
  /// A column as numbers, (rows).
  template <Scalar T>
  Tensor<T> column(index_t column) const;
  /// Columns as numbers, (rows, columns); all columns if none is given.
  template <Scalar T>
  Tensor<T> values(std::vector<index_t> columns = {}) const;
  /// A column as texts.
  std::vector<std::string> strings(index_t column) const;
  /// A column of words as class numbers.
  Categories categories(index_t column) const;

 private:
  friend class detail::CsvParser;

  index_t checked(index_t column) const;
  template <class T>
  T number(index_t row, index_t column) const;

  std::string path_;
  std::vector<std::string> names_;
  index_t columns_ = 0;
  std::string text_;               // the cells, concatenated
  std::vector<std::size_t> ends_;  // the end of each cell in text_
  std::vector<index_t> lines_;     // the line on which each row begins
};

/// Reads a table from a file, plain or gzip-compressed. Empty lines at the end are ignored. Tab-separated
/// text without quoting: `read_csv(path, {.separator = '\t', .header = false, .quote = 0})`.
///
///   throws: IoError with file and line if the file cannot be read, a row has another number of fields than
///           the first, or a quote is not closed
Table read_csv(const std::string& path, const CsvOptions& options = {});
/// Reads a table from a text, which errors call `name`; `read_csv` gives options and errors.
Table parse_csv(std::string_view text, const CsvOptions& options = {}, const std::string& name = "text");

/// The lines of a text, without line ends (`\n` or `\r\n`) and a byte-order mark at the beginning.
inline std::vector<std::string> split_lines(std::string_view text) {
  text = io::without_utf8_mark(text);
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const bool dos = end > begin && text[end - 1] == '\r';
    lines.emplace_back(text.substr(begin, end - begin - (dos ? 1 : 0)));
    begin = end + 1;
  }
  return lines;
}
/// The lines of a file, plain or gzip-compressed, without line ends.
///
///   throws: IoError if the file cannot be read
inline std::vector<std::string> read_lines(const std::string& path) {
  return split_lines(FileReader("text", path).rest());
}

// Definitions -----------------------------------------------------------------------------------------------

namespace detail {

/// Parses a text into the cells of a table.
class CsvParser {
 public:
  CsvParser(const std::string& path, std::string_view text, const CsvOptions& options)
      : options_(options), rest_(io::without_utf8_mark(text)) {
    table_.path_ = path;
    while (!rest_.empty() && (rest_.back() == '\n' || rest_.back() == '\r')) rest_.remove_suffix(1);
  }

  Table run() {
    for (; line_ <= options_.skip && !rest_.empty(); ++line_)
      rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size() - 1) + 1);
    while (!rest_.empty()) read_row();
    if (options_.header && !table_.lines_.empty()) take_header();
    return std::move(table_);
  }

 private:
  template <class... Pieces>
  void require(bool holds, const Pieces&... sentence) const {
    check<IoError>(holds, "csv", table_.path_, ", line ", line_, sentence...);
  }

  void read_row() {
    table_.lines_.push_back(line_);
    index_t fields = 0;
    for (bool more = true; more; ++fields) {
      if (options_.quote && rest_.starts_with(options_.quote))
        read_quoted(fields);
      else
        read_plain();
      table_.ends_.push_back(table_.text_.size());
      more = rest_.starts_with(options_.separator);
      if (more) rest_.remove_prefix(1);
    }
    if (table_.lines_.size() == 1) table_.columns_ = fields;
    require(fields == table_.columns_, ": ", fields, " fields instead of ", table_.columns_);
    end_line();
  }

  void read_plain() {
    const char stops[] = {options_.separator, '\n'};
    const std::size_t stop = std::min(rest_.find_first_of(std::string_view(stops, 2)), rest_.size());
    const bool dos = stop > 0 && rest_[stop - 1] == '\r' && (stop == rest_.size() || rest_[stop] == '\n');
    table_.text_ += rest_.substr(0, stop - (dos ? 1 : 0));
    rest_.remove_prefix(stop);
  }

  void read_quoted(index_t field) {
    for (;;) {
      rest_.remove_prefix(1);
      const std::size_t stop = rest_.find(options_.quote);
      require(stop != std::string_view::npos, ", column ", field + 1, ": a quote is not closed");
      const std::string_view part = rest_.substr(0, stop);
      line_ += std::count(part.begin(), part.end(), '\n');
      table_.text_ += part;
      rest_.remove_prefix(stop + 1);
      if (!rest_.starts_with(options_.quote)) break;
      table_.text_ += options_.quote;
    }
    if (rest_.starts_with("\r\n")) rest_.remove_prefix(1);
    require(rest_.empty() || rest_[0] == options_.separator || rest_[0] == '\n', ", column ", field + 1,
            ": text follows a closing quote");
  }

  void end_line() {
    if (rest_.empty()) return;
    rest_.remove_prefix(1);
    ++line_;
  }

  void take_header() {
    for (index_t c = 0; c < table_.columns_; ++c) table_.names_.emplace_back(table_.cell(0, c));
    const std::size_t length = table_.ends_[static_cast<std::size_t>(table_.columns_ - 1)];
    table_.text_.erase(0, length);
    table_.ends_.erase(table_.ends_.begin(), table_.ends_.begin() + table_.columns_);
    for (std::size_t& end : table_.ends_) end -= length;
    table_.lines_.erase(table_.lines_.begin());
  }

  CsvOptions options_;
  std::string_view rest_;
  index_t line_ = 1;
  Table table_;
};

}  // namespace detail

inline Table read_csv(const std::string& path, const CsvOptions& options) {
  return parse_csv(FileReader("csv", path).rest(), options, path);
}
inline Table parse_csv(std::string_view text, const CsvOptions& options, const std::string& name) {
  return detail::CsvParser(name, text, options).run();
}

inline index_t Table::find(std::string_view name) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  check<IoError>(found != names_.end(), "csv", path_, ": there is no column \"", name, "\"");
  return found - names_.begin();
}

inline index_t Table::checked(index_t column) const {
  check<IndexError>(column >= -columns_ && column < columns_, "csv", path_, ": column ", column,
                    " is outside its ", columns_, " columns");
  return column < 0 ? column + columns_ : column;
}

inline std::string_view Table::cell(index_t row, index_t column) const {
  check<IndexError>(row >= 0 && row < rows(), "csv", path_, ": row ", row, " is outside its ", rows(),
                    " rows");
  const auto i = static_cast<std::size_t>(row * columns_ + checked(column));
  const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
  return std::string_view(text_).substr(begin, ends_[i] - begin);
}

namespace detail {

/// Parses all of `text` as a number, after blanks around it and a plus sign; false if it is none or too
/// large. An integer may be written as 3.0 or 3e0; a number below float's range becomes 0.
template <class T>
bool parse_number(std::string_view text, T& value) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec == std::errc() && result.ptr == end) return true;
  if constexpr (!std::is_same_v<T, double>) {
    double wide = 0;
    if (!parse_number(text, wide)) return false;
    if constexpr (Real<T>) {
      value = static_cast<T>(wide);
      return std::abs(wide) < 1;
    } else {
      constexpr double exact = 0x1p53;
      if (!(std::abs(wide) <= exact)) return false;
      const auto whole = static_cast<std::int64_t>(wide);
      value = static_cast<T>(whole);
      return static_cast<double>(whole) == wide && static_cast<std::int64_t>(value) == whole;
    }
  }
  return false;
}

}  // namespace detail

template <class T>
T Table::number(index_t row, index_t column) const {
  static_assert(Real<T> || (std::is_integral_v<T> && !std::is_same_v<T, bool>), "cells are numbers or texts");
  T value{};
  const std::string_view text = cell(row, column);
  check<IoError>(detail::parse_number(text, value), "csv", path_, ", line ",
                 lines_[static_cast<std::size_t>(row)], ", column ", column + 1, ": \"", text,
                 "\" is not a number that fits ", scalar_name<T>());
  return value;
}

template <Scalar T>
Tensor<T> Table::column(index_t column) const {
  const index_t c = checked(column);
  Tensor<T> x = Tensor<T>::empty({rows()});
  T* to = x.mutable_data();
  for (index_t row = 0; row < rows(); ++row) *to++ = number<T>(row, c);
  return x;
}

template <Scalar T>
Tensor<T> Table::values(std::vector<index_t> columns) const {
  if (columns.empty())
    for (index_t c = 0; c < columns_; ++c) columns.push_back(c);
  for (index_t& c : columns) c = checked(c);
  Tensor<T> x = Tensor<T>::empty({rows(), static_cast<index_t>(columns.size())});
  T* to = x.mutable_data();
  for (index_t row = 0; row < rows(); ++row)
    for (const index_t c : columns) *to++ = number<T>(row, c);
  return x;
}

inline std::vector<std::string> Table::strings(index_t column) const {
  const index_t c = checked(column);
  std::vector<std::string> texts;
  for (index_t row = 0; row < rows(); ++row) texts.emplace_back(cell(row, c));
  return texts;
}

inline Categories Table::categories(index_t column) const {
  const std::vector<std::string> texts = strings(column);
  Categories result{Tensor<index_t>::empty({rows()}), texts};
  std::sort(result.names.begin(), result.names.end());
  result.names.erase(std::unique(result.names.begin(), result.names.end()), result.names.end());
  index_t* to = result.codes.mutable_data();
  for (const std::string& text : texts)
    *to++ = std::lower_bound(result.names.begin(), result.names.end(), text) - result.names.begin();
  return result;
}

}  // namespace TENON_NAMESPACE::data
