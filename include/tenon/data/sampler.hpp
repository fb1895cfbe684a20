#pragma once
/// Samplers: the order in which an epoch reads the elements of a data set.

#include <algorithm>   // sort, min
#include <functional>  // function
#include <numeric>     // iota
#include <vector>      // vector

#include "tenon/core/generator.hpp"
#include "tenon/ops/random/random.hpp"

namespace TENON_NAMESPACE::data {

/// A sampler: called at the beginning of each epoch with the data set's size, the batch size and a generator
/// for this epoch, it returns a vector of positions. Each `batch_size` consecutive positions are a batch. The
/// number of positions is the same in every epoch.
using Sampler = std::function<Tensor<index_t>(index_t size, index_t batch_size, Generator& generator)>;

/// All elements in the order of the data set.
struct SequentialSampler {
  Tensor<index_t> operator()(index_t size, index_t, Generator&) const { return arange<index_t>(size); }
};

/// All elements in random order.
struct RandomSampler {
  Tensor<index_t> operator()(index_t size, index_t, Generator& generator) const {
    return randperm(size, generator);
  }
};

/// Elements drawn with replacement, with probabilities proportional to weights, one for each element.
template <Real T>
class WeightedRandomSampler {
 public:
  /// `count` is the number of draws in an epoch; negative: the number of weights.
  explicit WeightedRandomSampler(Tensor<T> weights, index_t count = -1)
      : weights_(std::move(weights)), count_(count < 0 ? weights_.size() : count) {}

  /// Draws the positions of an epoch.
  ///   throws: ShapeError unless there is a weight for each element; ValueError for a negative or non-finite
  ///           weight or a sum of 0
  Tensor<index_t> operator()(index_t size, index_t, Generator& generator) const {
    check<ShapeError>(weights_.shape() == Shape{size}, "sampler", "weights of shape ", weights_.shape(),
                      " for a data set of ", size);
    return multinomial(weights_, count_, /*replacement=*/true, generator);
  }

 private:
  Tensor<T> weights_;
  index_t count_;
};

/// Batches of elements of similar length, in random order: the elements are shuffled, each `pool` batches of
/// them sorted by length, and the full batches shuffled. A last batch that is not full stays last.
class BucketSampler {
 public:
  /// A sampler for elements of these lengths.    throws: ValueError if pool <= 0
  explicit BucketSampler(std::vector<index_t> lengths, index_t pool = 100)
      : lengths_(std::move(lengths)), pool_(pool) {
    check<ValueError>(pool_ > 0, "sampler", "a pool of ", pool_, " batches");
  }

  /// The positions of an epoch.    throws: ShapeError unless there is a length for each element
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

/// The elements of one of several processes that share a data set: positions rank, rank + world_size, … of an
/// order that all processes know. They need the same seed. So that all have the same number of elements, the
/// order begins again at its end, or with drop_last its last elements are left out.
///
///   throws: the constructor ValueError unless 0 <= rank < world_size
class DistributedSampler {
 public:
  DistributedSampler(index_t rank, index_t world_size, bool shuffle = true, bool drop_last = false)
      : rank_(rank), world_size_(world_size), shuffle_(shuffle), drop_last_(drop_last) {
    check<ValueError>(rank >= 0 && rank < world_size, "sampler", "rank ", rank, " of ", world_size,
                      " processes");
  }

  /// The positions of an epoch.
  Tensor<index_t> operator()(index_t size, index_t, Generator& generator) const {
    const Tensor<index_t> all = shuffle_ ? randperm(size, generator) : arange<index_t>(size);
    const index_t count = (size + (drop_last_ ? 0 : world_size_ - 1)) / world_size_;
    Tensor<index_t> own = Tensor<index_t>::empty({count});
    for (index_t i = 0; i < count; ++i) own.mutable_data()[i] = all.data()[(rank_ + i * world_size_) % size];
    return own;
  }

 private:
  index_t rank_, world_size_;
  bool shuffle_, drop_last_;
};

}  // namespace TENON_NAMESPACE::data
