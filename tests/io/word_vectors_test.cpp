#include "tenon/io/word_vectors.hpp"

#include <gtest/gtest.h>

#include "support/gzip.hpp"
#include "support/temporary_folder.hpp"

namespace word_vectors_test {

using support::message_of;
using support::TemporaryFolder;
using tn::io::WordTable;
using tn::io::WordVectorFormat;

const WordTable sample{{"king", "café", "</s>"}, {30, 20, 10}, 2, {0.1f, -2.5f, 3.25f, 4, 5, 1e-7f}};

TEST(WordVectorFiles, SafetensorsKeepsEverything) {
  TemporaryFolder folder;
  tn::io::write_word_vectors(folder / "v", sample, WordVectorFormat::safetensors);
  const WordTable back = tn::io::read_word_vectors(folder / "v");
  EXPECT_EQ(back.words, sample.words);
  EXPECT_EQ(back.counts, sample.counts);
  EXPECT_EQ(back.dim, sample.dim);
  EXPECT_EQ(back.values, sample.values);
}

TEST(WordVectorFiles, CompressedOnesAreRead) {
  TemporaryFolder folder;
  for (const auto format : {WordVectorFormat::text, WordVectorFormat::binary}) {
    tn::io::write_word_vectors(folder / "v", sample, format);
    const WordTable want = tn::io::read_word_vectors(folder / "v"),
                    back = tn::io::read_word_vectors(
                        folder.write("v.gz", support::gzip(support::read_file(folder / "v"))));
    EXPECT_EQ(back.words, sample.words);
    EXPECT_EQ(back.values, want.values);
  }
  EXPECT_EQ(tn::io::read_word_vectors(folder.write("g.gz", support::gzip("king .5 2\nqueen 3 4\n"))).values,
            (std::vector<float>{0.5f, 2, 3, 4}));
  tn::io::write_word_vectors(folder / "v", sample, WordVectorFormat::safetensors);
  const std::string packed = folder.write("s.gz", support::gzip(support::read_file(folder / "v")));
  EXPECT_EQ(message_of<tn::IoError>([&] { tn::io::read_word_vectors(packed); }),
            "[load] " + packed +
                ": safetensors are read in any order, which compressed ones cannot be: unpack it (gunzip)");
}

TEST(WordVectorFiles, TheFormatIsSeenFromTheContent) {
  TemporaryFolder folder;
  for (const auto format :
       {WordVectorFormat::text, WordVectorFormat::binary, WordVectorFormat::safetensors}) {
    tn::io::write_word_vectors(folder / "v", sample, format);
    EXPECT_EQ(tn::io::read_word_vectors(folder / "v").words, sample.words);
  }
}

TEST(WordVectorFiles, RefusesSafetensorsOfSomethingElse) {
  TemporaryFolder folder;
  const std::string path = folder / "v";
  const float values[6] = {};
  const std::uint8_t letters[] = {'a', '\n', 'b', '\n'};
  const auto refusal = [&](const tn::Shape& shape, tn::index_t letter_count) {
    tn::io::SafetensorsWriter writer;
    writer.add("vectors", shape, values);
    writer.add("words", {letter_count}, letters);
    writer.save(path);
    return message_of<tn::IoError>([&] { tn::io::read_word_vectors(path); });
  };
  EXPECT_EQ(refusal({2, 3}, 4), "");
  EXPECT_EQ(refusal({6}, 4), "[load] " + path + ": \"vectors\" has the shape (6,), not (words, dimensions)");
  EXPECT_EQ(refusal({3, 2}, 4), "[load] " + path + ": it holds 2 words but 3 vectors");
  EXPECT_EQ(refusal({2, 3}, 3), "[load] " + path + ": \"words\" does not end in a newline");
}

TEST(WordVectorFiles, AFailedWriteLeavesNothing) {
  TemporaryFolder folder;
  const WordTable bad{{"fine", "not fine"}, {}, 1, {1, 2}};
  EXPECT_NE(
      message_of<tn::ValueError>([&] { write_word_vectors(folder / "v", bad, WordVectorFormat::text); }), "");
  EXPECT_TRUE(folder.files().empty());
}

}  // namespace word_vectors_test
