#pragma once
/// The arguments of a golden case that are not tensors.

#include <initializer_list>  // initializer_list
#include <memory>            // shared_ptr
#include <set>               // set
#include <stdexcept>         // runtime_error
#include <string>            // string
#include <string_view>       // string_view
#include <utility>           // pair
#include <vector>            // vector

#include <nlohmann/json_fwd.hpp>

#include "tenon/core/shape.hpp"

namespace golden {

/// A case asks for what the library, or this program, does not know: that is no failure.
struct Unsupported : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A JSON object whose members are read by type. It remembers which were read: an argument that nobody looked
/// at is one that an operation silently ignored. A value of another kind than what is asked for, true as a
/// number or 1.5 as an integer, throws Unsupported.
class Args {
 public:
  explicit Args(std::shared_ptr<const nlohmann::json> object);

  /// Whether the argument is there and not null.
  bool given(const std::string& name) const;
  /// A number; the strings "inf" and "-inf" are infinities.
  double number(const std::string& name) const;
  tn::index_t integer(const std::string& name) const;
  bool flag(const std::string& name) const;
  std::string text(const std::string& name) const;
  /// What stands for the argument's text: `choice("mode", {{"sum", BagMode::sum}, {"mean", BagMode::mean}})`.
  /// throws Unsupported when that is not among the `known`
  template <class V>
  V choice(const std::string& name, std::initializer_list<std::pair<std::string_view, V>> known) const {
    const std::string given = text(name);
    for (const auto& [word, value] : known)
      if (word == given) return value;
    throw Unsupported(name + " is \"" + given + "\", which is not known");
  }
  /// Whether the argument is a text, of those that may also be a number or a list.
  bool is_text(const std::string& name) const;
  /// Whether the argument is a list, of those that may also be an integer.
  bool is_list(const std::string& name) const;
  /// A list of integers; one integer is a list of one, null is an empty list.
  tn::Dims dims(const std::string& name) const;
  std::vector<double> numbers(const std::string& name) const;
  std::vector<std::string> texts(const std::string& name) const;
  /// A list of objects, in each of which an absent argument is looked up here.
  std::vector<Args> objects(const std::string& name) const;
  /// The value as it stands, for what has a form of its own.
  const nlohmann::json& raw(const std::string& name) const;

  /// The names that were never asked for, those in objects of a list included.
  std::vector<std::string> unread() const;

 private:
  const nlohmann::json& get(const std::string& name) const;
  /// throws Unsupported unless `holds`
  void expect(bool holds, const std::string& name, const char* kind) const;

  std::shared_ptr<const nlohmann::json> object_;
  std::shared_ptr<std::set<std::string>>
      read_;  // one set for the objects of a list and the arguments around them
  const Args* common_ = nullptr;
};

}  // namespace golden
