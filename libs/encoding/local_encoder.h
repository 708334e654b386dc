// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/batching/batch_queue.h"
#include "libs/encoding/embedding_model.h"
#include "libs/encoding/encoder.h"
#include "libs/image/decode.h"

namespace lookalike {

// Learns what an encoder does; for metrics. Called by the worker threads, several at a time: must be thread-safe and
// quick.
class EncoderObserver {
 public:
  virtual ~EncoderObserver() = default;

  // A forward pass over `queue_times.size()` pictures is done. queue_times: how long each had waited for it to begin.
  virtual void OnBatch(std::span<const absl::Duration> queue_times, absl::Duration inference_time) = 0;

  // Pictures were dropped before a forward pass, since nobody waits for them any more.
  virtual void OnDropped(size_t pictures) = 0;
};

// An Encoder in this process. The calling thread decodes, crops and preprocesses its pictures one by one and queues
// each at once, so that the model works on the first while the second is decoded; worker threads form batches across
// all callers and run the model.
//
// A call whose deadline passes returns then, also while the model works; what it had queued is dropped.
class LocalEncoder : public Encoder {
 public:
  struct Options {
    ImageLimits image_limits;

    // Pictures in one call, at most; more: InvalidArgument. Keeps one caller from filling the queue, and its memory in
    // bounds: 64 inputs of 224 × 224 pixels are about 40 MiB.
    size_t max_images_per_call = 64;

    // Delay and bound of the queue, and the size of a batch. Size 0: 8 on CUDA; on a CPU 1, because there a batch takes
    // as long as its pictures one by one, and keeps them from the other cores.
    BatchQueueOptions batching = {.max_batch_size = 0};

    // Threads that run the model. 0: one on CUDA, because a GPU runs one large batch faster than two small ones; on a
    // CPU one for each core that the process may use.
    size_t workers = 0;

    // Not owned; outlives the encoder. May be null.
    EncoderObserver* observer = nullptr;
  };

  // Starts the workers and runs `model` once, so that the first request does not pay for what LibTorch sets up.
  // InvalidArgument for options that cannot work; otherwise the model's error.
  static absl::StatusOr<std::unique_ptr<LocalEncoder>> Create(const Options& options,
                                                              std::unique_ptr<EmbeddingModel> model);

  // Waits for what is queued. No call may be in progress.
  ~LocalEncoder() override;

  absl::StatusOr<ModelInfo> GetModel(absl::Time deadline) override;

  // Adds to Encoder: InvalidArgument for more than max_images_per_call.
  absl::StatusOr<Encoded> Encode(std::span<const ImageInput> images, const EncodeOptions& options) override;

  // Pictures that wait for a worker now.
  size_t waiting() const { return queue_.size(); }

 private:
  class Call;  // one Encode() under way

  struct Picture {
    std::vector<float> input;  // of the model
    std::shared_ptr<Call> call;
    size_t index;  // among the call's pictures
  };
  using Queue = BatchQueue<Picture>;

  LocalEncoder(const Options& options, std::unique_ptr<EmbeddingModel> model);

  absl::Status Enqueue(std::span<const ImageInput> images, absl::Time deadline, const std::shared_ptr<Call>& call);
  absl::StatusOr<std::vector<float>> ModelInput(const ImageInput& image) const;
  absl::Status WarmUp();
  void Work();
  void Drop(Queue::Batch& batch) const;
  void RunBatch(const std::vector<Queue::Entry>& entries, std::vector<float>& inputs);

  const Options options_;
  const std::unique_ptr<EmbeddingModel> model_;
  Queue queue_;
  std::vector<std::thread> workers_;
};

}  // namespace lookalike
