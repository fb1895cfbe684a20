#pragma once
/// Loaders: the batches of a data set, for a range-for loop:
///
///     auto train = data::batches(digits, {.batch_size = 64, .shuffle = true, .seed = 1});
///     for (int epoch = 0; epoch < 10; ++epoch)
///       for (auto [image, label] : train) …
///
/// Equal seeds give equal batches, with any number of threads that prepare them. The order of an epoch depends on the seed
/// and the epoch's number; random elements depend also on their position in the epoch.

#include <algorithm>  // max, min
#include <cstdint>    // uint64_t
#include <iterator>   // default_sentinel_t
#include <memory>     // unique_ptr
#include <optional>   // optional
#include <utility>    // move, exchange
#include <vector>     // vector

#include "tenon/data/collate.hpp"
#include "tenon/data/dataset.hpp"
#include "tenon/data/prefetcher.hpp"
#include "tenon/data/sampler.hpp"
#include "tenon/graph/mode.hpp"

namespace TENON_NAMESPACE::data {

/// Options of `batches`.
struct LoaderOptions {
  index_t batch_size = 1;               ///< elements in a batch
  bool shuffle = false;                 ///< a new random order in each epoch
  std::optional<std::uint64_t> seed{};  ///< of order and elements; none: from default_generator()
  bool drop_last = false;               ///< leave out a last batch that is not full
  index_t prefetch = 0;                 ///< batches prepared ahead by threads; 0: 2 num_workers
  index_t num_workers = 0;              ///< threads that prepare batches; 0: one if prefetch > 0
  index_t epoch = 0;                    ///< number of the first epoch
  Sampler sampler{};                    ///< the order of elements; none: by `shuffle`
};

/// The position of a loader, for a checkpoint.
struct LoaderPosition {
  std::uint64_t seed = 0;  ///< the loader's seed
  index_t epoch = 0;       ///< the current epoch
  index_t batch = 0;       ///< batches of this epoch returned so far
  friend bool operator==(const LoaderPosition&, const LoaderPosition&) = default;
};

namespace detail {

/// The purpose of a loader's generator; generators of different purposes have different streams.
enum class Chance : std::uint64_t { order, element };

inline Generator loader_generator(std::uint64_t seed, index_t epoch, Chance chance, index_t place = 0) {
  const std::uint64_t stream =
      (static_cast<std::uint64_t>(epoch) + 1) << 1 | static_cast<std::uint64_t>(chance);
  const Philox::Block block = Philox::block(seed, static_cast<std::uint64_t>(place), stream);
  return Generator{std::uint64_t{block.word[0]} << 32 | block.word[1]};
}

/// Saves this thread's default generator and restores it at the end of the scope.
class DefaultGenerator {
 public:
  DefaultGenerator() : before_(default_generator()) {}
  DefaultGenerator(const DefaultGenerator&) = delete;
  DefaultGenerator& operator=(const DefaultGenerator&) = delete;
  ~DefaultGenerator() { default_generator() = before_; }

 private:
  Generator before_;
};

inline void check_loader_options(const LoaderOptions& options) {
  check<ValueError>(options.batch_size > 0, "batches", "batches of ", options.batch_size, " elements");
  check<ValueError>(options.prefetch >= 0 && options.num_workers >= 0 && options.epoch >= 0, "batches",
                    "negative prefetch ", options.prefetch, ", num_workers ", options.num_workers,
                    " or epoch ", options.epoch);
}

/// The threads that prepare batches, if any.
template <class Batch, class Producer>
std::unique_ptr<Prefetcher<Batch>> prefetcher(const Producer& producer, const LoaderOptions& options) {
  const index_t ahead = options.prefetch > 0 ? options.prefetch : 2 * options.num_workers;
  if (ahead == 0) return nullptr;
  const index_t workers = std::max<index_t>(options.num_workers, 1);
  return std::make_unique<Prefetcher<Batch>>(producer, static_cast<std::size_t>(ahead),
                                             static_cast<std::size_t>(workers));
}

/// The batch of the elements at `positions`; `place` is the position of the first in its epoch.
template <class D, class Collate>
auto make_batch(const D& dataset, const Collate& collate, const Tensor<index_t>& positions,
                const LoaderPosition& epoch, index_t place) {
  const NoGrad no_grad;
  if constexpr (GatherDataset<D> && std::is_same_v<Collate, Stack>) {
    return dataset.gather(positions);
  } else {
    const DefaultGenerator restored_at_the_end;
    std::vector<Element<D>> elements;
    elements.reserve(static_cast<std::size_t>(positions.size()));
    for (const index_t i : positions) {
      default_generator() = loader_generator(epoch.seed, epoch.epoch, Chance::element, place++);
      elements.push_back(element_at(dataset, i));
    }
    return collate(std::move(elements));
  }
}

/// The iterator of a loop over a loader; it owns the threads.
template <class Loader>
class BatchIterator {
 public:
  explicit BatchIterator(Loader& loader) : loader_(loader), producer_(loader) {
    prefetcher_ = prefetcher<Batch>(producer_, loader.options_);
    ++*this;
  }

  auto& operator*() { return *batch_; }
  BatchIterator& operator++() {
    batch_.reset();  // frees its memory for the next one
    batch_ = prefetcher_ ? prefetcher_->next() : produce();
    LoaderPosition& position = loader_.position_;
    if (batch_)
      ++position.batch;
    else
      position = {position.seed, position.epoch + 1, 0};
    return *this;
  }
  bool operator==(std::default_sentinel_t) const { return !batch_.has_value(); }

 private:
  using Batch = typename Loader::Batch;
  using Producer = typename Loader::Producer;

  std::optional<Batch> produce() {
    if constexpr (std::invocable<Producer&, index_t>)
      return producer_(number_++);
    else
      return producer_();
  }

  Loader& loader_;
  Producer producer_;
  index_t number_ = 0;  // of the next batch that the producer is asked for here
  std::unique_ptr<Prefetcher<Batch>> prefetcher_;
  std::optional<Batch> batch_;
};

}  // namespace detail

/// A range of batches, made by `batches`. A loop over it is one epoch, or the rest of a restored one. A loop
/// that is left early ends its epoch. A loop must end before the next begins.
template <Dataset D, class Collate>
class Loader {
 public:
  /// The type of a batch, as `Collate` returns it.
  using Batch = decltype(detail::make_batch(std::declval<const D&>(), std::declval<const Collate&>(),
                                            Tensor<index_t>(), LoaderPosition(), 0));

  /// See `batches`.
  Loader(D dataset, LoaderOptions options, Collate collate);

  /// The number of batches in an epoch.
  index_t size() const;
  /// The data set.
  const D& dataset() const { return dataset_; }

  /// The current position, for a checkpoint.
  LoaderPosition position() const { return position_; }
  /// Continues the next loop from a saved position.
  ///   throws: ValueError if the epoch has fewer batches
  void restore(const LoaderPosition& position);
  /// Sets the number of the next loop's epoch, for instance after a loop that was left early.
  ///   throws: ValueError if it is negative
  void set_epoch(index_t epoch) { restore({position_.seed, epoch, 0}); }

  /// The iterator of a loop.
  using Iterator = detail::BatchIterator<Loader>;
  /// Begins an epoch.
  Iterator begin();
  /// The end of an epoch.
  std::default_sentinel_t end() const { return {}; }

 private:
  friend Iterator;
  /// Makes the batches of an epoch, on any thread.
  class Producer;
  void prepare_order();

  D dataset_;
  LoaderOptions options_;
  Collate collate_;
  LoaderPosition position_;
  bool restored_ = false;
  Tensor<index_t> order_;                  // of the epoch
  std::optional<LoaderPosition> ordered_;  // the epoch of order_
};

/// A loader of a data set, of which it holds a copy. `collate` makes a batch of a vector of elements:
/// `Stack`, `Pad` or any function. With `Stack`, the batches of a `GatherDataset`, such as a TensorDataset
/// and its subsets, are gathered at once.
///
///   throws: ValueError if batch_size <= 0, prefetch, num_workers or epoch is negative, or both shuffle and
///           sampler are given; IndexError if the sampler returns a position out of range
template <Dataset D, class Collate = Stack>
Loader<D, Collate> batches(D dataset, LoaderOptions options = {}, Collate collate = {}) {
  return Loader<D, Collate>(std::move(dataset), std::move(options), std::move(collate));
}

// Definitions -----------------------------------------------------------------------------------------------

template <Dataset D, class Collate>
class Loader<D, Collate>::Producer {
 public:
  explicit Producer(const Loader& loader)
      : loader_(loader), order_(loader.order_), position_(loader.position_), count_(loader.size()) {}

  /// The batch of this number, counted from the position; none after the last.
  std::optional<Batch> operator()(index_t number) const {
    if (position_.batch + number >= count_) return std::nullopt;
    const index_t first = (position_.batch + number) * loader_.options_.batch_size,
                  count = std::min(loader_.options_.batch_size, order_.size() - first);
    return detail::make_batch(loader_.dataset_, loader_.collate_, narrow(order_, 0, first, count), position_,
                              first);
  }

 private:
  const Loader& loader_;  // only its constant members are read
  Tensor<index_t> order_;
  LoaderPosition position_;
  index_t count_;
};

template <Dataset D, class Collate>
Loader<D, Collate>::Loader(D dataset, LoaderOptions options, Collate collate)
    : dataset_(std::move(dataset)), options_(std::move(options)), collate_(std::move(collate)) {
  detail::check_loader_options(options_);
  check<ValueError>(!(options_.shuffle && options_.sampler), "batches",
                    "shuffle and a sampler were given; either decides on the order");
  if (options_.shuffle)
    options_.sampler = RandomSampler{};
  else if (!options_.sampler)
    options_.sampler = SequentialSampler{};
  position_ = {options_.seed ? *options_.seed : default_generator().next_u64(), options_.epoch, 0};
  prepare_order();
}

template <Dataset D, class Collate>
index_t Loader<D, Collate>::size() const {
  const index_t n = options_.batch_size;
  return (order_.size() + (options_.drop_last ? 0 : n - 1)) / n;
}

template <Dataset D, class Collate>
void Loader<D, Collate>::prepare_order() {
  const LoaderPosition wanted{position_.seed, position_.epoch, 0};
  if (ordered_ == wanted) return;
  Generator generator = detail::loader_generator(wanted.seed, wanted.epoch, detail::Chance::order);
  const index_t size = size_of(dataset_);
  const Tensor<index_t> order = contiguous(options_.sampler(size, options_.batch_size, generator));
  check<ShapeError>(order.rank() == 1, "batches",
                    "expected a vector of positions from the sampler, got shape ", order.shape());
  for (const index_t i : order)
    check<IndexError>(i >= 0 && i < size, "batches", "the sampler names element ", i, " of ", size);
  order_ = order;
  ordered_ = wanted;
}

template <Dataset D, class Collate>
void Loader<D, Collate>::restore(const LoaderPosition& position) {
  check<ValueError>(position.epoch >= 0 && position.batch >= 0 && position.batch <= size(), "batches",
                    "cannot go on at batch ", position.batch, " of epoch ", position.epoch, ", which has ",
                    size());
  position_ = position;
  restored_ = true;
}

template <Dataset D, class Collate>
typename Loader<D, Collate>::Iterator Loader<D, Collate>::begin() {
  if (!std::exchange(restored_, false) && position_.batch > 0)
    position_ = {position_.seed, position_.epoch + 1, 0};
  prepare_order();
  return Iterator(*this);
}

}  // namespace TENON_NAMESPACE::data
