#include "tenon/text/block_stream.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace block_stream_test {

using tn::index_t;

struct Record {
  std::uint32_t a, b;
  float c;
};
using Stream = tn::text::BlockStream<Record>;

TEST(BlockStream, RecordsOfAnySizeComeBackFromMemoryAndFromFiles) {
  for (const std::size_t memory_blocks : {std::size_t{0}, std::size_t{2}, std::size_t{9}}) {
    Stream stream(memory_blocks);
    constexpr std::uint32_t count = 3 * Stream::block_size + 5;
    for (std::uint32_t i = 0; i < count; ++i) stream.append({i, i * i, static_cast<float>(i) / 2});
    EXPECT_EQ(stream.in_memory(), memory_blocks >= 3);
    ASSERT_EQ(stream.block_count(), 4);
    EXPECT_EQ(stream.block_length(3), 5);
    std::vector<Record> scratch(Stream::block_size);
    for (index_t b = 3; b >= 0; --b) {  // in any order
      const Record* records = stream.block(b, scratch.data());
      for (index_t k = 0; k < stream.block_length(b); ++k) {
        const auto i = static_cast<std::uint32_t>(b * Stream::block_size + k);
        ASSERT_EQ(records[k].a, i);
        ASSERT_EQ(records[k].b, i * i);
        ASSERT_EQ(records[k].c, static_cast<float>(i) / 2);
      }
    }
  }
}

TEST(BlockStream, OtherBlocksStayWhenOneIsReleased) {
  for (const std::size_t memory_blocks : {std::size_t{0}, std::size_t{9}}) {
    Stream stream(memory_blocks);
    for (std::uint32_t i = 0; i < 2 * Stream::block_size + 1; ++i) stream.append({i, 0, 0});
    stream.release(0);
    stream.release(2);  // the last block is not full: it stays
    std::vector<Record> scratch(Stream::block_size);
    EXPECT_EQ(stream.block(1, scratch.data())->a, static_cast<std::uint32_t>(Stream::block_size));
    EXPECT_EQ(stream.block(2, scratch.data())->a, static_cast<std::uint32_t>(2 * Stream::block_size));
  }
}

}  // namespace block_stream_test
