// SPDX-License-Identifier: Apache-2.0
#include "services/cli/bench/vectors.h"

#include <cmath>
#include <fstream>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/temporary_folder.h"

namespace lookalike {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::FloatEq;
using testing::HasSubstr;

class VectorsTest : public testing::Test {
 protected:
  std::string Write(const std::string& name, const std::vector<float>& values, const std::string& header = "") {
    std::ofstream file(folder_.File(name), std::ios::binary);
    file << header;
    file.write(reinterpret_cast<const char*>(values.data()),
               static_cast<std::streamsize>(values.size() * sizeof(float)));
    return folder_.File(name);
  }

  // As `lookalike embed` and NumPy write it.
  static std::string NpyHeader(const std::string& dictionary) {
    std::string header("\x93NUMPY\x01\x00", 8);
    header.push_back(static_cast<char>(dictionary.size()));
    header.push_back('\0');
    return header + dictionary;
  }

  static absl::StatusOr<BenchVectors> Load(const VectorFlags& flags, size_t least = 1) {
    return LoadVectors(flags, least);
  }
  static void ExpectError(const absl::StatusOr<BenchVectors>& vectors, absl::StatusCode code, const std::string& text) {
    EXPECT_EQ(vectors.status().code(), code);
    EXPECT_THAT(std::string(vectors.status().message()), HasSubstr(text));
  }
  static std::vector<float> Values(std::span<const float> vector) { return {vector.begin(), vector.end()}; }

  const TemporaryFolder folder_;
};

TEST_F(VectorsTest, FilesAreReadInTheirOrderAndNormalised) {
  const auto vectors =
      Load({.base = Write("base", {3, 4, 0, -2}), .queries = Write("queries", {8, 6}), .dimension = 2});
  ASSERT_TRUE(vectors.ok()) << vectors.status();
  ASSERT_EQ(vectors->base.size(), 2u);
  EXPECT_THAT(Values(vectors->base[0]), ElementsAre(FloatEq(0.6f), FloatEq(0.8f)));
  EXPECT_THAT(Values(vectors->base[1]), ElementsAre(0, -1));
  ASSERT_EQ(vectors->queries.size(), 1u);
  EXPECT_THAT(Values(vectors->queries[0]), ElementsAre(FloatEq(0.8f), FloatEq(0.6f)));
}

TEST_F(VectorsTest, TheLimitTakesTheFirstOnes) {
  const std::string base = Write("base", {1, 2, 3});
  const auto vectors = Load({.base = base, .queries = base, .dimension = 1, .limit = 2});
  ASSERT_TRUE(vectors.ok()) << vectors.status();
  EXPECT_EQ(vectors->base.size(), 2u);
  EXPECT_EQ(vectors->queries.size(), 3u);
}

TEST_F(VectorsTest, WithoutAFileOfQueriesSomeAreTakenOutOfTheBase) {
  const auto vectors = Load({.base = Write("base", std::vector<float>(40, 1)), .dimension = 1});
  ASSERT_TRUE(vectors.ok()) << vectors.status();
  EXPECT_EQ(vectors->base.size(), 36u);
  EXPECT_EQ(vectors->queries.size(), 4u);
}

TEST_F(VectorsTest, TheHeaderOfANumpyFileIsSkipped) {
  const std::string header = NpyHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }\n");
  const std::string base = Write("base.npy", {0, 1, 1, 0}, header);
  const auto vectors = Load({.base = base, .queries = base, .dimension = 2});
  ASSERT_TRUE(vectors.ok()) << vectors.status();
  ASSERT_EQ(vectors->base.size(), 2u);
  EXPECT_THAT(Values(vectors->base[0]), ElementsAre(0, 1));
}

TEST_F(VectorsTest, ANumpyFileOfAnotherDimensionOrTypeIsRefused) {
  const std::string shape = NpyHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 4), }\n");
  ExpectError(Load({.base = Write("base.npy", {1, 2, 3, 4}, shape), .dimension = 2}),
              absl::StatusCode::kInvalidArgument, "--dim 2");
  const std::string type = NpyHeader("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }\n");
  ExpectError(Load({.base = Write("base.npy", {1, 2, 3, 4}, type), .dimension = 2}), absl::StatusCode::kInvalidArgument,
              "'<f8'");
}

TEST_F(VectorsTest, AMissingFileIsNamed) {
  ExpectError(Load({.base = folder_.File("nobody")}), absl::StatusCode::kNotFound, "nobody");
  ExpectError(Load({.base = folder_.File("")}), absl::StatusCode::kNotFound, "cannot read");  // a folder
  const std::string base = Write("base", {1, 2});
  ExpectError(Load({.base = base, .queries = folder_.File("none"), .dimension = 2}), absl::StatusCode::kNotFound,
              "none");
}

TEST_F(VectorsTest, ASizeThatIsNoMultipleOfTheDimensionIsRefused) {
  ExpectError(Load({.base = Write("base", {1, 2, 3, 4}), .dimension = 3}), absl::StatusCode::kInvalidArgument,
              "16 bytes are not a number of 12-byte vectors, with --dim 3");
  ExpectError(Load({.base = Write("empty", {}), .dimension = 3}), absl::StatusCode::kInvalidArgument, "its 0 bytes");
}

TEST_F(VectorsTest, AVectorWithoutDirectionIsNamed) {
  ExpectError(Load({.base = Write("base", {1, 0, 0, 0}), .dimension = 2}), absl::StatusCode::kInvalidArgument,
              "vector 1");
  const float nan = std::numeric_limits<float>::quiet_NaN();
  ExpectError(Load({.base = Write("base", {1, nan}), .dimension = 2}), absl::StatusCode::kInvalidArgument, "vector 0");
}

TEST_F(VectorsTest, TheFlagsMustAgree) {
  ExpectError(Load({}), absl::StatusCode::kInvalidArgument, "--base");
  ExpectError(Load({.base = "x", .synthetic = 5}), absl::StatusCode::kInvalidArgument, "--synthetic");
  ExpectError(Load({.queries = "x", .synthetic = 5}), absl::StatusCode::kInvalidArgument, "--queries");
}

TEST_F(VectorsTest, TooFewVectorsAreRefused) {
  ExpectError(Load({.dimension = 2, .synthetic = 5}, 6), absl::StatusCode::kInvalidArgument,
              "--synthetic: 5 vectors; this bench takes 6 or more");
}

TEST_F(VectorsTest, SyntheticVectorsAreNormalisedAndTheSameForASeed) {
  const VectorFlags flags{.dimension = 16, .synthetic = 20, .seed = 7};
  const auto once = Load(flags), again = Load(flags), other = Load({.dimension = 16, .synthetic = 20, .seed = 8});
  ASSERT_TRUE(once.ok() && again.ok() && other.ok());
  EXPECT_EQ(once->base.size(), 20u);
  double squares = 0;
  for (const float value : once->base[19]) squares += value * value;
  EXPECT_NEAR(squares, 1, 1e-5);
  EXPECT_EQ(Values(once->base[19]), Values(again->base[19]));
  EXPECT_NE(Values(once->base[19]), Values(other->base[19]));
}

}  // namespace
}  // namespace lookalike
