// SPDX-License-Identifier: Apache-2.0
#include "services/encoder/encode_session.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "absl/time/clock.h"

#include "libs/batching/retry_delay.h"
#include "libs/rpc/deadline.h"
#include "services/encoder/encoder_convert.h"

namespace lookalike {

grpc::Status EncodeSession::Run() {
  std::vector<std::jthread> workers;
  for (size_t i = 0; i < options_.workers; ++i) {
    workers.emplace_back([this] { EncodeGroups(); });
  }
  ReadAll();
  workers.clear();  // joins
  return context_->IsCancelled() ? grpc::Status(grpc::StatusCode::CANCELLED, "the sender went away") : grpc::Status::OK;
}

void EncodeSession::ReadAll() {
  uint64_t index = 0;
  Entry entry;
  while (stream_->Read(&entry.request)) {
    entry.index = index++;
    entry.bytes = entry.request.ByteSizeLong();
    MutexLock lock(mutex_);
    unanswered_images_ += 1;
    unanswered_bytes_ += entry.bytes;
    waiting_.push_back(std::move(entry));
    changed_.NotifyAll();
    while (!broken_ && (unanswered_images_ >= options_.window_images || unanswered_bytes_ >= options_.window_bytes)) {
      changed_.Wait(mutex_);
    }
    if (broken_) break;
    entry = Entry();
  }
  MutexLock lock(mutex_);
  read_all_ = true;
  changed_.NotifyAll();
}

void EncodeSession::EncodeGroups() {
  for (std::vector<Entry> group = TakeGroup(); !group.empty(); group = TakeGroup()) {
    std::vector<ImageInput> images;
    for (const Entry& entry : group) images.push_back(ToImageInput(entry.request.image()));
    Answer(group, EncodeWhenThereIsRoom(images));
  }
}

std::vector<EncodeSession::Entry> EncodeSession::TakeGroup() {
  std::vector<Entry> group;
  MutexLock lock(mutex_);
  while (waiting_.empty() && !read_all_ && !broken_) changed_.Wait(mutex_);
  if (context_->IsCancelled() && !broken_) {
    broken_ = true;  // or else ReadAll() could wait for answers that nobody gives any more
    changed_.NotifyAll();
  }
  if (broken_) return group;
  while (!waiting_.empty() && group.size() < options_.group_images) {
    group.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return group;
}

absl::StatusOr<Encoded> EncodeSession::EncodeWhenThereIsRoom(std::span<const ImageInput> images) {
  const EncodeOptions options = {.deadline = DeadlineOf(*context_), .lane = Lane::kBulk, .is_cancelled = [this] {
                                   return context_->IsCancelled();
                                 }};
  while (true) {
    absl::StatusOr<Encoded> encoded = encoder_->Encode(images, options);
    const std::optional<absl::Duration> delay = RetryDelayOf(encoded.status());
    if (encoded.ok() || !delay.has_value() || absl::Now() + *delay >= options.deadline) return encoded;
    // Nothing ends it early but a thing that Encode() will tell.
    absl::SleepFor(*delay);
  }
}

void EncodeSession::Answer(const std::vector<Entry>& group, const absl::StatusOr<Encoded>& encoded) {
  bool sent = true;
  {
    MutexLock lock(write_mutex_);
    for (size_t i = 0; i < group.size() && sent; ++i) {
      v1::EncodeStreamResponse response;
      response.set_index(group[i].index);
      if (encoded.ok()) {
        response.set_model_id(encoded->model_id);
        ToProto(encoded->embeddings[i], *response.mutable_result());
      } else {
        ToProto(encoded.status(), *response.mutable_result()->mutable_error());
      }
      sent = stream_->Write(response);
    }
  }
  MutexLock lock(mutex_);
  unanswered_images_ -= group.size();
  for (const Entry& entry : group) unanswered_bytes_ -= entry.bytes;
  broken_ |= !sent;
  changed_.NotifyAll();
}

}  // namespace lookalike
