/// The program word2vec from outside: what it prints, how it ends, and what it leaves behind.

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <zlib.h>

#include <chrono>
#include <fstream>
#include <future>
#include <sstream>
#include <thread>

#include "examples/vector_program.hpp"
#include "support/gzip.hpp"
#include "tenon/core/generator.hpp"
#include "tenon/io/word_vectors.hpp"

namespace word2vec_cli_test {

using support::Outcome;
using support::Process;
using support::read_file;

class Word2VecProgram : public support::VectorProgram {
 protected:
  Word2VecProgram() : VectorProgram("word2vec", "TENON_WORD2VEC") {}
};

// What it is for
// ---------------------------------------------------------------------------------------------

TEST_F(Word2VecProgram, HelpNamesEveryGroup) {
  const Outcome outcome = run("--help");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  for (const char* part : {"Text\n", "Model\n", "Training\n", "Result\n", "Questions\n", "Evaluation\n",
                           "Examples:", "Exit status:"})
    EXPECT_NE(outcome.out.find(part), std::string::npos) << part;
}

TEST_F(Word2VecProgram, TheClassicCommandLineWorksAsTyped) {
  folder_.write("text", small_text());
  const Outcome outcome =
      run("-train @text -output @v.bin -size 16 -window 3 -negative 5 -hs 0 -sample 1e-1 -threads 2 -iter 3 "
          "-min-count 5 -alpha 0.05 "
          "-cbow 0 -binary 1 -save-vocab @vocabulary -debug 0");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(read_file(folder_ / "v.bin").substr(0, 6), "12 16\n");
  EXPECT_EQ(folder_.files().size(), 3u);
  EXPECT_EQ(run("-train @text -output @again.txt -size 8 -read-vocab @vocabulary -iter 1").status, 0);
  EXPECT_EQ(read_file(folder_ / "again.txt").substr(0, 5), "12 8\n");
}

TEST_F(Word2VecProgram, TheVocabularyAloneIsNotTrained) {
  folder_.write("text", "b a a\n");
  EXPECT_EQ(run("--train @text --save-vocab @vocabulary --min-count 1").status, 0);
  EXPECT_EQ(read_file(folder_ / "vocabulary"), "a 2\nb 1\n");
}

TEST_F(Word2VecProgram, LearnsWhichWordsBelongTogether) {
  folder_.write("text", small_text());
  const Outcome outcome =
      run("--train @text --vector-size 16 --epochs 10 --sample 0 --workers 1 --neighbors dog bread --top 5");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  const auto animals = outcome.out.substr(outcome.out.find("nearest to dog"));
  for (const char* word : {"cat", "horse", "sheep", "cow", "goat"})
    EXPECT_LT(animals.find(word), animals.find("nearest to bread"));
}

TEST_F(Word2VecProgram, OneThreadAndOneSeedGiveTheSameBytes) {
  folder_.write("text", small_text());
  const std::string command = "--train @text --size 10 --threads 1 --epochs 2 --output ";
  EXPECT_EQ(run(command + "@a.bin --seed 3").status, 0);
  EXPECT_EQ(run(command + "@b.bin --seed 3").status, 0);
  EXPECT_EQ(run(command + "@c.bin --seed 4").status, 0);
  EXPECT_EQ(read_file(folder_ / "a.bin"), read_file(folder_ / "b.bin"));
  EXPECT_NE(read_file(folder_ / "a.bin"), read_file(folder_ / "c.bin"));
}

TEST_F(Word2VecProgram, StandardInputAndAllFormatsServe) {
  const std::string text = folder_.write("text", small_text());
  const Outcome outcome =
      run("--train - --size 4 --epochs 1 --output @v.safetensors --lower --split-punctuation", text);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(run("--load @v.safetensors --output @v.txt --format text").status, 0);
  EXPECT_EQ(run("--load @v.txt --output @v.bin").status, 0);
  const auto first = tn::io::read_word_vectors(folder_ / "v.safetensors"),
             last = tn::io::read_word_vectors(folder_ / "v.bin");
  EXPECT_EQ(first.words, last.words);
  for (std::size_t i = 0; i < first.values.size(); ++i) EXPECT_NEAR(first.values[i], last.values[i], 5e-7);
}

TEST_F(Word2VecProgram, AnswersQuestions) {
  folder_.write("v", small_vectors());
  EXPECT_NE(run("--load @v --neighbors KING --top 1").out.find("nearest to king\n  queen "),
            std::string::npos);
  EXPECT_NE(run("--load @v --analogy man king woman --top 1").out.find("\n  queen "), std::string::npos);
  EXPECT_NE(run("--load @v --similarity-of king queen").out.find("  0.600\n"), std::string::npos);
  EXPECT_NE(run("--load @v --odd-one-out dog cat bread").out.find("\n  bread\n"), std::string::npos);
}

TEST_F(Word2VecProgram, ConversesAndBearsMistakes) {
  folder_.write("v", small_vectors());
  const std::string input =
      folder_.write("questions", "dog\n\nking queen\nnonsense\nman king woman\ndog cat soup king\n");
  const Outcome outcome = run("--load @v --interactive --top 1", input);
  EXPECT_EQ(outcome.status, 0);
  for (const char* part : {"nearest to dog\n  cat ", "  0.600\n", "\"nonsense\" is not in the vocabulary",
                           "\n  queen ", "odd one out of dog cat soup king\n"})
    EXPECT_NE(outcome.out.find(part), std::string::npos) << part << "\n" << outcome.out;
}

TEST_F(Word2VecProgram, Evaluates) {
  folder_.write("v", small_vectors());
  folder_.write("q", ": royal\nman king woman queen\nman king boy prince\n");
  folder_.write("s", "dog cat 9\ndog soup 1\nking queen 7\nking prince 8\n");
  const Outcome outcome = run("--load @v --analogies @q --similarity @s");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("1 of 2   100.0 %"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("3 of 4   "), std::string::npos) << outcome.out;
}

TEST_F(Word2VecProgram, TextsMayBeginWithTheMarkOfUtf8) {
  const std::string mark = "\xef\xbb\xbf";
  folder_.write("v", mark + small_vectors());
  folder_.write("q", mark + ": royal\nman king woman queen\n");
  folder_.write("s", mark + "dog\tcat\t9\ndog\tsoup\t1\nking\tqueen\t7\n");
  const Outcome outcome = run("--load @v --analogies @q --similarity @s");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("1 of 1   100.0 %"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("3 of 3   "), std::string::npos) << outcome.out;
  const std::string asked = folder_.write("asked", mark + "king\n");
  EXPECT_NE(run("--load @v --interactive --top 1", asked).out.find("nearest to king\n"), std::string::npos);
  folder_.write("text", mark + "king queen\nking\n");
  EXPECT_EQ(run("--train @text --save-vocab @vocabulary --min-count 1").status, 0);
  EXPECT_EQ(read_file(folder_ / "vocabulary"), "king 2\nqueen 1\n");
}

TEST_F(Word2VecProgram, LowersEveryScript) {
  folder_.write("text",
                "STRA\xe1\xba\x9e"
                "E stra\xc3\x9f"
                "e\n");
  EXPECT_EQ(run("--train @text --lower --save-vocab @vocabulary --min-count 1").status, 0);
  EXPECT_EQ(read_file(folder_ / "vocabulary"),
            "stra\xc3\x9f"
            "e 2\n");
}

TEST_F(Word2VecProgram, LoadsWhatIsCompressedAndWhatGloVeWrites) {
  const std::string with_header = small_vectors(), without = with_header.substr(with_header.find('\n') + 1);
  folder_.write("v", with_header);
  ASSERT_EQ(run("--load @v --output @v.bin").status, 0);
  folder_.write("v.txt.gz", support::gzip(with_header));
  folder_.write("v.bin.gz", support::gzip(read_file(folder_ / "v.bin")));
  folder_.write("glove.txt", without);
  folder_.write("glove.txt.gz", support::gzip(without));
  for (const std::string name : {"v.txt.gz", "v.bin.gz", "glove.txt", "glove.txt.gz"}) {
    const Outcome outcome = run("--load @" + name + " --similarity-of king queen");
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("8 words of 4 dimensions"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find("  0.600\n"), std::string::npos) << outcome.out;
  }
}

TEST_F(Word2VecProgram, TheFiguresAreThoseOfTheText) {
  folder_.write("text", small_text(100));
  ASSERT_EQ(run("--train @text --save-vocab @vocabulary").status, 0);
  std::string vocabulary = "other 5000\n";
  for (const char* word : {"dog", "cat", "horse", "sheep", "cow"})
    vocabulary += std::string(word) + " 1000\n";
  folder_.write("given", vocabulary);
  std::istringstream lines(read_file(folder_ / "vocabulary"));
  long known = 0, count = 0;
  for (std::string word; lines >> word >> count;)
    if (vocabulary.find(word + " ") != std::string::npos) known += count;
  ASSERT_GT(known, 100);
  const Outcome outcome = run("--train @text --read-vocab @given --size 4 --epochs 1 --output @v");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("100 lines, 800 words, of which " + std::to_string(known) +
                             " are in the vocabulary of 6\n"),
            std::string::npos)
      << outcome.out;
}

TEST_F(Word2VecProgram, WritesToANamedPipe) {
  folder_.write("v", small_vectors());
  ASSERT_EQ(run("--load @v --output @expected.bin").status, 0);
  folder_.write("text", small_text(100));
  for (const std::string command : {"--load @v --output @pipe --format binary",
                                    "--train @text --size 4 --epochs 1 --threads 1 --output @pipe"}) {
    ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
    auto read = std::async(std::launch::async, [&] {
      std::ifstream pipe(folder_ / "pipe", std::ios::binary);
      return std::string(std::istreambuf_iterator<char>(pipe), {});
    });
    const Outcome outcome = run(command);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    const std::string got = read.get();
    if (command.starts_with("--load"))
      EXPECT_EQ(got, read_file(folder_ / "expected.bin"));
    else
      EXPECT_EQ(got.substr(0, 5), "12 4\n");
    EXPECT_TRUE(std::filesystem::is_fifo(folder_ / "pipe"));
    std::filesystem::remove(folder_ / "pipe");
  }
}

TEST_F(Word2VecProgram, StandardOutputTakesTheVectorsAmongItsLines) {
  folder_.write("v", small_vectors());
  const Outcome outcome = run("--load @v --output /dev/stdout --similarity-of king queen");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  const auto first = outcome.out.find("8 words of 4 dimensions\n"), second = outcome.out.find("\n8 4\nman "),
             third = outcome.out.find("similarity of king and queen");
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  EXPECT_NE(third, std::string::npos);
}

TEST_F(Word2VecProgram, APrivateFileStaysPrivate) {
  folder_.write("v", small_vectors());
  ::chmod(folder_.write("out", "old").c_str(), 0600);
  EXPECT_EQ(run("--load @v --output @out").status, 0);
  struct stat status{};
  ASSERT_EQ(::stat((folder_ / "out").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777u, 0600u);
  EXPECT_EQ(read_file(folder_ / "out").substr(0, 4), "8 4\n");
}

TEST_F(Word2VecProgram, Draws) {
  folder_.write("v", small_vectors());
  EXPECT_EQ(run("--load @v --map @map.svg --topic animals=dog,cat --topic food=bread,soup").status, 0);
  EXPECT_TRUE(read_file(folder_ / "map.svg").starts_with("<svg "));
}

TEST_F(Word2VecProgram, CtrlCKeepsAStateToGoOnFrom) {
  folder_.write("text", small_text(20'000));
  const std::string command = "--train @text --size 32 --threads 1 --epochs 20 --sample 0 --output ";
  ASSERT_EQ(run(command + "@whole.bin").status, 0);
  Process training(program_, split(command + "@parts.bin"));
  while (training.out_so_far().find("Training") == std::string::npos && training.running())
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  training.send(SIGINT);
  const Outcome stopped = training.wait();
  if (stopped.status == 0) GTEST_SKIP() << "training was over before it could be interrupted";
  EXPECT_EQ(stopped.status, 130) << stopped.err;
  EXPECT_NE(stopped.err.find("word2vec: stopped at "), std::string::npos) << stopped.err;
  EXPECT_TRUE(std::filesystem::exists(folder_ / "parts.bin.checkpoint"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "parts.bin"));
  const Outcome resumed = run(command + "@parts.bin --resume");
  EXPECT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_EQ(read_file(folder_ / "parts.bin"), read_file(folder_ / "whole.bin"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "parts.bin.checkpoint"));  // it has served
}

// What may go wrong
// ------------------------------------------------------------------------------------------

TEST_F(Word2VecProgram, WrongCommandLines) {
  const std::string more = " (word2vec --help tells more)";
  expect_failure("--bogus", 2, "The following argument was not expected: --bogus" + more, {});
  expect_failure("--size abc", 2, "Could not convert: --size = abc" + more, {});
  expect_failure("--size 0", 2, "size must lie between 1 and 65536, not 0" + more, {});
  expect_failure("--top 0", 2, "top must be at least 1, not 0" + more, {});
  expect_failure("--top -1", 2, "top must be at least 1, not -1" + more, {});
  expect_failure("--top 99999999999999999999", 2,
                 "top must lie between 1 and 9223372036854775807, not 99999999999999999999" + more, {});
  expect_failure("--seed 99999999999999999999", 2,
                 "seed must lie between 0 and 18446744073709551615, not 99999999999999999999" + more, {});
  expect_failure("--seed -1", 2, "seed must be at least 0, not -1" + more, {});
  expect_failure("--among -1", 2, "among must be at least 0, not -1" + more, {});
  expect_failure("--restrict-vocab -1", 2, "restrict-vocab must be at least 0, not -1" + more, {});
  expect_failure("--cbow 2", 2, "cbow must lie between 0 and 1, not 2" + more, {});
  expect_failure("--alpha nan", 2, "alpha must lie between 0 and 10, not nan" + more, {});
  expect_failure("--alpha -0.1", 2, "alpha must lie between 0 and 10, not -0.1" + more, {});
  expect_failure("--negative 0", 2,
                 "nothing to train: give negative samples (negative > 0) or hierarchical softmax (hs)" + more,
                 {});
  expect_failure("--train @t", 2,
                 "the vectors would be lost: give --output FILE, a question or an evaluation" + more, {});
  expect_failure("--load @v --train @t", 2,
                 "--train and --load exclude each other: vectors are trained or loaded" + more, {});
  expect_failure(
      "--load @v", 2,
      "nothing to do with the vectors: give a question, an evaluation, --map FILE or --output FILE" + more,
      {});
}

TEST_F(Word2VecProgram, TextsThatCannotBeRead) {
  expect_failure("--train @none --output @v", 1, "cannot open @none: No such file or directory", {});
  expect_failure("--train @ --output @v", 1, "cannot read @: Is a directory", {});
  folder_.write("half.gz", std::string("\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b", 11));
  expect_failure("--train @half.gz --output @v", 1, "cannot read @half.gz: the compressed data end too early",
                 {"half.gz"});
}

TEST_F(Word2VecProgram, TextsWithoutWords) {
  folder_.write("empty", "");
  folder_.write("rare", "each word once only\n");
  expect_failure("--train @empty --output @v", 1, "the text has no words", {"empty", "rare"});
  expect_failure("--train @rare --output @v", 1,
                 "none of the 4 words of the text is in the vocabulary; words must occur 5 times (min_count)",
                 {"empty", "rare"});
}

TEST_F(Word2VecProgram, ALineOfAGigabyteNeedsNoMemory) {
  // Members of a gzip file follow one another: 64 times 16 MB of one letter.
  std::string letters(std::size_t{1} << 24, 'x'), member(1 << 20, '\0');
  z_stream stream{};
  ASSERT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(letters.data());
  stream.avail_in = static_cast<uInt>(letters.size());
  stream.next_out = reinterpret_cast<Bytef*>(member.data());
  stream.avail_out = static_cast<uInt>(member.size());
  ASSERT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  member.resize(stream.total_out);
  deflateEnd(&stream);
  std::string file;
  for (int i = 0; i < 64; ++i) file += member;
  folder_.write("long.gz", file);
  const Outcome outcome = run("--train @long.gz --output @v");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err,
            "word2vec: none of the 1 words of the text is in the vocabulary; words must occur 5 times "
            "(min_count)\n");
  EXPECT_LT(outcome.peak_kib, 300 * 1024);
  EXPECT_EQ(folder_.files().size(), 1u);
}

TEST_F(Word2VecProgram, BinaryGarbageDoesNoHarm) {
  tn::Generator random(9);
  std::string garbage(1 << 20, '\0');
  for (char& byte : garbage) byte = static_cast<char>(random.next_u32());
  folder_.write("garbage", garbage);
  const Outcome trained = run("--train @garbage --output @v.bin --size 8 --epochs 1");
  EXPECT_EQ(trained.status, 0) << trained.err;
  EXPECT_EQ(run("--load @v.bin --output @v.txt").status, 0);  // what came of it is a proper file
  EXPECT_EQ(run("--load @garbage --interactive").status, 1);
  EXPECT_EQ(run("--load @v.txt --analogies @garbage").status, 1);
  EXPECT_EQ(run("--load @v.txt --similarity @garbage").status, 1);
  EXPECT_EQ(run("--train @garbage --read-vocab @garbage --output @w").status, 1);
  EXPECT_EQ(run("--train @garbage --output @w --resume --checkpoint @garbage").status, 1);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "w"));
}

TEST_F(Word2VecProgram, FoldersThatCannotBeWritten) {
  folder_.write("text", small_text(10));
  expect_failure("--train @text --output @none/v", 1, "cannot write @none/v: No such file or directory",
                 {"text"});
  expect_failure("--train @text --output @text/v", 1, "cannot write @text/v: Not a directory", {"text"});
  expect_failure("--train @text --output @v --map @none/m", 1,
                 "cannot write @none/m: No such file or directory", {"text"});
  expect_failure("--train @text --output @v --save-vocab @none/m", 1,
                 "cannot write @none/m: No such file or directory", {"text"});
  std::filesystem::create_directory(folder_ / "locked");
  ::chmod((folder_ / "locked").c_str(), 0555);
  ::chmod(folder_.path().c_str(), 0755);
  const Outcome outcome =
      Process(program_, split("--train @text --output @locked/v"), "/dev/null", "", ::geteuid() == 0).wait();
  if (outcome.status == 126 || outcome.status == 127)
    GTEST_SKIP() << "cannot run the program without root's rights here";
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, "word2vec: cannot write " + (folder_ / "locked/v") + ": Permission denied\n");
}

TEST_F(Word2VecProgram, VectorFilesThatLie) {
  const std::string good = "2 3\nabc 1 2 3\ndef 4 5 6\n";
  folder_.write("v", good.substr(0, 17));
  expect_failure("--load @v --neighbors abc", 1,
                 "@v: truncated, or its first line is wrong: it announces 2 words of 3 dimensions, which do "
                 "not fit the 13 bytes that follow",
                 {"v"});
  folder_.write("v", "4000000000 300\n" + good);
  expect_failure("--load @v --neighbors abc", 1,
                 "@v: truncated, or its first line is wrong: it announces 4000000000 words of 300 "
                 "dimensions, which do not fit the 24 "
                 "bytes that follow",
                 {"v"});
  folder_.write("v", good + "ghi 7 8 9\n");
  expect_failure("--load @v --neighbors abc", 1, "@v: it goes on after the 2 words that line 1 announces",
                 {"v"});
  folder_.write("v", good);
  expect_failure("--load @v --neighbors xyz", 1, "\"xyz\" is not in the vocabulary of 2 words", {"v"});
  expect_failure("--load @none --neighbors xyz", 1, "cannot read @none: No such file or directory", {"v"});
}

TEST_F(Word2VecProgram, ACheckpointThatIsNotThere) {
  folder_.write("text", small_text(10));
  expect_failure("--train @text --output @v --resume", 1,
                 "cannot read @v.checkpoint: No such file or directory", {"text"});
}

TEST_F(Word2VecProgram, StandardOutputThatIsFull) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  folder_.write("v", small_vectors());
  const Outcome outcome =
      Process(program_, split("--load @v --neighbors dog"), "/dev/null", "/dev/full").wait();
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, "word2vec: cannot write standard output: No space left on device\n");
}

TEST_F(Word2VecProgram, AFullDiskIsLeftAsItWas) {
  const std::string disk = folder_ / "disk";
  std::filesystem::create_directory(disk);
  if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=256k") != 0)
    GTEST_SKIP() << "cannot mount a small disk here (needs root's rights)";
  folder_.write("text", small_text());
  folder_.write("disk/old", "precious");
  const Outcome outcome = run("--train @text --size 20000 --epochs 1 --output @disk/old");
  const std::string old = read_file(disk + "/old");
  std::vector<std::string> left;
  for (const auto& entry : std::filesystem::directory_iterator(disk))
    left.push_back(entry.path().filename().string());
  ::umount(disk.c_str());
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, "word2vec: cannot write " + disk + "/old: No space left on device\n");
  EXPECT_EQ(old, "precious");
  EXPECT_EQ(left, std::vector<std::string>{"old"});
}

}  // namespace word2vec_cli_test
