#pragma once
/// Settings of a tokenizer's components, as tokenizer.json holds them.

#include <charconv>      // from_chars
#include <cstdint>       // uint32_t
#include <optional>      // optional
#include <string>        // string
#include <string_view>   // string_view
#include <system_error>  // errc

#include "tenon/io/json.hpp"

namespace TENON_NAMESPACE::text {

/// An object of settings; what is wrong with one is said with the component's name.
class Settings {
 public:
  /// `component` says whose settings these are, in errors.
  Settings(const io::Json& json, std::string component) : json_(json), component_(std::move(component)) {
    check<IoError>(json.is_object(), "tokenizer", component_, " is no object");
  }

  /// A component's name, its `type`.
  std::string type() const { return string("type"); }
  /// Whose settings these are.
  const std::string& component() const { return component_; }
  /// The value, null where it is missing or null.
  const io::Json* find(const char* name) const {
    const io::Json* const value = json_.find(name);
    return value && value->kind() != io::Json::Kind::null ? value : nullptr;
  }
  /// The value, which must be there.
  const io::Json& at(const char* name) const {
    const io::Json* const value = find(name);
    check<IoError>(value != nullptr, "tokenizer", component_, " has no '", name, "'");
    return *value;
  }
  /// A string that must be there.
  const std::string& string(const char* name) const {
    const io::Json& value = at(name);
    check<IoError>(value.is_string(), "tokenizer", component_, ": '", name, "' is no string");
    return value.text();
  }
  /// A string, or what stands for it where it is missing.
  std::string string(const char* name, const std::string& missing) const {
    return find(name) ? string(name) : missing;
  }
  /// True or false.
  bool flag(const char* name, bool missing) const {
    const io::Json* const value = find(name);
    if (!value) return missing;
    check<IoError>(value->kind() == io::Json::Kind::boolean, "tokenizer", component_, ": '", name,
                   "' is neither true nor false");
    return value->text() == "true";
  }
  /// A whole number.
  std::uint32_t number(const char* name, std::uint32_t missing) const {
    const io::Json* const value = find(name);
    return value ? whole(*value, name) : missing;
  }
  /// A value that is a whole number below 2^32.
  std::uint32_t whole(const io::Json& value, const char* name) const {
    const auto number = value.whole_number();
    check<IoError>(number && *number <= 0xffffffff, "tokenizer", component_, ": '", name, "' is ",
                   value.text(), ", expected a whole number");
    return static_cast<std::uint32_t>(*number);
  }

 private:
  const io::Json& json_;
  std::string component_;
};

/// The value of a JSON number.
///   throws: IoError if it is none
inline double json_number(const io::Json& value) {
  double number = 0;
  const std::string& text = value.text();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  check<IoError>(
      value.kind() == io::Json::Kind::number && error == std::errc() && end == text.data() + text.size(),
      "tokenizer", "'", text, "' is no number");
  return number;
}

}  // namespace TENON_NAMESPACE::text
