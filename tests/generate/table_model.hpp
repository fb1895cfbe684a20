#pragma once
/// Language models that tests can predict.

#include "tenon/generate/causal_model.hpp"
#include "tenon/ops/index/select.hpp"
#include "tenon/ops/random/random.hpp"
#include "tenon/ops/shape/shape.hpp"

namespace generate_test {

using tn::index_t;

/// Remembers the ids themselves.
class IdCache {
 public:
  IdCache(index_t rows, index_t capacity, std::vector<index_t> padding)
      : ids(static_cast<std::size_t>(rows)), left_padding(std::move(padding)), capacity_(capacity) {}
  index_t length() const { return static_cast<index_t>(ids[0].size()); }
  index_t rows() const { return static_cast<index_t>(ids.size()); }
  index_t capacity() const { return capacity_; }
  void truncate(index_t length) {
    for (auto& row : ids) row.resize(static_cast<std::size_t>(length));
  }
  IdCache select_rows(const std::vector<index_t>& rows) const {
    IdCache result(0, capacity_, {});
    for (const index_t row : rows) {
      result.ids.push_back(ids.at(static_cast<std::size_t>(row)));
      if (!left_padding.empty())
        result.left_padding.push_back(left_padding.at(static_cast<std::size_t>(row)));
    }
    return result;
  }
  std::vector<std::vector<index_t>> ids;
  std::vector<index_t> left_padding;

 private:
  index_t capacity_;
};

/// The logits of the next token depend on the last two tokens (on nothing and one at first): a row of a table. Notes
/// what it was asked.
struct TableModel {
  using Scalar = double;
  using Cache = IdCache;

  tn::Tensor<double> table;  // (V + 1, V, V)
  index_t most = 1000;       // tokens of a row
  mutable std::vector<std::vector<index_t>> asked{};

  /// A table of random logits, or of one's own.
  static TableModel random(index_t vocabulary, std::uint64_t seed = 1) {
    tn::Generator generator{seed};
    return {tn::randn<double>({vocabulary + 1, vocabulary, vocabulary}, generator)};
  }
  /// Says the next number.
  static TableModel counter(index_t vocabulary) {
    TableModel model{tn::zeros<double>({vocabulary + 1, vocabulary, vocabulary})};
    for (index_t before = 0; before <= vocabulary; ++before)
      for (index_t last = 0; last < vocabulary; ++last)
        model.table.mutable_data()[(before * vocabulary + last) * vocabulary + (last + 1) % vocabulary] = 50;
    return model;
  }

  IdCache make_cache(index_t rows, index_t capacity, std::vector<index_t> left_padding = {}) const {
    return {rows, capacity, std::move(left_padding)};
  }
  index_t context() const { return most; }
  index_t vocabulary() const { return table.extent(1); }

  tn::Tensor<double> next(const tn::Tensor<index_t>& ids, Cache& cache) const {
    return tn::clone(tn::select(logits(ids, cache), 1, -1));
  }
  tn::Tensor<double> logits(const tn::Tensor<index_t>& ids, Cache& cache) const {
    asked.push_back({cache.length()});
    for (const index_t id : tn::select(ids, 0, 0)) asked.back().push_back(id);
    const index_t n = ids.extent(0), t = ids.extent(1), v = vocabulary();
    tn::Tensor<double> result = tn::Tensor<double>::empty({n, t, v});
    for (index_t row = 0; row < n; ++row)
      for (index_t k = 0; k < t; ++k)
        append(cache, row, ids.at({row, k}), result.mutable_data() + (row * t + k) * v);
    EXPECT_LE(cache.length(), std::min(most, cache.capacity()));
    return result;
  }

 private:
  void append(Cache& cache, index_t row, index_t id, double* out) const {
    auto& text = cache.ids[static_cast<std::size_t>(row)];
    text.push_back(id);
    const std::size_t padding =
        cache.left_padding.empty()
            ? 0
            : static_cast<std::size_t>(cache.left_padding[static_cast<std::size_t>(row)]);
    const index_t v = vocabulary(), before = text.size() >= padding + 2 ? text[text.size() - 2] : v;
    std::copy_n(table.data() + (before * v + id) * v, v, out);
  }
};

}  // namespace generate_test
