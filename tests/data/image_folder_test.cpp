#include "tenon/data/image_folder.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "support/temporary_folder.hpp"
#include "tenon/data/dataset.hpp"

namespace image_folder_test {

using support::expect_error;
using support::expect_values;
using support::TemporaryFolder;
using tn::data::ImageFolder;
static_assert(tn::data::Dataset<ImageFolder>);

void add_image(const TemporaryFolder& folder, const std::string& name, std::uint8_t grey) {
  std::filesystem::create_directories(std::filesystem::path(folder / name).parent_path());
  tn::data::write_png(folder / name, tn::full<std::uint8_t>({1, 2, 1}, grey));
}

TEST(ImageFolder, ReadsClassesAndFilesInOrder) {
  TemporaryFolder folder;
  add_image(folder, "dog/b.PNG", 4);
  add_image(folder, "dog/a/z.png", 3);
  add_image(folder, "cat/1.png", 1);
  add_image(folder, "cat/0.jpeg", 0);  // told by its first bytes
  folder.write("cat/notes.txt", "not an image");
  folder.write("readme.png", "not in a class");
  const ImageFolder images(folder.path());
  EXPECT_EQ(images.classes(), (std::vector<std::string>{"cat", "dog"}));
  ASSERT_EQ(images.size(), 4);
  const tn::index_t labels[] = {0, 0, 1, 1};
  const std::uint8_t greys[] = {0, 1, 3, 4};
  for (tn::index_t i = 0; i < 4; ++i) {
    const auto [image, label] = images[i];
    EXPECT_EQ(label, labels[i]);
    EXPECT_EQ(images.label(i), label);
    expect_values(image, {1, 2, 3}, std::vector<std::uint8_t>(6, greys[i]));
  }
  EXPECT_EQ(images.path(1), folder / "cat/1.png");
  expect_error<tn::IndexError>([&] { images[4]; }, "[image_folder] image 4 of 4");
  EXPECT_EQ(ImageFolder(folder.path(), {.channels = 1})[0].first.shape(), (tn::Shape{1, 2, 1}));
}

TEST(ImageFolder, SaysWhatIsMissing) {
  TemporaryFolder folder;
  const std::string none = folder / "none", root = folder.path();
  expect_error<tn::IoError>([&] { ImageFolder{none}; },
                            "[image_folder] " + none + ": No such file or directory");
  expect_error<tn::IoError>([&] { ImageFolder{root}; },
                            "[image_folder] " + root + " has no sub-folders, one for each class");
  add_image(folder, "cat/0.png", 0);
  std::filesystem::create_directory(folder / "dog");
  expect_error<tn::IoError>([&] { ImageFolder{root}; },
                            "[image_folder] " + (folder / "dog") + " has no PNG or JPEG files");
}

TEST(ImageFolder, PartsOfADataSetAreNoClasses) {
  const auto refused = [](const std::vector<std::string>& files, const std::string& part) {
    TemporaryFolder folder;
    for (const std::string& file : files) add_image(folder, file, 0);
    const std::string root = folder.path();
    expect_error<tn::IoError>([&] { ImageFolder{root}; },
                              "[image_folder] " + root + ": its sub-folder " + part +
                                  " is a part of a data set, not a class; name the part that is to be read");
  };
  refused({"test/cat/0.png", "test/dog/0.png"}, "test");
  refused({"test/0.png"}, "test");
  refused({"train/cat/0.png"}, "train");
  refused({"Train/cat/0.png", "VAL/cat/0.png"}, "Train");
  refused({"training/0.png", "testing/0.png"}, "testing");
  refused({"cat/0.png", "test/cat/0.png"}, "test");
  TemporaryFolder vehicles;
  for (const char* file : {"bus/0.png", "train/0.png", "train/old/1.png"}) add_image(vehicles, file, 0);
  EXPECT_EQ(ImageFolder(vehicles.path()).classes(), (std::vector<std::string>{"bus", "train"}));
  EXPECT_EQ(ImageFolder(vehicles.path()).size(), 3);
  TemporaryFolder outer;
  add_image(outer, "test/cat/0.png", 0);
  EXPECT_EQ(ImageFolder(outer / "test").classes(), std::vector<std::string>{"cat"});
}

TEST(ImageFolder, ABrokenFileIsNamedWhenItIsRead) {
  TemporaryFolder folder;
  std::filesystem::create_directory(folder / "cat");
  const std::string path = folder.write("cat/0.png", "not an image");
  const ImageFolder images(folder.path());
  expect_error<tn::IoError>([&] { images[0]; },
                            "[image] " + path + ": it begins neither as PNG nor as JPEG does");
}

}  // namespace image_folder_test
