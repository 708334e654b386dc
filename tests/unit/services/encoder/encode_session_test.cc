// SPDX-License-Identifier: Apache-2.0
#include "services/encoder/encode_session.h"

#include <algorithm>
#include <deque>
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/batching/retry_delay.h"

namespace lookalike {
namespace {

using testing::Each;
using testing::Le;

// A sender that has its messages ready, and keeps the answers.
class FakeStream : public EncodeSession::Stream {
 public:
  bool Read(v1::EncodeStreamRequest* request) override {
    MutexLock lock(mutex_);
    if (to_send.empty()) return false;
    *request = to_send.front();
    to_send.pop_front();
    ++read_;
    most_unanswered = std::max(most_unanswered, read_ - answers.size());
    return true;
  }

  bool Write(const v1::EncodeStreamResponse& response, grpc::WriteOptions) override {
    MutexLock lock(mutex_);
    if (answers.size() == answers_until_gone) return false;
    answers[response.index()] = response;
    return true;
  }

  void SendInitialMetadata() override {}
  bool NextMessageSize(uint32_t*) override { return false; }

  std::deque<v1::EncodeStreamRequest> to_send;
  std::map<uint64_t, v1::EncodeStreamResponse> answers;
  size_t answers_until_gone = SIZE_MAX;
  size_t most_unanswered = 0;

 private:
  Mutex mutex_;
  size_t read_ = 0;
};

// Encodes a picture to its size, and nothing is no picture. The first calls fail as told.
class FakeEncoder : public Encoder {
 public:
  absl::StatusOr<ModelInfo> GetModel(absl::Time) override { return absl::UnimplementedError(""); }
  absl::StatusOr<Encoded> Encode(std::span<const ImageInput> images, const EncodeOptions& options) override {
    MutexLock lock(mutex_);
    images_of_calls.push_back(images.size());
    lanes.push_back(options.lane);
    if (!failures.empty()) {
      const absl::Status failure = failures.front();
      failures.pop_front();
      return failure;
    }
    Encoded encoded{.model_id = "model-a", .embeddings = {}};
    for (const ImageInput& image : images) {
      if (image.bytes.empty()) {
        encoded.embeddings.push_back(absl::InvalidArgumentError("image: is empty"));
      } else {
        encoded.embeddings.push_back(Embedding{static_cast<float>(image.bytes.size())});
      }
    }
    return encoded;
  }

  std::deque<absl::Status> failures;
  std::vector<size_t> images_of_calls;
  std::vector<Lane> lanes;

 private:
  Mutex mutex_;
};

class EncodeSessionTest : public testing::Test {
 protected:
  void Send(const std::string& picture) {
    v1::EncodeStreamRequest request;
    request.mutable_image()->set_content(picture);
    stream_.to_send.push_back(request);
  }

  void SendMany(size_t count) {
    for (size_t i = 1; i <= count; ++i) Send(std::string(i, 'x'));
  }

  grpc::Status Run() {
    grpc::ServerContext context;
    return EncodeSession(options_, &encoder_, &context, &stream_).Run();
  }

  EncodeSession::Options options_;
  FakeStream stream_;
  FakeEncoder encoder_;
};

TEST_F(EncodeSessionTest, AnswersEveryPictureByItsPlaceInTheStream) {
  SendMany(200);
  EXPECT_TRUE(Run().ok());
  ASSERT_EQ(stream_.answers.size(), 200u);
  for (const auto& [index, answer] : stream_.answers) {
    EXPECT_EQ(answer.model_id(), "model-a");
    EXPECT_EQ(answer.result().embedding().values(0), static_cast<float>(index + 1));
  }
  EXPECT_THAT(encoder_.lanes, Each(Lane::kBulk));
  EXPECT_THAT(encoder_.images_of_calls, Each(Le(options_.group_images)));
}

TEST_F(EncodeSessionTest, OneBadPictureDoesNotEndTheStream) {
  for (const char* picture : {"x", "", "xxx"}) Send(picture);
  EXPECT_TRUE(Run().ok());
  EXPECT_TRUE(stream_.answers[0].result().has_embedding());
  EXPECT_EQ(stream_.answers[1].result().error().message(), "image: is empty");
  EXPECT_TRUE(stream_.answers[2].result().has_embedding());
}

TEST_F(EncodeSessionTest, AnErrorOfAGroupIsEachOfItsPicturesAndTheStreamGoesOn) {
  options_ = {.group_images = 4, .workers = 1};
  encoder_.failures = {absl::InternalError("the model failed")};
  SendMany(20);
  EXPECT_TRUE(Run().ok());
  ASSERT_EQ(stream_.answers.size(), 20u);
  const size_t failed = encoder_.images_of_calls.front();
  for (const auto& [index, answer] : stream_.answers) {
    EXPECT_EQ(answer.result().has_error(), index < failed) << index;
  }
}

TEST_F(EncodeSessionTest, WaitsForRoomInTheQueue) {
  options_ = {.workers = 1};
  const absl::Status full = WithRetryDelay(absl::ResourceExhaustedError("full"), absl::Milliseconds(1));
  encoder_.failures = {full, full, full};
  SendMany(3);
  EXPECT_TRUE(Run().ok());
  ASSERT_EQ(stream_.answers.size(), 3u);
  for (const auto& [index, answer] : stream_.answers) EXPECT_TRUE(answer.result().has_embedding()) << index;
}

TEST_F(EncodeSessionTest, ReadsNoFurtherThanItsWindow) {
  options_ = {.window_images = 8, .group_images = 4};
  SendMany(200);
  EXPECT_TRUE(Run().ok());
  EXPECT_EQ(stream_.answers.size(), 200u);
  EXPECT_LE(stream_.most_unanswered, 8u);
}

TEST_F(EncodeSessionTest, ReadsNoFurtherThanItsWindowOfBytes) {
  options_ = {.window_bytes = 3000};
  for (int i = 0; i < 50; ++i) Send(std::string(1000, 'x'));
  EXPECT_TRUE(Run().ok());
  EXPECT_EQ(stream_.answers.size(), 50u);
  EXPECT_LE(stream_.most_unanswered, 3u);
}

TEST_F(EncodeSessionTest, EndsWhenTheSenderIsGone) {
  stream_.answers_until_gone = 5;
  SendMany(10'000);
  Run();
  EXPECT_EQ(stream_.answers.size(), 5u);
  EXPECT_FALSE(stream_.to_send.empty()) << "it need not have read all";
}

}  // namespace
}  // namespace lookalike
