#pragma once
/// A table of a model's layers: the output shape, number of parameters and multiply-adds of each.

#include <algorithm>  // max
#include <cstdio>     // snprintf

#include "tenon/nn/observe.hpp"

namespace TENON_NAMESPACE::nn {

/// A row of a summary: one module.
struct SummaryRow {
  std::string path, type;  ///< the path in the model, and the class name
  std::string name{};      ///< the path from the enclosing module
  int depth = 0;           ///< number of enclosing modules
  ModuleIdentity layer{};  ///< the module
  bool called = false;     ///< whether the layer reported a call
  Shape output{};          ///< output shape of the last call
  index_t parameters = 0;  ///< elements of the module's own parameters, without those of its parts
  index_t macs = 0;        ///< multiply-adds of all calls
};

namespace detail {

class SummaryRows final : public ModuleVisitor, LayerObserver {
 public:
  std::vector<SummaryRow> rows;

  void enter(const std::string& path, const ModuleIdentity& layer, std::string_view type) override {
    const std::size_t outer = open_.empty() ? 0 : innermost().path.size();
    rows.push_back({.path = path,
                    .type = std::string(type),
                    .name = path.substr(outer > 0 ? outer + 1 : 0),
                    .depth = static_cast<int>(open_.size()),
                    .layer = layer});
    open_.push_back(static_cast<index_t>(rows.size()) - 1);
  }
  void leave() override { open_.pop_back(); }
  void parameter(const std::string&, const AnyTensor& x) override {
    if (!open_.empty()) innermost().parameters += x.size();
  }

 private:
  SummaryRow& innermost() { return rows[static_cast<std::size_t>(open_.back())]; }
  void on_call(const LayerCall& call) override {
    for (SummaryRow& row : rows)
      if (row.layer == call.layer) {
        row.called = true;
        row.output = call.output;
        row.macs += call.macs;
        return;
      }
  }
  std::vector<index_t> open_;  // rows of the modules around
};

/// A number with its digits in groups of three: 1234567 as 1,234,567.
inline std::string grouped(index_t n) {
  std::string digits = std::to_string(n);
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

}  // namespace detail

/// The rows of `summary` as data: calls model(input...) once, without recording, and returns a row for each
/// module.
template <class M, class... X>
[[nodiscard]] std::vector<SummaryRow> summary_rows(const M& model, const X&... input) {
  detail::SummaryRows rows;
  walk(model, rows);
  const NoGrad no_grad;
  static_cast<void>(model(input...));
  return std::move(rows.rows);
}

/// A table of a model's layers with totals, for a terminal or a log. Calls model(input...) once, without
/// recording.
template <class M, class... X>
[[nodiscard]] std::string summary(const M& model, const X&... input) {
  const std::vector<SummaryRow> rows = summary_rows(model, input...);
  const auto label = [](const SummaryRow& row) {
    const std::string margin(2 * static_cast<std::size_t>(row.depth), ' ');
    return row.name.empty() ? margin + row.type : join(margin, row.type, " (", row.name, ")");
  };
  const auto cell = [](const std::string& text, std::size_t width, bool right) {
    const std::string space(width > text.size() ? width - text.size() : 0, ' ');
    return right ? space + text : text + space;
  };
  std::size_t first = 5, second = 6;
  index_t macs = 0;
  for (const SummaryRow& row : rows) {
    first = std::max(first, label(row).size());
    if (row.called) second = std::max(second, describe(row.output).size());
    macs += row.macs;
  }
  const auto line = [&](const std::string& layer, const std::string& output, const std::string& parameters,
                        const std::string& products) {
    return join(cell(layer, first, false), "  ", cell(output, second, false), "  ",
                cell(parameters, 12, true), "  ", cell(products, 15, true), "\n");
  };
  const std::string rule(first + second + 33, '-');
  std::string table = line("layer", "output", "parameters", "multiply-adds") + rule + "\n";
  for (const SummaryRow& row : rows)
    table += line(label(row), row.called ? describe(row.output) : "",
                  row.parameters ? detail::grouped(row.parameters) : "",
                  row.macs ? detail::grouped(row.macs) : "");
  table += rule + "\n" + line("total", "", detail::grouped(parameter_count(model)), detail::grouped(macs));
  return table;
}

}  // namespace TENON_NAMESPACE::nn
