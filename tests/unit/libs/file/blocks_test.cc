// SPDX-License-Identifier: Apache-2.0
#include "libs/file/blocks.h"

#include <fstream>

#include <gmock/gmock.h>

#include "tests/unit/libs/file/block_stream.h"
#include "tests/unit/temporary_folder.h"

namespace lookalike {
namespace {

using testing::HasSubstr;

TEST(BlocksTest, WhatWasWrittenIsReadInItsOrder) {
  const std::vector<Block> blocks = {{1, "first"}, {7, ""}, {1, std::string(300'000, 'x')}, {0xffffffff, "last"}};
  EXPECT_EQ(*ReadAllBlocks(*ReaderOf(StreamOf(blocks))), blocks);
}

TEST(BlocksTest, AStreamWithoutBlocksIsProper) {
  EXPECT_EQ(*ReadAllBlocks(*ReaderOf(StreamOf({}))), std::vector<Block>());
}

TEST(BlocksTest, ReadsFromASourceThatGivesAByteAtATime) {
  const std::vector<Block> blocks = {{1, "first"}, {2, ""}, {3, "third"}};
  EXPECT_EQ(*ReadAllBlocks(*ReaderOf(StreamOf(blocks), 1)), blocks);
}

TEST(BlocksTest, PartsMakeOnePayload) {
  std::string stream;
  BlockWriter writer([&stream](absl::string_view bytes) {
    stream.append(bytes.data(), bytes.size());
    return absl::OkStatus();
  });
  const std::vector<absl::string_view> parts = {"one ", "", "payload"};
  ASSERT_EQ(writer.Write(5, parts), absl::OkStatus());
  ASSERT_EQ(writer.Finish(), absl::OkStatus());
  EXPECT_EQ(stream, StreamOf({{5, "one payload"}}));
}

TEST(BlocksTest, APayloadCanBeReadInPieces) {
  const auto reader = ReaderOf(StreamOf({{1, "abcdef"}, {2, "next"}}));
  ASSERT_EQ((*reader->Next())->length, 6u);
  std::string first(2, ' '), rest(4, ' ');
  EXPECT_EQ(reader->Read(first), absl::OkStatus());
  EXPECT_EQ(reader->Read(rest), absl::OkStatus());
  EXPECT_EQ(first + rest, "abcdef");
  EXPECT_EQ((*reader->Next())->type, 2u);
}

TEST(BlocksTest, WhatIsLeftOfABlockIsPassedOver) {
  const auto reader = ReaderOf(StreamOf({{1, std::string(700'000, 'x')}, {2, "unread"}, {3, "third"}}));
  std::string begin(10, ' ');
  ASSERT_TRUE(reader->Next().ok());
  ASSERT_EQ(reader->Read(begin), absl::OkStatus());
  ASSERT_EQ((*reader->Next())->type, 2u);
  ASSERT_EQ((*reader->Next())->type, 3u);
  EXPECT_EQ(*reader->ReadAll(5), "third");
  EXPECT_FALSE(reader->Next()->has_value());
  EXPECT_FALSE(reader->Next()->has_value());  // the end stays the end
}

TEST(BlocksTest, AskingForMoreThanThePayloadHasIsRefused) {
  const auto reader = ReaderOf(StreamOf({{1, "abc"}}));
  ASSERT_TRUE(reader->Next().ok());
  std::string four(4, ' ');
  EXPECT_EQ(reader->Read(four).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(*reader->ReadAll(3), "abc");
}

TEST(BlocksTest, APayloadLargerThanTheReaderTakesIsDataLoss) {
  const auto reader = ReaderOf(StreamOf({{1, "abcd"}}));
  ASSERT_TRUE(reader->Next().ok());
  EXPECT_EQ(reader->ReadAll(3).status().code(), absl::StatusCode::kDataLoss);
}

TEST(BlocksTest, TypeZeroIsNotForCallers) {
  BlockWriter writer([](absl::string_view) { return absl::OkStatus(); });
  EXPECT_EQ(writer.Write(0, "x").code(), absl::StatusCode::kInvalidArgument);
}

TEST(BlocksTest, AnErrorOfTheSinkIsTheWritersForGood) {
  int calls = 0;
  BlockWriter writer(
      [&calls](absl::string_view) { return ++calls == 3 ? absl::ResourceExhaustedError("full") : absl::OkStatus(); });
  EXPECT_EQ(writer.Write(1, "x").code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(writer.Write(1, "x").code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(writer.Finish().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(calls, 3);
}

TEST(BlocksTest, AnErrorOfTheSourceIsTheReadersForGood) {
  const auto reader = BlockReader::FromSource(
      [](std::span<char>) -> absl::StatusOr<size_t> { return absl::UnavailableError("gone"); }, "the stream");
  EXPECT_EQ(reader->Next().status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(reader->ReadAll(1).status().code(), absl::StatusCode::kUnavailable);
}

TEST(BlocksTest, ReadsAFile) {
  const TemporaryFolder folder;
  const std::vector<Block> blocks = {{1, "first"}, {2, "second"}};
  std::ofstream(folder.File("blocks")) << StreamOf(blocks);
  const auto reader = BlockReader::Open(folder.File("blocks"));
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ(*ReadAllBlocks(**reader), blocks);
}

TEST(BlocksTest, AMissingFileIsNotFound) {
  const absl::Status status = BlockReader::Open("/nowhere/blocks").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("/nowhere/blocks"));
}

TEST(BlocksTest, AFolderIsNoStream) {
  const auto reader = BlockReader::Open("/");
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_FALSE((*reader)->Next().ok());
}

}  // namespace
}  // namespace lookalike
