/// The program image_classification from outside, on a few small pictures.

#include <thread>

#include "examples/example_program.hpp"
#include "tenon/data/image_file.hpp"
#include "tenon/ops/elementwise/inplace.hpp"
#include "tenon/ops/index/select.hpp"
#include "tenon/ops/shape/slice.hpp"

namespace image_classification_cli_test {

struct ImageClassificationProgram : support::ExampleProgram {
  ImageClassificationProgram() : ExampleProgram("image_classification") {}

  /// Pictures of 28 x 28 with a bright column for each digit, as MNIST's files.
  void write_mnist() const {
    write_part("train", 60);
    write_part("t10k", 20);
  }
  void write_part(const std::string& part, int count) const {
    const auto last = static_cast<char>(count);
    std::string images{0, 0, 8, 3, 0, 0, 0, last, 0, 0, 0, 28, 0, 0, 0, 28},
        labels{0, 0, 8, 1, 0, 0, 0, last};
    for (int i = 0; i < count; ++i) {
      labels += static_cast<char>(i % 10);
      for (int pixel = 0; pixel < 28 * 28; ++pixel)
        images += static_cast<char>(pixel % 28 / 2 == i % 10 + 2 ? 100 + i : pixel % 7);
    }
    folder_.write(part + "-images-idx3-ubyte", images);
    folder_.write(part + "-labels-idx1-ubyte", labels);
  }
  /// Red and blue pictures of several sizes.
  void write_folder() const {
    for (const bool red : {false, true}) {
      const std::string folder = folder_ / (red ? "red" : "blue");
      std::filesystem::create_directory(folder);
      for (int i = 0; i < 20; ++i) {
        auto image = tn::full<std::uint8_t>({20 + i, 30, 3}, 30);
        auto channel = tn::select(image, 2, red ? 0 : 2);
        tn::fill_(channel, static_cast<std::uint8_t>(150 + 5 * i));
        tn::data::write_png(folder + "/" + std::to_string(i) + ".png", image);
      }
    }
  }
  std::vector<std::string> with_mnist(std::vector<std::string> more) const {
    more.insert(more.begin(),
                {"--data", folder_.path(), "--batch", "10", "--mistakes", folder_ / "wrong.png"});
    return more;
  }
};

TEST_F(ImageClassificationProgram, LearnsSavesAndTestsWhatItSaved) {
  write_mnist();
  const std::string weights = folder_ / "lenet.safetensors";
  const std::string out = expect_success(with_mnist({"--epochs", "3", "--lr", "0.05", "--save", weights}),
                                         {"60 to learn from, 20 to test", "LeNet-5 of 61,706 weights, seed 1",
                                          "test error", "precision", "Mistakes  "});
  EXPECT_EQ(out.find("LeCun"), std::string::npos) << "his figure is of other images";
  EXPECT_TRUE(support::read_file(folder_ / "wrong.png").starts_with("\x89PNG"));
  const std::size_t at = out.find("what was taken for what");
  expect_success(with_mnist({"--weights", weights}), {out.substr(at, out.find("precision") - at)});
}

TEST_F(ImageClassificationProgram, AKilledRunGoesOnToTheSameBits) {
  write_mnist();
  const auto command = [&](const std::string& name) {
    return with_mnist({"--epochs", "30", "--augment", "--model", "lenet5-classic", "--checkpoint",
                       folder_ / (name + ".ckpt"), "--resume", "--save", folder_ / (name + ".safetensors")});
  };
  expect_success(command("whole"));
  {
    const support::Process killed(support::built_program("image_classification"), command("cut"));
    while (killed.running() && !std::filesystem::exists(folder_ / "cut.ckpt"))
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  expect_success(command("cut"));
  EXPECT_EQ(support::read_file(folder_ / "cut.safetensors"),
            support::read_file(folder_ / "whole.safetensors"));
}

TEST_F(ImageClassificationProgram, LearnsTheFoldersOfAFolder) {
  write_folder();
  const std::string weights = folder_ / "resnet.safetensors";
  const std::vector<std::string> data{"--data", folder_.path(), "--mistakes", ""};
  const auto command = [&](std::vector<std::string> more) {
    more.insert(more.begin(), data.begin(), data.end());
    return more;
  };
  expect_success(command({"--model", "resnet", "--width", "2", "--size", "16", "--epochs", "4", "--batch",
                          "4", "--augment", "--save", weights}),
                 {"36 to learn from, 4 to test, 16 x 16, 2 classes", "ResNet-8", "blue", "red"});
  expect_success(command({"--weights", weights}), {"ResNet-8, 1 run"});
  expect_success(command({"--limit", "5", "--epochs", "1", "--runs", "2"}), {"seed 2", "LeNet-5, 2 runs"});
}

TEST_F(ImageClassificationProgram, PartsOfADataSetAreNoClasses) {
  write_folder();
  std::filesystem::create_directory(folder_ / "test");
  for (const char* name : {"red", "blue"})
    std::filesystem::rename(folder_ / name, folder_ / (std::string("test/") + name));
  expect_failure(
      {"--data", folder_.path()}, 1,
      ": its sub-folder test is a part of a data set, not a class; name the part that is to be read");
  std::filesystem::create_directories(folder_ / "few/cat");
  tn::data::write_png(folder_ / "few/cat/0.png", tn::full<std::uint8_t>({4, 4, 3}, 0));
  expect_failure({"--data", folder_ / "few"}, 1,
                 "/few has 1 images, of which every tenth is for testing: too few");
}

TEST_F(ImageClassificationProgram, SaysWhatIsMissingAndWhatIsWrong) {
  expect_failure({"--data", folder_ / "none"}, 1,
                 "there is no folder " + folder_ / "none" + "\nMNIST (11 MB)");
  expect_failure({"--data", folder_.path()}, 1, "has no sub-folders, one for each class");
  write_mnist();
  std::filesystem::remove(folder_ / "t10k-labels-idx1-ubyte");
  expect_failure({"--data", folder_.path()}, 1, " has no t10k-labels-idx1-ubyte");
  expect_failure({"--weights", folder_.write("w.safetensors", "no weights")}, 1, "w.safetensors");
  expect_failure({"--model", "vgg"}, 2, "--model");
  expect_failure({"--resume"}, 2, "--checkpoint");
  expect_failure({"--batch", "1"}, 2, "batch must lie between 2 and 1048576, not 1 (");
  expect_failure({"--lr", "inf"}, 2, "lr must be finite and at least 0, not inf (");
  expect_failure({"--weight-decay", "nan"}, 2, "weight-decay must be at least 0, not nan (");
  expect_failure({"--runs", "0"}, 2, "runs must be at least 1, not 0 (");
  expect_success({"--help"}, {"--augment", "Exit status"});
}

}  // namespace image_classification_cli_test
