// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/safetensors.h"

#include <cmath>
#include <cstring>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/libs/encoding/safetensors_builder.h"
#include "tests/unit/temporary_folder.h"

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// The little-endian bytes of 16-bit values.
std::string Halves(std::initializer_list<uint16_t> values) {
  std::string bytes;
  for (const uint16_t value : values) bytes.append({static_cast<char>(value & 0xff), static_cast<char>(value >> 8)});
  return bytes;
}

std::vector<float> ReadOnly(const std::string& bytes, const std::string& name) {
  const auto file = SafetensorsFile::Parse(bytes);
  EXPECT_TRUE(file.ok()) << file.status();
  if (!file.ok()) return {};
  const auto tensor = file->Read(name);
  EXPECT_TRUE(tensor.ok()) << tensor.status();
  return tensor.ok() ? tensor->values : std::vector<float>();
}

std::string RefusalOf(const std::string& bytes) {
  const auto file = SafetensorsFile::Parse(bytes);
  EXPECT_EQ(file.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(file.status().message());
}

// A file of 8 data bytes whose header describes one tensor "w" in this way.
std::string RefusalOfTensor(const std::string& description) {
  return RefusalOf(SafetensorsBytes(R"({"w":)" + description + "}", std::string(8, '\0')));
}

TEST(SafetensorsTest, ReadsTensorsWithTheirShapes) {
  const std::string bytes = SafetensorsBytes({{"a", {{2, 1}, {1.5f, -2}}}, {"b", {{1}, {7}}}});
  const auto file = SafetensorsFile::Parse(bytes);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_THAT(file->entries().at("a").shape, ElementsAre(2, 1));
  EXPECT_THAT(file->Read("a")->values, ElementsAre(1.5f, -2));
  EXPECT_THAT(file->Read("b")->values, ElementsAre(7));
}

TEST(SafetensorsTest, ConvertsHalfPrecisionExactly) {
  const std::string header = R"({"w":{"dtype":"F16","shape":[6],"data_offsets":[0,12]}})";
  // 1, -2, the largest, the smallest normal, the smallest subnormal, a negative zero
  const std::string bytes = SafetensorsBytes(header, Halves({0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x8000}));
  const std::vector<float> values = ReadOnly(bytes, "w");
  EXPECT_THAT(values, ElementsAre(1, -2, 65504, std::ldexp(1.0f, -14), std::ldexp(1.0f, -24), 0));
  EXPECT_TRUE(std::signbit(values[5]));
}

TEST(SafetensorsTest, KeepsInfinitiesAndNansOfHalfPrecision) {
  const std::string header = R"({"w":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}})";
  const std::vector<float> values = ReadOnly(SafetensorsBytes(header, Halves({0xfc00, 0x7e00})), "w");
  EXPECT_EQ(values[0], -INFINITY);
  EXPECT_TRUE(std::isnan(values[1]));
}

TEST(SafetensorsTest, ConvertsBfloat16) {
  const std::string header = R"({"w":{"dtype":"BF16","shape":[3],"data_offsets":[0,6]}})";
  EXPECT_THAT(ReadOnly(SafetensorsBytes(header, Halves({0x3f80, 0xc000, 0x3fc0})), "w"), ElementsAre(1, -2, 1.5f));
}

TEST(SafetensorsTest, TakesMetadataAndScalarsAndEmptyTensors) {
  const std::string header = R"({"__metadata__":{"from":"a test"},)"
                             R"("empty":{"dtype":"F32","shape":[0,3],"data_offsets":[0,0]},)"
                             R"("scalar":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}   )";
  const std::string bytes = SafetensorsBytes(header, std::string("\0\0\x80\x3f", 4));
  EXPECT_THAT(ReadOnly(bytes, "scalar"), ElementsAre(1));
  EXPECT_THAT(ReadOnly(bytes, "empty"), ElementsAre());
}

TEST(SafetensorsTest, SaysWhichTensorIsNotThere) {
  const std::string bytes = SafetensorsBytes({{"a", {{1}, {1}}}});
  const auto tensor = SafetensorsFile::Parse(bytes)->Read("b");
  EXPECT_EQ(tensor.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(tensor.status().message()), HasSubstr("\"b\""));
}

TEST(SafetensorsTest, RefusesEveryTruncation) {
  const std::string bytes = SafetensorsBytes({{"a", {{2}, {1, 2}}}, {"b", {{1}, {3}}}});
  for (size_t size = 0; size < bytes.size(); ++size) RefusalOf(bytes.substr(0, size));
}

TEST(SafetensorsTest, RefusesBytesThatNoTensorOwns) {
  const std::string bytes = SafetensorsBytes({{"a", {{2}, {1, 2}}}});
  EXPECT_THAT(RefusalOf(bytes + "more"), HasSubstr("byte 8 of 12"));
}

TEST(SafetensorsTest, RefusesAHeaderLengthThatCannotBe) {
  EXPECT_THAT(RefusalOf(std::string(8, '\xff') + "{}"), HasSubstr("18446744073709551615"));
  EXPECT_THAT(RefusalOf(std::string("\x03\0\0\0\0\0\0\0{}", 10)), HasSubstr("take 3 bytes"));
}

TEST(SafetensorsTest, RefusesAHeaderThatIsNoJsonObject) {
  for (const char* header : {"", "[]", "null", "{\"w\":", "\xff\xfe", "{} {}"}) {
    EXPECT_THAT(RefusalOf(SafetensorsBytes(header, "")), HasSubstr("not a JSON object")) << header;
  }
}

TEST(SafetensorsTest, SurvivesADeeplyNestedHeader) { RefusalOf(SafetensorsBytes(std::string(1'000'000, '['), "")); }

TEST(SafetensorsTest, NamesTheTensorWhoseDescriptionIsIncomplete) {
  EXPECT_THAT(RefusalOfTensor("7"), HasSubstr("tensor \"w\""));
  EXPECT_THAT(RefusalOfTensor(R"({"shape":[2],"data_offsets":[0,8]})"), HasSubstr("tensor \"w\": has no \"dtype\""));
  EXPECT_THAT(RefusalOfTensor(R"({"dtype":"F32","data_offsets":[0,8]})"), HasSubstr("\"shape\""));
  EXPECT_THAT(RefusalOfTensor(R"({"dtype":"F32","shape":[2]})"), HasSubstr("\"data_offsets\""));
  EXPECT_THAT(RefusalOfTensor(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8,9]})"), HasSubstr("\"data_offsets\""));
  EXPECT_THAT(RefusalOfTensor(R"({"dtype":"F32","shape":[2],"data_offsets":[-8,8]})"), HasSubstr("\"data_offsets\""));
}

TEST(SafetensorsTest, RefusesOtherTypes) {
  EXPECT_THAT(RefusalOfTensor(R"({"dtype":"I64","shape":[1],"data_offsets":[0,8]})"), HasSubstr("type I64"));
}

TEST(SafetensorsTest, RefusesShapesThatAreNoSizes) {
  for (const char* shape : {"[-2]", "[1.5]", "[\"2\"]", "[4294967296]", "{}"}) {
    const std::string description = R"({"dtype":"F32","data_offsets":[0,8],"shape":)" + std::string(shape) + "}";
    EXPECT_THAT(RefusalOfTensor(description), HasSubstr("shape")) << shape;
  }
}

TEST(SafetensorsTest, RefusesAShapeWhoseSizeOverflows) {
  const std::string huge = "[2147483647,2147483647,2147483647]";
  EXPECT_THAT(RefusalOfTensor(R"({"dtype":"F32","data_offsets":[0,8],"shape":)" + huge + "}"),
              HasSubstr("larger than any memory"));
}

TEST(SafetensorsTest, RefusesOffsetsThatDisagreeWithTheShape) {
  EXPECT_THAT(RefusalOfTensor(R"({"dtype":"F32","shape":[3],"data_offsets":[0,8]})"), HasSubstr("take 12"));
  EXPECT_THAT(RefusalOfTensor(R"({"dtype":"F16","shape":[2],"data_offsets":[0,8]})"), HasSubstr("take 4"));
}

TEST(SafetensorsTest, RefusesOffsetsOutsideTheData) {
  EXPECT_THAT(RefusalOfTensor(R"({"dtype":"F32","shape":[2],"data_offsets":[4,12]})"),
              HasSubstr("outside the 8 bytes"));
  EXPECT_THAT(RefusalOfTensor(R"({"dtype":"F32","shape":[0],"data_offsets":[8,0]})"), HasSubstr("outside"));
  EXPECT_THAT(
      RefusalOfTensor(R"({"dtype":"F32","shape":[2],"data_offsets":[18446744073709551608,18446744073709551615]})"),
      HasSubstr("outside"));
}

TEST(SafetensorsTest, RefusesTensorsThatOverlapOrLeaveGaps) {
  const auto two = [](const std::string& first, const std::string& second) {
    return SafetensorsBytes(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":)" + first +
                                R"(},"b":{"dtype":"F32","shape":[1],"data_offsets":)" + second + "}}",
                            std::string(8, '\0'));
  };
  EXPECT_THAT(RefusalOf(two("[0,4]", "[0,4]")), HasSubstr("inside another tensor"));
  EXPECT_THAT(RefusalOf(two("[0,4]", "[2,6]")), HasSubstr("tensor \"b\""));
  EXPECT_THAT(RefusalOf(two("[4,8]", "[4,8]")), HasSubstr("after a gap"));
}

TEST(SafetensorsTest, MapsAFileAndNamesItInErrors) {
  const TemporaryFolder folder;
  const std::string path = folder.File("mapped.safetensors");
  std::ofstream(path, std::ios::binary) << SafetensorsBytes({{"a", {{1}, {3}}}});
  const auto file = SafetensorsFile::Open(path);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_THAT(file->Read("a")->values, ElementsAre(3));

  std::ofstream(path, std::ios::binary) << "no";
  EXPECT_THAT(std::string(SafetensorsFile::Open(path).status().message()), HasSubstr(path));
}

TEST(SafetensorsTest, TellsAMissingFileFromOneThatIsNone) {
  EXPECT_EQ(SafetensorsFile::Open("/no/such/file").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(SafetensorsFile::Open("/").status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace lookalike
