// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/local_encoder.h"

#include <atomic>
#include <future>
#include <map>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/time/clock.h"

#include "libs/batching/retry_delay.h"
#include "tests/unit/libs/encoding/fake_model.h"
#include "tests/unit/libs/encoding/recording_observer.h"

namespace lookalike {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Lt;
using testing::Pair;
using testing::SizeIs;

constexpr absl::Time kNoDeadline = absl::InfiniteFuture();

class LocalEncoderTest : public testing::Test {
 protected:
  LocalEncoderTest() {
    options_.workers = 1;
    options_.decoders = 1;
    options_.batch_sizes = BatchSizes(std::vector<size_t>{1, 2, 3, 4, 5, 6, 7, 8});
    options_.max_queue_delay = absl::ZeroDuration();
    options_.observer = &observer_;
  }

  ~LocalEncoderTest() override { script_.Resume(); }

  void Start(const std::string& device = "cpu") {
    auto encoder = LocalEncoder::Create(options_, std::make_unique<FakeModel>(script_, device));
    ASSERT_TRUE(encoder.ok()) << encoder.status();
    encoder_ = *std::move(encoder);
    script_.EndWarmUp();
  }

  absl::StatusOr<Encoded> Encode(const std::vector<std::string>& pictures, const EncodeOptions& options = {}) {
    std::vector<ImageInput> images;
    for (const std::string& picture : pictures) images.push_back({.bytes = picture, .crop = std::nullopt});
    return encoder_->Encode(images, options);
  }

  std::future<absl::StatusOr<Encoded>> EncodeAside(std::vector<std::string> pictures, EncodeOptions options = {}) {
    return std::async(std::launch::async, [this, pictures = std::move(pictures), options = std::move(options)] {
      return Encode(pictures, options);
    });
  }

  // Holds the only worker inside a pass of one picture.
  std::future<absl::StatusOr<Encoded>> HoldTheWorker() {
    script_.Pause();
    auto call = EncodeAside({Picture(1)});
    script_.WaitUntilHeld();
    return call;
  }

  // Waits until so many pictures are decoded and wait for the worker.
  void AwaitWaiting(size_t pictures) {
    while (encoder_->decoded(Lane::kInteractive) + encoder_->decoded(Lane::kBulk) < pictures) std::this_thread::yield();
  }

  ModelScript script_;
  RecordingObserver observer_;
  LocalEncoder::Options options_;
  std::unique_ptr<LocalEncoder> encoder_;
};

TEST_F(LocalEncoderTest, EmbedsPicturesInTheirOrderAndNamesTheModel) {
  Start();
  const auto encoded = Encode({Picture(10), Picture(20), Picture(30)});
  ASSERT_TRUE(encoded.ok()) << encoded.status();
  EXPECT_EQ(encoded->model_id, "fake-1");
  ASSERT_THAT(encoded->embeddings, SizeIs(3));
  for (size_t i = 0; i < 3; ++i) EXPECT_THAT(*encoded->embeddings[i], ElementsAre(10.0f * (i + 1), 1));
}

TEST_F(LocalEncoderTest, TellsAboutItsModel) {
  Start();
  EXPECT_EQ(encoder_->GetModel(kNoDeadline)->id, "fake-1");
}

TEST_F(LocalEncoderTest, AnswersNoPicturesWithNoEmbeddings) {
  Start();
  EXPECT_THAT(Encode({})->embeddings, SizeIs(0));
}

TEST_F(LocalEncoderTest, OneBadPictureDoesNotFailTheOthers) {
  Start();
  const auto encoded = Encode({Picture(10), "not a picture", Picture(0), "", Picture(20)});
  ASSERT_TRUE(encoded.ok()) << encoded.status();
  EXPECT_THAT(*encoded->embeddings[0], ElementsAre(10, 1));
  for (const size_t bad : {1, 2, 3}) {
    EXPECT_EQ(encoded->embeddings[bad].status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
  EXPECT_THAT(*encoded->embeddings[4], ElementsAre(20, 1));
}

TEST_F(LocalEncoderTest, EmbedsTheCropAlone) {
  Start();
  Image halves{.width = 4, .height = 4, .pixels = {}};
  for (int i = 0; i < 16; ++i) halves.pixels.insert(halves.pixels.end(), {uint8_t(i % 4 < 2 ? 100 : 200), 0, 0});
  const std::string bytes = *EncodePng(halves);
  const ImageInput right{.bytes = bytes, .crop = CropBox{.left = 0.5}};
  const ImageInput bad{.bytes = bytes, .crop = CropBox{.left = 0.5, .right = 0.2}};
  const auto encoded = encoder_->Encode(std::vector{right, bad}, {});
  EXPECT_THAT(*encoded->embeddings[0], ElementsAre(200, 1));
  EXPECT_EQ(encoded->embeddings[1].status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(LocalEncoderTest, PassesTheImageLimitsOn) {
  options_.image_limits.max_pixels = 15;
  Start();
  EXPECT_EQ(Encode({Picture(10)})->embeddings[0].status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(LocalEncoderTest, GathersWhatWaitsIntoOneBatch) {
  Start();
  auto first = HoldTheWorker();
  auto second = EncodeAside({Picture(2), Picture(3)});
  AwaitWaiting(2);
  script_.Resume();
  EXPECT_TRUE(second.get().ok());
  EXPECT_TRUE(first.get().ok());
  EXPECT_THAT(script_.Batches(), ElementsAre(1, 2));
}

TEST_F(LocalEncoderTest, PadsABatchToASizeThatTheModelIsWarmFor) {
  options_.batch_sizes = BatchSizes(std::vector<size_t>{1, 4});
  Start();
  auto held = HoldTheWorker();
  auto three = EncodeAside({Picture(10), Picture(20), Picture(30)});
  AwaitWaiting(3);
  script_.Resume();
  const auto encoded = three.get();
  ASSERT_TRUE(encoded.ok()) << encoded.status();
  for (size_t i = 0; i < 3; ++i) EXPECT_THAT(*encoded->embeddings[i], ElementsAre(10.0f * (i + 1), 1));
  EXPECT_THAT(script_.Batches(), ElementsAre(1, 4));
  EXPECT_TRUE(held.get().ok());
}

TEST_F(LocalEncoderTest, InteractivePicturesOvertakeBulkOnes) {
  options_.batch_sizes = BatchSizes(std::vector<size_t>{1});
  Start();
  auto held = HoldTheWorker();
  auto bulk = EncodeAside({Picture(2), Picture(3)}, {.lane = Lane::kBulk});
  AwaitWaiting(2);
  auto interactive = EncodeAside({Picture(4)});
  AwaitWaiting(3);
  script_.Resume();
  EXPECT_TRUE(held.get().ok() && bulk.get().ok() && interactive.get().ok());
  EXPECT_THAT(script_.Reds(), ElementsAre(1, 4, 2, 3));
}

TEST_F(LocalEncoderTest, RefusesAtOnceWhatTheLaneCannotHoldAndSaysWhenToTryAgain) {
  options_.max_images_per_call = 2;
  options_.lane_limits.tasks = 2;
  Start();
  auto held = HoldTheWorker();
  auto queued = EncodeAside({Picture(2), Picture(3)});
  AwaitWaiting(2);
  const absl::Status refused = Encode({Picture(4)}).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_GT(RetryDelayOf(refused).value_or(absl::ZeroDuration()), absl::ZeroDuration());
  EXPECT_EQ(observer_.rejected(absl::StatusCode::kResourceExhausted), 1);
  script_.Resume();
  EXPECT_TRUE(queued.get().ok());
  EXPECT_TRUE(held.get().ok());
}

TEST_F(LocalEncoderTest, RefusesWhatTheLaneCannotHoldInBytes) {
  const size_t picture = Picture(2).size() + 12 * sizeof(float);
  options_.lane_limits.bytes = 3 * picture - 1;
  Start();
  auto held = HoldTheWorker();
  auto queued = EncodeAside({Picture(2), Picture(3)});
  AwaitWaiting(2);
  EXPECT_EQ(encoder_->waiting_bytes(Lane::kInteractive), 2 * picture);
  EXPECT_EQ(Encode({Picture(4)}).status().code(), absl::StatusCode::kResourceExhausted);
  script_.Resume();
  EXPECT_TRUE(queued.get().ok() && held.get().ok());
}

TEST_F(LocalEncoderTest, TellsACallThatWouldNeverFitApart) {
  options_.lane_limits.bytes = 1000;
  Start();
  const absl::Status refused = Encode({std::string(1001, 'x')}).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(RetryDelayOf(refused), std::nullopt);
}

TEST_F(LocalEncoderTest, AFullBulkLaneRefusesNoInteractivePicture) {
  options_.max_images_per_call = 2;
  options_.lane_limits.tasks = 2;
  Start();
  auto held = HoldTheWorker();
  auto bulk = EncodeAside({Picture(2), Picture(3)}, {.lane = Lane::kBulk});
  AwaitWaiting(2);
  EXPECT_EQ(Encode({Picture(4)}, {.lane = Lane::kBulk}).status().code(), absl::StatusCode::kResourceExhausted);
  auto interactive = EncodeAside({Picture(5)});
  AwaitWaiting(3);
  script_.Resume();
  EXPECT_TRUE(interactive.get().ok() && bulk.get().ok() && held.get().ok());
}

TEST_F(LocalEncoderTest, EncodesNothingOfACallThatDidNotFit) {
  options_.max_images_per_call = 2;
  options_.lane_limits.tasks = 2;
  Start();
  auto held = HoldTheWorker();
  auto queued = EncodeAside({Picture(2)});
  AwaitWaiting(1);
  EXPECT_EQ(Encode({Picture(3), Picture(4)}).status().code(), absl::StatusCode::kResourceExhausted);
  script_.Resume();
  EXPECT_TRUE(queued.get().ok());
  EXPECT_TRUE(held.get().ok());
  EXPECT_THAT(script_.Reds(), ElementsAre(1, 2));
}

TEST_F(LocalEncoderTest, RefusesAPassedDeadlineWithoutAForwardPass) {
  Start();
  EXPECT_EQ(Encode({Picture(1)}, {.deadline = absl::Now() - absl::Seconds(1)}).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(script_.Batches(), SizeIs(0));
}

TEST_F(LocalEncoderTest, AnswersAtTheDeadlineWhileTheModelWorksAndFreesThePlaceWithoutAPass) {
  Start();
  auto held = HoldTheWorker();
  const auto late = Encode({Picture(2)}, {.deadline = absl::Now() + absl::Milliseconds(20)});
  EXPECT_EQ(late.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(encoder_->waiting(Lane::kInteractive), 0);
  EXPECT_EQ(observer_.rejected(absl::StatusCode::kDeadlineExceeded), 1);
  script_.Resume();
  EXPECT_TRUE(held.get().ok());
  EXPECT_TRUE(Encode({Picture(3)}).ok());
  EXPECT_THAT(script_.Reds(), ElementsAre(1, 3));
}

TEST_F(LocalEncoderTest, RefusesADeadlineBeforeWhichTheModelWillNotGetToIt) {
  script_.pass_time_while_warming_up = absl::Milliseconds(100);
  options_.batch_sizes = BatchSizes(std::vector<size_t>{1});
  Start();
  auto held = HoldTheWorker();
  auto queued = EncodeAside({Picture(2)});
  AwaitWaiting(1);
  const absl::Status refused = Encode({Picture(3)}, {.deadline = absl::Now() + absl::Milliseconds(150)}).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_GE(RetryDelayOf(refused).value_or(absl::ZeroDuration()), absl::Milliseconds(50));
  script_.Resume();
  EXPECT_TRUE(queued.get().ok() && held.get().ok());
}

TEST_F(LocalEncoderTest, ACancelledCallReturnsWhileTheModelWorksAndCostsNoPass) {
  Start();
  auto held = HoldTheWorker();
  std::atomic<bool> cancelled = false;
  auto call = EncodeAside({Picture(2)}, {.is_cancelled = [&] { return cancelled.load(); }});
  AwaitWaiting(1);
  cancelled = true;
  EXPECT_EQ(call.get().status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(encoder_->waiting(Lane::kInteractive), 0);
  EXPECT_EQ(observer_.rejected(absl::StatusCode::kCancelled), 1);
  script_.Resume();
  EXPECT_TRUE(held.get().ok());
  EXPECT_TRUE(Encode({Picture(3)}).ok());
  EXPECT_THAT(script_.Reds(), ElementsAre(1, 3));
}

TEST_F(LocalEncoderTest, EndsAfterThePassOfACallThatGaveUp) {
  Start();
  script_.Pause();
  auto late = EncodeAside({Picture(2)}, {.deadline = absl::Now() + absl::Milliseconds(20)});
  EXPECT_EQ(late.get().status().code(), absl::StatusCode::kDeadlineExceeded);
  std::thread end([this] { encoder_.reset(); });
  script_.Resume();
  end.join();
}

TEST_F(LocalEncoderTest, RefusesMorePicturesThanACallMayHave) {
  options_.max_images_per_call = 2;
  Start();
  const absl::Status status = Encode({Picture(1), Picture(2), Picture(3)}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("3 images"));
}

TEST_F(LocalEncoderTest, TellsItsObserverOfEveryPicture) {
  Start();
  const size_t warm_ups = observer_.prepared();
  ASSERT_TRUE(Encode({Picture(1), Picture(2), "bad"}).ok());
  EXPECT_EQ(observer_.prepared() - warm_ups, 2);
  EXPECT_EQ(observer_.pictures(), 2);
  EXPECT_TRUE(observer_.sane());
}

TEST_F(LocalEncoderTest, WarmsEveryWorkerUpForEverySize) {
  options_.workers = 3;
  options_.batch_sizes = BatchSizes(std::vector<size_t>{1, 4});
  Start();
  std::map<size_t, size_t> threads_of_size;
  for (const auto& [thread, size] : script_.Warm()) {
    if (thread != std::this_thread::get_id()) ++threads_of_size[size];
  }
  EXPECT_THAT(threads_of_size, ElementsAre(Pair(1, 3), Pair(4, 3)));
}

TEST_F(LocalEncoderTest, ServesManyCallersWithManyWorkers) {
  options_.workers = 3;
  Start();
  std::vector<std::future<absl::StatusOr<Encoded>>> calls;
  for (uint8_t red = 1; red <= 20; ++red) calls.push_back(EncodeAside({Picture(red), Picture(red + 100)}));
  for (size_t i = 0; i < calls.size(); ++i) {
    const auto encoded = calls[i].get();
    ASSERT_TRUE(encoded.ok()) << encoded.status();
    EXPECT_THAT(*encoded->embeddings[0], ElementsAre(i + 1, 1));
    EXPECT_THAT(*encoded->embeddings[1], ElementsAre(i + 101, 1));
  }
}

TEST_F(LocalEncoderTest, NeverFormsABatchAboveTheLargestSize) {
  options_.batch_sizes = BatchSizes(std::vector<size_t>{1, 2, 3});
  Start();
  ASSERT_TRUE(Encode(std::vector<std::string>(10, Picture(9))).ok());
  EXPECT_THAT(script_.Batches(), Each(Lt(4)));
}

TEST_F(LocalEncoderTest, IsMadeForLargeBatchesOnCudaButNotOnACpu) {
  options_.batch_sizes.reset();
  const auto sizes = [this](const std::string& device) {
    ModelScript script;
    const auto encoder = LocalEncoder::Create(options_, std::make_unique<FakeModel>(script, device));
    std::set<size_t> warm;
    for (const auto& [thread, size] : script.Warm()) warm.insert(size);
    return warm;
  };
  EXPECT_THAT(sizes("cpu"), ElementsAre(1));
  EXPECT_THAT(sizes("cuda:0"), ElementsAre(1, 2, 4, 8, 16, 32, 64));
}

TEST_F(LocalEncoderTest, RefusesOptionsThatCannotWork) {
  const auto refusal = [this] {
    return LocalEncoder::Create(options_, std::make_unique<FakeModel>(script_)).status().code();
  };
  options_.lane_limits.tasks = 10;
  EXPECT_EQ(refusal(), absl::StatusCode::kInvalidArgument);
  options_ = {};
  options_.max_images_per_call = 0;
  EXPECT_EQ(refusal(), absl::StatusCode::kInvalidArgument);
}

TEST_F(LocalEncoderTest, DoesNotStartWithAModelThatCannotRun) {
  const auto encoder =
      LocalEncoder::Create(options_, std::make_unique<FakeModel>(script_, "cpu", absl::InternalError("broken")));
  EXPECT_EQ(encoder.status(), absl::InternalError("broken"));
}

}  // namespace
}  // namespace lookalike
