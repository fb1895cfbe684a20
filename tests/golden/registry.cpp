#include "registry.hpp"

#include <map>  // map

namespace golden {

namespace {
/// Filled while the families' files are initialised, in no particular order.
std::map<std::string, Op>& ops() {
  static std::map<std::string, Op> ops;
  return ops;
}
}  // namespace

Family::Family(std::initializer_list<Op> list) {
  for (const Op& op : list)
    tn::check<tn::ValueError>(ops().emplace(op.name, op).second, "golden", op.name, " is registered twice");
}

const Op* find_op(const std::string& name) {
  const auto found = ops().find(name);
  return found == ops().end() ? nullptr : &found->second;
}

}  // namespace golden
