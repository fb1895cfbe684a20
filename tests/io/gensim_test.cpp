/// Files of word vectors to gensim and back, where it is installed (Debian: python3-gensim).

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "support/temporary_folder.hpp"
#include "tenon/io/word_vectors.hpp"

namespace gensim_test {

using tn::io::WordVectorFormat;

/// Runs a Python script on a folder; whether it succeeded.
bool python(const support::TemporaryFolder& folder, const std::string& script) {
  const std::string path = folder.write("script.py", script);
  return std::system(("/usr/bin/python3 " + path + " " + folder.path() + " > /dev/null 2>&1").c_str()) == 0;
}

const tn::io::WordTable sample{{"king", "café", "naïve_x"},
                               {30, 20, 10},
                               3,
                               {0.1f, -2.5f, 1e-7f, 1.0f / 3, 1e10f, -0.0f, 3, 0.25f, 1.2e-38f}};

TEST(Gensim, ReadsOursAndWeReadItsOwn) {
  support::TemporaryFolder folder;
  if (!python(folder, "import gensim\n")) GTEST_SKIP() << "gensim is not installed (Debian: python3-gensim)";
  tn::io::write_word_vectors(folder / "ours.txt", sample, WordVectorFormat::text);
  tn::io::write_word_vectors(folder / "ours.bin", sample, WordVectorFormat::binary);
  ASSERT_TRUE(python(folder, R"(
import sys
from gensim.models import KeyedVectors
folder = sys.argv[1] + '/'
for name, binary in (('ours.txt', False), ('ours.bin', True)):
    vectors = KeyedVectors.load_word2vec_format(folder + name, binary=binary)
    assert vectors.index_to_key == ['king', 'caf\u00e9', 'na\u00efve_x'], vectors.index_to_key
    assert abs(vectors['king'][1] + 2.5) < 1e-6
vectors.save_word2vec_format(folder + 'theirs.bin', binary=True)
vectors.save_word2vec_format(folder + 'theirs.txt', binary=False)
)"));
  for (const char* name : {"theirs.bin", "theirs.txt"}) {
    const auto back = tn::io::read_word_vectors(folder / name);
    EXPECT_EQ(back.words, sample.words);
    EXPECT_EQ(back.values, sample.values);  // gensim's text has the shortest digits that give the float back
  }
}

}  // namespace gensim_test
