#pragma once
/// A language model that reads several texts side by side, each token once.

#include <algorithm>  // all_of, copy, max, min
#include <optional>   // optional
#include <utility>    // move
#include <vector>     // vector

#include "tenon/generate/causal_model.hpp"
#include "tenon/generate/logits_processor.hpp"
#include "tenon/ops/shape/copy.hpp"
#include "tenon/tensor/create.hpp"

namespace TENON_NAMESPACE::models {

/// The texts' addresses.
inline std::vector<const Tokens*> addresses(const std::vector<Tokens>& texts) {
  std::vector<const Tokens*> result;
  for (const Tokens& text : texts) result.push_back(&text);
  return result;
}

/// Reads what was appended to texts since it read them last.
///
/// Texts of unequal length begin with padding. A text that does not fit into the model's context is read from its
/// middle on: whenever the cache is full, the last context / 2 tokens of each text are read again into an empty one.
template <CausalModel Model>
class BatchReader {
 public:
  /// A reader of texts of up to `longest` tokens, padding included.
  BatchReader(const Model& model, index_t longest, index_t padding_token)
      : model_(&model),
        capacity_(std::min<index_t>(longest, model.context())),
        padding_token_(padding_token) {}

  /// The logits of the token that follows each text. Each text is one of those before with one token appended,
  /// or they are the first.
  ///   throws: exceptions of the model
  std::vector<Logits> next(const std::vector<const Tokens*>& texts) {
    return rows_of(model_->next(read(texts), *cache_));
  }

  /// Text k of the following is text rows[k] of the ones so far.
  void select_rows(const std::vector<index_t>& rows) {
    bool same = static_cast<index_t>(rows.size()) == cache_->rows();
    for (std::size_t k = 0; same && k < rows.size(); ++k) same = rows[k] == static_cast<index_t>(k);
    if (!same) cache_.emplace(cache_->select_rows(rows));
  }

 private:
  /// The ids (N, T) that are still to be read; makes a cache that has room for them.
  Tensor<index_t> read(const std::vector<const Tokens*>& texts) {
    index_t longest = 0;
    for (const Tokens* text : texts) longest = std::max(longest, static_cast<index_t>(text->size()));
    index_t unread = cache_ ? 1 : longest;
    if (cache_ && cache_->length() + unread <= capacity_) return last_tokens(texts, unread);
    if (cache_ || unread > capacity_) unread = std::min(longest, std::max<index_t>(model_->context() / 2, 1));
    std::vector<index_t> padding;
    for (const Tokens* text : texts)
      padding.push_back(std::max<index_t>(unread - static_cast<index_t>(text->size()), 0));
    if (std::ranges::all_of(padding, [](index_t count) { return count == 0; })) padding.clear();
    cache_.emplace(model_->make_cache(static_cast<index_t>(texts.size()), capacity_, std::move(padding)));
    return last_tokens(texts, unread);
  }
  /// The last `count` tokens of each text, (N, count).
  Tensor<index_t> last_tokens(const std::vector<const Tokens*>& texts, index_t count) const {
    Tensor<index_t> ids = full<index_t>({static_cast<index_t>(texts.size()), count}, padding_token_);
    index_t* row = ids.mutable_data();
    for (const Tokens* text : texts) {
      const index_t own = std::min(count, static_cast<index_t>(text->size()));
      std::copy(text->end() - own, text->end(), row + (count - own));
      row += count;
    }
    return ids;
  }
  static std::vector<Logits> rows_of(const Tensor<typename Model::Scalar>& logits) {
    const auto all = contiguous(logits);
    const auto* at = all.data();
    std::vector<Logits> rows;
    for (index_t n = 0; n < all.extent(0); ++n, at += all.extent(1))
      rows.emplace_back(at, at + all.extent(1));
    return rows;
  }

  const Model* model_;
  index_t capacity_, padding_token_;
  std::optional<typename Model::Cache> cache_{};
};

}  // namespace TENON_NAMESPACE::models
