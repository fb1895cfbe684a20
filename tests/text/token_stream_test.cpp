#include "tenon/text/token_stream.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

#include "support/temporary_folder.hpp"

namespace token_stream_test {

using support::message_of;
using tn::index_t;
using tn::text::TokenStream;
using Tokens = std::vector<TokenStream::Token>;

Tokens contents(const TokenStream& stream) {
  Tokens all, scratch(TokenStream::block_size);
  for (index_t b = 0; b < stream.block_count(); ++b) {
    const auto* tokens = stream.block(b, scratch.data());
    all.insert(all.end(), tokens, tokens + stream.block_length(b));
  }
  return all;
}

/// Stays in memory with many blocks allowed, goes to a file with few.
class TokenStreams : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(MemoryBlocks, TokenStreams, testing::Values(0u, 1u, 3u, 1000u));

TEST_P(TokenStreams, GiveBackWhatWasAppended) {
  for (const index_t size : {0, 1, 4095, 4096, 4097, 50000}) {
    TokenStream stream(GetParam());
    Tokens want;
    for (index_t i = 0; i < size; ++i) {
      want.push_back(static_cast<TokenStream::Token>(i * 7 % 1000));
      stream.append(want.back());
    }
    EXPECT_EQ(stream.size(), size);
    EXPECT_EQ(contents(stream), want);
    EXPECT_EQ(stream.in_memory(), static_cast<std::size_t>(size / TokenStream::block_size) <= GetParam());
  }
}

TEST_P(TokenStreams, RenumberDropsWordsAndEmptySentences) {
  constexpr auto mark = TokenStream::sentence_end, dropped = ~TokenStream::Token{0};
  TokenStream stream(GetParam());
  Tokens want;
  for (int i = 0; i < 50000; ++i) {  // sentences 0 1 2 | 1 | 2 0 |
    for (const TokenStream::Token t : {0u, 1u, 2u, mark, 1u, mark, 2u, 0u, mark}) stream.append(t);
    for (const TokenStream::Token t : {5u, 4u, mark, 4u, 5u, mark}) want.push_back(t);
  }
  const auto before = stream.fingerprint();
  stream.renumber({5, dropped, 4}, dropped);
  EXPECT_EQ(contents(stream), want);
  EXPECT_NE(stream.fingerprint(), before);
}

TEST(TokenStream, FingerprintsDoNotDependOnWhereTokensAre) {
  TokenStream memory(100), file(0);
  for (TokenStream::Token i = 0; i < 40000; ++i) {
    memory.append(i);
    file.append(i);
  }
  EXPECT_EQ(memory.fingerprint(), file.fingerprint());
  file.append(1);
  EXPECT_NE(memory.fingerprint(), file.fingerprint());
}

TEST(TokenStream, ATemporaryFolderThatIsNotThereIsNamed) {
  const char* const before = std::getenv("TMPDIR");
  const std::string saved = before ? before : "";
  ::setenv("TMPDIR", "/no/such/folder", 1);
  TokenStream stream(0);
  const std::string message = message_of<tn::IoError>([&] {
    for (index_t i = 0; i < TokenStream::block_size; ++i) stream.append(0);
  });
  before ? ::setenv("TMPDIR", saved.c_str(), 1) : ::unsetenv("TMPDIR");
  EXPECT_EQ(message.find("[text] cannot create the temporary file /no/such/folder/tenon-text-"), 0u)
      << message;
  EXPECT_NE(message.find("No such file or directory; TMPDIR names the folder to use"), std::string::npos)
      << message;
}

}  // namespace token_stream_test
