#include "args.hpp"

#include <algorithm>  // all_of
#include <limits>     // infinity

#include <nlohmann/json.hpp>

#include "tenon/core/error.hpp"

namespace golden {

namespace {
bool is_list_of(const nlohmann::json& value, bool (nlohmann::json::*is_kind)() const noexcept) {
  return value.is_array() && std::all_of(value.begin(), value.end(),
                                         [&](const nlohmann::json& entry) { return (entry.*is_kind)(); });
}
}  // namespace

Args::Args(std::shared_ptr<const nlohmann::json> object)
    : object_(std::move(object)), read_(std::make_shared<std::set<std::string>>()) {}

const nlohmann::json& Args::get(const std::string& name) const {
  read_->insert(name);
  const auto found = object_->find(name);
  if (found != object_->end()) return *found;
  tn::check<tn::ValueError>(common_ != nullptr, "golden", "the case has no argument \"", name, "\"");
  return common_->get(name);
}

bool Args::given(const std::string& name) const {
  read_->insert(name);
  if (!object_->contains(name)) return common_ != nullptr && common_->given(name);
  return !object_->at(name).is_null();
}

void Args::expect(bool holds, const std::string& name, const char* kind) const {
  if (!holds) throw Unsupported(name + " is " + get(name).dump() + ", not " + kind);
}

double Args::number(const std::string& name) const {
  const nlohmann::json& value = get(name);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (value == "inf") return infinity;
  if (value == "-inf") return -infinity;
  expect(value.is_number(), name, "a number");
  return value.get<double>();
}

tn::index_t Args::integer(const std::string& name) const {
  const nlohmann::json& value = get(name);
  expect(value.is_number_integer(), name, "an integer");
  return value.get<tn::index_t>();
}
bool Args::flag(const std::string& name) const {
  const nlohmann::json& value = get(name);
  expect(value.is_boolean(), name, "true or false");
  return value.get<bool>();
}
std::string Args::text(const std::string& name) const {
  const nlohmann::json& value = get(name);
  expect(value.is_string(), name, "a text");
  return value.get<std::string>();
}
bool Args::is_text(const std::string& name) const {
  return get(name).is_string();
}
bool Args::is_list(const std::string& name) const {
  return get(name).is_array();
}

tn::Dims Args::dims(const std::string& name) const {
  const nlohmann::json& value = get(name);
  if (value.is_null()) return {};
  if (value.is_number_integer()) return {value.get<tn::index_t>()};
  expect(is_list_of(value, &nlohmann::json::is_number_integer), name, "a list of integers");
  const auto list = value.get<std::vector<tn::index_t>>();
  return tn::Dims(list.begin(), list.end());
}

std::vector<double> Args::numbers(const std::string& name) const {
  const nlohmann::json& value = get(name);
  expect(is_list_of(value, &nlohmann::json::is_number), name, "a list of numbers");
  return value.get<std::vector<double>>();
}
std::vector<std::string> Args::texts(const std::string& name) const {
  const nlohmann::json& value = get(name);
  expect(is_list_of(value, &nlohmann::json::is_string), name, "a list of texts");
  return value.get<std::vector<std::string>>();
}

std::vector<Args> Args::objects(const std::string& name) const {
  std::vector<Args> list;
  for (const nlohmann::json& object : get(name)) {
    Args& args = list.emplace_back(std::make_shared<const nlohmann::json>(object));
    args.read_ = read_;
    args.common_ = this;
  }
  return list;
}

const nlohmann::json& Args::raw(const std::string& name) const {
  return get(name);
}

std::vector<std::string> Args::unread() const {
  std::vector<std::string> names;
  const auto look = [&](const nlohmann::json& object) {
    for (const auto& [name, value] : object.items())
      if (!read_->contains(name)) names.push_back(name);
  };
  look(*object_);
  for (const nlohmann::json& value : *object_)
    if (value.is_array())
      for (const nlohmann::json& entry : value)
        if (entry.is_object()) look(entry);
  return names;
}

}  // namespace golden
