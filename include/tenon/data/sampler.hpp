#pragma once
/// Samplers: the order in which an epoch reads a data set.

#include <algorithm>   // sort, min
#include <functional>  // function
#include <numeric>     // iota
#include <vector>      // vector

#include "tenon/core/generator.hpp"
#include "tenon/ops/random.hpp"

namespace TENON_NAMESPACE::data {

/// Called at the beginning of an epoch with the size of the data set, the size of batches and a generator of
/// that epoch's own. Returns positions, of which each `batch_size` in a row are a batch; as many every epoch.
using Sampler = std::function<Tensor<index_t>(index_t size, index_t batch_size, Generator& generator)>;

/// The order of the data set.
struct SequentialSampler {
  Tensor<index_t> operator()(index_t size, index_t, Generator&) const { return arange<index_t>(size); }
};

/// Every element once, in random order.
struct RandomSampler {
  Tensor<index_t> operator()(index_t size, index_t, Generator& generator) const {
    return randperm(size, generator);
  }
};

/// Draws with replacement, in proportion to weights: one for each element, not necessarily adding up to 1.
template <Real T>
class WeightedRandomSampler {
 public:
  /// `count` draws an epoch; as many as there are weights when it is negative.
  explicit WeightedRandomSampler(Tensor<T> weights, index_t count = -1)
      : weights_(std::move(weights)), count_(count < 0 ? weights_.size() : count) {}

  /// throws ShapeError unless there is a weight for each element, ValueError for weights that make no sense
  Tensor<index_t> operator()(index_t size, index_t, Generator& generator) const {
    check<ShapeError>(weights_.shape() == Shape{size}, "sampler", "weights of shape ", weights_.shape(),
                      " for a data set of ", size);
    return multinomial(weights_, count_, /*replacement=*/true, generator);
  }

 private:
  Tensor<T> weights_;
  index_t count_;
};

/// Batches of elements of similar length, in random order: all elements are shuffled, `pool` batches of them
/// at a time sorted by length and cut, and the full batches shuffled. What does not fill a batch comes last.
class BucketSampler {
 public:
  explicit BucketSampler(std::vector<index_t> lengths, index_t pool = 100)
      : lengths_(std::move(lengths)), pool_(pool) {
    check<ValueError>(pool_ > 0, "sampler", "a pool of ", pool_, " batches");
  }

  /// throws ShapeError unless there is a length for each element
  Tensor<index_t> operator()(index_t size, index_t batch_size, Generator& generator) const {
    check<ShapeError>(static_cast<index_t>(lengths_.size()) == size, "sampler", lengths_.size(),
                      " lengths for a data set of ", size);
    const Tensor<index_t> shuffled = randperm(size, generator);
    const index_t* const at = shuffled.data();
    // Places in the shuffled order, which also decides between equal lengths.
    std::vector<index_t> places(static_cast<std::size_t>(size));
    std::iota(places.begin(), places.end(), index_t{0});
    const auto shorter = [&](index_t a, index_t b) {
      const index_t length_a = lengths_[static_cast<std::size_t>(at[a])],
                    length_b = lengths_[static_cast<std::size_t>(at[b])];
      return length_a != length_b ? length_a < length_b : a < b;
    };
    const index_t full = size / batch_size;
    for (index_t batch = 0; batch < full; batch += pool_) {
      const index_t end = std::min(batch + pool_, full);
      std::sort(places.begin() + batch * batch_size, places.begin() + end * batch_size, shorter);
    }
    Tensor<index_t> order = Tensor<index_t>::empty({size});
    index_t* to = order.mutable_data();
    const auto copy = [&](index_t first, index_t last) {
      for (index_t i = first; i < last; ++i) *to++ = at[places[static_cast<std::size_t>(i)]];
    };
    for (const index_t batch : randperm(full, generator)) copy(batch * batch_size, (batch + 1) * batch_size);
    copy(full * batch_size, size);
    return order;
  }

 private:
  std::vector<index_t> lengths_;
  index_t pool_;
};

}  // namespace TENON_NAMESPACE::data
