#include "args.hpp"

#include <limits>  // infinity

#include <nlohmann/json.hpp>

#include "tenon/core/error.hpp"

namespace golden {

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

double Args::number(const std::string& name) const {
  const nlohmann::json& value = get(name);
  if (!value.is_string()) return value.get<double>();
  const auto text = value.get<std::string>();
  tn::check<tn::ValueError>(text == "inf" || text == "-inf", "golden", "argument \"", name, "\" is \"", text,
                            "\", not a number");
  constexpr double infinity = std::numeric_limits<double>::infinity();
  return text == "inf" ? infinity : -infinity;
}

tn::index_t Args::integer(const std::string& name) const {
  return get(name).get<tn::index_t>();
}
bool Args::flag(const std::string& name) const {
  return get(name).get<bool>();
}
std::string Args::text(const std::string& name) const {
  return get(name).get<std::string>();
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
  if (value.is_number()) return {value.get<tn::index_t>()};
  const auto list = value.get<std::vector<tn::index_t>>();
  return tn::Dims(list.begin(), list.end());
}

std::vector<double> Args::numbers(const std::string& name) const {
  return get(name).get<std::vector<double>>();
}
std::vector<std::string> Args::texts(const std::string& name) const {
  return get(name).get<std::vector<std::string>>();
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
