// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "absl/time/clock.h"

#include "libs/encoding/embedding_model.h"
#include "libs/image/encode.h"
#include "libs/sync/mutex.h"

// A model that a test can hold in the middle of a pass, and pictures for it.
namespace lookalike {

// What the model saw and does, seen from the test, which outlives the encoder that owns the model.
class ModelScript {
 public:
  using Warmth = std::set<std::pair<std::thread::id, size_t>>;

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

  // Takes what was run so far for warming up.
  void EndWarmUp() {
    MutexLock lock(mutex_);
    batches_.clear();
    reds_.clear();
    warming_up_ = false;
  }

  bool IsWarmingUp() const {
    ReaderMutexLock lock(mutex_);
    return warming_up_;
  }

  void OnPass(std::span<const float> inputs, size_t batch) {
    MutexLock lock(mutex_);
    batches_.push_back(batch);
    for (size_t i = 0; i < batch; ++i) reds_.push_back(static_cast<int>(inputs[i * 12]));
    if (warming_up_) warm_.insert({std::this_thread::get_id(), batch});
    held_ = paused_;
    changed_.NotifyAll();
    while (paused_) changed_.Wait(mutex_);
    held_ = false;
  }

  // The sizes of all passes after warming up, and the pictures in them, in order.
  std::vector<size_t> Batches() const {
    ReaderMutexLock lock(mutex_);
    return batches_;
  }
  std::vector<int> Reds() const {
    ReaderMutexLock lock(mutex_);
    return reds_;
  }
  // Which threads made passes of which sizes to warm up.
  Warmth Warm() const {
    ReaderMutexLock lock(mutex_);
    return warm_;
  }

  absl::Duration pass_time_while_warming_up = absl::ZeroDuration();  // at least; set before the start

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  bool paused_ ABSL_GUARDED_BY(mutex_) = false;
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
  bool warming_up_ ABSL_GUARDED_BY(mutex_) = true;
  std::vector<size_t> batches_ ABSL_GUARDED_BY(mutex_);
  std::vector<int> reds_ ABSL_GUARDED_BY(mutex_);
  Warmth warm_ ABSL_GUARDED_BY(mutex_);
};

// Embeds a picture as the mean of its red channel and 1. A black picture has no embedding: it stands for an output
// without direction.
class FakeModel : public EmbeddingModel {
 public:
  explicit FakeModel(ModelScript& script, const std::string& device = "cpu", absl::Status status = absl::OkStatus())
      : script_(script), status_(std::move(status)) {
    info_.device = device;
  }

  const ModelInfo& info() const override { return info_; }
  const Preprocessing& preprocessing() const override { return preprocessing_; }

  std::vector<absl::StatusOr<Embedding>> Run(std::span<const float> inputs, size_t batch) override {
    EXPECT_EQ(inputs.size(), batch * 12);
    if (script_.IsWarmingUp()) absl::SleepFor(script_.pass_time_while_warming_up);
    script_.OnPass(inputs, batch);
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

  ModelScript& script_;
  const absl::Status status_;
  ModelInfo info_{.id = "fake-1",
                  .name = "fake",
                  .dimension = 2,
                  .input_size = 2,
                  .device = "cpu",
                  .weights = "untrained",
                  .engine = "fake"};
  const Preprocessing preprocessing_{.input_size = 2};
};

// A PNG of one colour.
inline std::string Picture(uint8_t red) {
  Image image{.width = 4, .height = 4, .pixels = {}};
  for (int i = 0; i < 16; ++i) image.pixels.insert(image.pixels.end(), {red, 0, 0});
  return *EncodePng(image);
}

}  // namespace lookalike
