// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <latch>
#include <memory>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/batching/batch_queue.h"
#include "libs/batching/queue_space.h"
#include "libs/batching/work_pace.h"
#include "libs/encoding/embedding_model.h"
#include "libs/encoding/encode_call.h"
#include "libs/encoding/encoder.h"
#include "libs/encoding/encoder_observer.h"
#include "libs/image/decode.h"

namespace lookalike {

// An Encoder in this process:
//
//   caller ─▶ places in its lane ─▶ queue ─▶ decoders ─▶ queue ─▶ workers ─▶ caller
//              or refused at once            one a core            forward passes, in batches across callers
//
// Both queues have two lanes (libs/batching/batch_queue.h), so that interactive pictures overtake bulk ones before the
// decoders and before the model. Decoding runs in threads of its own, as many as there are cores, and not in those of
// the callers, of which there are any number.
//
// A call whose deadline passes, or which is cancelled, returns then, also while the model works; its pictures leave the
// queues and free their places at once.
class LocalEncoder : public Encoder {
 public:
  struct Options {
    ImageLimits image_limits;

    // Pictures in one call, at most; more: InvalidArgument. Keeps one caller from filling its lane.
    size_t max_images_per_call = 64;

    // What may wait in each lane, from admission to the forward pass. 128 pictures: more would only be answered too
    // late. A picture's bytes are those of its file and of the model's input, 0.6 MB for 224 × 224 pixels.
    QueueSpace::Limits lane_limits = {.tasks = 128, .bytes = 256 << 20};

    // Pictures of one forward pass, at most. 0: 64 on CUDA, where the throughput of most networks has levelled off; on
    // a CPU 1, because there a batch takes as long as its pictures one by one, and keeps them from the other cores.
    size_t max_batch_size = 0;

    // What passes cost by their size. Absent: the powers of two up to max_batch_size, measured at the start.
    std::optional<BatchSizes> batch_sizes = std::nullopt;

    // How long a picture may wait for company while a GPU is busy (BatchQueueOptions).
    absl::Duration max_queue_delay = absl::Milliseconds(2);

    // Threads that run the model. 0: one on CUDA, because a GPU runs one large batch faster than two small ones; on a
    // CPU one for each core that the process may use.
    size_t workers = 0;

    // Threads that decode and preprocess. 0: one for each core that the process may use.
    size_t decoders = 0;

    // Not owned; outlives the encoder. May be null.
    EncoderObserver* observer = nullptr;
  };

  // Starts the threads, and has each do once what it is there for: a worker passes of all sizes, a decoder a picture.
  // So the first request does not pay for what libraries set up. InvalidArgument for options that cannot work;
  // otherwise the model's error.
  static absl::StatusOr<std::unique_ptr<LocalEncoder>> Create(const Options& options,
                                                              std::unique_ptr<EmbeddingModel> model);

  // Waits for what is queued. No call may be in progress.
  ~LocalEncoder() override;

  absl::StatusOr<ModelInfo> GetModel(absl::Time deadline) override;

  // Adds to Encoder: InvalidArgument for more than max_images_per_call, or for what would never fit into its lane. A
  // deadline before which the model will not get to the pictures, by the pace of late, is ResourceExhausted at once.
  absl::StatusOr<Encoded> Encode(std::span<const ImageInput> images, const EncodeOptions& options) override;

  // What waits for a decoder or a worker now: pictures, and their bytes.
  size_t waiting(Lane lane) const { return lanes_[static_cast<size_t>(lane)].tasks(); }
  size_t waiting_bytes(Lane lane) const { return lanes_[static_cast<size_t>(lane)].bytes(); }
  // The size of the passes in which a long queue is worked off.
  size_t best_batch() const { return sizes_.For(sizes_.largest()).size; }

  // How many of the pictures are decoded already.
  size_t decoded(Lane lane) const { return decoded_.size(lane); }

 private:
  struct Picture {
    std::shared_ptr<EncodeCall> call;
    size_t index = 0;  // among the call's pictures
    QueueSpace::Place place;
    std::vector<float> input = {};  // of the model; empty until it is decoded
    absl::Duration waited = {};     // for a decoder
  };
  using Queue = BatchQueue<Picture>;

  LocalEncoder(const Options& options, std::unique_ptr<EmbeddingModel> model, const BatchSizes& sizes);

  QueueSpace& SpaceOf(Lane lane) { return lanes_[static_cast<size_t>(lane)]; }
  absl::Status Admit(std::span<const ImageInput> images, const std::shared_ptr<EncodeCall>& call);
  absl::Status CheckDeadline(const EncodeCall& call) const;
  absl::Duration ExpectedWait(Lane lane) const;
  absl::Duration RetryDelay(Lane lane) const;
  void Withdraw(const EncodeCall& call);
  absl::Status Rejected(absl::Status status, size_t pictures) const;

  void Decode();
  void Prepare(Queue::Entry entry);
  absl::StatusOr<std::vector<float>> ModelInput(const EncodeCall::PictureFile& file) const;

  void Work();
  void RunBatch(Queue::Batch& batch, std::vector<float>& inputs);
  void WarmUp();

  const Options options_;
  const std::unique_ptr<EmbeddingModel> model_;
  const BatchSizes sizes_;
  WorkPace pace_;
  std::array<QueueSpace, kLanes> lanes_;
  Queue undecoded_;
  Queue decoded_;
  std::latch threads_are_warm_;
  std::vector<std::thread> decoders_;
  std::vector<std::thread> workers_;
};

}  // namespace lookalike
