/// Golden cases of linear algebra.

#include "tenon/ops/linalg/linalg.hpp"

#include "registry.hpp"
#include "tenon/ops/linalg/products.hpp"
#include "tenon/ops/reduce/sort.hpp"

namespace golden {
namespace linalg_cases {

template <class T>
tn::RankOptions rank_options(const Case<T>& c) {
  tn::RankOptions options;
  if (c.given("rtol")) options.rtol = c.number("rtol");
  return options;
}
template <class T>
Outputs matrix_rank(const Case<T>& c) {
  tn::RankOptions options = rank_options(c);
  if (c.given("atol")) options.atol = c.number("atol");
  return {{"y", tn::matrix_rank(c.in("a"), options)}};
}

/// f(order), which is a number or the name of a norm.
template <class C, class F>
auto with_order(const C& c, const char* name, F f) {
  if (c.args().is_text(name) && c.text(name).back() != 'f')
    return f(c.template choice<tn::MatrixNorm>(name,
                                               {{"fro", tn::MatrixNorm::fro}, {"nuc", tn::MatrixNorm::nuc}}));
  return f(c.number(name));
}
template <class T>
tn::Tensor<T> matrix_norm(const Case<T>& c) {
  return with_order(c, "ord",
                    [&](auto p) { return tn::matrix_norm(c.in("a"), p, c.dims("dim"), c.flag("keepdim")); });
}

/// Eigenvalues in an order that does not depend on the algorithm: by the real part plus a tenth of the
/// imaginary one.
template <class T>
tn::Tensor<T> ordered_eigvals(const Case<T>& c) {
  const tn::Tensor<T> values = tn::eigvals(c.in("a"));
  const tn::Tensor<T> key = tn::matmul(values.detach(), tn::from<T>({T(1), T(0.1)}));
  return tn::index_select(values, 0, tn::argsort(key));
}

template <class T>
Outputs lu(const Case<T>& c) {
  const auto f = tn::lu(c.in("a"));
  return {{"p", f.p}, {"l", f.l}, {"u", f.u}};
}
template <class T>
Outputs lu_factor(const Case<T>& c) {
  const auto f = tn::lu_factor(c.in("a"));
  return {{"lu", f.lu}, {"pivots", f.pivots}};
}
template <class T>
tn::Tensor<T> lu_solve(const Case<T>& c) {
  const auto f = tn::lu_factor(c.in("a"));
  return tn::lu_solve(f.lu, f.pivots, c.in("b"));
}

const Family family{
    {"pinv", [](const auto& c) { return tn::pinv(c.in("a"), rank_options(c)); }},
    {"vector_norm",
     [](const auto& c) {
       return tn::vector_norm(c.in("x"), c.number("ord"), c.dims("dim"), c.flag("keepdim"));
     }},
    {"matrix_norm", [](const auto& c) { return matrix_norm(c); }},
    {"cond",
     [](const auto& c) { return with_order(c, "p", [&](auto p) { return tn::cond(c.in("a"), p); }); }},
    {"matrix_rank", [](const auto& c) { return matrix_rank(c); }},
    {"matrix_exp", [](const auto& c) { return tn::matrix_exp(c.in("a")); }},
    {"matrix_power", [](const auto& c) { return tn::matrix_power(c.in("a"), c.integer("n")); }},
    {"eigvals", [](const auto& c) { return ordered_eigvals(c); }},
    {"eigvalsh",
     [](const auto& c) {
       const auto a = c.in("a");
       return tn::eigvalsh(tn::add(a, tn::transpose(a, -1, -2)));
     }},
    {"svdvals", [](const auto& c) { return tn::svdvals(c.in("a")); }},
    {"lu", [](const auto& c) { return lu(c); }},
    {"lu_factor", [](const auto& c) { return lu_factor(c); }},
    {"lu_solve", [](const auto& c) { return lu_solve(c); }},
    {"cholesky_solve",
     [](const auto& c) { return tn::cholesky_solve(c.in("b"), c.in("factor"), c.flag("upper")); }},
    {"multi_dot", [](const auto& c) { return tn::multi_dot(c.all("x")); }},
    {"cross", [](const auto& c) { return tn::cross(c.in("a"), c.in("b"), c.integer("dim")); }},
};

}  // namespace linalg_cases
}  // namespace golden
