#pragma once
/// The arguments of a golden case that are not tensors.

#include <memory>       // shared_ptr
#include <set>          // set
#include <string>       // string
#include <string_view>  // string_view
#include <vector>       // vector

#include <nlohmann/json_fwd.hpp>

#include "tenon/core/shape.hpp"

namespace golden {

/// A JSON object whose members are read by type. It remembers which were read: an argument that nobody looked
/// at is one that an operation silently ignored.
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

  std::shared_ptr<const nlohmann::json> object_;
  std::shared_ptr<std::set<std::string>>
      read_;  // one set for the objects of a list and the arguments around them
  const Args* common_ = nullptr;
};

}  // namespace golden
