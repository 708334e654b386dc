// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/local_encoder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "libs/batching/retry_delay.h"
#include "libs/encoding/usable_cores.h"
#include "libs/image/encode.h"
#include "libs/image/sufficient_side.h"

namespace lookalike {
namespace {

// The bulk lane's turn comes so often (BatchQueueOptions::bulk_turn).
constexpr size_t kBulkTurn = 5;

// What a caller that was refused is told to wait, at least and at most: less than a forward pass takes frees no place,
// and after more nobody knows what will be.
constexpr absl::Duration kShortestRetryDelay = absl::Milliseconds(10);
constexpr absl::Duration kLongestRetryDelay = absl::Seconds(30);

absl::Status CheckOptions(const LocalEncoder::Options& options) {
  if (options.max_images_per_call < 1) return absl::InvalidArgumentError("max_images_per_call must be 1 or more");
  if (options.lane_limits.tasks < options.max_images_per_call) {
    return absl::InvalidArgumentError(absl::StrCat("lane_limits.tasks is ", options.lane_limits.tasks,
                                                   ": a call of max_images_per_call, ", options.max_images_per_call,
                                                   ", would never fit"));
  }
  return absl::OkStatus();
}

bool IsOnGpu(const ModelInfo& model) { return absl::StartsWith(model.device, "cuda"); }

// Replaces the zeros by what suits the model's device.
LocalEncoder::Options WithDefaults(LocalEncoder::Options options, const ModelInfo& model) {
  if (options.workers == 0) options.workers = IsOnGpu(model) ? 1 : UsableCores();
  if (options.decoders == 0) options.decoders = UsableCores();
  if (options.max_batch_size == 0) options.max_batch_size = IsOnGpu(model) ? 64 : 1;
  return options;
}

// The model's input for a picture that shows nothing in particular.
std::vector<float> AnyInput(const Preprocessing& preprocessing, size_t batch) {
  std::vector<float> input(batch * InputValues(preprocessing));
  for (size_t i = 0; i < input.size(); ++i) input[i] = static_cast<float>(i % 256);
  return input;
}

absl::StatusOr<absl::Duration> TimePass(EmbeddingModel& model, size_t batch) {
  const std::vector<float> inputs = AnyInput(model.preprocessing(), batch);
  const absl::Time start = absl::Now();
  const absl::Status status = model.Run(inputs, batch).front().status();
  // A model may well have nothing to say of a made-up picture.
  if (!status.ok() && !absl::IsInvalidArgument(status)) return status;
  return std::max(absl::Now() - start, absl::Nanoseconds(1));
}

// What a pass of each size takes. The first of a size also sets up what a library needs for it, so the second counts.
absl::StatusOr<BatchSizes> MeasureSizes(EmbeddingModel& model, const std::vector<size_t>& sizes) {
  std::vector<BatchSizes::Pass> passes;
  for (const size_t size : sizes) {
    if (const auto first = TimePass(model, size); !first.ok()) return first.status();
    const absl::StatusOr<absl::Duration> second = TimePass(model, size);
    if (!second.ok()) return second.status();
    passes.push_back({.size = size, .time = *second});
  }
  return BatchSizes(std::move(passes));
}

absl::StatusOr<BatchSizes> SizesFor(const LocalEncoder::Options& options, EmbeddingModel& model) {
  if (!options.batch_sizes.has_value()) return MeasureSizes(model, BatchSizes::PowersOfTwo(options.max_batch_size));
  const absl::Status can_run = TimePass(model, options.batch_sizes->passes().front().size).status();
  if (!can_run.ok()) return can_run;
  return *options.batch_sizes;
}

BatchQueueOptions DecodingQueue(const LocalEncoder::Options& options) {
  return {.parallel_passes = options.decoders, .max_queue_delay = absl::ZeroDuration(), .bulk_turn = kBulkTurn};
}

BatchQueueOptions ModelQueue(const LocalEncoder::Options& options, const BatchSizes& sizes, const ModelInfo& model) {
  return {.sizes = sizes,
          .parallel_passes = IsOnGpu(model) ? 1 : options.workers,
          .max_queue_delay = options.max_queue_delay,
          .bulk_turn = kBulkTurn};
}

}  // namespace

absl::StatusOr<std::unique_ptr<LocalEncoder>> LocalEncoder::Create(const Options& given,
                                                                   std::unique_ptr<EmbeddingModel> model) {
  if (absl::Status status = CheckOptions(given); !status.ok()) return status;
  const Options options = WithDefaults(given, model->info());
  const absl::StatusOr<BatchSizes> sizes = SizesFor(options, *model);
  if (!sizes.ok()) return sizes.status();
  std::unique_ptr<LocalEncoder> encoder(new LocalEncoder(options, std::move(model), *sizes));
  encoder->threads_are_warm_.wait();
  return encoder;
}

LocalEncoder::LocalEncoder(const Options& options, std::unique_ptr<EmbeddingModel> model, const BatchSizes& sizes)
    : options_(options),
      model_(std::move(model)),
      sizes_(sizes),
      pace_(sizes, options.workers),
      lanes_{QueueSpace(options.lane_limits), QueueSpace(options.lane_limits)},
      undecoded_(DecodingQueue(options)),
      decoded_(ModelQueue(options, sizes, model_->info())),
      threads_are_warm_(static_cast<std::ptrdiff_t>(options.workers + options.decoders)) {
  for (size_t i = 0; i < options_.decoders; ++i) decoders_.emplace_back([this] { Decode(); });
  for (size_t i = 0; i < options_.workers; ++i) workers_.emplace_back([this] { Work(); });
}

LocalEncoder::~LocalEncoder() {
  undecoded_.Close();
  for (std::thread& decoder : decoders_) decoder.join();
  decoded_.Close();
  for (std::thread& worker : workers_) worker.join();
}

absl::StatusOr<ModelInfo> LocalEncoder::GetModel(absl::Time /*deadline*/) { return model_->info(); }

absl::StatusOr<Encoded> LocalEncoder::Encode(std::span<const ImageInput> images, const EncodeOptions& options) {
  const auto call = std::make_shared<EncodeCall>(images, options);
  absl::Status admitted = Admit(images, call);
  if (!admitted.ok()) return Rejected(std::move(admitted), images.size());
  auto embeddings = call->Wait();
  if (embeddings.ok()) return Encoded{model_->info().id, *std::move(embeddings)};
  Withdraw(*call);
  return Rejected(embeddings.status(), images.size());
}

absl::Status LocalEncoder::Rejected(absl::Status status, size_t pictures) const {
  if (options_.observer != nullptr) options_.observer->OnRejected(status, pictures);
  return status;
}

// Takes places for all pictures, or for none, and queues them.
absl::Status LocalEncoder::Admit(std::span<const ImageInput> images, const std::shared_ptr<EncodeCall>& call) {
  if (images.size() > options_.max_images_per_call) {
    return absl::InvalidArgumentError(absl::StrCat(images.size(), " images in one call: at most ",
                                                   options_.max_images_per_call, " are allowed, split the call"));
  }
  if (!call->IsWanted()) return call->Wait().status();
  if (absl::Status status = CheckDeadline(*call); !status.ok()) return status;
  std::vector<size_t> bytes;
  for (const ImageInput& image : images) {
    bytes.push_back(image.bytes.size() + InputValues(model_->preprocessing()) * sizeof(float));
  }
  absl::StatusOr<std::vector<QueueSpace::Place>> places = SpaceOf(call->lane()).Take(bytes);
  if (absl::IsResourceExhausted(places.status())) return WithRetryDelay(places.status(), RetryDelay(call->lane()));
  if (!places.ok()) return places.status();
  for (size_t i = 0; i < images.size(); ++i) {
    const absl::Status status =
        undecoded_.Push({.call = call, .index = i, .place = std::move((*places)[i])}, call->lane(), call->deadline());
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// Refuses a call that would only wait in vain, and keep others from being answered in time.
absl::Status LocalEncoder::CheckDeadline(const EncodeCall& call) const {
  const absl::Duration wait = ExpectedWait(call.lane());
  const absl::Duration left = call.deadline() - absl::Now();
  if (wait <= left) return absl::OkStatus();
  return WithRetryDelay(absl::ResourceExhaustedError(
                            absl::StrCat("the queue is too long for this deadline: the pictures that wait take ",
                                         absl::FormatDuration(wait), ", and it is in ", absl::FormatDuration(left))),
                        RetryDelay(call.lane()));
}

// Until a picture that comes now is encoded; zero where none waits before it. At the long end: of those that would be
// answered just too late, each costs a pass for nothing, and under overload they are the rule.
absl::Duration LocalEncoder::ExpectedWait(Lane lane) const {
  const size_t interactive = waiting(Lane::kInteractive), bulk = waiting(Lane::kBulk);
  if (waiting(lane) == 0) return absl::ZeroDuration();
  const absl::Duration under_way_and_own = 2 * pace_.PassTime(1);
  if (lane == Lane::kBulk) return pace_.TimeFor(interactive + bulk) + under_way_and_own;
  // Every so many-th pass is not for it.
  const double others = bulk == 0 ? 1 : static_cast<double>(kBulkTurn) / (kBulkTurn - 1);
  return pace_.TimeFor(interactive) * others + under_way_and_own;
}

// Until half of what waits is worked off: late enough that there is room, and early enough that the workers never
// stand still while callers wait to try again.
absl::Duration LocalEncoder::RetryDelay(Lane lane) const {
  return std::clamp(ExpectedWait(lane) / 2, kShortestRetryDelay, kLongestRetryDelay);
}

void LocalEncoder::Withdraw(const EncodeCall& call) {
  const auto belongs_to_it = [&call](const Picture& picture) { return picture.call.get() == &call; };
  undecoded_.Remove(belongs_to_it);
  decoded_.Remove(belongs_to_it);
}

void LocalEncoder::Decode() {
  // Loads what the decoder of the commonest format needs.
  const absl::StatusOr<std::string> any = EncodeJpeg(NewImage(64, 64), 90);
  if (any.ok()) static_cast<void>(ModelInput({.bytes = *any, .crop = std::nullopt}));
  threads_are_warm_.count_down();
  for (Queue::Batch batch = undecoded_.PopBatch(); !batch.empty(); batch = undecoded_.PopBatch()) {
    for (Queue::Entry& entry : batch.ready) Prepare(std::move(entry));
    undecoded_.FinishBatch();
  }
}

void LocalEncoder::Prepare(Queue::Entry entry) {
  Picture& picture = entry.task;
  picture.waited = absl::Now() - entry.enqueued;
  const std::optional<EncodeCall::PictureFile> file = picture.call->CopyPicture(picture.index);
  if (!file.has_value()) return;
  absl::StatusOr<std::vector<float>> input = ModelInput(*file);
  if (!input.ok()) return picture.call->Deliver(picture.index, input.status());
  if (!picture.call->IsWanted()) return;
  picture.input = *std::move(input);
  const Lane lane = picture.call->lane();
  // Not refused: the workers' queue is closed after the decoders have ended.
  static_cast<void>(decoded_.Push(std::move(picture), lane, entry.deadline));
}

absl::StatusOr<std::vector<float>> LocalEncoder::ModelInput(const EncodeCall::PictureFile& file) const {
  const absl::Time start = absl::Now();
  const DecodeOptions wanted = {.crop = file.crop, .sufficient_side = SufficientSide(model_->preprocessing())};
  const absl::StatusOr<Image> picture = DecodeImage(file.bytes, options_.image_limits, wanted);
  if (!picture.ok()) return picture.status();
  const absl::Time decoded = absl::Now();
  std::vector<float> input(InputValues(model_->preprocessing()));
  const absl::Status status = Preprocess(*picture, model_->preprocessing(), input);
  if (!status.ok()) return status;
  if (options_.observer != nullptr) options_.observer->OnPrepared(decoded - start, absl::Now() - decoded);
  return input;
}

void LocalEncoder::Work() {
  WarmUp();
  threads_are_warm_.count_down();
  std::vector<float> inputs;  // kept from batch to batch: its memory is the size of the largest
  for (Queue::Batch batch = decoded_.PopBatch(); !batch.empty(); batch = decoded_.PopBatch()) {
    std::erase_if(batch.ready, [](const Queue::Entry& entry) { return !entry.task.call->IsWanted(); });
    if (!batch.ready.empty()) RunBatch(batch, inputs);
    decoded_.FinishBatch();
  }
}

// Libraries keep buffers for each thread and size. The model has shown that it can run, so errors tell nothing new.
void LocalEncoder::WarmUp() {
  for (const BatchSizes::Pass& pass : sizes_.passes()) {
    const absl::StatusOr<absl::Duration> time = TimePass(*model_, pass.size);
    if (time.ok()) pace_.OnPass(pass.size, *time);
  }
}

void LocalEncoder::RunBatch(Queue::Batch& batch, std::vector<float>& inputs) {
  const absl::Time start = absl::Now();
  inputs.clear();
  std::vector<absl::Duration> queue_times;
  for (Queue::Entry& entry : batch.ready) {
    inputs.insert(inputs.end(), entry.task.input.begin(), entry.task.input.end());
    queue_times.push_back(entry.task.waited + (start - entry.enqueued));
    entry.task.place.Leave();
  }
  inputs.resize(batch.size * InputValues(model_->preprocessing()));  // the padding's results are nobody's
  std::vector<absl::StatusOr<Embedding>> results = model_->Run(inputs, batch.size);
  const absl::Duration time = std::max(absl::Now() - start, absl::Nanoseconds(1));
  pace_.OnPass(batch.size, time);
  // Told before the callers know, so that metrics never lag behind an answer.
  if (options_.observer != nullptr) options_.observer->OnBatch(queue_times, time);
  for (size_t i = 0; i < batch.ready.size(); ++i) {
    const Picture& picture = batch.ready[i].task;
    picture.call->Deliver(picture.index, std::move(results[i]));
  }
}

}  // namespace lookalike
