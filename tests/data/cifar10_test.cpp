#include "tenon/data/cifar10.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "support/expect.hpp"
#include "support/temporary_folder.hpp"

namespace cifar10_test {

using support::expect_error;
using support::expect_vector;
using support::TemporaryFolder;
using tn::index_t;
using tn::data::read_cifar10;

std::string record(int label, char first, char last) {
  std::string bytes(3073, '\x07');
  bytes[0] = static_cast<char>(label);
  bytes[1] = first;
  bytes[3072] = last;
  return bytes;
}

TEST(Cifar10, ReadsFilesOneAfterAnother) {
  TemporaryFolder folder;
  const auto dataset = read_cifar10(
      {folder.write("a", record(3, 1, 2) + record(0, 3, 4)), folder.write("b", record(9, 5, 6))});
  const auto& [images, labels] = dataset.tensors();
  EXPECT_EQ(images.shape(), (tn::Shape{3, 3, 32, 32}));
  expect_vector(labels, {3, 0, 9});
  EXPECT_EQ(images.at({1, 0, 0, 0}), 3);
  EXPECT_EQ(images.at({1, 2, 31, 31}), 4);
  EXPECT_EQ(images.at({2, 1, 5, 5}), 7);
  EXPECT_EQ(read_cifar10({}).size(), 0);
}

TEST(Cifar10, RefusesWhatIsNotWhole) {
  TemporaryFolder folder;
  const std::string cut = folder.write("a", record(1, 0, 0) + "x"),
                    label = folder.write("b", record(1, 0, 0) + record(10, 0, 0));
  expect_error<tn::IoError>([&] { read_cifar10({cut}); },
                            "[cifar10] " + cut + ": 3074 bytes are no whole records of 3073");
  expect_error<tn::IoError>([&] { read_cifar10({label}); },
                            "[cifar10] " + label + ": record 1 has the label 10");
}

TEST(Cifar10, ReadsTheBatchOfThePretrainedNetwork) {
  const char* const data = std::getenv("TENON_DATA");
  if (!data) GTEST_SKIP() << "TENON_DATA names no folder of data sets";
  EXPECT_EQ(read_cifar10({std::string(data) + "/pretrained/resnet20-cifar10/batch200.bin"}).size(), 200);
}

}  // namespace cifar10_test
