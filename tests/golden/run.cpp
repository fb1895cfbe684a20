#include "run.hpp"

#include <cmath>   // abs, isnan
#include <cstdio>  // snprintf

#include "tenon/autograd/grad.hpp"

namespace golden {

namespace {

using Complaints = std::vector<std::string>;

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

struct Tolerance {
  double atol, rtol;
};

/// How far `got` is outside the tolerance; at most 0 when it passes.
double excess(double got, double want, const Tolerance& tolerance) {
  if (std::isnan(want) || std::isnan(got)) return std::isnan(want) && std::isnan(got) ? 0 : HUGE_VAL;
  if (std::isinf(want) || std::isinf(got)) return got == want ? 0 : HUGE_VAL;
  return std::abs(got - want) - (tolerance.atol + tolerance.rtol * std::abs(want));
}

template <class T>
void compare(const std::string& key, const tn::Tensor<T>& got, const tn::Tensor<T>& want,
             const Tolerance& tolerance, Complaints& complaints) {
  if (got.shape() != want.shape()) {
    complaints.push_back(tn::join(key, ": shape ", got.shape(), ", expected ", want.shape()));
    return;
  }
  tn::index_t wrong = 0, worst = 0, position = 0;
  double worst_excess = 0, worst_got = 0, worst_want = 0;
  for (auto g = got.begin(), w = want.begin(); g != got.end(); ++g, ++w, ++position) {
    const auto a = static_cast<double>(*g), b = static_cast<double>(*w);
    const double over = tn::Real<T> ? excess(a, b, tolerance) : (*g == *w ? 0 : HUGE_VAL);
    if (over > 0) ++wrong;
    if (over > worst_excess) {
      worst_excess = over;
      worst = position;
      worst_got = a;
      worst_want = b;
    }
  }
  if (wrong > 0)
    complaints.push_back(tn::join(key, ": ", wrong, " of ", got.size(), " elements differ, most at position ",
                                  worst, ": ", number(worst_got), ", expected ", number(worst_want)));
}

void compare(const std::string& key, const Value& got, const Value& want, const Tolerance& tolerance,
             Complaints& complaints) {
  if (got.index() != want.index()) {
    complaints.push_back(key + ": of another scalar type than expected");
    return;
  }
  std::visit(
      [&]<class T>(const tn::Tensor<T>& w) {
        compare(key, std::get<tn::Tensor<T>>(got), w, tolerance, complaints);
      },
      want);
}

/// The outputs are those of the case, no more and no fewer.
void compare_outputs(const Outputs& outputs, const Fixture& f, Complaints& complaints) {
  std::set<std::string> produced;
  for (const auto& [name, value] : outputs.values) {
    const std::string key = "out." + name;
    const auto want = f.tensors.find(key);
    const auto slack = outputs.slack.find(name);
    const Tolerance tolerance{f.atol + (slack == outputs.slack.end() ? 0 : slack->second), f.rtol};
    if (!produced.insert(key).second || want == f.tensors.end())
      complaints.push_back(key + ": not an output of the case");
    else
      compare(key, value, want->second, tolerance, complaints);
  }
  for (const auto& [key, want] : f.tensors)
    if (key.starts_with("out.") && !produced.contains(key)) complaints.push_back(key + ": missing");
}

/// S = sum over outputs of sum(out * gradout), differentiated by the leaves.
template <class T>
void compare_gradients(const Case<T>& c, const Outputs& outputs, const Fixture& f, Complaints& complaints) {
  if (c.leaves().empty()) return;
  tn::Tensor<T> total = tn::zeros<T>({});
  for (const auto& [name, value] : outputs.values) {
    const auto upstream = f.tensors.find("gradout." + name);
    if (upstream != f.tensors.end())
      total = tn::add(
          total, tn::sum(tn::mul(std::get<tn::Tensor<T>>(value), std::get<tn::Tensor<T>>(upstream->second))));
  }
  std::vector<tn::Tensor<T>> leaves;
  for (const auto& [name, leaf] : c.leaves()) leaves.push_back(leaf);
  const std::vector<tn::Tensor<T>> gradients = tn::grad(total, leaves, {.materialize_grads = true});
  std::size_t i = 0;
  for (const auto& [name, leaf] : c.leaves())
    compare("grad." + name, gradients[i++], f.tensors.at("grad." + name), Tolerance{f.atol, f.rtol},
            complaints);
}

template <class T>
Verdict run(Outputs (*function)(const Case<T>&), const Fixture& fixture) {
  Complaints complaints;
  try {
    const Case<T> c(fixture);
    const Outputs outputs = function(c);
    compare_outputs(outputs, fixture, complaints);
    if (complaints.empty()) compare_gradients(c, outputs, fixture, complaints);
    for (const std::string& name : c.unread()) complaints.push_back(name + ": never looked at");
  } catch (const Unsupported& reason) {
    return {.unsupported = reason.what()};
  } catch (const std::exception& error) {
    complaints.push_back(std::string("threw ") + error.what());
  }
  return {.complaints = complaints};
}

}  // namespace

Verdict run(const Op& op, const Fixture& fixture) {
  return fixture.is_double ? run(op.run_double, fixture) : run(op.run_float, fixture);
}

}  // namespace golden
