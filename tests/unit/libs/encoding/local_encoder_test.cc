// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/local_encoder.h"

#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/time/clock.h"

#include "libs/image/encode.h"
#include "libs/sync/mutex.h"

namespace lookalike {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Lt;
using testing::SizeIs;

constexpr absl::Time kNoDeadline = absl::InfiniteFuture();

// What the model saw and does, seen from the test, which outlives the encoder that owns the model.
class Script {
 public:
  // Stops every pass from now on until Resume().
  void Pause() {
    MutexLock lock(mutex_);
    paused_ = true;
  }

  void Resume() {
    MutexLock lock(mutex_);
    paused_ = false;
    changed_.NotifyAll();
  }

  // Waits until a pass has begun and is held.
  void WaitUntilHeld() {
    MutexLock lock(mutex_);
    while (!held_) changed_.Wait(mutex_);
  }

  void OnPass(size_t batch) {
    MutexLock lock(mutex_);
    batches_.push_back(batch);
    held_ = paused_;
    changed_.NotifyAll();
    while (paused_) changed_.Wait(mutex_);
    held_ = false;
  }

  // The sizes of all passes after the one that warms up.
  std::vector<size_t> Batches() const {
    ReaderMutexLock lock(mutex_);
    return {batches_.begin() + 1, batches_.end()};
  }

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  bool paused_ ABSL_GUARDED_BY(mutex_) = false;
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<size_t> batches_ ABSL_GUARDED_BY(mutex_);
};

// Embeds a picture as the mean of its red channel and 1. A black picture has no embedding: it stands for an output
// without direction.
class FakeModel : public EmbeddingModel {
 public:
  explicit FakeModel(Script& script, const std::string& device = "cpu", absl::Status status = absl::OkStatus())
      : script_(script), status_(std::move(status)) {
    info_.device = device;
  }

  const ModelInfo& info() const override { return info_; }
  const Preprocessing& preprocessing() const override { return preprocessing_; }

  std::vector<absl::StatusOr<Embedding>> Run(std::span<const float> inputs, size_t batch) override {
    script_.OnPass(batch);
    if (!status_.ok()) return std::vector<absl::StatusOr<Embedding>>(batch, status_);
    std::vector<absl::StatusOr<Embedding>> results;
    for (size_t i = 0; i < batch; ++i) results.push_back(Embed(inputs.subspan(i * 12, 12)));
    return results;
  }

 private:
  static absl::StatusOr<Embedding> Embed(std::span<const float> input) {
    const float red = (input[0] + input[1] + input[2] + input[3]) / 4;
    if (red == 0) return absl::InvalidArgumentError("no direction");
    return Embedding{red, 1};
  }

  Script& script_;
  const absl::Status status_;
  ModelInfo info_{
      .id = "fake-1", .name = "fake", .dimension = 2, .input_size = 2, .device = "cpu", .weights = "untrained"};
  const Preprocessing preprocessing_{.input_size = 2};
};

class RecordingObserver : public EncoderObserver {
 public:
  void OnBatch(std::span<const absl::Duration> queue_times, absl::Duration inference_time) override {
    MutexLock lock(mutex_);
    pictures_ += queue_times.size();
    for (const absl::Duration time : queue_times) sane_ = sane_ && time >= absl::ZeroDuration();
    sane_ = sane_ && inference_time >= absl::ZeroDuration();
  }

  void OnDropped(size_t pictures) override {
    MutexLock lock(mutex_);
    dropped_ += pictures;
  }

  size_t pictures() const {
    ReaderMutexLock lock(mutex_);
    return pictures_;
  }
  size_t dropped() const {
    ReaderMutexLock lock(mutex_);
    return dropped_;
  }
  bool sane() const {
    ReaderMutexLock lock(mutex_);
    return sane_;
  }

 private:
  mutable Mutex mutex_;
  size_t pictures_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t dropped_ ABSL_GUARDED_BY(mutex_) = 0;
  bool sane_ ABSL_GUARDED_BY(mutex_) = true;
};

// A PNG of one colour.
std::string Picture(uint8_t red) {
  Image image{.width = 4, .height = 4, .pixels = {}};
  for (int i = 0; i < 16; ++i) image.pixels.insert(image.pixels.end(), {red, 0, 0});
  return *EncodePng(image);
}

class LocalEncoderTest : public testing::Test {
 protected:
  LocalEncoderTest() {
    options_.workers = 1;
    options_.batching.max_batch_size = 8;
    options_.batching.max_queue_delay = absl::ZeroDuration();
    options_.observer = &observer_;
  }

  ~LocalEncoderTest() override { script_.Resume(); }

  void Start(const std::string& device = "cpu") {
    auto encoder = LocalEncoder::Create(options_, std::make_unique<FakeModel>(script_, device));
    ASSERT_TRUE(encoder.ok()) << encoder.status();
    encoder_ = *std::move(encoder);
  }

  absl::StatusOr<Encoded> Encode(const std::vector<std::string>& pictures, absl::Time deadline = kNoDeadline) {
    std::vector<ImageInput> images;
    for (const std::string& picture : pictures) images.push_back({.bytes = picture, .crop = std::nullopt});
    return encoder_->Encode(images, {.deadline = deadline});
  }

  std::future<absl::StatusOr<Encoded>> EncodeAside(std::vector<std::string> pictures) {
    return std::async(std::launch::async, [this, pictures = std::move(pictures)] { return Encode(pictures); });
  }

  // Holds the only worker inside a pass of one picture.
  std::future<absl::StatusOr<Encoded>> HoldTheWorker() {
    script_.Pause();
    auto call = EncodeAside({Picture(1)});
    script_.WaitUntilHeld();
    return call;
  }

  Script script_;
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
  while (encoder_->waiting() < 2) std::this_thread::yield();
  script_.Resume();
  EXPECT_TRUE(second.get().ok());
  EXPECT_TRUE(first.get().ok());
  EXPECT_THAT(script_.Batches(), ElementsAre(1, 2));
}

TEST_F(LocalEncoderTest, RefusesAtOnceWhatTheQueueCannotHold) {
  options_.max_images_per_call = 2;
  options_.batching.max_queued_tasks = 2;
  Start();
  auto held = HoldTheWorker();
  auto queued = EncodeAside({Picture(2), Picture(3)});
  while (encoder_->waiting() < 2) std::this_thread::yield();
  EXPECT_EQ(Encode({Picture(4)}).status().code(), absl::StatusCode::kResourceExhausted);
  script_.Resume();
  EXPECT_TRUE(queued.get().ok());
  EXPECT_TRUE(held.get().ok());
}

TEST_F(LocalEncoderTest, DropsTheRestOfACallThatDidNotFit) {
  options_.max_images_per_call = 2;
  options_.batching.max_queued_tasks = 2;
  Start();
  auto held = HoldTheWorker();
  auto queued = EncodeAside({Picture(2)});
  while (encoder_->waiting() < 1) std::this_thread::yield();
  EXPECT_EQ(Encode({Picture(3), Picture(4)}).status().code(), absl::StatusCode::kResourceExhausted);
  script_.Resume();
  EXPECT_TRUE(queued.get().ok());
  EXPECT_TRUE(held.get().ok());
  EXPECT_THAT(script_.Batches(), ElementsAre(1, 1));
  EXPECT_EQ(observer_.dropped(), 1);
}

TEST_F(LocalEncoderTest, RefusesAPassedDeadlineWithoutAForwardPass) {
  Start();
  EXPECT_EQ(Encode({Picture(1)}, absl::Now() - absl::Seconds(1)).status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(script_.Batches(), SizeIs(0));
}

TEST_F(LocalEncoderTest, ReturnsAtTheDeadlineWhileTheModelWorksAndDropsWhatWaits) {
  Start();
  auto held = HoldTheWorker();
  const auto late = Encode({Picture(2)}, absl::Now() + absl::Milliseconds(20));
  EXPECT_EQ(late.status().code(), absl::StatusCode::kDeadlineExceeded);
  script_.Resume();
  EXPECT_TRUE(held.get().ok());
  EXPECT_TRUE(Encode({Picture(3)}).ok());
  EXPECT_THAT(script_.Batches(), ElementsAre(1, 1));
  EXPECT_EQ(observer_.dropped(), 1);
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
  ASSERT_TRUE(Encode({Picture(1), Picture(2), "bad"}).ok());
  EXPECT_EQ(observer_.pictures(), 2);
  EXPECT_TRUE(observer_.sane());
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
  options_.batching.max_batch_size = 3;
  Start();
  ASSERT_TRUE(Encode(std::vector<std::string>(10, Picture(9))).ok());
  EXPECT_THAT(script_.Batches(), Each(Lt(4)));
}

TEST_F(LocalEncoderTest, BatchesOnCudaButNotOnACpuUnlessToldTo) {
  for (const std::string device : {"cpu", "cuda:0"}) {
    options_.batching.max_batch_size = 0;
    options_.batching.max_queue_delay = absl::InfiniteDuration();
    Start(device);
    const size_t before = script_.Batches().size();
    ASSERT_TRUE(Encode(std::vector<std::string>(8, Picture(9))).ok());
    EXPECT_EQ(script_.Batches().size() - before, device == "cpu" ? 8 : 1) << device;
    encoder_.reset();
  }
}

TEST_F(LocalEncoderTest, RefusesOptionsThatCannotWork) {
  const auto refusal = [this] {
    return LocalEncoder::Create(options_, std::make_unique<FakeModel>(script_)).status().code();
  };
  options_.batching.max_queued_tasks = 10;
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
