// SPDX-License-Identifier: Apache-2.0
// The main job on real photos, from the folder that LOOKALIKE_FOOTWEAR_DIR names or ../shared/footwear.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_split.h"

#include "tests/e2e/client.h"
#include "tests/e2e/files.h"
#include "tests/e2e/servers.h"

namespace lookalike {
namespace {

// The index holds embeddings as codes of 15 bits: of these 300, at 512 dimensions, they move a cosine by 4e-6 (standard
// deviation), and two that are nearer to each other than that can change places.
constexpr double kPrecisionOfCodes = 3e-5;

using testing::SizeIs;
using testing::UnorderedElementsAreArray;

constexpr size_t kPhotos = 300;
constexpr size_t kDimension = 512;

std::string Folder() {
  const char* folder = std::getenv("LOOKALIKE_FOOTWEAR_DIR");
  return folder != nullptr ? folder : "../shared/footwear";
}

class FootwearTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(Folder() + "/filenames.txt")) {
      GTEST_SKIP() << "no footwear photos in " << Folder() << ": set LOOKALIKE_FOOTWEAR_DIR";
    }
    names_ = absl::StrSplit(ReadFile(Folder() + "/filenames.txt"), '\n', absl::SkipEmpty());
    ASSERT_THAT(names_, SizeIs(kPhotos));
  }

  static std::string Photo(const std::string& name) { return ReadFile(Folder() + "/images/" + name); }

  std::vector<std::string> names_;
  const TemporaryFolder data_;
};

// All photos in one collection, through `lookalike ingest`.
class FootwearPhotosTest : public FootwearTest {
 protected:
  void SetUp() override {
    FootwearTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    server_ = Serve(data_ / "data", StarterModel());
    const Ended ingest = Lookalike(
        {"ingest", "--server", server_->grpc_address(), "--collection", "footwear", Folder() + "/images", "--json"});
    ASSERT_EQ(ingest.exit_code, 0) << ingest.errors;
    ASSERT_EQ(nlohmann::json::parse(ingest.output)["written"], kPhotos);
  }

  uint64_t Count() const { return Client(server_->grpc_address()).GetCollection("footwear").response.items(); }
  v1::SearchResponse Search(const std::string& name, uint32_t k) const {
    const auto answer = Client(server_->grpc_address()).Search(LikeImage("footwear", Photo(name), k));
    EXPECT_THAT(answer, Succeeded());
    return answer.response;
  }

  std::unique_ptr<Server> server_;
};

TEST_F(FootwearPhotosTest, EachPhotoFindsItselfFirst) {
  EXPECT_EQ(Count(), kPhotos);
  for (const std::string& name : names_) {
    const v1::SearchResponse found = Search(name, 10);
    ASSERT_THAT(found.results(), SizeIs(10)) << name;
    EXPECT_EQ(found.results(0).id(), name);
    EXPECT_GE(found.results(0).score(), 0.9999F) << name;
  }
}

TEST_F(FootwearPhotosTest, DeletedPhotosAreGoneAtOnceAndStayGoneAfterKill9) {
  constexpr size_t kDeleted = 50, kQueries = 10;
  const std::vector<std::string> deleted(names_.begin(), names_.begin() + kDeleted);
  ASSERT_THAT(Client(server_->grpc_address()).Delete("footwear", deleted), Succeeded());
  EXPECT_EQ(Count(), kPhotos - kDeleted);
  const std::vector<std::string> left(names_.begin() + kDeleted, names_.end());
  std::vector<std::string> before;
  for (size_t i = 0; i < kQueries; ++i) {
    const v1::SearchResponse found = Search(deleted[i], kPhotos);
    EXPECT_THAT(IdsOf(found), UnorderedElementsAreArray(left));
    before.push_back(found.ShortDebugString());
  }
  server_->Kill();
  server_ = Serve(data_ / "data", StarterModel());
  EXPECT_EQ(Count(), kPhotos - kDeleted);
  for (size_t i = 0; i < kQueries; ++i) EXPECT_EQ(Search(deleted[i], kPhotos).ShortDebugString(), before[i]);
}

// The rows of a float32 array [kPhotos, kDimension] of NumPy's format, version 1.
std::vector<std::vector<float>> ReadRows(const std::string& path) {
  const std::string bytes = ReadFile(path);
  const size_t header = static_cast<uint8_t>(bytes.at(8)) + 256U * static_cast<uint8_t>(bytes.at(9));
  const size_t row_bytes = kDimension * sizeof(float);
  EXPECT_EQ(bytes.size(), 10 + header + kPhotos * row_bytes);
  std::vector<std::vector<float>> rows(kPhotos, std::vector<float>(kDimension));
  for (size_t i = 0; i < kPhotos; ++i) std::memcpy(rows[i].data(), &bytes.at(10 + header + i * row_bytes), row_bytes);
  return rows;
}

double Cosine(const std::vector<float>& a, const std::vector<float>& b) {
  const double dot = std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  return dot / std::sqrt(std::inner_product(a.begin(), a.end(), a.begin(), 0.0) *
                         std::inner_product(b.begin(), b.end(), b.begin(), 0.0));
}

// The embeddings that a trained network made of the photos, in a collection of the caller's own.
class FootwearEmbeddingsTest : public FootwearTest {
 protected:
  void FindTheExactNeighbours(Flags flags) {
    const std::vector<std::vector<float>> rows = ReadRows(Folder() + "/vgg16_gap_embeddings.npy");
    const auto server = Serve(data_ / "data", StarterModel(), std::move(flags));
    Client client(server->grpc_address());
    ASSERT_THAT(client.CreateCollection("reference", kDimension), Succeeded());
    for (size_t i = 0; i < kPhotos; ++i) {
      ASSERT_THAT(client.Upsert("reference", ItemOfEmbedding(names_[i], rows[i])), Succeeded());
    }
    for (size_t q = 0; q < kPhotos; ++q) {
      const auto answer = client.Search(LikeEmbedding("reference", rows[q]));
      ASSERT_THAT(answer, Succeeded());
      ASSERT_NO_FATAL_FAILURE(ExpectExact(answer.response, rows, q)) << names_[q];
    }
  }

  // At each rank the item found must score as the exact one does, within the rounding of float32: so two that tie
  // may change places.
  void ExpectExact(const v1::SearchResponse& found, const std::vector<std::vector<float>>& rows, size_t query) const {
    std::map<std::string, double> cosines;
    std::vector<double> best;
    for (size_t i = 0; i < kPhotos; ++i) {
      best.push_back(cosines[names_[i]] = Cosine(rows[query], rows[i]));
    }
    std::sort(best.rbegin(), best.rend());
    ASSERT_THAT(found.results(), SizeIs(10));
    std::set<std::string> different;
    for (int rank = 0; rank < 10; ++rank) {
      const v1::ScoredItem& item = found.results(rank);
      EXPECT_NEAR(cosines.at(item.id()), best[rank], kPrecisionOfCodes) << "rank " << rank << ": " << item.id();
      EXPECT_NEAR(item.score(), best[rank], kPrecisionOfCodes);
      different.insert(item.id());
    }
    EXPECT_THAT(different, SizeIs(10));
  }
};

TEST_F(FootwearEmbeddingsTest, TheTenNearestAreTheExactOnes) { FindTheExactNeighbours({}); }

TEST_F(FootwearEmbeddingsTest, TheGraphFindsTheExactOnesToo) {
  FindTheExactNeighbours({"--exact-threshold", "0", "--ef-search", "300"});
}

}  // namespace
}  // namespace lookalike
