#pragma once
/// Batches of data sets that can only be read in order, such as the lines of a file or what a program generates:
///
///     for (const auto& lines : data::batches(LinesOf("a.txt"), {.batch_size = 64, .prefetch = 2})) …

#include "tenon/data/loader.hpp"

namespace TENON_NAMESPACE::data {

/// A data set without positions: a range, of which each loop from `begin()` to `end()` is a pass over the same
/// elements. Elements that are random draw from `default_generator()`, which a loader sets for each element.
template <class D>
concept IterableDataset = !Dataset<D> && requires(const D& dataset) { dataset.begin() != dataset.end(); };

/// A range of batches of an iterable data set, made by `batches`. A loop over it is one epoch, or the rest of a
/// restored one, which reads the elements of the batches before and passes over them.
template <IterableDataset D, class Collate>
class IterableLoader {
 public:
  /// The type of an element.
  using Element = std::remove_cvref_t<decltype(*std::declval<const D&>().begin())>;
  /// The type of a batch, as `Collate` returns it.
  using Batch = decltype(std::declval<const Collate&>()(std::vector<Element>()));

  /// See `batches`.
  IterableLoader(D dataset, LoaderOptions options, Collate collate)
      : dataset_(std::move(dataset)), options_(std::move(options)), collate_(std::move(collate)) {
    detail::check_loader_options(options_);
    check<ValueError>(!options_.shuffle && !options_.sampler && options_.num_workers <= 1, "batches",
                      "a data set that is read in order takes no shuffle, no sampler and one worker");
    position_ = {options_.seed ? *options_.seed : default_generator().next_u64(), options_.epoch, 0};
  }

  /// The data set.
  const D& dataset() const { return dataset_; }

  /// The current position, for a checkpoint.
  LoaderPosition position() const { return position_; }
  /// Continues the next loop from a saved position. The loop throws ValueError if the epoch has fewer batches.
  ///   throws: ValueError for a negative position
  void restore(const LoaderPosition& position) {
    check<ValueError>(position.epoch >= 0 && position.batch >= 0, "batches", "cannot go on at batch ",
                      position.batch, " of epoch ", position.epoch);
    position_ = position;
    restored_ = true;
  }
  /// Sets the number of the next loop's epoch.
  ///   throws: ValueError if it is negative
  void set_epoch(index_t epoch) { restore({position_.seed, epoch, 0}); }

  /// The iterator of a loop.
  using Iterator = detail::BatchIterator<IterableLoader>;
  /// Begins an epoch.
  Iterator begin() {
    if (!std::exchange(restored_, false) && position_.batch > 0)
      position_ = {position_.seed, position_.epoch + 1, 0};
    return Iterator(*this);
  }
  /// The end of an epoch.
  std::default_sentinel_t end() const { return {}; }

 private:
  friend Iterator;
  /// Makes the batches of an epoch in order, on one thread.
  class Producer;

  D dataset_;
  LoaderOptions options_;
  Collate collate_;
  LoaderPosition position_;
  bool restored_ = false;
};

/// A loader of an iterable data set, of which it holds a copy. `collate` makes a batch of a vector of elements:
/// `Stack`, `Pad` or any function.
///
///   throws: ValueError if batch_size <= 0, prefetch or epoch is negative, or shuffle, a sampler or several
///           workers are given
template <IterableDataset D, class Collate = Stack>
IterableLoader<D, Collate> batches(D dataset, LoaderOptions options = {}, Collate collate = {}) {
  return IterableLoader<D, Collate>(std::move(dataset), std::move(options), std::move(collate));
}

// Definitions -----------------------------------------------------------------------------------------------

template <IterableDataset D, class Collate>
class IterableLoader<D, Collate>::Producer {
 public:
  explicit Producer(const IterableLoader& loader) : loader_(loader), position_(loader.position_) {}

  std::optional<Batch> operator()() {
    const NoGrad no_grad;
    const detail::DefaultGenerator restored_at_the_end;
    if (!at_) begin();
    std::vector<Element> elements;
    while (static_cast<index_t>(elements.size()) < loader_.options_.batch_size &&
           *at_ != loader_.dataset_.end()) {
      seed_element();
      elements.push_back(**at_);
      ++*at_;
    }
    const bool full = static_cast<index_t>(elements.size()) == loader_.options_.batch_size;
    if (elements.empty() || (loader_.options_.drop_last && !full)) return std::nullopt;
    return loader_.collate_(std::move(elements));
  }

 private:
  /// Begins the pass and reads what was returned before the position.
  void begin() {
    seed_element();
    place_ = 0;
    at_.emplace(loader_.dataset_.begin());
    const index_t size = loader_.options_.batch_size;
    while (place_ < position_.batch * size && *at_ != loader_.dataset_.end()) {
      seed_element();
      ++*at_;
    }
    check<ValueError>(position_.batch == 0 || place_ > (position_.batch - 1) * size, "batches",
                      "cannot go on at batch ", position_.batch, " of epoch ", position_.epoch,
                      ", which has only ", place_, " elements");
  }
  void seed_element() {
    default_generator() =
        detail::loader_generator(position_.seed, position_.epoch, detail::Chance::element, place_++);
  }

  const IterableLoader& loader_;  // only its constant members are read
  LoaderPosition position_;
  std::optional<decltype(std::declval<const D&>().begin())> at_;
  index_t place_ = 0;  // of the next element in its epoch
};

}  // namespace TENON_NAMESPACE::data
