// SPDX-License-Identifier: Apache-2.0
#include "services/search/ingest_session.h"

#include <algorithm>
#include <deque>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/libs/query/fakes.h"

namespace lookalike {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Le;

// A sender that has its messages ready, and keeps the answers.
class FakeStream : public IngestSession::Stream {
 public:
  bool Read(v1::IngestRequest* request) override {
    MutexLock lock(mutex_);
    if (to_send.empty()) return false;
    *request = to_send.front();
    to_send.pop_front();
    ++read_;
    most_unanswered = std::max(most_unanswered, read_ - answers.size());
    return true;
  }

  bool Write(const v1::IngestResponse& response, grpc::WriteOptions) override {
    MutexLock lock(mutex_);
    if (answers.size() == answers_until_gone) return false;
    answers[response.index()] = response;
    return true;
  }

  void SendInitialMetadata() override {}
  bool NextMessageSize(uint32_t*) override { return false; }

  std::deque<v1::IngestRequest> to_send;
  std::map<uint64_t, v1::IngestResponse> answers;
  size_t answers_until_gone = SIZE_MAX;
  size_t most_unanswered = 0;

 private:
  Mutex mutex_;
  size_t read_ = 0;
};

// Remembers how many bytes of pictures each call had. Encodes any picture.
class WeighingEncoder : public Encoder {
 public:
  absl::StatusOr<ModelInfo> GetModel(absl::Time) override { return absl::UnimplementedError(""); }
  absl::StatusOr<Encoded> Encode(std::span<const ImageInput> images, const EncodeOptions&) override {
    MutexLock lock(mutex_);
    size_t bytes = 0;
    Encoded encoded;
    encoded.model_id = "model-a";
    for (const ImageInput& image : images) {
      bytes += image.bytes.size();
      encoded.embeddings.emplace_back(Embedding{1, 0});
    }
    bytes_of_calls.push_back(bytes);
    return encoded;
  }

  std::vector<size_t> bytes_of_calls;

 private:
  Mutex mutex_;
};

class IngestSessionTest : public testing::Test {
 protected:
  void Send(const std::string& id, const std::string& picture) {
    v1::IngestRequest request;
    request.set_collection("shoes");
    request.mutable_item()->set_id(id);
    request.mutable_item()->add_images()->set_image(picture);
    stream_.to_send.push_back(request);
  }

  grpc::Status Run(Encoder& encoder) {
    ProductWriter writer(&encoder, &store_);
    grpc::ServerContext context;
    IngestSession session(options_, &writer, &context, &stream_);
    return session.Run();
  }

  IngestSession::Options options_ = {.workers = 1};  // the fake store knows one thread
  FakeStream stream_;
  FakeEncoder encoder_;
  FakeStore store_;
};

TEST_F(IngestSessionTest, AnswersEveryItemByItsPlaceInTheStream) {
  for (int i = 0; i < 100; ++i) Send("item" + std::to_string(i), "1," + std::to_string(i));
  EXPECT_TRUE(Run(encoder_).ok());
  ASSERT_EQ(stream_.answers.size(), 100u);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(stream_.answers[i].id(), "item" + std::to_string(i));
    EXPECT_FALSE(stream_.answers[i].has_error());
  }
  EXPECT_EQ(store_.items.size(), 100u);
}

TEST_F(IngestSessionTest, OneBadItemDoesNotEndTheStream) {
  Send("bad", "not a picture");
  Send("good", "1,0");
  v1::IngestRequest nothing;
  nothing.set_collection("shoes");
  nothing.mutable_item()->set_id("nothing");
  stream_.to_send.push_back(nothing);
  EXPECT_TRUE(Run(encoder_).ok());
  EXPECT_EQ(stream_.answers[0].error().code(), 3);
  EXPECT_FALSE(stream_.answers[1].has_error());
  EXPECT_EQ(stream_.answers[2].error().message(), "images: must be 1 to 16, got 0");
}

TEST_F(IngestSessionTest, AnUnknownCollectionIsToldForEachItem) {
  Send("x", "1,0");
  stream_.to_send.front().set_collection("bags");
  Send("y", "1,0");
  EXPECT_TRUE(Run(encoder_).ok());
  EXPECT_EQ(stream_.answers[0].error().code(), 5);
  EXPECT_FALSE(stream_.answers[1].has_error());
}

TEST_F(IngestSessionTest, TheLastOfSeveralWithOneIdCounts) {
  for (int i = 0; i < 50; ++i) Send("same", std::to_string(i + 1) + ",1");
  EXPECT_TRUE(Run(encoder_).ok());
  Embedding last = {50, 1};
  ASSERT_TRUE(Normalize(last).ok());
  EXPECT_EQ(store_.items.at("same").images[0].embedding, last);
}

TEST_F(IngestSessionTest, ReadsNoFurtherThanItsWindow) {
  options_.window_items = 8;
  for (int i = 0; i < 100; ++i) Send("item" + std::to_string(i), "1,0");
  EXPECT_TRUE(Run(encoder_).ok());
  EXPECT_EQ(stream_.answers.size(), 100u);
  EXPECT_LE(stream_.most_unanswered, 8u);
}

// A group's pictures go to the encoder in one message: together they must stay under its limit.
TEST_F(IngestSessionTest, GroupsAreBoundedInBytesButForASingleLargerPicture) {
  options_.group_bytes = 1000;
  const std::string small(400, 'x'), large(5000, 'y');
  for (int i = 0; i < 10; ++i) Send("small" + std::to_string(i), small + std::to_string(i));
  Send("large", large);
  WeighingEncoder encoder;
  EXPECT_TRUE(Run(encoder).ok());
  EXPECT_EQ(store_.items.size(), 11u);
  EXPECT_EQ(encoder.bytes_of_calls.back(), large.size());
  encoder.bytes_of_calls.pop_back();
  EXPECT_THAT(encoder.bytes_of_calls, Each(Le(1000u)));
}

TEST_F(IngestSessionTest, EndsWhenTheSenderNoLongerHears) {
  stream_.answers_until_gone = 3;
  for (int i = 0; i < 1000; ++i) Send("item" + std::to_string(i), "1,0");
  Run(encoder_);
  EXPECT_EQ(stream_.answers.size(), 3u);
  EXPECT_LT(store_.items.size(), 1000u) << "went on writing for nobody";
}

}  // namespace
}  // namespace lookalike
