#pragma once
/// Sorted runs of counted pairs, and their merge.

#include <algorithm>  // make_heap, pop_heap, push_heap
#include <cstdint>    // uint64_t
#include <utility>    // exchange, move
#include <vector>     // vector

#include "tenon/models/word_vectors/glove/pair_table.hpp"
#include "tenon/text/block_stream.hpp"

namespace TENON_NAMESPACE::models::glove {

/// A sequence of runs, each sorted by rising key, in memory up to a limit and otherwise in a temporary file.
class PairRuns {
 public:
  using Stream = text::BlockStream<PairCount>;

  /// No runs, with up to `most_bytes` bytes in memory.
  explicit PairRuns(std::size_t most_bytes) : stream_(most_bytes / (Stream::block_bytes)) {}

  /// Appends a pair to the current run.
  void append(const PairCount& pair) { stream_.append(pair); }
  /// Ends the current run.
  void end_run() { ends_.push_back(stream_.size()); }

  /// Reads a run in order.
  class Reader {
   public:
    Reader(const Stream& stream, index_t begin, index_t end) : stream_(&stream), next_(begin), end_(end) {
      advance();
    }
    /// The number of pairs from here on.
    index_t left() const { return end_ - next_ + (at_end_ ? 0 : 1); }
    /// Whether all pairs were read.
    bool at_end() const { return at_end_; }
    /// The current pair.
    const PairCount& operator*() const { return current_; }
    /// Moves to the next pair.
    void advance() {
      at_end_ = next_ == end_;
      if (at_end_) return;
      if (!records_ || next_ % Stream::block_size == 0) read_block();
      current_ = records_[next_++ % Stream::block_size];
    }

   private:
    void read_block() {
      const index_t block = next_ / Stream::block_size;
      if (!stream_->in_memory()) scratch_.resize(static_cast<std::size_t>(Stream::block_size));
      records_ = stream_->block(block, scratch_.data());
    }

    const Stream* stream_;
    index_t next_, end_;
    std::vector<PairCount> scratch_;
    const PairCount* records_ = nullptr;
    PairCount current_{};
    bool at_end_ = false;
  };
  /// Adds a reader for each run.
  void add_readers(std::vector<Reader>& readers) const {
    index_t begin = 0;
    for (const index_t end : ends_) readers.emplace_back(stream_, std::exchange(begin, end), end);
  }

 private:
  Stream stream_;
  std::vector<index_t> ends_;
};

/// The merge of several runs by rising key, in which the counts of equal keys are added.
class MergedRuns {
 public:
  /// Merges the runs of these readers.
  explicit MergedRuns(std::vector<PairRuns::Reader> readers) : readers_(std::move(readers)) {
    std::erase_if(readers_, [](const auto& reader) { return reader.at_end(); });
    for (auto& reader : readers_) {
      heap_.push_back(&reader);
      size_ += reader.left();
    }
    std::make_heap(heap_.begin(), heap_.end(), later);
  }

  /// The number of pairs in all runs, before the merge.
  index_t size() const { return size_; }
  /// The number of these pairs that were merged so far.
  index_t taken() const { return taken_; }
  /// Whether all pairs were merged.
  bool at_end() const { return heap_.empty(); }
  /// The next pair; not at the end.
  PairCount next() {
    PairCount sum{(**heap_.front()).key, 0};
    while (!heap_.empty() && (**heap_.front()).key == sum.key) sum.count += take();
    return sum;
  }

 private:
  static bool later(const PairRuns::Reader* a, const PairRuns::Reader* b) { return (**a).key > (**b).key; }

  std::uint64_t take() {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    PairRuns::Reader& reader = *heap_.back();
    const std::uint64_t count = (*reader).count;
    ++taken_;
    reader.advance();
    if (reader.at_end())
      heap_.pop_back();
    else
      std::push_heap(heap_.begin(), heap_.end(), later);
    return count;
  }

  std::vector<PairRuns::Reader> readers_;
  std::vector<PairRuns::Reader*> heap_;
  index_t size_ = 0, taken_ = 0;
};

}  // namespace TENON_NAMESPACE::models::glove
