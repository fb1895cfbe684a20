#include "tenon/io/torch_file.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "support/temporary_folder.hpp"

namespace tenon::testing {
namespace torch_file_test {

using io::TorchFile;
using support::expect_error;

// Written by PyTorch 1.13: w = arange(6).view(2, 3), its transpose, a slice, float16, int64, a parameter, an empty tensor and
// one number; nested.pt holds them as state_dict beside numbers, legacy.pt in the format before PyTorch 1.6.
const std::string folder = TENON_TORCH_FOLDER;

TEST(TorchFile, ReadsTensors) {
  for (const char* name : {"/small.pt", "/nested.pt", "/legacy.pt"}) {
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

TEST(TorchFile, PicklesOfOtherThingsSayWhatTheyAskFor) {
  const support::TemporaryFolder files;
  const auto refused = [&](const std::string& bytes, const std::string& sentence) {
    const std::string path = files.write("model.bin", bytes);
    expect_error<IoError>([&] { TorchFile{path}; }, "[torch] " + path + ": [pickle] " + sentence);
  };
  const std::string refusal = ", which is no part of a file of tensors: nothing of it is run";
  // What Python's pickle.dumps writes by protocols 0 and 4 of an object whose __reduce__ is (os.system, ("id",)).
  refused("cposix\nsystem\np0\n(Vid\np1\ntp2\nRp3\n.", "the file asks for posix.system" + refusal);
  refused("\x80\x04\x8c\x05posix\x94\x8c\x06system\x94\x93.", "the file asks for posix.system" + refusal);
  refused("K\x05.", "it is no file of torch.save");
  refused("", "the pickle is cut off");
}

TEST(Pickle, MemoryGrowsAsThePickle) {
  // A list of a hundred thousand, named as a storage a hundred thousand times: copies would take 80 GB.
  constexpr std::size_t count = 100'000;
  std::string bytes = "(" + std::string(count, 'N') + "tq" + '\0';
  for (std::size_t i = 0; i < count; ++i) bytes += std::string("h\0Q", 3);
  const io::PickleReader pickle(bytes + ".");
  EXPECT_EQ(pickle.storages().size(), count);
  EXPECT_EQ(pickle.size(), bytes.size() + 1);
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
