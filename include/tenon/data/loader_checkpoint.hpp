#pragma once
/// The position of a loader in a checkpoint:
///
///     data::add_position(checkpoint, "train", loader);
///     …
///     data::restore_position(io::CheckpointFile("run.ckpt"), "train", loader);

#include "tenon/data/loader.hpp"
#include "tenon/io/checkpoint.hpp"

namespace TENON_NAMESPACE::data {

/// Adds the position of a loader to a checkpoint.
template <class Loader>
void add_position(io::Checkpoint& checkpoint, const std::string& name, const Loader& loader) {
  const LoaderPosition position = loader.position();
  checkpoint.set(name + ".loader_seed", static_cast<index_t>(position.seed));
  checkpoint.set(name + ".loader_epoch", position.epoch);
  checkpoint.set(name + ".loader_batch", position.batch);
}

/// Continues the next loop of a loader from the position in a checkpoint.
///
///   throws: IoError if it is missing; ValueError if the loader's epoch has fewer batches
template <class Loader>
void restore_position(const io::CheckpointFile& file, const std::string& name, Loader& loader) {
  loader.restore({.seed = static_cast<std::uint64_t>(file.integer(name + ".loader_seed")),
                  .epoch = file.integer(name + ".loader_epoch"),
                  .batch = file.integer(name + ".loader_batch")});
}

}  // namespace TENON_NAMESPACE::data
