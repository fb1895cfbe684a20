#include "node.hpp"

#include <map>

#include "tenon/ops/elementwise/cast.hpp"

namespace onnx_tests {

namespace {
std::map<std::string, Operator>& operators() {
  static std::map<std::string, Operator> all;
  return all;
}
}  // namespace

Family::Family(std::initializer_list<std::pair<const char*, Operator>> list) {
  for (const auto& [name, f] : list) operators().emplace(name, f);
}

Operator find_operator(const std::string& name) {
  const auto found = operators().find(name);
  if (found == operators().end()) throw Unsupported("operator " + name);
  return found->second;
}

tn::Tensor<tn::index_t> Node::indices(int i) const {
  if (has(i) && std::holds_alternative<tn::Tensor<std::int32_t>>(value(i)))
    return tn::to<tn::index_t>(in<std::int32_t>(i));
  return in<tn::index_t>(i);
}
std::vector<tn::index_t> Node::list(int i) const {
  const tn::Tensor<tn::index_t> values = indices(i);
  return {values.begin(), values.end()};
}

const onnx::AttributeProto* Node::find(const char* name) const {
  read_.insert(name);
  for (const onnx::AttributeProto& attribute : proto_.attribute())
    if (attribute.name() == name) return &attribute;
  return nullptr;
}
tn::index_t Node::integer(const char* name, tn::index_t otherwise) const {
  const onnx::AttributeProto* attribute = find(name);
  return attribute ? attribute->i() : otherwise;
}
double Node::number(const char* name, double otherwise) const {
  const onnx::AttributeProto* attribute = find(name);
  return attribute ? static_cast<double>(attribute->f()) : otherwise;
}
std::string Node::text(const char* name, const char* otherwise) const {
  const onnx::AttributeProto* attribute = find(name);
  return attribute ? attribute->s() : otherwise;
}
std::vector<tn::index_t> Node::integers(const char* name, std::vector<tn::index_t> otherwise) const {
  const onnx::AttributeProto* attribute = find(name);
  return attribute ? std::vector<tn::index_t>(attribute->ints().begin(), attribute->ints().end()) : otherwise;
}
std::vector<std::string> Node::texts(const char* name, std::vector<std::string> otherwise) const {
  const onnx::AttributeProto* attribute = find(name);
  return attribute ? std::vector<std::string>(attribute->strings().begin(), attribute->strings().end())
                   : otherwise;
}
void Node::expect_all_read() const {
  for (const onnx::AttributeProto& attribute : proto_.attribute())
    if (!read_.contains(attribute.name())) throw Unsupported("attribute " + attribute.name());
}
Value Node::tensor(const char* name) const {
  const onnx::AttributeProto* attribute = find(name);
  if (!attribute) throw Unsupported(std::string("no attribute ") + name);
  return read_tensor(attribute->t());
}

}  // namespace onnx_tests
