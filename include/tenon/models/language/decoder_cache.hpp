#pragma once
/// What a decoder remembers of the tokens that it has read.

#include <utility>  // move
#include <vector>   // vector

#include "tenon/nn/key_value_cache.hpp"

namespace TENON_NAMESPACE::models {

/// The keys and values of the tokens that a decoder has read, for generation token by token. Its `make_cache` makes it.
template <Real T>
class DecoderCache {
 public:
  DecoderCache(index_t layers, index_t rows, index_t capacity, std::vector<index_t> left_padding)
      : rows_(rows), capacity_(capacity), left_padding_(std::move(left_padding)) {
    const nn::KeyValueBuffer<T> buffer(capacity);
    layers_.resize(static_cast<std::size_t>(layers), {buffer, buffer});
  }

  /// The number of tokens of each row so far, with padding.
  index_t length() const { return layers_.empty() ? 0 : layers_[0].keys.length(); }
  /// The number of texts.
  index_t rows() const { return rows_; }
  /// The number of tokens of a row for which there is room.
  index_t capacity() const { return capacity_; }
  /// Tokens of each row that are padding; empty if none are.
  const std::vector<index_t>& left_padding() const { return left_padding_; }
  /// The keys and values of each block.
  std::vector<nn::KeyValueCache<T>>& layers() { return layers_; }

  /// Forgets all tokens but the first `length`.
  void truncate(index_t length) {
    for (auto& layer : layers_) {
      layer.keys.truncate(length);
      layer.values.truncate(length);
    }
  }
  /// A cache whose row k is row rows[k] of this one.
  ///   throws: IndexError for a row that there is not
  DecoderCache select_rows(const std::vector<index_t>& rows) const {
    DecoderCache result(0, static_cast<index_t>(rows.size()), capacity_, {});
    for (const auto& [keys, values] : layers_)
      result.layers_.push_back({keys.select_rows(rows), values.select_rows(rows)});
    if (!left_padding_.empty())
      for (const index_t row : rows)
        result.left_padding_.push_back(left_padding_.at(static_cast<std::size_t>(row)));
    return result;
  }

 private:
  std::vector<nn::KeyValueCache<T>> layers_{};
  index_t rows_, capacity_;
  std::vector<index_t> left_padding_;
};

}  // namespace TENON_NAMESPACE::models
