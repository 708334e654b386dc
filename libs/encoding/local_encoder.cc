// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/local_encoder.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "libs/encoding/usable_cores.h"
#include "libs/sync/mutex.h"

namespace lookalike {
namespace {

absl::Status TooLate() { return absl::DeadlineExceededError("the deadline passed before the pictures were encoded"); }

absl::Status CheckOptions(const LocalEncoder::Options& options) {
  if (options.max_images_per_call < 1) return absl::InvalidArgumentError("max_images_per_call must be 1 or more");
  if (options.batching.max_queued_tasks < options.max_images_per_call) {
    return absl::InvalidArgumentError(absl::StrCat("max_queued_tasks is ", options.batching.max_queued_tasks,
                                                   ": a call of max_images_per_call, ", options.max_images_per_call,
                                                   ", would never fit"));
  }
  return absl::OkStatus();
}

// Replaces the zeros by what suits the model's device.
LocalEncoder::Options WithDefaults(LocalEncoder::Options options, const ModelInfo& model) {
  const bool on_gpu = absl::StartsWith(model.device, "cuda");
  if (options.workers == 0) options.workers = on_gpu ? 1 : UsableCores();
  if (options.batching.max_batch_size == 0) options.batching.max_batch_size = on_gpu ? 8 : 1;
  return options;
}

}  // namespace

// Shared by the caller, who waits, and the workers, who deliver; it outlives a caller that gives up.
class LocalEncoder::Call {
 public:
  explicit Call(size_t pictures) : missing_(pictures), results_(pictures, absl::UnknownError("not encoded yet")) {}

  void Deliver(size_t index, absl::StatusOr<Embedding> result) {
    MutexLock lock(mutex_);
    results_[index] = std::move(result);
    if (--missing_ == 0) finished_.NotifyAll();
  }

  // Nobody wants the rest: the caller has gone, or its time is over.
  void Abandon() {
    MutexLock lock(mutex_);
    abandoned_ = true;
    finished_.NotifyAll();
  }

  bool IsAbandoned() const {
    ReaderMutexLock lock(mutex_);
    return abandoned_;
  }

  // Waits for all results, but not beyond the deadline.
  absl::StatusOr<std::vector<absl::StatusOr<Embedding>>> Wait(absl::Time deadline) {
    MutexLock lock(mutex_);
    while (missing_ > 0 && !abandoned_) abandoned_ = !finished_.WaitUntil(mutex_, deadline) || abandoned_;
    if (missing_ > 0) return TooLate();
    return std::move(results_);
  }

 private:
  mutable Mutex mutex_;
  CondVar finished_;
  size_t missing_ ABSL_GUARDED_BY(mutex_);
  std::vector<absl::StatusOr<Embedding>> results_ ABSL_GUARDED_BY(mutex_);
  bool abandoned_ ABSL_GUARDED_BY(mutex_) = false;
};

absl::StatusOr<std::unique_ptr<LocalEncoder>> LocalEncoder::Create(const Options& options,
                                                                   std::unique_ptr<EmbeddingModel> model) {
  if (absl::Status status = CheckOptions(options); !status.ok()) return status;
  std::unique_ptr<LocalEncoder> encoder(new LocalEncoder(options, std::move(model)));
  if (absl::Status status = encoder->WarmUp(); !status.ok()) return status;
  return encoder;
}

LocalEncoder::LocalEncoder(const Options& options, std::unique_ptr<EmbeddingModel> model)
    : options_(WithDefaults(options, model->info())), model_(std::move(model)), queue_(options_.batching) {
  for (size_t i = 0; i < options_.workers; ++i) workers_.emplace_back([this] { Work(); });
}

LocalEncoder::~LocalEncoder() {
  queue_.Close();
  for (std::thread& worker : workers_) worker.join();
}

absl::Status LocalEncoder::WarmUp() {
  std::vector<float> input(InputValues(model_->preprocessing()));
  for (size_t i = 0; i < input.size(); ++i) input[i] = static_cast<float>(i % 256);
  const absl::Status status = model_->Run(input, 1).front().status();
  // A model may well have nothing to say of a made-up picture.
  return absl::IsInvalidArgument(status) ? absl::OkStatus() : status;
}

absl::StatusOr<ModelInfo> LocalEncoder::GetModel(absl::Time /*deadline*/) { return model_->info(); }

absl::StatusOr<Encoded> LocalEncoder::Encode(std::span<const ImageInput> images, const EncodeOptions& options) {
  if (images.size() > options_.max_images_per_call) {
    return absl::InvalidArgumentError(absl::StrCat(images.size(), " images in one call: at most ",
                                                   options_.max_images_per_call, " are allowed, split the call"));
  }
  const auto call = std::make_shared<Call>(images.size());
  if (absl::Status status = Enqueue(images, options.deadline, call); !status.ok()) {
    call->Abandon();
    return status;
  }
  auto embeddings = call->Wait(options.deadline);
  if (!embeddings.ok()) return embeddings.status();
  return Encoded{model_->info().id, *std::move(embeddings)};
}

absl::Status LocalEncoder::Enqueue(std::span<const ImageInput> images, absl::Time deadline,
                                   const std::shared_ptr<Call>& call) {
  for (size_t i = 0; i < images.size(); ++i) {
    if (deadline <= absl::Now()) return TooLate();
    absl::StatusOr<std::vector<float>> input = ModelInput(images[i]);
    if (!input.ok()) {
      call->Deliver(i, input.status());
      continue;
    }
    const absl::Status status = queue_.Push({*std::move(input), call, i}, deadline);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<float>> LocalEncoder::ModelInput(const ImageInput& image) const {
  absl::StatusOr<Image> picture = DecodeImage(image.bytes, options_.image_limits);
  if (picture.ok() && image.crop.has_value()) picture = Crop(*picture, *image.crop);
  if (!picture.ok()) return picture.status();
  std::vector<float> input(InputValues(model_->preprocessing()));
  const absl::Status status = Preprocess(*picture, model_->preprocessing(), input);
  if (!status.ok()) return status;
  return input;
}

void LocalEncoder::Work() {
  std::vector<float> inputs;  // kept from batch to batch: its memory is the size of the largest
  for (Queue::Batch batch = queue_.PopBatch(); !batch.empty(); batch = queue_.PopBatch()) {
    Drop(batch);
    if (!batch.ready.empty()) RunBatch(batch.ready, inputs);
  }
}

// Takes out of the batch what nobody waits for any more.
void LocalEncoder::Drop(Queue::Batch& batch) const {
  for (const Queue::Entry& entry : batch.expired) entry.task.call->Abandon();
  const size_t abandoned =
      std::erase_if(batch.ready, [](const Queue::Entry& entry) { return entry.task.call->IsAbandoned(); });
  const size_t dropped = batch.expired.size() + abandoned;
  if (dropped > 0 && options_.observer != nullptr) options_.observer->OnDropped(dropped);
}

void LocalEncoder::RunBatch(const std::vector<Queue::Entry>& entries, std::vector<float>& inputs) {
  const absl::Time start = absl::Now();
  inputs.clear();
  std::vector<absl::Duration> queue_times;
  for (const Queue::Entry& entry : entries) {
    inputs.insert(inputs.end(), entry.task.input.begin(), entry.task.input.end());
    queue_times.push_back(start - entry.enqueued);
  }
  std::vector<absl::StatusOr<Embedding>> results = model_->Run(inputs, entries.size());
  // Told before the callers know, so that metrics never lag behind an answer.
  if (options_.observer != nullptr) options_.observer->OnBatch(queue_times, absl::Now() - start);
  for (size_t i = 0; i < entries.size(); ++i) {
    entries[i].task.call->Deliver(entries[i].task.index, std::move(results[i]));
  }
}

}  // namespace lookalike
