#include "tenon/data/loader_checkpoint.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "support/temporary_folder.hpp"

namespace loader_checkpoint_test {

using tn::index_t;
namespace data = tn::data;

TEST(LoaderCheckpoint, ALoaderGoesOnFromAFile) {
  support::TemporaryFolder folder;
  const std::vector<index_t> numbers = tn::arange<index_t>(20).to_vector();
  auto loader = data::batches(numbers, {.batch_size = 3, .shuffle = true, .seed = ~std::uint64_t{0}});
  for ([[maybe_unused]] const auto& batch : loader) continue;
  std::vector<index_t> rest;
  for (const auto& batch : loader) {
    if (loader.position().batch > 2) {
      for (index_t i : batch) rest.push_back(i);
    } else if (loader.position().batch == 2) {
      tn::io::Checkpoint checkpoint;
      data::add_position(checkpoint, "train", loader);
      checkpoint.save(folder / "c");
    }
  }
  auto resumed = data::batches(numbers, {.batch_size = 3, .shuffle = true});
  const tn::io::CheckpointFile file(folder / "c");
  data::restore_position(file, "train", resumed);
  EXPECT_EQ(resumed.position(), (data::LoaderPosition{~std::uint64_t{0}, 1, 2}));
  std::vector<index_t> got;
  for (const auto& batch : resumed)
    for (index_t i : batch) got.push_back(i);
  EXPECT_EQ(got, rest);
  EXPECT_THROW(data::restore_position(file, "valid", resumed), tn::IoError);
}

}  // namespace loader_checkpoint_test
