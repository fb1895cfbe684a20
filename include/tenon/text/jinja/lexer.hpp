#pragma once
/// The words of Jinja templates: text, and the tokens between {{ }} and {% %}.

#include <cctype>       // isalnum, isalpha, isdigit
#include <string>       // string
#include <string_view>  // string_view
#include <vector>       // vector

#include "tenon/text/jinja/value.hpp"

namespace TENON_NAMESPACE::text::jinja {

/// A piece of a template.
struct Token {
  enum class Kind {
    text,
    open_print,
    close_print,
    open_block,
    close_block,
    name,
    string,
    number,
    symbol,
    end
  };
  Kind kind = Kind::end;
  std::string text{};
};

/// Cuts a template into tokens. Whitespace is that of Hugging Face's templates: a newline behind a block and blanks
/// before one on its line are dropped (trim_blocks, lstrip_blocks), and `-` drops all.
class Lexer {
 public:
  explicit Lexer(std::string_view source) : rest_(source) {
    if (rest_.ends_with('\n')) rest_.remove_suffix(1);
  }

  std::vector<Token> tokens() {
    while (!rest_.empty()) {
      const std::size_t begin = next_tag();
      std::string_view text = rest_.substr(0, begin);
      rest_.remove_prefix(text.size());
      text = after_tag(text);
      if (rest_.empty())
        add(Token::Kind::text, text);
      else
        tag(text);
    }
    tokens_.emplace_back();
    return std::move(tokens_);
  }

 private:
  enum class Trim { none, newline, all };
  static constexpr std::string_view blanks = " \t\n\r\f\v";

  std::size_t next_tag() const {
    for (std::size_t i = rest_.find('{'); i < rest_.size(); i = rest_.find('{', i + 1))
      if (i + 1 < rest_.size() && std::string_view("{%#").find(rest_[i + 1]) != std::string_view::npos)
        return i;
    return rest_.size();
  }
  /// The text without what the tag before it drops.
  std::string_view after_tag(std::string_view text) {
    if (trim_ == Trim::all) text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    if (trim_ == Trim::newline && text.starts_with("\r\n")) text.remove_prefix(1);
    if (trim_ == Trim::newline && text.starts_with('\n')) text.remove_prefix(1);
    return text;
  }
  void tag(std::string_view text) {
    const char kind = rest_[1];
    rest_.remove_prefix(2);
    if (rest_.starts_with('-'))
      text = text.substr(0, text.find_last_not_of(blanks) + 1);
    else if (kind != '{' && !rest_.starts_with('+'))
      text = without_indent(text);
    if (rest_.starts_with('-') || (kind != '{' && rest_.starts_with('+'))) rest_.remove_prefix(1);
    add(Token::Kind::text, text);
    if (kind == '#') return comment();
    add(kind == '{' ? Token::Kind::open_print : Token::Kind::open_block, "");
    const std::string_view close = kind == '{' ? "}}" : "%}";
    while (!closes(close)) word();
    add(kind == '{' ? Token::Kind::close_print : Token::Kind::close_block, "");
    if (kind == '{' && trim_ == Trim::newline) trim_ = Trim::none;
  }
  /// Drops blanks between the beginning of a line and a block.
  std::string_view without_indent(std::string_view text) const {
    const std::size_t last = text.find_last_not_of(" \t");
    const bool whole_line = last == text.npos ? first_ || line_begins_ : text[last] == '\n';
    return whole_line ? text.substr(0, last == text.npos ? 0 : last + 1) : text;
  }
  void comment() {
    const std::size_t end = rest_.find("#}");
    require(end != rest_.npos, "a comment is not closed");
    trim_ = end > 0 && rest_[end - 1] == '-' ? Trim::all : Trim::newline;
    rest_.remove_prefix(end + 2);
    tag_ended();
  }
  /// Whether the tag ends here, behind blanks.
  bool closes(std::string_view close) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size()));
    require(!rest_.empty(), close[0] == '}' ? "a {{" : "a {%", " is not closed");
    const bool sign =
        (rest_[0] == '-' || (rest_[0] == '+' && close[0] == '%')) && rest_.substr(1).starts_with(close);
    if (!sign && (depth_ > 0 || !rest_.starts_with(close))) return false;
    trim_ = sign && rest_[0] == '-' ? Trim::all : sign ? Trim::none : Trim::newline;
    rest_.remove_prefix(close.size() + (sign ? 1 : 0));
    tag_ended();
    return true;
  }
  void tag_ended() {
    first_ = false;
    line_begins_ = trim_ == Trim::newline && rest_.starts_with('\n');
    depth_ = 0;
  }
  void word() {
    const char c = rest_[0];
    if (c == '"' || c == '\'') return string(c);
    std::size_t size = 0;
    const auto letter = [&](std::size_t i) {
      return i < rest_.size() && (std::isalnum(static_cast<unsigned char>(rest_[i])) || rest_[i] == '_');
    };
    const auto digit = [&](std::size_t i) {
      return i < rest_.size() && std::isdigit(static_cast<unsigned char>(rest_[i]));
    };
    if (digit(0)) {
      while (digit(size)) ++size;
      if (size < rest_.size() && rest_[size] == '.' && digit(size + 1))
        for (++size; digit(size);) ++size;
      return take(Token::Kind::number, size);
    }
    while (letter(size)) ++size;
    if (size > 0) return take(Token::Kind::name, size);
    for (const std::string_view symbol : {"==", "!=", "<=", ">=", "//", "**"})
      if (rest_.starts_with(symbol)) return take(Token::Kind::symbol, 2);
    require(std::string_view("()[]{}.,:|~+-*/%<>=").find(c) != std::string_view::npos, "the character '",
            std::string(1, c), "' means nothing");
    if (c == '{' || c == '(' || c == '[') ++depth_;
    if (depth_ > 0 && (c == '}' || c == ')' || c == ']')) --depth_;
    take(Token::Kind::symbol, 1);
  }
  void string(char quote) {
    std::string text;
    std::size_t i = 1;
    for (; i < rest_.size() && rest_[i] != quote; ++i) {
      if (rest_[i] != '\\' || i + 1 == rest_.size()) {
        text += rest_[i];
        continue;
      }
      const char c = rest_[++i];
      const std::size_t known = std::string_view("ntr\\'\"").find(c);
      if (known == std::string_view::npos)
        (text += '\\') += c;
      else
        text += "\n\t\r\\'\""[known];
    }
    require(i < rest_.size(), "a string is not closed");
    rest_.remove_prefix(i + 1);
    tokens_.push_back({Token::Kind::string, text});
  }
  void take(Token::Kind kind, std::size_t size) {
    tokens_.push_back({kind, std::string(rest_.substr(0, size))});
    rest_.remove_prefix(size);
  }
  void add(Token::Kind kind, std::string_view text) {
    if (kind != Token::Kind::text || !text.empty()) tokens_.push_back({kind, std::string(text)});
  }

  std::string_view rest_;
  std::vector<Token> tokens_{};
  Trim trim_ = Trim::none;
  bool first_ = true, line_begins_ = false;
  int depth_ = 0;
};

}  // namespace TENON_NAMESPACE::text::jinja
