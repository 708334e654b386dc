// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/cached_encoder.h"

#include <atomic>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/time/clock.h"

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Encodes a picture to the length of its bytes, and remembers what it was asked for. While it is held, calls wait in
// it.
class RecordingEncoder : public Encoder {
 public:
  absl::StatusOr<ModelInfo> GetModel(absl::Time) override {
    ModelInfo model;
    model.id = "model";
    return model;
  }

  absl::StatusOr<Encoded> Encode(std::span<const ImageInput> images, const EncodeOptions&) override {
    MutexLock lock(mutex_);
    for (const ImageInput& image : images) asked_.emplace_back(image.bytes);
    changed_.NotifyAll();
    while (held_) changed_.Wait(mutex_);
    if (!failure_.ok()) return std::exchange(failure_, absl::OkStatus());
    Encoded encoded{.model_id = "model", .embeddings = {}};
    for (const ImageInput& image : images) {
      if (image.bytes.empty()) {
        encoded.embeddings.push_back(absl::InvalidArgumentError("not a picture"));
      } else {
        encoded.embeddings.push_back(Embedding{static_cast<float>(image.bytes.size())});
      }
    }
    return encoded;
  }

  void Hold() {
    MutexLock lock(mutex_);
    held_ = true;
  }
  // The calls in it end; the first of them with `failure`.
  void LetGo(absl::Status failure = absl::OkStatus()) {
    MutexLock lock(mutex_);
    held_ = false;
    failure_ = std::move(failure);
    changed_.NotifyAll();
  }
  void WaitForPictures(size_t count) {
    MutexLock lock(mutex_);
    while (asked_.size() < count) changed_.Wait(mutex_);
  }
  std::vector<std::string> asked() const {
    MutexLock lock(mutex_);
    return asked_;
  }

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> asked_ ABSL_GUARDED_BY(mutex_);
};

class CachedEncoderTest : public testing::Test {
 protected:
  using Results = absl::StatusOr<std::vector<float>>;

  CachedEncoderTest() {
    auto recording = std::make_unique<RecordingEncoder>();
    inner_ = recording.get();
    encoder_ = std::make_unique<CachedEncoder>(std::move(recording), 1 << 20);
  }

  // The embeddings' only values; -1 for a picture that has none.
  Results Encode(const std::vector<ImageInput>& images, const EncodeOptions& options = {}) {
    const absl::StatusOr<Encoded> encoded = encoder_->Encode(images, options);
    if (!encoded.ok()) return encoded.status();
    EXPECT_EQ(encoded->model_id, "model");
    std::vector<float> values;
    for (const auto& embedding : encoded->embeddings) values.push_back(embedding.ok() ? embedding->at(0) : -1);
    return values;
  }
  Results EncodeOne(const char* bytes, const EncodeOptions& options = {}) {
    return Encode({{.bytes = bytes, .crop = {}}}, options);
  }

  // Waits until so many pictures wait for what another call has under way.
  void WaitForSharing(uint64_t pictures) {
    while (encoder_->figures().shared < pictures) std::this_thread::yield();
  }

  RecordingEncoder* inner_;
  std::unique_ptr<CachedEncoder> encoder_;
};

TEST_F(CachedEncoderTest, EncodesAPictureOnce) {
  EXPECT_THAT(*EncodeOne("abc"), ElementsAre(3));
  EXPECT_THAT(*EncodeOne("abc"), ElementsAre(3));
  EXPECT_THAT(inner_->asked(), ElementsAre("abc"));
  const CachedEncoder::Figures figures = encoder_->figures();
  EXPECT_EQ(figures.misses, 1u);
  EXPECT_EQ(figures.hits, 1u);
  EXPECT_EQ(figures.entries, 1u);
  EXPECT_GT(figures.bytes, 0u);
}

TEST_F(CachedEncoderTest, AnotherPartOfAPictureIsAnother) {
  const ImageInput whole = {.bytes = "abc", .crop = {}};
  const ImageInput half = {.bytes = "abc", .crop = CropBox{.left = 0.5f}};
  const ImageInput all = {.bytes = "abc", .crop = CropBox{}};
  EXPECT_THAT(*Encode({whole, half, all}), ElementsAre(3, 3, 3));
  EXPECT_EQ(inner_->asked().size(), 2u);
}

TEST_F(CachedEncoderTest, AsksOnlyForWhatItDoesNotKnowAndKeepsTheOrder) {
  ASSERT_TRUE(EncodeOne("bb").ok());
  EXPECT_THAT(*Encode({{.bytes = "a", .crop = {}},
                       {.bytes = "bb", .crop = {}},
                       {.bytes = "ccc", .crop = {}},
                       {.bytes = "a", .crop = {}}}),
              ElementsAre(1, 2, 3, 1));
  EXPECT_THAT(inner_->asked(), ElementsAre("bb", "a", "ccc"));
}

TEST_F(CachedEncoderTest, CallsAtTheSameTimeShareOneComputation) {
  inner_->Hold();
  Results first, second;
  std::thread leader([&] { first = EncodeOne("abc"); });
  inner_->WaitForPictures(1);
  std::thread follower([&] { second = EncodeOne("abc"); });
  WaitForSharing(1);
  inner_->LetGo();
  leader.join();
  follower.join();
  EXPECT_THAT(*first, ElementsAre(3));
  EXPECT_THAT(*second, ElementsAre(3));
  EXPECT_THAT(inner_->asked(), ElementsAre("abc"));
}

TEST_F(CachedEncoderTest, WhoSharedACallThatEndedWithoutAResultEncodesItself) {
  inner_->Hold();
  Results first, second;
  std::thread leader([&] { first = EncodeOne("abc"); });
  inner_->WaitForPictures(1);
  std::thread follower([&] { second = EncodeOne("abc"); });
  WaitForSharing(1);
  inner_->LetGo(absl::CancelledError("gone"));
  leader.join();
  follower.join();
  EXPECT_EQ(first.status().code(), absl::StatusCode::kCancelled);
  EXPECT_THAT(*second, ElementsAre(3));
  EXPECT_THAT(inner_->asked(), ElementsAre("abc", "abc"));
}

TEST_F(CachedEncoderTest, AnInteractiveCallDoesNotWaitForABulkOne) {
  inner_->Hold();
  std::thread bulk([&] { EXPECT_TRUE(EncodeOne("abc", {.lane = Lane::kBulk}).ok()); });
  inner_->WaitForPictures(1);
  std::thread interactive([&] { EXPECT_TRUE(EncodeOne("abc").ok()); });
  inner_->WaitForPictures(2);
  // But a bulk call does wait for an interactive one.
  std::thread patient([&] { EXPECT_TRUE(EncodeOne("abc", {.lane = Lane::kBulk}).ok()); });
  WaitForSharing(1);
  inner_->LetGo();
  for (std::thread* thread : {&bulk, &interactive, &patient}) thread->join();
  EXPECT_EQ(inner_->asked().size(), 2u);
}

TEST_F(CachedEncoderTest, WhoWaitsForAnotherCallKeepsItsOwnDeadline) {
  inner_->Hold();
  std::thread leader([&] { EXPECT_TRUE(EncodeOne("abc").ok()); });
  inner_->WaitForPictures(1);
  const Results expired = EncodeOne("abc", {.deadline = absl::Now() + absl::Milliseconds(1)});
  EXPECT_EQ(expired.status().code(), absl::StatusCode::kDeadlineExceeded);
  const Results cancelled = EncodeOne("abc", {.is_cancelled = [] { return true; }});
  EXPECT_EQ(cancelled.status().code(), absl::StatusCode::kCancelled);
  inner_->LetGo();
  leader.join();
}

TEST_F(CachedEncoderTest, WhatIsNoPictureIsNotRemembered) {
  EXPECT_THAT(*Encode({{.bytes = "", .crop = {}}, {.bytes = "", .crop = {}}}), ElementsAre(-1, -1));
  EXPECT_THAT(*EncodeOne(""), ElementsAre(-1));
  EXPECT_THAT(inner_->asked(), ElementsAre("", ""));
  EXPECT_EQ(encoder_->figures().entries, 0u);
}

TEST_F(CachedEncoderTest, ACallThatFailsLeavesNothingBehind) {
  inner_->LetGo(absl::ResourceExhaustedError("full"));
  EXPECT_EQ(EncodeOne("abc").status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(*EncodeOne("abc"), ElementsAre(3));
}

TEST_F(CachedEncoderTest, ACallWithoutPicturesIsTheEncodersBusiness) { EXPECT_THAT(*Encode({}), IsEmpty()); }

TEST_F(CachedEncoderTest, ManyCallsAtOnceAllGetTheirOwn) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 200; ++i) {
        const std::string one(static_cast<size_t>((i + t) % 20 + 1), 'x'), other(static_cast<size_t>(i % 7 + 1), 'y');
        const Lane lane = i % 3 == 0 ? Lane::kBulk : Lane::kInteractive;
        const Results results = Encode({{.bytes = one, .crop = {}}, {.bytes = other, .crop = {}}}, {.lane = lane});
        ASSERT_THAT(*results, ElementsAre(one.size(), other.size()));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(encoder_->figures().entries, 27u);
}

}  // namespace
}  // namespace lookalike
