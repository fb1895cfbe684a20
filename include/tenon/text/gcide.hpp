#pragma once
/// The GNU Collaborative International Dictionary of English as plain text for the training of word vectors.
///
/// It is distributed as the data file of a dictionary server (Debian: package dict-gcide), 40 MB
/// uncompressed:
///
///     Lariat \Lar"i*at\ (l[a^]r"[i^]*[a^]t), n. [Sp. la reata the
///        rope; la the + reata rope. Cf. {Reata}.]
///        A long, slender rope made of hemp or strips of hide, esp. one
///        with a noose; …                                   --Author.
///        [1913 Webster]
///
/// Kept are the headword, its field, such as (Bot.), and the words of definitions and quotations.
/// Pronunciations, etymologies, sources and names of authors are removed, since they say nothing about the
/// meaning of a word.

#include <algorithm>    // min
#include <cstddef>      // size_t
#include <memory>       // unique_ptr, make_unique
#include <optional>     // optional
#include <string>       // string
#include <string_view>  // string_view
#include <utility>      // move

#include <unistd.h>  // access

#include "tenon/core/error.hpp"
#include "tenon/text/reader.hpp"

namespace TENON_NAMESPACE::text {

/// The path of the installed data file of the dictionary; none if it is not installed.
inline std::optional<std::string> find_gcide() {
  for (const char* path : {"/usr/share/dictd/gcide.dict.dz", "/usr/share/dictd/gcide.dict",
                           "/usr/local/share/dictd/gcide.dict.dz", "/usr/share/dict/gcide.dict.dz",
                           "/usr/lib/dict/gcide.dict.dz", "/opt/dictd/gcide.dict.dz"})
    if (::access(path, R_OK) == 0) return path;
  return std::nullopt;
}

/// The words of an entry in lower-case letters, separated by blanks. Words of one letter are left out,
/// because most of them are grammatical abbreviations (n., v. t., a.).
std::string normalize_gcide_entry(std::string_view entry);

/// Reads the dictionary's data file as text with one line for each entry. Reading throws IoError if the
/// source fails or is not the data file.
class GcideReader : public TextReader {
 public:
  /// Reads the uncompressed data file from another reader.
  explicit GcideReader(std::unique_ptr<TextReader> source) : source_(std::move(source)) {}
  /// Reads the data file at `path`, compressed or not.
  explicit GcideReader(const std::string& path) : GcideReader(std::make_unique<FileReader>(path)) {}

  std::size_t read(char* buffer, std::size_t capacity) override;

 private:
  /// A limit in bytes that no line or entry of the real dictionary reaches.
  static constexpr std::size_t longest = std::size_t{1} << 20;

  bool read_line(std::string& line);
  bool read_entry(std::string& entry);

  std::unique_ptr<TextReader> source_;
  std::string chunk_;         // bytes of the source
  std::size_t position_ = 0;  // number of bytes of chunk_ already used
  std::string headline_;      // the line that ended the last entry and begins the next
  std::string text_;          // normalised text of the current entry
  std::size_t taken_ = 0;     // number of bytes of text_ already read
};

// Definitions -----------------------------------------------------------------------------------------------

namespace detail {

class GcideEntry {
 public:
  explicit GcideEntry(std::string_view entry) : in_(entry) {}

  std::string words() {
    while (at_ < in_.size()) step();
    end_word();
    return std::move(out_);
  }

 private:
  static bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
  static bool is_letter(char c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }
  static char lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }
  char peek(std::size_t ahead) const { return at_ + ahead < in_.size() ? in_[at_ + ahead] : '\0'; }

  void step() {
    const char c = in_[at_];
    if (is_letter(c)) return add_letter(c);
    if (in_braces_ && (c == '*' || c == '"' || c == '`')) return void(++at_);  // {La*ron"ic}: marks of stress
    if (c == '[') return skip_brackets();
    if (c == '{' || c == '}') in_braces_ = c == '{';
    end_word();
    if (c == '\\') return skip_pronunciation();
    if (c == '(') return skip_parenthesis();
    if (c == '-' && peek(1) == '-' && is_upper(peek(2))) return skip_author();
    ++at_;
  }

  void add_letter(char c) {
    word_ += lower(c);
    ++at_;
  }

  void end_word() {
    if (word_.size() > 1) {
      if (!out_.empty()) out_ += ' ';
      out_ += word_;
    }
    word_.clear();
  }

  /// Skips brackets. [ae] and ['e] are letters of a word; other content is a remark.
  void skip_brackets() {
    const std::size_t begin = at_, end = closing(begin, '[', ']');
    const std::string_view inside = in_.substr(begin + 1, end > begin ? end - begin - 1 : 0);
    at_ = end + 1;
    if (!is_letter_code(inside)) return end_word();
    for (const char c : inside)
      if (is_letter(c)) word_ += lower(c);
  }
  static bool is_letter_code(std::string_view code) {
    if (code == "ae" || code == "oe" || code == "AE" || code == "OE") return true;
    return code.size() == 2 && std::string_view("'`^\"~,").find(code[0]) != code.npos && is_letter(code[1]);
  }

  /// Skips a pronunciation such as (l[aum]r"v[.a]); other parentheses are kept.
  void skip_parenthesis() {
    const std::size_t end = closing(at_, '(', ')');
    const std::string_view inside = in_.substr(at_ + 1, end > at_ ? end - at_ - 1 : 0);
    at_ = tells_sounds(inside) ? end + 1 : at_ + 1;
  }

  /// Whether a remark is a pronunciation: it has codes of sounds, which do not occur in spellings.
  static bool tells_sounds(std::string_view remark) {
    constexpr std::size_t longest = 80, longest_code = 5;
    if (remark.size() > longest) return false;
    for (std::size_t i = remark.find('['); i < remark.size(); i = remark.find('[', i + 1)) {
      const std::string_view code =
          remark.substr(i + 1, std::min(remark.find(']', i), remark.size()) - i - 1);
      if (code.size() >= 2 && code.size() <= longest_code && !is_letter_code(code) &&
          code.find_first_of(" 0123456789") == code.npos)
        return true;
    }
    return false;
  }

  /// Skips a pronunciation such as \Lar"i*at\, or only the backslash if no second one follows.
  void skip_pronunciation() {
    const std::size_t end = in_.find('\\', at_ + 1);
    at_ = (end == in_.npos ? at_ : end) + 1;
  }

  /// Skips --Author to the end of the line, and the far indented lines on which a long name continues.
  void skip_author() {
    constexpr std::size_t far = 30;
    do at_ = std::min(in_.find('\n', at_), in_.size() - 1) + 1;
    while (at_ < in_.size() && in_.substr(at_).find_first_not_of(' ') >= far && in_[at_] != '\n');
  }

  /// The position of the bracket that closes the one at `begin`; `begin` if there is none within 4000 bytes.
  std::size_t closing(std::size_t begin, char open, char close) const {
    constexpr std::size_t longest = 4000;
    const std::size_t end = std::min(in_.size(), begin + longest);
    int depth = 0;
    for (std::size_t i = begin; i < end; ++i) {
      depth += in_[i] == open ? 1 : in_[i] == close ? -1 : 0;
      if (depth == 0) return i;
    }
    return begin;
  }

  std::string_view in_;
  std::size_t at_ = 0;
  bool in_braces_ = false;
  std::string word_, out_;
};

}  // namespace detail

inline std::string normalize_gcide_entry(std::string_view entry) {
  return detail::GcideEntry(entry).words();
}

inline std::size_t GcideReader::read(char* buffer, std::size_t capacity) {
  while (taken_ == text_.size()) {
    std::string entry;
    if (!read_entry(entry)) return 0;
    text_ = normalize_gcide_entry(entry);
    if (!text_.empty()) text_ += '\n';
    taken_ = 0;
  }
  const std::size_t count = text_.copy(buffer, capacity, taken_);
  taken_ += count;
  return count;
}

/// Reads the next line with its newline; false at the end.
inline bool GcideReader::read_line(std::string& line) {
  constexpr std::size_t chunk_size = std::size_t{1} << 16;
  line.clear();
  for (;;) {
    const std::size_t end = std::min(chunk_.find('\n', position_), chunk_.size() - 1) + 1;
    line.append(chunk_, position_, end - position_);
    position_ = end;
    if (!line.empty() && line.back() == '\n') return true;
    check<IoError>(line.size() < longest, "gcide", "a line of more than ", longest,
                   " bytes: not the dictionary's data file");
    chunk_.resize(chunk_size);
    chunk_.resize(source_->read(chunk_.data(), chunk_size));
    position_ = 0;
    if (chunk_.empty()) return !line.empty();
  }
}

/// Reads the next entry; false at the end. An entry begins with a headline, which is not indented and has a
/// pronunciation between backslashes. Lines before the first headline are the preface.
inline bool GcideReader::read_entry(std::string& entry) {
  const auto is_headline = [](const std::string& line) {
    return line.front() > ' ' && line.find('\\') != line.npos;
  };
  std::string line;
  while (headline_.empty() && read_line(line))
    if (is_headline(line)) headline_ = line;
  entry = std::move(headline_);
  headline_.clear();
  while (!entry.empty() && read_line(line)) {
    if (is_headline(line)) {
      headline_ = line;
      break;
    }
    entry += line;
    check<IoError>(entry.size() < longest, "gcide", "an entry of more than ", longest,
                   " bytes: not the dictionary's data file");
  }
  return !entry.empty();
}

}  // namespace TENON_NAMESPACE::text
