// SPDX-License-Identifier: Apache-2.0
// What an item can be made of, and how it is changed: the same through one program and through three.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/client.h"
#include "tests/e2e/demo_catalog.h"
#include "tests/e2e/files.h"
#include "tests/e2e/servers.h"

namespace lookalike {
namespace {

using grpc::StatusCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class ItemsTest : public testing::TestWithParam<bool> {
 protected:
  static void SetUpTestSuite() {
    catalog_ = std::make_unique<DemoCatalog>(6);
    data_ = std::make_unique<TemporaryFolder>();
    all_in_one_ = Serve(*data_ / "one", StarterModel());
    split_ = std::make_unique<SplitDeployment>(*data_ / "split", StarterModel(), 1);
  }
  static void TearDownTestSuite() {
    split_.reset();
    all_in_one_.reset();
    data_.reset();
    catalog_.reset();
  }

  void SetUp() override {
    collection_ = testing::UnitTest::GetInstance()->current_test_info()->name();
    for (char& c : collection_) c = c == '/' ? '-' : c;
    ASSERT_THAT(client_.CreateCollection(collection_), Succeeded());
  }

  static std::string Picture(int i) { return ReadFile((*catalog_)[i].picture); }
  // An item of these pictures of the catalog.
  static v1::UpsertItem ItemOf(const std::vector<int>& pictures) {
    v1::UpsertItem item;
    item.set_id("x");
    for (const int picture : pictures) item.add_images()->set_image(Picture(picture));
    return item;
  }
  Answer<v1::UpsertResponse> Upsert(const v1::UpsertItem& item) { return client_.Upsert(collection_, item); }
  v1::Item Get() { return client_.Get(collection_, {"x"}).response.items(0); }

  Answer<v1::UpdateAttributesResponse> Update(const std::string& attribute, const google::protobuf::Value& value,
                                              uint64_t version = 0, const std::string& id = "x") {
    v1::UpdateAttributesRequest request;
    request.set_collection(collection_);
    request.set_id(id);
    request.set_version(version);
    (*request.mutable_attributes())[attribute] = value;
    return client_.Call(&Client::Stub::UpdateAttributes, request);
  }
  static google::protobuf::Value Text(const std::string& text) {
    google::protobuf::Value value;
    value.set_string_value(text);
    return value;
  }

  Answer<v1::DeleteResponse> Delete(const std::vector<uint64_t>& versions) {
    v1::DeleteRequest request;
    request.set_collection(collection_);
    request.add_ids("x");
    *request.mutable_versions() = {versions.begin(), versions.end()};
    return client_.Call(&Client::Stub::Delete, request);
  }

  Answer<v1::GetThumbnailResponse> Thumbnail(uint32_t image, const std::string& id = "x") {
    v1::GetThumbnailRequest request;
    request.set_collection(collection_);
    request.set_id(id);
    request.set_image(image);
    return client_.Call(&Client::Stub::GetThumbnail, request);
  }

  static std::unique_ptr<DemoCatalog> catalog_;
  static std::unique_ptr<TemporaryFolder> data_;
  static std::unique_ptr<Server> all_in_one_;
  static std::unique_ptr<SplitDeployment> split_;

  Client client_{GetParam() ? split_->search->grpc_address() : all_in_one_->grpc_address()};
  std::string collection_;
};

std::unique_ptr<DemoCatalog> ItemsTest::catalog_;
std::unique_ptr<TemporaryFolder> ItemsTest::data_;
std::unique_ptr<Server> ItemsTest::all_in_one_;
std::unique_ptr<SplitDeployment> ItemsTest::split_;

INSTANTIATE_TEST_SUITE_P(Deployments, ItemsTest, testing::Values(false, true),
                         [](const auto& one) { return one.param ? "split" : "all_in_one"; });

TEST_P(ItemsTest, AnItemIsFoundByEachOfItsPictures) {
  ASSERT_THAT(Upsert(ItemOf({0, 2, 4})), Succeeded());
  for (uint32_t place = 0; place < 3; ++place) {
    const auto found = client_.Search(LikeImage(collection_, Picture(static_cast<int>(2 * place))));
    ASSERT_THAT(IdsOf(found.response), ElementsAre("x"));
    EXPECT_EQ(found.response.results(0).image(), place);
    EXPECT_NEAR(found.response.results(0).score(), 1, 1e-3);
  }
  EXPECT_EQ(client_.GetCollection(collection_).response.images(), 3u);
  EXPECT_EQ(Get().images_size(), 3);
}

TEST_P(ItemsTest, ReorderedPicturesKeepWhatTheyAre) {
  ASSERT_THAT(Upsert(ItemOf({0, 1})), Succeeded());
  const v1::Item before = Get();
  ASSERT_THAT(Upsert(ItemOf({1, 0, 2})), Succeeded());
  const v1::Item after = Get();
  EXPECT_EQ(after.images(0).digest(), before.images(1).digest());
  EXPECT_EQ(after.images(1).digest(), before.images(0).digest());
  for (uint32_t image = 0; image < 3; ++image) EXPECT_THAT(Thumbnail(image), Succeeded());
}

TEST_P(ItemsTest, AttributesChangeWithoutThePicture) {
  v1::UpsertItem item = ItemOf({0});
  (*item.mutable_attributes())["color"] = Text("red");
  item.set_group("boots");
  ASSERT_THAT(Upsert(item), Succeeded());
  ASSERT_THAT(Update("size", Text("42")), Succeeded());
  v1::SearchRequest search = LikeImage(collection_, Picture(0));
  search.set_filter("size = \"42\" and color = \"red\"");
  const auto found = client_.Search(search);
  ASSERT_THAT(IdsOf(found.response), ElementsAre("x"));
  EXPECT_EQ(found.response.results(0).group(), "boots");
  google::protobuf::Value null;
  null.set_null_value(google::protobuf::NULL_VALUE);
  ASSERT_THAT(Update("color", null), Succeeded());
  EXPECT_THAT(IdsOf(client_.Search(search).response), IsEmpty());
  EXPECT_THAT(Update("size", Text("1"), 0, "nobody"), Failed(StatusCode::NOT_FOUND, HasSubstr("id:")));
  google::protobuf::Value number;
  number.set_number_value(42);
  EXPECT_THAT(Update("size", number), Failed(StatusCode::INVALID_ARGUMENT, HasSubstr("\"size\"")));
}

TEST_P(ItemsTest, LateMessagesDoNoHarm) {
  v1::UpsertItem item = ItemOf({0});
  item.set_version(5);
  EXPECT_FALSE(Upsert(item).response.superseded());
  EXPECT_TRUE(Upsert(item).response.superseded());
  EXPECT_TRUE(Update("color", Text("red"), 4).response.superseded());
  EXPECT_FALSE(Update("color", Text("red"), 6).response.superseded());
  EXPECT_EQ(Get().version(), 6u);
  EXPECT_TRUE(Delete({6}).response.outcomes(0).superseded());
  const auto deleted = Delete({8});
  EXPECT_FALSE(deleted.response.outcomes(0).superseded() || deleted.response.outcomes(0).has_error());
  item.set_version(7);
  EXPECT_TRUE(Upsert(item).response.superseded());
  EXPECT_THAT(client_.Get(collection_, {"x"}).response.items(), IsEmpty());
  EXPECT_THAT(Delete({1, 2}), Failed(StatusCode::INVALID_ARGUMENT, HasSubstr("versions: there are 2 of them for 1")));
}

TEST_P(ItemsTest, IngestionSaysWhatIsSuperseded) {
  grpc::ClientContext context;
  const auto stream = client_.stub().Ingest(&context);
  v1::IngestRequest request;
  request.set_collection(collection_);
  *request.mutable_item() = ItemOf({0, 1});
  std::vector<bool> superseded;
  for (const uint64_t version : {2, 1, 3}) {
    request.mutable_item()->set_version(version);
    ASSERT_TRUE(stream->Write(request));
    v1::IngestResponse response;
    ASSERT_TRUE(stream->Read(&response));
    EXPECT_FALSE(response.has_error()) << response.error().message();
    superseded.push_back(response.superseded());
  }
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_THAT(superseded, ElementsAre(false, true, false));
}

TEST_P(ItemsTest, SmallPicturesAreKept) {
  ASSERT_THAT(Upsert(ItemOf({0, 1})), Succeeded());
  const std::string first = Thumbnail(0).response.jpeg();
  EXPECT_THAT(first, StartsWith("\xff\xd8\xff"));
  EXPECT_LT(first.size(), 64u << 10);
  EXPECT_NE(Thumbnail(1).response.jpeg(), first);
  ASSERT_THAT(Update("color", Text("red")), Succeeded());
  EXPECT_EQ(Thumbnail(0).response.jpeg(), first);
  EXPECT_THAT(Thumbnail(2), Failed(StatusCode::NOT_FOUND, HasSubstr("image:")));
  EXPECT_THAT(Thumbnail(0, "nobody"), Failed(StatusCode::NOT_FOUND, HasSubstr("id:")));
}

TEST_P(ItemsTest, SaysWhichPictureIsWrong) {
  v1::UpsertItem item = ItemOf({0});
  item.add_images()->set_image("not a picture");
  EXPECT_THAT(Upsert(item), Failed(StatusCode::INVALID_ARGUMENT, HasSubstr("images[1].image")));
  item.mutable_images(1)->mutable_embedding()->add_values(1);
  EXPECT_THAT(Upsert(item), Failed(StatusCode::INVALID_ARGUMENT, HasSubstr("images[1].embedding: has 1 values")));
  item.mutable_images(1)->clear_source();
  EXPECT_THAT(Upsert(item), Failed(StatusCode::INVALID_ARGUMENT, HasSubstr("images[1].source")));
  EXPECT_THAT(Upsert(ItemOf({})), Failed(StatusCode::INVALID_ARGUMENT, HasSubstr("images: must be 1 to 16, got 0")));
  EXPECT_THAT(Upsert(ItemOf(std::vector<int>(17, 0))), Failed(StatusCode::INVALID_ARGUMENT, HasSubstr("got 17")));
  item = ItemOf({0});
  item.set_group("line\nbreak");
  EXPECT_THAT(Upsert(item), Failed(StatusCode::INVALID_ARGUMENT, HasSubstr("group: has a control character")));
}

}  // namespace
}  // namespace lookalike
