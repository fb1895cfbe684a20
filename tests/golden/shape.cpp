/// Golden cases of views, joins and tilings.

#include "tenon/ops/shape/shape.hpp"

#include <nlohmann/json.hpp>

#include "registry.hpp"
#include "tenon/ops/shape/pad.hpp"

namespace golden {
namespace shape_cases {

/// A list of [axis, start, stop, step], taken one after the other.
template <class T>
tn::Tensor<T> slices(const Case<T>& c) {
  const auto bound = [](const nlohmann::json& value) {
    return value.is_null() ? std::nullopt : std::optional<tn::index_t>(value.get<tn::index_t>());
  };
  tn::Tensor<T> x = c.in("x");
  for (const nlohmann::json& s : c.args().raw("slices"))
    x = tn::slice(x, s.at(0).get<tn::index_t>(),
                  tn::range(bound(s.at(1)), bound(s.at(2)), s.at(3).get<tn::index_t>()));
  return x;
}

template <class T>
std::vector<tn::Tensor<T>> split(const Case<T>& c) {
  const tn::index_t axis = c.integer("dim");
  if (!c.args().is_list("split_size")) return tn::split(c.in("x"), c.integer("split_size"), axis);
  const tn::Dims lengths = c.dims("split_size");
  return tn::split(c.in("x"), std::vector<tn::index_t>(lengths.begin(), lengths.end()), axis);
}

template <class T>
tn::Tensor<T> pad(const Case<T>& c) {
  using tn::PadMode;
  const tn::Dims amounts = c.dims("pad");
  const PadMode mode = c.template choice<PadMode>(
      "mode",
      {{"constant", PadMode::constant}, {"reflect", PadMode::reflect}, {"replicate", PadMode::replicate}});
  return tn::pad(c.in("x"), std::vector<tn::index_t>(amounts.begin(), amounts.end()), mode,
                 static_cast<T>(c.number("value")));
}

template <class T>
tn::Tensor<T> squeeze(const Case<T>& c) {
  return c.given("dim") ? tn::squeeze(c.in("x"), c.integer("dim")) : tn::squeeze(c.in("x"));
}

const Family family{
    {"reshape", [](const auto& c) { return tn::reshape(c.in("x"), c.dims("shape")); }},
    {"flatten",
     [](const auto& c) { return tn::flatten(c.in("x"), c.integer("start_dim"), c.integer("end_dim")); }},
    {"transpose",
     [](const auto& c) { return tn::transpose(c.in("x"), c.integer("dim0"), c.integer("dim1")); }},
    {"permute", [](const auto& c) { return tn::permute(c.in("x"), c.dims("dims")); }},
    {"squeeze", [](const auto& c) { return squeeze(c); }},
    {"unsqueeze", [](const auto& c) { return tn::unsqueeze(c.in("x"), c.integer("dim")); }},
    {"expand", [](const auto& c) { return tn::expand(c.in("x"), c.dims("shape")); }},
    {"cat", [](const auto& c) { return tn::cat(c.all("x"), c.integer("dim")); }},
    {"stack", [](const auto& c) { return tn::stack(c.all("x"), c.integer("dim")); }},
    {"split", [](const auto& c) { return split(c); }},
    {"chunk", [](const auto& c) { return tn::chunk(c.in("x"), c.integer("chunks"), c.integer("dim")); }},
    {"slice", [](const auto& c) { return slices(c); }},
    {"flip", [](const auto& c) { return tn::flip(c.in("x"), c.dims("dims")); }},
    {"roll", [](const auto& c) { return tn::roll(c.in("x"), c.dims("shifts"), c.dims("dims")); }},
    {"pad", [](const auto& c) { return pad(c); }},
    {"tril", [](const auto& c) { return tn::tril(c.in("x"), c.integer("diagonal")); }},
    {"triu", [](const auto& c) { return tn::triu(c.in("x"), c.integer("diagonal")); }},
    {"repeat", [](const auto& c) { return tn::repeat(c.in("x"), c.dims("repeats")); }},
};

}  // namespace shape_cases
}  // namespace golden
