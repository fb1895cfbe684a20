#pragma once
/// Einstein summation and other products over named axes.

#include <algorithm>    // count, fill_n, max, min
#include <cstdint>      // uint64_t
#include <string_view>  // string_view

#include "tenon/ops/linalg/matmul.hpp"
#include "tenon/ops/shape/diagonal.hpp"

namespace TENON_NAMESPACE {

namespace detail {

/// The names of a tensor's axes: 0…51 are the letters in the order of ASCII, 52…59 the axes of an ellipsis,
/// of which 59 is the last.
inline constexpr int letter_count = 52, label_count = letter_count + max_rank;
using LabelSet = std::uint64_t;
constexpr LabelSet label_bit(index_t label) {
  return LabelSet{1} << label;
}
inline LabelSet label_set(const Dims& labels) {
  LabelSet set = 0;
  for (index_t label : labels) set |= label_bit(label);
  return set;
}

template <class T>
struct LabelledTensor {
  Tensor<T> tensor;
  Dims labels;
};

/// Reads one term of an equation for a tensor of `rank`, or with rank -1 the result, whose ellipsis has
/// `stretch` axes.
class EinsumTerm {
 public:
  EinsumTerm(std::string_view equation, std::string_view term) : equation_(equation) {
    for (std::size_t i = 0; i < term.size(); ++i) {
      const char c = term[i];
      if (c == ' ') continue;
      if (c == '.') {
        check<ValueError>(term.substr(i, 3) == "..." && ellipsis_ < 0, "einsum",
                          "a dot is part of one ellipsis in each term, in \"", equation_, "\"");
        ellipsis_ = letters_.size();
        i += 2;
        continue;
      }
      const bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z';
      check<ValueError>(upper || lower, "einsum", "expected letters, \"...\", \",\" and \"->\" in \"",
                        equation_, "\"");
      letters_.push_back(upper ? c - 'A' : c - 'a' + 26);
    }
  }
  const Dims& letters() const { return letters_; }
  bool has_ellipsis() const { return ellipsis_ >= 0; }
  /// The label of each axis, `stretch` of them in the place of the ellipsis.
  Dims labels(int stretch) const {
    Dims labels;
    for (int i = 0; i <= letters_.size(); ++i) {
      for (int k = 0; i == ellipsis_ && k < stretch; ++k) labels.push_back(label_count - stretch + k);
      if (i < letters_.size()) labels.push_back(letters_[i]);
    }
    return labels;
  }
  Dims labels_for(const Shape& shape) const {
    const int stretch = shape.size() - letters_.size();
    check<ShapeError>(has_ellipsis() ? stretch >= 0 : stretch == 0, "einsum", "a term of \"", equation_,
                      "\" names ", letters_.size(), " axes of an operand of shape ", shape);
    return labels(stretch);
  }

 private:
  std::string_view equation_;
  Dims letters_;
  int ellipsis_ = -1;
};

/// An equation applied to operands: their labels, the labels of the result, and all extents.
template <class T>
struct EinsumPlan {
  std::vector<LabelledTensor<T>> operands;
  Dims result;                        // the labels of the result
  index_t extents[label_count] = {};  // the extent of each label

  index_t volume(LabelSet labels) const {
    index_t size = 1;
    for (int label = 0; label < label_count; ++label)
      if (labels >> label & 1) size *= std::max<index_t>(extents[label], 1);
    return size;
  }
};

/// Labels of the result of an equation without "->": the ellipsis, then the letters that occur once.
inline Dims implicit_result(const int (&seen)[letter_count], int stretch) {
  Dims result;
  for (int k = stretch; k > 0; --k) result.push_back(label_count - k);
  for (int letter = 0; letter < letter_count; ++letter)
    if (seen[letter] == 1) result.push_back(letter);
  return result;
}

template <class T>
EinsumPlan<T> plan_einsum(std::string_view equation, const std::vector<Tensor<T>>& xs) {
  const std::size_t arrow = equation.find("->");
  std::string_view left = equation.substr(0, arrow);
  const std::size_t terms = static_cast<std::size_t>(std::count(left.begin(), left.end(), ',')) + 1;
  check<ValueError>(terms == xs.size(), "einsum", "\"", equation, "\" has ", terms, " terms for ", xs.size(),
                    " operands");
  EinsumPlan<T> plan;
  std::fill_n(plan.extents, label_count, index_t{-1});
  int stretch = 0, seen[letter_count] = {};
  for (const Tensor<T>& x : xs) {
    const std::size_t end = std::min(left.find(','), left.size());
    const EinsumTerm term(equation, left.substr(0, end));
    left.remove_prefix(std::min(end + 1, left.size()));
    for (index_t letter : term.letters()) ++seen[letter];
    const Dims labels = term.labels_for(x.shape());
    if (term.has_ellipsis()) stretch = std::max(stretch, labels.size() - term.letters().size());
    for (int i = 0; i < labels.size(); ++i) {
      index_t& extent = plan.extents[labels[i]];
      const index_t own = x.shape()[i];
      check<ShapeError>(extent < 0 || extent == own || extent == 1 || own == 1, "einsum", "extents ", extent,
                        " and ", own, " of one index of \"", equation, "\" differ");
      if (extent < 0 || extent == 1) extent = own;
    }
    plan.operands.push_back({x, labels});
  }
  if (arrow == equation.npos) {
    plan.result = implicit_result(seen, stretch);
    return plan;
  }
  plan.result = EinsumTerm(equation, equation.substr(arrow + 2)).labels(stretch);
  LabelSet named = 0;
  for (index_t label : plan.result) {
    check<ValueError>(plan.extents[label] >= 0 && !(named >> label & 1), "einsum",
                      "each index of the result stands there once and in an operand: \"", equation, "\"");
    named |= label_bit(label);
  }
  return plan;
}

/// Where a label stands, or -1.
inline int find_label(const Dims& labels, index_t label) {
  for (int i = 0; i < labels.size(); ++i)
    if (labels[i] == label) return i;
  return -1;
}

/// An operand with each label once, without axes of extent 1 that other operands stretch.
template <class T>
LabelledTensor<T> distinct_labels(const LabelledTensor<T>& operand, const EinsumPlan<T>& plan) {
  auto [x, labels] = operand;
  for (int i = 0; i < labels.size(); ++i) {
    for (int k = i + 1; k < labels.size();) {
      if (labels[k] != labels[i]) {
        ++k;
        continue;
      }
      const index_t label = labels[i];
      check<ShapeError>(x.shape()[i] == x.shape()[k], "einsum",
                        "an index that is repeated in one operand has extents ", x.shape()[i], " and ",
                        x.shape()[k]);
      x = diagonal(x, 0, i, k);
      labels.erase(k);
      labels.erase(i);
      labels.push_back(label);
      k = i + 1;
    }
  }
  for (int i = labels.size(); i-- > 0;) {
    if (x.shape()[i] != 1 || plan.extents[labels[i]] == 1) continue;
    x = squeeze(x, i);
    labels.erase(i);
  }
  return {x, labels};
}

/// Sums over the labels that are not `needed`.
template <class T>
LabelledTensor<T> drop_labels(const LabelledTensor<T>& x, LabelSet needed) {
  Dims axes, labels;
  for (int i = 0; i < x.labels.size(); ++i) {
    if (needed & label_bit(x.labels[i]))
      labels.push_back(x.labels[i]);
    else
      axes.push_back(i);
  }
  return axes.empty() ? x : LabelledTensor<T>{to<T>(sum(x.tensor, axes)), labels};
}

/// Axes in the order of the labels; a label that x does not have becomes an axis of extent 1.
template <class T>
Tensor<T> arranged(const LabelledTensor<T>& x, const Dims& labels) {
  Dims axes;
  Shape shape;
  for (index_t label : labels) {
    const int at = find_label(x.labels, label);
    if (at >= 0) axes.push_back(at);
    shape.push_back(at < 0 ? 1 : x.tensor.shape()[at]);
  }
  return reshape(permute(x.tensor, axes), shape);
}

/// The labels of `of` that `in` has, or has not.
inline Dims chosen(const Dims& of, LabelSet in, bool has) {
  Dims labels;
  for (index_t label : of)
    if (((in & label_bit(label)) != 0) == has) labels.push_back(label);
  return labels;
}
inline Dims joined(const Dims& a, const Dims& b) {
  Dims labels = a;
  for (index_t label : b) labels.push_back(label);
  return labels;
}

/// The product of two operands, summed over the labels that both have and nothing else needs: a batched
/// matrix product, or element by element when there are none.
template <class T>
LabelledTensor<T> contract(const LabelledTensor<T>& a, const LabelledTensor<T>& b, LabelSet needed,
                           const EinsumPlan<T>& plan) {
  const LabelSet in_a = label_set(a.labels), in_b = label_set(b.labels);
  const Dims shared = chosen(a.labels, in_b, true), batch = chosen(shared, needed, true),
             inner = chosen(shared, needed, false), rows = chosen(a.labels, in_b, false),
             columns = chosen(b.labels, in_a, false);
  const Dims labels = joined(joined(batch, rows), columns);
  if (inner.empty()) return {mul(arranged(a, labels), arranged(b, labels)), labels};
  const auto size = [&](const Dims& of) {
    index_t count = 1;
    for (index_t label : of) count *= plan.extents[label];
    return count;
  };
  Shape shape;
  for (index_t label : labels) shape.push_back(plan.extents[label]);
  const index_t m = size(rows), k = size(inner), n = size(columns);
  Tensor<T> left = arranged(a, joined(joined(batch, rows), inner)),
            right = arranged(b, joined(joined(batch, inner), columns));
  if (batch.empty()) {
    left = reshape(left, {m, k});
    right = reshape(right, {k, n});
  } else {
    left = reshape(left, {size(batch), m, k});
    right = reshape(right, {size(batch), k, n});
  }
  return {reshape(matmul(left, right), shape), labels};
}

/// The labels that the result needs, or any operand but i and k.
template <class T>
LabelSet needed_beside(const std::vector<LabelledTensor<T>>& xs, LabelSet result, std::size_t i,
                       std::size_t k) {
  LabelSet needed = result;
  for (std::size_t other = 0; other < xs.size(); ++other)
    if (other != i && other != k) needed |= label_set(xs[other].labels);
  return needed;
}

/// The pair whose product adds least to the elements stored (the greedy path of Smith and Gray 2018); the
/// first pair of several.
template <class T>
std::pair<std::size_t, std::size_t> next_pair(const std::vector<LabelledTensor<T>>& xs, LabelSet result,
                                              const EinsumPlan<T>& plan) {
  std::pair<std::size_t, std::size_t> best{0, 1};
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < xs.size(); ++i)
    for (std::size_t k = i + 1; k < xs.size(); ++k) {
      const LabelSet needed = needed_beside(xs, result, i, k);
      const LabelSet a = label_set(xs[i].labels), b = label_set(xs[k].labels);
      const auto volume = [&](LabelSet labels) { return static_cast<double>(plan.volume(labels)); };
      const double growth = volume((a | b) & needed) - volume(a) - volume(b);
      if (growth < least) {
        least = growth;
        best = {i, k};
      }
    }
  return best;
}

}  // namespace detail

/// Einstein summation: the product of the operands summed over the indices that the result does not name.
/// "ij,jk->ik" is a matrix product, "ii->i" a diagonal, "...ij->...ji" a transposition.
/// The equation has one term for each operand, separated by commas: letters for axes, and "..." for as many
/// axes as are left, which broadcast. Without "->" the result has the ellipsis and then the letters that
/// occur once, in the order of ASCII.
///
///   shapes: extents of one letter are equal, or 1
///   returns: the axes of the term behind "->"
///   throws: ValueError if the equation is malformed or has another number of terms; ShapeError if a term
///     does not fit its operand or extents of a letter differ
///   keeps: the operands of each product
///   cost: batched matrix products; pairs are taken greedily, the one first whose product adds least to
///     what is stored
///   source: the greedy order is that of Smith & Gray 2018, "opt_einsum"
template <Scalar T>
Tensor<T> einsum(std::string_view equation, const std::vector<Tensor<T>>& xs) {
  const detail::EinsumPlan<T> plan = detail::plan_einsum(equation, xs);
  const detail::LabelSet result = detail::label_set(plan.result);
  std::vector<detail::LabelledTensor<T>> left;
  for (const auto& operand : plan.operands) left.push_back(detail::distinct_labels(operand, plan));
  for (std::size_t k = 0; k < left.size(); ++k)
    left[k] = detail::drop_labels(left[k], detail::needed_beside(left, result, k, k));
  while (left.size() > 1) {
    const auto [i, k] = detail::next_pair(left, result, plan);
    left[i] = detail::contract(left[i], left[k], detail::needed_beside(left, result, i, k), plan);
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(k));
  }
  return detail::arranged(left[0], plan.result);
}
/// Einstein summation of operands given one by one.
template <Scalar T, std::same_as<Tensor<T>>... More>
Tensor<T> einsum(std::string_view equation, const Tensor<T>& x, const More&... more) {
  return einsum(equation, std::vector<Tensor<T>>{x, more...});
}

/// Products summed over pairs of axes: axis axes_a[i] of a with axis axes_b[i] of b.
///
///   shapes: the extents of each pair are equal
///   returns: the axes left of a, then those left of b
///   throws: ShapeError if extents differ; IndexError if an axis is out of range; ValueError if an axis is
///     named twice or the lists differ in length
///   keeps: both operands, as matrices
///   cost: one matrix product, and a copy of each operand whose axes must be moved
template <Scalar T>
Tensor<T> tensordot(const Tensor<T>& a, const Tensor<T>& b, const Dims& axes_a, const Dims& axes_b) {
  check<ValueError>(axes_a.size() == axes_b.size(), "tensordot", "axes ", axes_a, " and ", axes_b,
                    " differ in number");
  bool summed_a[max_rank] = {}, summed_b[max_rank] = {};
  Dims inner_a, inner_b, rows, columns;
  Shape shape;
  index_t k = 1;
  for (int i = 0; i < axes_a.size(); ++i) {
    const int p = normalize_axis(axes_a[i], a.rank(), "tensordot"),
              q = normalize_axis(axes_b[i], b.rank(), "tensordot");
    check<ShapeError>(a.rank() > 0 && b.rank() > 0 && a.shape()[p] == b.shape()[q], "tensordot",
                      "extents differ on axes ", p, " and ", q, ": ", a.shape(), " and ", b.shape());
    check<ValueError>(!summed_a[p] && !summed_b[q], "tensordot", "an axis is named twice in ", axes_a, " or ",
                      axes_b);
    summed_a[p] = summed_b[q] = true;
    inner_a.push_back(p);
    inner_b.push_back(q);
    k *= a.shape()[p];
  }
  index_t m = 1, n = 1;
  for (int i = 0; i < a.rank(); ++i) {
    if (summed_a[i]) continue;
    rows.push_back(i);
    shape.push_back(a.shape()[i]);
    m *= a.shape()[i];
  }
  for (int i = 0; i < b.rank(); ++i) {
    if (summed_b[i]) continue;
    columns.push_back(i);
    shape.push_back(b.shape()[i]);
    n *= b.shape()[i];
  }
  const Tensor<T> left = reshape(permute(a, detail::joined(rows, inner_a)), {m, k}),
                  right = reshape(permute(b, detail::joined(inner_b, columns)), {k, n});
  return reshape(matmul(left, right), shape);
}
/// Products summed over the last `count` axes of a and the first `count` of b.
///
///   shapes: these axes have equal extents
///   returns: the axes left of a, then those left of b
///   throws: ShapeError if extents differ; ValueError if there are fewer axes than `count`, or it is
///     negative
template <Scalar T>
Tensor<T> tensordot(const Tensor<T>& a, const Tensor<T>& b, index_t count = 2) {
  check<ValueError>(count >= 0 && count <= a.rank() && count <= b.rank(), "tensordot", "cannot sum over ",
                    count, " axes of shapes ", a.shape(), " and ", b.shape());
  Dims axes_a, axes_b;
  for (index_t i = 0; i < count; ++i) {
    axes_a.push_back(a.rank() - count + i);
    axes_b.push_back(i);
  }
  return tensordot(a, b, axes_a, axes_b);
}

/// Kronecker product: each element of a times the whole of b, y[i p + k, ...] = a[i, ...] b[k, ...] with p
/// the extent of b. The operand of lower rank gets leading axes.
///
///   shapes: a, b of at most four axes
///   returns: the products of the extents
///   throws: ShapeError if an operand has more than four axes
///   keeps: a and b
///   cost: one pass over the result
template <Arithmetic T>
Tensor<T> kron(const Tensor<T>& a, const Tensor<T>& b) {
  const int rank = std::max(a.rank(), b.rank());
  check<ShapeError>(2 * rank <= max_rank, "kron", "expected at most ", max_rank / 2, " axes, got ", a.shape(),
                    " and ", b.shape());
  Shape spread_a, spread_b, shape;
  for (int i = 0; i < rank; ++i) {
    const int at_a = i - (rank - a.rank()), at_b = i - (rank - b.rank());
    const index_t p = at_a < 0 ? 1 : a.shape()[at_a], q = at_b < 0 ? 1 : b.shape()[at_b];
    spread_a.push_back(p);
    spread_a.push_back(1);
    spread_b.push_back(1);
    spread_b.push_back(q);
    shape.push_back(p * q);
  }
  return reshape(mul(reshape(a, spread_a), reshape(b, spread_b)), shape);
}

}  // namespace TENON_NAMESPACE
