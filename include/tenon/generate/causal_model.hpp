#pragma once
/// What generation asks of a language model: that it goes on from where its cache ends.

#include <concepts>  // convertible_to, same_as
#include <vector>    // vector

#include "tenon/tensor/tensor.hpp"

namespace TENON_NAMESPACE::models {

/// What a language model remembers of the tokens that it has read: rows of equal length, of which each may begin
/// with padding.
template <class C>
concept CausalCache =
    requires(C& cache, const C& constant, index_t length, const std::vector<index_t>& rows) {
      { constant.length() } -> std::convertible_to<index_t>;    // tokens of a row so far, with its padding
      { constant.rows() } -> std::convertible_to<index_t>;      // texts that are read side by side
      { constant.capacity() } -> std::convertible_to<index_t>;  // tokens of a row for which there is room
      cache.truncate(length);                                   // forgets all but the first `length` tokens
      { constant.select_rows(rows) } -> std::same_as<C>;        // row k of the result is row rows[k]
    };

/// A language model that reads ids (N, T) behind those in its cache.
///
/// `next` returns the logits (N, V) after the last of them, `logits` those after each, (N, T, V). `context()` is the
/// largest number of tokens in a row, `vocabulary()` is V. `make_cache(rows, capacity, left_padding)` is empty; the
/// first left_padding[n] ids of row n are padding, which is read with the others but that no token sees or counts.
template <class M>
concept CausalModel = CausalCache<typename M::Cache> &&
                      requires(const M& model, const Tensor<index_t>& ids, typename M::Cache& cache,
                               index_t rows, std::vector<index_t> left_padding) {
                        { model.make_cache(rows, rows, left_padding) } -> std::same_as<typename M::Cache>;
                        { model.next(ids, cache) } -> std::same_as<Tensor<typename M::Scalar>>;
                        { model.logits(ids, cache) } -> std::same_as<Tensor<typename M::Scalar>>;
                        { model.context() } -> std::convertible_to<index_t>;
                        { model.vocabulary() } -> std::convertible_to<index_t>;
                      };

}  // namespace TENON_NAMESPACE::models
