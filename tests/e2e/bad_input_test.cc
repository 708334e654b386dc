// SPDX-License-Identifier: Apache-2.0
// What a caller can do wrong, each with the status and the words that tell it so.
#include <limits>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/client.h"
#include "tests/e2e/demo_catalog.h"
#include "tests/e2e/pictures.h"
#include "tests/e2e/servers.h"

namespace lookalike {
namespace {

using grpc::StatusCode;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::SizeIs;

constexpr int kMaxMessageBytes = 4 << 20;
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// A server with two collections: "shop" has pictures of its model, "plane" has a few embeddings of two dimensions.
class BadInputTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    catalog_ = std::make_unique<DemoCatalog>(3);
    data_ = std::make_unique<TemporaryFolder>();
    server_ = Serve(*data_ / "data", StarterModel(), {"--max-message-bytes", std::to_string(kMaxMessageBytes)});
    Client client(server_->grpc_address());
    ASSERT_THAT(client.CreateCollection("shop"), Succeeded());
    for (const DemoCatalog::Item& item : catalog_->items()) {
      ASSERT_THAT(client.Upsert("shop", ItemOfImage(item.id, ReadFile(item.picture))), Succeeded());
    }
    ASSERT_THAT(client.CreateCollection("plane", 2), Succeeded());
    ASSERT_THAT(client.Upsert("plane", ItemOfEmbedding("east", {1, 0})), Succeeded());
    ASSERT_THAT(client.Upsert("plane", ItemOfEmbedding("north", {0, 1})), Succeeded());
  }
  static void TearDownTestSuite() {
    server_.reset();
    data_.reset();
    catalog_.reset();
  }

  static std::string Picture(int i = 0) { return ReadFile((*catalog_)[i].picture); }

  // Both uses of a picture refuse it alike, and it does no harm.
  void ExpectPictureRefused(const std::string& picture, const std::string& message) {
    const auto refused = Failed(StatusCode::INVALID_ARGUMENT, HasSubstr(message));
    EXPECT_THAT(client_.Search(LikeImage("shop", picture)), refused);
    EXPECT_THAT(client_.Upsert("shop", ItemOfImage("bad", picture)), refused);
    ExpectUnharmed();
  }
  void ExpectEmbeddingRefused(const std::vector<float>& embedding, const std::string& message) {
    const auto refused = Failed(StatusCode::INVALID_ARGUMENT, HasSubstr(message));
    EXPECT_THAT(client_.Search(LikeEmbedding("plane", embedding)), refused);
    EXPECT_THAT(client_.Upsert("plane", ItemOfEmbedding("bad", embedding)), refused);
    ExpectUnharmed();
  }
  void ExpectIdRefused(const std::string& id, const std::string& message) {
    EXPECT_THAT(client_.Upsert("plane", ItemOfEmbedding(id, {1, 1})),
                Failed(StatusCode::INVALID_ARGUMENT, HasSubstr(message)));
    EXPECT_THAT(client_.Upsert("shop", ItemOfImage(id, Picture())),
                Failed(StatusCode::INVALID_ARGUMENT, HasSubstr(message)));
    ExpectUnharmed();
  }
  // Nothing was added, and the server still answers.
  void ExpectUnharmed() {
    EXPECT_EQ(client_.GetCollection("shop").response.items(), 3);
    EXPECT_EQ(client_.GetCollection("plane").response.items(), 2);
  }

  static inline std::unique_ptr<DemoCatalog> catalog_;
  static inline std::unique_ptr<TemporaryFolder> data_;
  static inline std::unique_ptr<Server> server_;
  Client client_{server_->grpc_address()};
};

TEST_F(BadInputTest, NotAPicture) {
  ExpectPictureRefused("<svg></svg>", "image: not a JPEG, PNG, WebP, GIF, BMP or TIFF file");
}

TEST_F(BadInputTest, APictureOfZeroBytes) { ExpectPictureRefused("", "image: has 0 bytes"); }

TEST_F(BadInputTest, ATruncatedJpeg) {
  ExpectPictureRefused(Picture().substr(0, Picture().size() / 2), "image: truncated JPEG");
}

TEST_F(BadInputTest, APictureOf20000By20000Pixels) {
  ExpectPictureRefused(PngHeader(20'000, 20'000), "image: 20000 × 20000 pixels are more than the limit of 100000000");
}

TEST_F(BadInputTest, APictureOfOnePixelIsOne) {
  const auto answer = client_.Search(LikeImage("shop", OnePixelPng()));
  ASSERT_THAT(answer, Succeeded());
  EXPECT_THAT(answer.response.results(), SizeIs(3));
}

TEST_F(BadInputTest, ACropBoxBeyondThePicture) {
  v1::SearchRequest request = LikeImage("shop", Picture());
  request.mutable_crop()->set_right(1.5F);
  request.mutable_crop()->set_bottom(1);
  EXPECT_THAT(client_.Search(request), Failed(StatusCode::INVALID_ARGUMENT, HasSubstr("crop box: left 0")));
}

TEST_F(BadInputTest, NothingToLookFor) {
  v1::SearchRequest request;
  request.set_collection("shop");
  EXPECT_THAT(client_.Search(request),
              Failed(StatusCode::INVALID_ARGUMENT, HasSubstr("query: one of image, item_id and embedding")));
}

TEST_F(BadInputTest, AnUnknownCollection) {
  const auto not_found = Failed(StatusCode::NOT_FOUND, HasSubstr("there is no collection \"nowhere\""));
  EXPECT_THAT(client_.Search(LikeImage("nowhere", Picture())), not_found);
  EXPECT_THAT(client_.Search(LikeItem("nowhere", "east")), not_found);
  EXPECT_THAT(client_.Upsert("nowhere", ItemOfEmbedding("a", {1, 0})), not_found);
  EXPECT_THAT(client_.Delete("nowhere", {"a"}), not_found);
  EXPECT_THAT(client_.Get("nowhere", {"a"}), not_found);
  EXPECT_THAT(client_.GetCollection("nowhere"), not_found);
}

TEST_F(BadInputTest, ACollectionThatIsThereAlready) {
  EXPECT_THAT(client_.CreateCollection("shop"), Failed(StatusCode::ALREADY_EXISTS, HasSubstr("\"shop\"")));
}

TEST_F(BadInputTest, ACollectionNameThatIsNone) {
  for (const char* name : {"", ".hidden", "a/b", "größe"}) {
    EXPECT_THAT(client_.CreateCollection(name), Failed(StatusCode::INVALID_ARGUMENT, HasSubstr("name: "))) << name;
  }
}

TEST_F(BadInputTest, AnUnknownId) {
  EXPECT_THAT(client_.Search(LikeItem("plane", "south")),
              Failed(StatusCode::NOT_FOUND, HasSubstr("there is no item \"south\"")));
}

TEST_F(BadInputTest, AnUnknownAttributeInTheFilter) {
  v1::SearchRequest request = LikeItem("plane", "east");
  request.set_filter("warmth > 3");
  EXPECT_THAT(client_.Search(request),
              Failed(StatusCode::INVALID_ARGUMENT, HasSubstr("filter: no item has an attribute \"warmth\"")));
}

TEST_F(BadInputTest, AFilterThatIsNone) {
  v1::SearchRequest request = LikeItem("plane", "east");
  request.set_filter("price <");
  EXPECT_THAT(client_.Search(request), Failed(StatusCode::INVALID_ARGUMENT, HasSubstr("filter: ")));
}

TEST_F(BadInputTest, KOfZero) {
  EXPECT_THAT(client_.Search(LikeItem("plane", "east", 0)),
              Failed(StatusCode::INVALID_ARGUMENT, HasSubstr("k: must be 1 to 10000, got 0")));
}

TEST_F(BadInputTest, KOfTenMillion) {
  EXPECT_THAT(client_.Search(LikeItem("plane", "east", 10'000'000)),
              Failed(StatusCode::INVALID_ARGUMENT, HasSubstr("k: must be 1 to 10000, got 10000000")));
}

TEST_F(BadInputTest, AMinimumScoreThatNoCosineIs) {
  for (const float score : {-1.5F, 1.5F, kNan}) {
    v1::SearchRequest request = LikeItem("plane", "east");
    request.set_min_score(score);
    EXPECT_THAT(client_.Search(request), Failed(StatusCode::INVALID_ARGUMENT, HasSubstr("min_score: must be -1 to 1")));
  }
}

TEST_F(BadInputTest, AnEmbeddingOfAnotherDimension) {
  ExpectEmbeddingRefused({1, 2, 3}, "has 3 values; the collection's dimension is 2");
}

TEST_F(BadInputTest, AnEmbeddingOfNoValues) { ExpectEmbeddingRefused({}, "embedding: has "); }

TEST_F(BadInputTest, AnEmbeddingWithNan) {
  ExpectEmbeddingRefused({1, kNan}, "embedding: value 1 is not a finite number");
}

TEST_F(BadInputTest, AnEmbeddingWithInfinity) {
  ExpectEmbeddingRefused({kInfinity, 0}, "embedding: value 0 is not a finite number");
  ExpectEmbeddingRefused({0, -kInfinity}, "embedding: value 1 is not a finite number");
}

TEST_F(BadInputTest, AnEmbeddingOfZeros) { ExpectEmbeddingRefused({0, 0}, "embedding: all values are zero"); }

TEST_F(BadInputTest, AnEmptyId) { ExpectIdRefused("", "id: is empty"); }

TEST_F(BadInputTest, AnIdOf10Kilobytes) {
  ExpectIdRefused(std::string(10'000, 'a'), "id: has 10000 bytes; at most 512 are allowed");
}

TEST_F(BadInputTest, AnIdWithAControlCharacter) { ExpectIdRefused("a\nb", "id: has a control character at byte 2"); }

TEST_F(BadInputTest, AnIdWithSpacesAndUnicodeIsOne) {
  const std::string id = " Größe 42 – 靴/👟 ";
  ASSERT_THAT(client_.CreateCollection("unicode", 2), Succeeded());
  ASSERT_THAT(client_.Upsert("unicode", ItemOfEmbedding(id, {1, 0})), Succeeded());
  EXPECT_THAT(IdsOf(client_.Search(LikeEmbedding("unicode", {1, 0})).response), ElementsAre(id));
  const auto got = client_.Get("unicode", {id});
  ASSERT_THAT(got.response.items(), SizeIs(1));
  EXPECT_EQ(got.response.items(0).id(), id);
  EXPECT_FALSE(client_.Delete("unicode", {id}).response.outcomes(0).has_error());
}

TEST_F(BadInputTest, AnAttributeOfAnotherTypeThanBefore) {
  ASSERT_THAT(client_.CreateCollection("typed", 2), Succeeded());
  v1::UpsertItem item = ItemOfEmbedding("first", {1, 0});
  (*item.mutable_attributes())["price"].set_number_value(9.5);
  ASSERT_THAT(client_.Upsert("typed", item), Succeeded());
  item.set_id("second");
  (*item.mutable_attributes())["price"].set_string_value("9.50 €");
  EXPECT_THAT(client_.Upsert("typed", item), Failed(StatusCode::INVALID_ARGUMENT, HasSubstr("\"price\"")));
  EXPECT_EQ(client_.GetCollection("typed").response.items(), 1);
}

TEST_F(BadInputTest, FacetsOfWhatIsNotThere) {
  v1::GetFacetsRequest request;
  request.set_collection("nowhere");
  EXPECT_THAT(client_.Call(&Client::Stub::GetFacets, request), Failed(StatusCode::NOT_FOUND, HasSubstr("nowhere")));
  request.set_collection("shop");
  request.set_filter("price <");
  EXPECT_THAT(client_.Call(&Client::Stub::GetFacets, request),
              Failed(StatusCode::INVALID_ARGUMENT, HasSubstr("filter: at byte 8")));
  request.clear_filter();
  request.add_attributes("colour");
  EXPECT_THAT(client_.Call(&Client::Stub::GetFacets, request),
              Failed(StatusCode::INVALID_ARGUMENT, HasSubstr("attributes: no item has an attribute \"colour\"")));
  request.clear_attributes();
  request.set_max_values(1001);
  EXPECT_THAT(client_.Call(&Client::Stub::GetFacets, request),
              Failed(StatusCode::INVALID_ARGUMENT, HasSubstr("max_values: must be 1 to 1000, got 1001")));
}

TEST_F(BadInputTest, ADeadlineThatHasPassed) {
  const auto too_late = Failed(StatusCode::DEADLINE_EXCEEDED, testing::_);
  EXPECT_THAT(client_.Call(&Client::Stub::Search, LikeImage("shop", Picture()), std::chrono::seconds(-1)), too_late);
  v1::UpsertRequest upsert;
  upsert.set_collection("plane");
  *upsert.mutable_item() = ItemOfEmbedding("late", {1, 1});
  EXPECT_THAT(client_.Call(&Client::Stub::Upsert, upsert, std::chrono::seconds(-1)), too_late);
  ExpectUnharmed();
}

TEST_F(BadInputTest, AMessageOverTheLimit) {
  EXPECT_THAT(client_.Search(LikeImage("shop", std::string(kMaxMessageBytes + 1, 'x'))),
              Failed(StatusCode::RESOURCE_EXHAUSTED, HasSubstr("larger than max")));
  ExpectUnharmed();
}

TEST_F(BadInputTest, AQueryOfAnotherModelThanTheCollections) {
  ASSERT_THAT(client_.CreateCollection("elsewhere", 512, "resnet-of-another-shop"), Succeeded());
  const std::string own_model = client_.GetCollection("shop").response.model_id();
  ASSERT_FALSE(own_model.empty());
  const auto refused = Failed(StatusCode::FAILED_PRECONDITION,
                              AllOf(HasSubstr("\"resnet-of-another-shop\""), HasSubstr("\"" + own_model + "\"")));
  EXPECT_THAT(client_.Search(LikeImage("elsewhere", Picture())), refused);
  EXPECT_THAT(client_.Upsert("elsewhere", ItemOfImage("a", Picture())), refused);
  EXPECT_EQ(client_.GetCollection("elsewhere").response.items(), 0);
}

// A stream of items, as an ingestion worker sends them.
class BadStreamTest : public BadInputTest {
 protected:
  bool Send(const std::string& collection, const v1::UpsertItem& item) {
    v1::IngestRequest request;
    request.set_collection(collection);
    *request.mutable_item() = item;
    return stream_->Write(request);
  }
  // Says that there is no more, and hears what became of each id.
  std::map<std::string, int> EndAndHear() {
    stream_->WritesDone();
    std::map<std::string, int> codes;
    for (v1::IngestResponse response; stream_->Read(&response);) codes[response.id()] = response.error().code();
    EXPECT_TRUE(stream_->Finish().ok());
    return codes;
  }

  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::IngestRequest, v1::IngestResponse>> stream_ =
      client_.stub().Ingest(&context_);
};

TEST_F(BadStreamTest, OneBadItemDoesNotEndTheStream) {
  ASSERT_TRUE(Send("shop", ItemOfImage("not a picture", "GIF89a")));
  ASSERT_TRUE(Send("shop", ItemOfEmbedding("zeros", std::vector<float>(512, 0))));
  ASSERT_TRUE(Send("nowhere", ItemOfEmbedding("lost", {1, 0})));
  ASSERT_TRUE(Send("shop", ItemOfImage("good", Picture(1))));
  EXPECT_THAT(EndAndHear(), ElementsAre(Pair("good", StatusCode::OK), Pair("lost", StatusCode::NOT_FOUND),
                                        Pair("not a picture", StatusCode::INVALID_ARGUMENT),
                                        Pair("zeros", StatusCode::INVALID_ARGUMENT)));
  EXPECT_EQ(client_.GetCollection("shop").response.items(), 4);
}

// Many at a time, so that some of both kinds are written together.
TEST_F(BadStreamTest, PicturesThatTheCollectionRefusesDoNotTakeEmbeddingsWithThem) {
  ASSERT_THAT(client_.CreateCollection("own", 2), Succeeded());
  for (int i = 0; i < 100; ++i) {
    const std::string number = std::to_string(i);
    ASSERT_TRUE(Send("own", ItemOfEmbedding("embedding " + number, {1, static_cast<float>(i)})));
    ASSERT_TRUE(Send("own", ItemOfImage("picture " + number, OnePixelPng())));
  }
  for (const auto& [id, code] : EndAndHear()) {
    EXPECT_EQ(code, id[0] == 'e' ? StatusCode::OK : StatusCode::FAILED_PRECONDITION) << id;
  }
  EXPECT_EQ(client_.GetCollection("own").response.items(), 100);
}

TEST_F(BadStreamTest, AClientThatVanishesKeepsWhatWasAcknowledged) {
  ASSERT_THAT(client_.CreateCollection("vanished", 2), Succeeded());
  std::vector<std::string> acknowledged;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(Send("vanished", ItemOfEmbedding(std::to_string(i), {1, static_cast<float>(i)})));
  }
  v1::IngestResponse response;
  for (int i = 0; i < 10 && stream_->Read(&response); ++i) acknowledged.push_back(response.id());
  ASSERT_THAT(acknowledged, SizeIs(10));
  context_.TryCancel();
  EXPECT_EQ(stream_->Finish().error_code(), StatusCode::CANCELLED);
  EXPECT_TRUE(Eventually([&] {
    return Metric(*server_, "lookalike_grpc_requests_in_flight{method=\"lookalike.v1.VisualSearch/Ingest\"}") == 0;
  }));
  EXPECT_THAT(client_.Get("vanished", acknowledged).response.items(), SizeIs(10));
  EXPECT_THAT(client_.Search(LikeImage("shop", Picture())), Succeeded());
}

}  // namespace
}  // namespace lookalike
