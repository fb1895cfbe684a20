#include "tenon/io/torch_file.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "support/temporary_folder.hpp"

namespace tenon::testing {
namespace torch_file_test {

using io::TorchFile;
using support::expect_error;

// Written by PyTorch 1.13: w = arange(6).view(2, 3), its transpose, a slice, float16, int64, a parameter, an empty tensor and
// one number; nested.pt holds them as state_dict beside numbers.
const std::string folder = TENON_TORCH_FOLDER;

TEST(TorchFile, ReadsTensors) {
  for (const char* name : {"/small.pt", "/nested.pt"}) {
    const TorchFile file(folder + name);
    EXPECT_EQ(file.names(), (std::vector<std::string>{"e", "h", "i", "p", "s", "slice", "t", "w"}));
    EXPECT_EQ(file.get<float>("w").shape(), (Shape{2, 3}));
    EXPECT_EQ(file.get<float>("w").to_vector(), (std::vector<float>{0, 1, 2, 3, 4, 5}));
    EXPECT_EQ(file.get<float>("t").shape(), (Shape{3, 2}));
    EXPECT_EQ(file.get<float>("t").to_vector(), (std::vector<float>{0, 3, 1, 4, 2, 5}));
    EXPECT_EQ(file.get<float>("slice").to_vector(), (std::vector<float>{4, 5}));
    EXPECT_EQ(file.get<float>("h").to_vector(), (std::vector<float>{1.5, -2}));
    EXPECT_EQ(file.get<index_t>("i").to_vector(), (std::vector<index_t>{3, 4}));
    EXPECT_EQ(file.get<float>("p").to_vector(), (std::vector<float>{1, 1}));
    EXPECT_EQ(file.get<float>("e").shape(), (Shape{0, 3}));
    EXPECT_EQ(file.get<float>("s").item(), 7);
  }
  const TorchFile file(folder + "/small.pt");
  expect_error<IoError>([&] { file.get<float>("x"); },
                        "[torch] " + file.path() + ": there is no tensor \"x\"");
  expect_error<IoError>([&] { file.get<float>("i"); },
                        "[torch] " + file.path() + ": \"i\" is stored as int64, which does not fit float32");
}

TEST(TorchFile, NothingOfAFileIsRun) {
  const std::string path = folder + "/hostile.pt";
  expect_error<IoError>([&] { TorchFile{path}; }, "[torch] " + path +
                                                      ": [pickle] the file asks for posix.system, which is "
                                                      "no part of a file of tensors: nothing of it is run");
  for (const std::string name :
       {"os\nsystem", "builtins\neval", "builtins\nexec", "subprocess\nPopen", "torch\nload"}) {
    std::string asked = name;
    asked.replace(asked.find('\n'), 1, ".");
    expect_error<IoError>(
        [&] {
          io::PickleReader(
              "\x80\x02"
              "c" +
              name + "\n)R.");
        },
        "[pickle] the file asks for " + asked +
            ", which is no part of a file of tensors: nothing of it is run");
  }
}

TEST(TorchFile, OlderFilesAreNamed) {
  const std::string path = folder + "/legacy.pt";
  expect_error<IoError>(
      [&] { TorchFile{path}; },
      "[torch] " + path + ": written by a PyTorch before 1.6; load it there and torch.save it again");
}

TEST(Pickle, DamagedOnesAreRefused) {
  for (const char* bytes :
       {"", "\x80", "N", "R.", ")R.", "(.", "u.", "h\x01.", "\xff.", "X\xff\xff\xff\xff.", "]]s.", "Q."})
    EXPECT_THROW(io::PickleReader{bytes}, IoError) << bytes;
  EXPECT_EQ(io::PickleReader("K\x05.").root().number, 5);
  EXPECT_EQ(io::PickleReader("\x8a\x01\xff.").root().number, -1);
}

}  // namespace torch_file_test
}  // namespace tenon::testing
