#pragma once
/// JSON values, as headers of files and configurations hold them. RapidJSON reads the text; its reader alone is
/// quick to compile.

#include <charconv>      // from_chars
#include <cstdint>       // uint64_t
#include <optional>      // optional
#include <string>        // string
#include <string_view>   // string_view
#include <system_error>  // errc
#include <utility>       // move, pair
#include <vector>        // vector

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "tenon/core/error.hpp"

namespace TENON_NAMESPACE::io {

/// A JSON value. Numbers keep their text.
class Json {
 public:
  /// What a value is.
  enum class Kind { null, boolean, number, string, array, object };

  /// Reads a text in UTF-8 that is one JSON value.
  ///   throws: IoError if it is not, or if values nest deeper than `most_depth`
  static Json parse(std::string_view text, int most_depth = 100);

  /// What the value is.
  Kind kind() const { return kind_; }
  /// Whether the value is a string.
  bool is_string() const { return kind_ == Kind::string; }
  /// Whether the value is an array.
  bool is_array() const { return kind_ == Kind::array; }
  /// Whether the value is an object.
  bool is_object() const { return kind_ == Kind::object; }

  /// The value of a string, or the text of a number, of true and of false.
  const std::string& text() const { return text_; }
  /// The value of a number that is whole, not negative and below 2^64; else nothing.
  std::optional<std::uint64_t> whole_number() const {
    std::uint64_t value = 0;
    const char* const end = text_.data() + text_.size();
    const auto [read, error] = std::from_chars(text_.data(), end, value);
    if (kind_ != Kind::number || error != std::errc() || read != end) return {};
    return value;
  }
  /// The elements of an array.
  const std::vector<Json>& elements() const { return elements_; }
  /// The names and values of an object, in the order of the text; names may be repeated.
  const std::vector<std::pair<std::string, Json>>& members() const { return members_; }
  /// The first member of an object that has this name; null if there is none.
  const Json* find(std::string_view name) const {
    for (const auto& [key, value] : members_)
      if (key == name) return &value;
    return nullptr;
  }

 private:
  class Reader;

  Kind kind_ = Kind::null;
  std::string text_;
  std::vector<Json> elements_;
  std::vector<std::pair<std::string, Json>> members_;
};

// Definitions -----------------------------------------------------------------------------------------------

/// Builds values from RapidJSON's events. The values that are open stand on a stack, each with its name.
class Json::Reader {
 public:
  explicit Reader(int most_depth) : most_depth_(most_depth) {}

  Json root{};
  bool too_deep = false;

  bool Null() { return add({}); }
  bool Bool(bool value) { return add(Kind::boolean, value ? "true" : "false"); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) { return add(Kind::number, {text, size}); }
  bool String(const char* text, rapidjson::SizeType size, bool) { return add(Kind::string, {text, size}); }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    key_.assign(text, size);
    return true;
  }
  bool StartObject() { return begin(Kind::object); }
  bool StartArray() { return begin(Kind::array); }
  bool EndObject(rapidjson::SizeType) { return end(); }
  bool EndArray(rapidjson::SizeType) { return end(); }
  // Numbers come as text; RapidJSON compiles these all the same.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

 private:
  bool add(Kind kind, std::string_view text) {
    Json value;
    value.kind_ = kind;
    value.text_ = text;
    return add(std::move(value));
  }
  bool add(Json value) {
    if (open_.empty())
      root = std::move(value);
    else if (Json& parent = open_.back().second; parent.is_array())
      parent.elements_.push_back(std::move(value));
    else
      parent.members_.emplace_back(std::move(key_), std::move(value));
    return true;
  }
  bool begin(Kind kind) {
    too_deep = static_cast<int>(open_.size()) == most_depth_;
    open_.emplace_back(std::move(key_), Json());
    open_.back().second.kind_ = kind;
    return !too_deep;
  }
  bool end() {
    Json value = std::move(open_.back().second);
    key_ = std::move(open_.back().first);
    open_.pop_back();
    return add(std::move(value));
  }

  int most_depth_;
  std::vector<std::pair<std::string, Json>> open_{};
  std::string key_{};
};

inline Json Json::parse(std::string_view text, int most_depth) {
  Reader reader(most_depth);
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>> parser;
  constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag |
                             rapidjson::kParseNumbersAsStringsFlag;
  const rapidjson::ParseResult result = parser.Parse<flags>(stream, reader);
  check<IoError>(!reader.too_deep, "json", "values nest more than ", most_depth, " deep");
  check<IoError>(!result.IsError(), "json", "not JSON at byte ", result.Offset());
  return std::move(reader.root);
}

}  // namespace TENON_NAMESPACE::io
