#include "tenon/train/csv_log.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>
#include <fstream>
#include <future>

#include "support/expect.hpp"
#include "support/temporary_folder.hpp"

namespace csv_log_test {

using support::expect_error;
using support::read_file;
using support::TemporaryFolder;
using tn::train::AppendFile;
using tn::train::CsvLog;

TEST(CsvLog, RowsAreThereAtOnceAndReadBackExactly) {
  TemporaryFolder folder;
  folder.write("log.csv", "old");
  CsvLog log(folder / "log.csv", {"loss", "a \"quoted\", name"});
  EXPECT_EQ(read_file(folder / "log.csv"), "step,loss,\"a \"\"quoted\"\", name\"\n");
  log.write(10, {0.1, 1.0 / 3});
  log.write(20, {std::nan(""), 1e300});
  EXPECT_EQ(read_file(folder / "log.csv"),
            "step,loss,\"a \"\"quoted\"\", name\"\n10,0.1,0.3333333333333333\n20,,1e+300\n");
}

TEST(CsvLog, ResumingForgetsWhatTheCheckpointDoesNotKnow) {
  TemporaryFolder folder;
  const std::string path = folder.write("log.csv", "step,loss\n10,3\n20,2\n30,1\n40,0.5");
  CsvLog log = CsvLog::resume(path, {"loss"}, 20);
  log.write(30, {1.5});
  EXPECT_EQ(read_file(path), "step,loss\n10,3\n20,2\n30,1.5\n");
}

TEST(CsvLog, ARowCutShortByAKillIsNoRow) {
  TemporaryFolder folder;
  const std::string path = folder.write("log.csv", "step,loss\n10,3\n20,0.123");
  CsvLog::resume(path, {"loss"}, 20);
  EXPECT_EQ(read_file(path), "step,loss\n10,3\n");
}

TEST(CsvLog, ResumingWithoutATableBeginsOne) {
  TemporaryFolder folder;
  CsvLog::resume(folder / "log.csv", {"loss"}, 20).write(30, {1});
  EXPECT_EQ(read_file(folder / "log.csv"), "step,loss\n30,1\n");
}

TEST(CsvLog, IsExtendedByColumnsThatAreEmptySoFar) {
  TemporaryFolder folder;
  const std::string path = folder / "log.csv";
  {
    CsvLog log(path, {"loss"});
    log.write(1, {0.5});
    log.write(2, {0.25});
    log.extend({"f1", "recall"});
    log.extend({"f1", "recall"});
    log.write(3, {0.125, 0.75, 0.5});
    log.write(4, {1});
  }
  const std::string table = "step,loss,f1,recall\n1,0.5,,\n2,0.25,,\n3,0.125,0.75,0.5\n";
  EXPECT_EQ(read_file(path), table + "4,1,,\n");
  CsvLog log = CsvLog::resume(path, {"loss"}, 3);
  EXPECT_EQ(read_file(path), table);
  log.extend({"f1", "recall"});
  log.write(4, {2});
  EXPECT_EQ(read_file(path), table + "4,2,,\n");
  expect_error<tn::ValueError>(
      [&] { log.extend({"bleu"}); },
      "[csv_log] " + path + " has the columns step,loss,f1,recall, not step,loss,bleu");
}

TEST(CsvLog, ANamedPipeIsOpenedOnce) {
  TemporaryFolder folder;
  const std::string path = folder / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  auto read = std::async(std::launch::async, [&] {
    std::ifstream pipe(path);
    return std::string(std::istreambuf_iterator<char>(pipe), {});
  });
  {
    CsvLog log = CsvLog::resume(path, {"loss"}, 20);
    log.write(30, {1.5});
    log.extend({"f1"});
    log.write(40, {1, 0.5});
  }
  EXPECT_EQ(read.get(), "step,loss\n30,1.5\nstep,loss,f1\n40,1,0.5\n");
  CsvLog("/dev/null", {"loss"}).extend({"f1"});
}

TEST(CsvLogErrors, NameTheFile) {
  TemporaryFolder folder;
  const std::string path = folder.write("log.csv", "step,loss\nwhat,3\n");
  expect_error<tn::ValueError>([&] { CsvLog::resume(path, {"accuracy"}, 5); },
                               "[csv_log] " + path + " has other columns than this run: step,accuracy");
  expect_error<tn::IoError>([&] { CsvLog::resume(path, {"loss"}, 5); },
                            "[csv_log] " + path + ": a row begins with no step: \"what,3\"");
  EXPECT_EQ(read_file(path), "step,loss\nwhat,3\n");
  CsvLog log(path, {"loss"});
  expect_error<tn::ValueError>([&] { log.write(1, {1, 2}); }, "[csv_log] 2 figures for 1 columns");
  expect_error<tn::IoError>([&] { AppendFile(path, AppendFile::Open::create_new); },
                            "[append] cannot write " + path + ": File exists");
  EXPECT_EQ(support::message_of<tn::IoError>(
                [] { AppendFile("/dev/full", AppendFile::Open::existing).append("x"); }),
            "[append] cannot write /dev/full: No space left on device");
}

}  // namespace csv_log_test
