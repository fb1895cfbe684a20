#pragma once
/// The names that a part of a template knows.

#include <map>      // map
#include <string>   // string
#include <utility>  // move

#include "tenon/text/jinja/value.hpp"

namespace TENON_NAMESPACE::text::jinja {

/// Names and values; those of the scopes around it are seen, and hidden by its own.
class Scope {
 public:
  explicit Scope(const Scope* outer = nullptr) : outer_(outer), depth_(outer ? outer->depth_ + 1 : 0) {
    require(depth_ < 200, "macros and loops nest more than 200 deep");
  }

  Value get(const std::string& name) const {
    const auto found = values_.find(name);
    if (found != values_.end()) return found->second;
    return outer_ ? outer_->get(name) : Value();
  }
  void set(const std::string& name, Value value) { values_[name] = std::move(value); }

 private:
  const Scope* outer_;
  int depth_;
  std::map<std::string, Value> values_{};
};

}  // namespace TENON_NAMESPACE::text::jinja
