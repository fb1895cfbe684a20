/// Golden cases of layers that draw random numbers, where nothing depends on them.

#include "tenon/ops/random.hpp"

#include "registry.hpp"

namespace golden {
namespace {

const Family family{
    {"dropout", [](const auto& c) { return tn::dropout(c.in("x"), c.number("p"), c.flag("training")); }},
};

}  // namespace
}  // namespace golden
