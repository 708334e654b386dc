// SPDX-License-Identifier: Apache-2.0
// Whatever happens to the bytes of a stream, its reader says so.
#include <cstring>
#include <fstream>

#include <gmock/gmock.h>

#include "tests/unit/libs/file/block_stream.h"
#include "tests/unit/temporary_folder.h"

namespace lookalike {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::vector<Block> kBlocks = {{1, "first"}, {2, ""}, {1, "third"}, {1, "third"}};

constexpr size_t kFrameBytes = 24;  // of a block, beside its payload

absl::Status Read(const std::string& stream) { return ReadAllBlocks(*ReaderOf(stream)).status(); }

absl::Status ReadAsFile(const TemporaryFolder& folder, const std::string& stream) {
  std::ofstream(folder.File("blocks"), std::ios::binary) << stream;
  auto reader = BlockReader::Open(folder.File("blocks"));
  return reader.ok() ? ReadAllBlocks(**reader).status() : reader.status();
}

TEST(BlockDamageTest, EveryFlippedBitIsFound) {
  const TemporaryFolder folder;
  const std::string stream = StreamOf(kBlocks);
  for (size_t bit = 0; bit < stream.size() * 8; ++bit) {
    std::string damaged = stream;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_EQ(Read(damaged).code(), absl::StatusCode::kDataLoss) << "bit " << bit;
    EXPECT_EQ(ReadAsFile(folder, damaged).code(), absl::StatusCode::kDataLoss) << "bit " << bit;
  }
}

TEST(BlockDamageTest, EveryTornEndIsFound) {
  const TemporaryFolder folder;
  const std::string stream = StreamOf(kBlocks);
  for (size_t size = 0; size < stream.size(); ++size) {
    EXPECT_EQ(Read(stream.substr(0, size)).code(), absl::StatusCode::kDataLoss) << size << " bytes";
    EXPECT_EQ(ReadAsFile(folder, stream.substr(0, size)).code(), absl::StatusCode::kDataLoss) << size << " bytes";
  }
}

TEST(BlockDamageTest, BytesAfterTheEndAreFound) {
  EXPECT_EQ(Read(StreamOf(kBlocks) + '\0').code(), absl::StatusCode::kDataLoss);
}

TEST(BlockDamageTest, SwappedBlocksAreFound) {
  const std::string stream = StreamOf({{1, "one"}, {1, "two"}});
  const size_t block = kFrameBytes + 3;
  const std::string swapped = stream.substr(block, block) + stream.substr(0, block) + stream.substr(2 * block);
  EXPECT_EQ(Read(swapped).code(), absl::StatusCode::kDataLoss);
}

TEST(BlockDamageTest, ARepeatedBlockIsFound) {
  const std::string stream = StreamOf({{1, "one"}, {1, "two"}});
  const size_t block = kFrameBytes + 3;
  EXPECT_EQ(Read(stream.substr(0, block) + stream).code(), absl::StatusCode::kDataLoss);
}

TEST(BlockDamageTest, AMissingBlockIsFound) {
  const std::string stream = StreamOf({{1, "one"}, {1, "one"}});
  EXPECT_EQ(Read(stream.substr(kFrameBytes + 3)).code(), absl::StatusCode::kDataLoss);
  // The end of a longer stream does not end a shorter one, even where it stands at the right place.
  const std::string shorter = StreamOf({{1, "one"}});
  const std::string end = stream.substr(2 * (kFrameBytes + 3));
  EXPECT_EQ(Read(shorter.substr(0, kFrameBytes + 3) + end).code(), absl::StatusCode::kDataLoss);
}

TEST(BlockDamageTest, ZeroesAndNoiseAreNoStream) {
  EXPECT_EQ(Read(std::string(4096, '\0')).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Read(std::string(4096, '\xff')).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Read("").code(), absl::StatusCode::kDataLoss);
}

// Whoever reserves memory for a payload can do so by its header.
TEST(BlockDamageTest, ALengthBeyondTheFileIsFoundBeforeThePayloadIsRead) {
  const TemporaryFolder folder;
  const std::string stream = StreamOf({{1, std::string(1000, 'x')}});
  std::ofstream(folder.File("blocks"), std::ios::binary) << stream.substr(0, 500);
  const auto reader = BlockReader::Open(folder.File("blocks"));
  ASSERT_TRUE(reader.ok()) << reader.status();
  const absl::Status status = (*reader)->Next().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr(folder.File("blocks")), HasSubstr("1000 bytes")));
}

TEST(BlockDamageTest, DamageOfABlockThatIsPassedOverIsFound) {
  std::string stream = StreamOf({{1, "one"}, {1, "two"}});
  stream[17] ^= 1;
  const auto reader = ReaderOf(stream);
  ASSERT_TRUE(reader->Next().ok());
  EXPECT_EQ(reader->Next().status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(reader->Next().status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace lookalike
