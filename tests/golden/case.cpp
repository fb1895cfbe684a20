#include "case.hpp"

#include <nlohmann/json.hpp>

#include "tenon/ops/index/select.hpp"
#include "tenon/ops/shape/shape.hpp"

namespace golden {

namespace {

std::optional<tn::index_t> bound(const nlohmann::json& value) {
  return value.is_null() ? std::nullopt : std::optional<tn::index_t>(value.get<tn::index_t>());
}

tn::Dims dims(const nlohmann::json& value) {
  const auto list = value.get<std::vector<tn::index_t>>();
  return tn::Dims(list.begin(), list.end());
}

/// One step of `args.views`.
template <class T>
tn::Tensor<T> take_step(const tn::Tensor<T>& x, const nlohmann::json& step) {
  const auto name = step.at(0).get<std::string>();
  const auto integer = [&](std::size_t i) { return step.at(i).get<tn::index_t>(); };
  if (name == "transpose") return tn::transpose(x, integer(1), integer(2));
  if (name == "permute") return tn::permute(x, dims(step.at(1)));
  if (name == "slice")
    return tn::slice(x, integer(1), tn::Range{bound(step.at(2)), bound(step.at(3)), integer(4)});
  if (name == "select") return tn::select(x, integer(1), integer(2));
  if (name == "expand") return tn::expand(x, dims(step.at(1)));
  if (name == "unsqueeze") return tn::unsqueeze(x, integer(1));
  if (name == "squeeze") return tn::squeeze(x, integer(1));
  throw Unsupported("the view step \"" + name + "\" is not known");
}

}  // namespace

template <class T>
Case<T>::Case(const Fixture& fixture) : fixture_(fixture) {
  for (const auto& [key, value] : fixture.tensors) {
    if (!key.starts_with("grad.")) continue;
    const std::string name = key.substr(5);
    tn::Tensor<T> leaf = tn::clone(std::get<tn::Tensor<T>>(stored(name)));
    leaves_.emplace(name, leaf.requires_grad_());
  }
}

template <class T>
bool Case<T>::has(const std::string& name) const {
  return fixture_.tensors.contains("in." + name) || fixture_.tensors.contains("param." + name);
}

template <class T>
const Value& Case<T>::stored(const std::string& name) const {
  const auto input = fixture_.tensors.find("in." + name);
  if (input != fixture_.tensors.end()) return input->second;
  const auto parameter = fixture_.tensors.find("param." + name);
  tn::check<tn::ValueError>(parameter != fixture_.tensors.end(), "golden", "the case has no operand \"", name,
                            "\"");
  return parameter->second;
}

template <class T>
bool Case<T>::is_floating(const std::string& name) const {
  return std::holds_alternative<tn::Tensor<T>>(stored(name));
}

template <class T>
template <class U>
tn::Tensor<U> Case<T>::operand(const std::string& name) const {
  read_.insert(name);
  tn::check<tn::ValueError>(std::holds_alternative<tn::Tensor<U>>(stored(name)), "golden", "the operand \"",
                            name, "\" is not of type ", tn::scalar_name<U>());
  tn::Tensor<U> x = std::get<tn::Tensor<U>>(stored(name));
  if constexpr (std::is_same_v<U, T>)
    if (const auto leaf = leaves_.find(name); leaf != leaves_.end()) x = leaf->second;
  if (!args().given("views")) return x;
  const nlohmann::json& views = args().raw("views");
  if (const auto steps = views.find(name); steps != views.end())
    for (const nlohmann::json& step : *steps) x = take_step(x, step);
  return x;
}

template <class T>
std::vector<tn::Tensor<T>> Case<T>::all(const std::string& stem) const {
  std::vector<tn::Tensor<T>> list;
  while (has(stem + std::to_string(list.size()))) list.push_back(in(stem + std::to_string(list.size())));
  return list;
}

template <class T>
std::vector<std::string> Case<T>::unread() const {
  std::vector<std::string> names = args().unread();
  for (const auto& [key, value] : fixture_.tensors) {
    const std::string kind = key.substr(0, key.find('.')), name = key.substr(key.find('.') + 1);
    if ((kind == "in" || kind == "param") && !read_.contains(name)) names.push_back(name);
  }
  if (args().given("views"))
    for (const auto& [name, steps] : args().raw("views").items())
      if (!has(name)) names.push_back("the view of " + name);
  return names;
}

template class Case<float>;
template class Case<double>;
template tn::Tensor<tn::index_t> Case<float>::operand<tn::index_t>(const std::string&) const;
template tn::Tensor<bool> Case<float>::operand<bool>(const std::string&) const;
template tn::Tensor<tn::index_t> Case<double>::operand<tn::index_t>(const std::string&) const;
template tn::Tensor<bool> Case<double>::operand<bool>(const std::string&) const;

}  // namespace golden
