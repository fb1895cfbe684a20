#include "tenon/io/npz.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "support/temporary_folder.hpp"
#include "tenon/nn/parameter.hpp"
#include "tenon/ops/elementwise/inplace.hpp"

namespace npz_test {

using support::message_of;
using support::TemporaryFolder;
using tn::io::NpzFile;
using tn::io::NpzWriter;

NpzWriter sample() {
  NpzWriter writer;
  writer.add("x", tn::from<float>({{1, 2, 3}, {4, 5, 6}}));
  writer.add("zeros", tn::zeros<double>({20000}));
  writer.add("naïve", tn::scalar<std::int64_t>(7));
  writer.add("empty", tn::zeros<float>({0}));
  return writer;
}

void expect_sample(const NpzFile& file) {
  EXPECT_EQ(file.get<float>("x").shape(), (tn::Shape{2, 3}));
  EXPECT_EQ(file.get<float>("x").to_vector(), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(file.get<double>("zeros").to_vector(), std::vector<double>(20000));
  EXPECT_EQ(file.get<std::int64_t>("naïve").item(), 7);
  EXPECT_EQ(file.get<float>("empty").size(), 0);
  EXPECT_EQ(file.header("x").descr, "<f4");
}

TEST(Npz, EachGetIsATensorOfItsOwn) {
  TemporaryFolder folder;
  for (const bool compress : {false, true}) {
    NpzWriter writer;
    writer.add("small", tn::ones<float>({3}));
    writer.add("large", tn::ones<float>({100'000}));
    writer.save(folder / "x", compress);
    const NpzFile file(folder / "x");
    for (const char* name : {"small", "large"}) {
      tn::nn::Parameter<float> trained(file.get<float>(name));
      auto written = file.get<float>(name);
      {
        const tn::NoGrad no_grad;
        tn::fill_(trained, 5.0f);
      }
      tn::fill_(written, 7.0f);
      EXPECT_EQ(trained.at({2}), 5.0f) << name;
      EXPECT_EQ(written.at({2}), 7.0f) << name;
      EXPECT_EQ(file.get<float>(name).at({2}), 1.0f) << name;
    }
  }
}

TEST(Npz, RoundTripsStoredAndDeflated) {
  TemporaryFolder folder;
  sample().save(folder / "stored");
  sample().save(folder / "deflated", true);
  EXPECT_EQ(NpzFile(folder / "stored").names(), (std::vector<std::string>{"empty", "naïve", "x", "zeros"}));
  expect_sample(NpzFile(folder / "stored"));
  expect_sample(NpzFile(folder / "deflated"));
  EXPECT_GT(support::read_file(folder / "stored").size(), 160'000u);
  EXPECT_LT(support::read_file(folder / "deflated").size(), 3'000u);
  EXPECT_EQ(message_of<tn::IoError>([&] { NpzFile(folder / "stored").get<float>("y"); }),
            "[npz] " + (folder / "stored") + ": there is no array \"y\" in it");
  EXPECT_EQ(message_of<tn::IoError>([&] { NpzFile(folder / "stored").get<float>("naïve"); }),
            "[npy] " + (folder / "stored") + ", array naïve: its type '<i8' does not fit float32");
  NpzWriter twice;
  twice.add("x", tn::scalar<float>(1));
  EXPECT_NE(message_of<tn::ValueError>([&] { twice.add("x", tn::scalar<float>(1)); }), "");
}

/// What follows the file's name in the refusal to open an archive and read "x" of it.
std::string refusal(const std::string& content) {
  TemporaryFolder folder;
  const std::string path = folder.write("a.npz", content);
  const std::string message = message_of<tn::IoError>([&] { NpzFile(path).get<float>("x"); });
  const auto at = message.find(path);
  return at == std::string::npos ? "not refused: " + message : message.substr(at + path.size());
}

TEST(Npz, RefusesDamage) {
  TemporaryFolder folder;
  for (const bool compress : {false, true}) {
    NpzWriter writer;
    writer.add("x", tn::from<float>({1, 2, 3}));
    writer.save(folder / "x", compress);
    const std::string content = support::read_file(folder / "x");
    EXPECT_NE(refusal(content).find("not refused"), std::string::npos);
    for (std::size_t size = 0; size < content.size(); size += 9)
      EXPECT_NE(refusal(content.substr(0, size)).find("truncated"), std::string::npos) << size;
    EXPECT_EQ(refusal(content + "x"), ": bytes follow its directory, or its comment is damaged");

    std::string damaged = content;
    const std::size_t directory = content.find("PK\x01\x02"), data = 30 + 5 + 20;
    damaged[compress ? data : directory - 1] ^= 7;
    EXPECT_NE(refusal(damaged).find("damaged"), std::string::npos) << refusal(damaged);
    damaged = content;
    damaged[directory + 10] = 12;
    EXPECT_EQ(refusal(damaged),
              ": \"x.npy\" is compressed by method 12; only stored (0) and deflated (8) are read");
    damaged = content;
    damaged[directory + 8] = 1;
    EXPECT_EQ(refusal(damaged), ": \"x.npy\" is encrypted");
  }
}

TEST(Npz, SizesThatAreLiesAreRefusedBeforeMemoryIsTaken) {
  const std::string seeds = TENON_GOLDEN_FOLDER "/../fuzz/seeds/npz/";
  EXPECT_NE(refusal(support::read_file(seeds + "bomb.npz")).find("bytes claims to hold 2147483648"),
            std::string::npos);
  EXPECT_NE(refusal(support::read_file(seeds + "overlap.npz")).find("its entries overlap at byte 0"),
            std::string::npos);
}

TEST(Npz, ReadsZip64) {
  const NpzFile file(TENON_GOLDEN_FOLDER "/../fuzz/seeds/npz/zip64.npz");
  EXPECT_EQ(file.get<std::int32_t>("x").to_vector(), (std::vector<std::int32_t>{1, 2, 3}));
}

TEST(Npz, NumPyReadsOursAndWeReadItsOwn) {
  TemporaryFolder folder;
  const auto python = [&](const std::string& script) {
    const std::string path = folder.write("script.py", script);
    return std::system(("/usr/bin/python3 " + path + " " + folder.path() + " > /dev/null 2>&1").c_str()) == 0;
  };
  if (!python("import numpy\n")) GTEST_SKIP() << "NumPy is not installed (Debian: python3-numpy)";
  sample().save(folder / "stored.npz");
  sample().save(folder / "deflated.npz", true);
  ASSERT_TRUE(python(R"(
import sys, zipfile, numpy as np
folder = sys.argv[1] + '/'
for name in ('stored.npz', 'deflated.npz'):
    assert zipfile.ZipFile(folder + name).testzip() is None
    ours = np.load(folder + name)
    assert ours['x'].tolist() == [[1, 2, 3], [4, 5, 6]] and ours['na\u00efve'] == 7 and ours['zeros'].shape == (20000,)
arrays = dict(x=np.array([[1, 2, 3], [4, 5, 6]], np.float32), zeros=np.zeros(20000), empty=np.zeros(0, np.float32))
arrays['na\u00efve'] = np.array(7)
np.savez(folder + 'theirs.npz', **arrays)
np.savez_compressed(folder + 'packed.npz', **arrays)
)"));
  expect_sample(NpzFile(folder / "theirs.npz"));
  expect_sample(NpzFile(folder / "packed.npz"));
}

}  // namespace npz_test
