// SPDX-License-Identifier: Apache-2.0
#include "services/search/ingest_session.h"

#include <thread>
#include <utility>

#include "libs/rpc/convert.h"
#include "libs/rpc/deadline.h"
#include "services/search/search_convert.h"

namespace lookalike {

grpc::Status IngestSession::Run() {
  std::vector<std::jthread> workers;
  for (size_t i = 0; i < options_.workers; ++i) {
    workers.emplace_back([this] { WriteGroups(); });
  }
  ReadAll();
  workers.clear();  // joins
  return context_->IsCancelled() ? grpc::Status(grpc::StatusCode::CANCELLED, "the sender went away") : grpc::Status::OK;
}

void IngestSession::ReadAll() {
  uint64_t index = 0;
  Entry entry;
  while (stream_->Read(&entry.request)) {
    entry.index = index++;
    entry.bytes = entry.request.ByteSizeLong();
    MutexLock lock(mutex_);
    unanswered_items_ += 1;
    unanswered_bytes_ += entry.bytes;
    waiting_.push_back(std::move(entry));
    changed_.NotifyAll();
    while (!broken_ && (unanswered_items_ >= options_.window_items || unanswered_bytes_ >= options_.window_bytes)) {
      changed_.Wait(mutex_);
    }
    if (broken_) break;
    entry = Entry();
  }
  MutexLock lock(mutex_);
  read_all_ = true;
  changed_.NotifyAll();
}

void IngestSession::WriteGroups() {
  for (std::vector<Entry> group = TakeGroup(); !group.empty(); group = TakeGroup()) {
    Answer(group, WriteGroup(group));
  }
}

std::vector<IngestSession::Entry> IngestSession::TakeGroup() {
  std::vector<Entry> group;
  MutexLock lock(mutex_);
  while (!CanJoin(group) && !(read_all_ && waiting_.empty()) && !broken_) changed_.Wait(mutex_);
  if (context_->IsCancelled() && !broken_) {
    broken_ = true;  // or else ReadAll() could wait for answers that nobody gives any more
    changed_.NotifyAll();
  }
  if (broken_) return group;
  size_t bytes = 0;
  while (CanJoin(group) && (group.empty() || bytes + waiting_.front().bytes <= options_.group_bytes)) {
    bytes += waiting_.front().bytes;
    group.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  for (const Entry& entry : group) ids_in_work_.insert(entry.request.item().id());
  return group;
}

// Whether the next entry may be written together with `group`.
bool IngestSession::CanJoin(const std::vector<Entry>& group) const {
  if (waiting_.empty() || group.size() >= options_.group_items) return false;
  const v1::IngestRequest& next = waiting_.front().request;
  if (ids_in_work_.contains(next.item().id())) return false;
  return group.empty() || next.collection() == group.front().request.collection();
}

std::vector<v1::IngestResponse> IngestSession::WriteGroup(const std::vector<Entry>& group) const {
  std::vector<v1::IngestResponse> responses(group.size());
  std::vector<ProductUpdate> updates;
  std::vector<size_t> places;  // of `updates` in the group
  for (size_t i = 0; i < group.size(); ++i) {
    responses[i].set_index(group[i].index);
    responses[i].set_id(group[i].request.item().id());
    absl::StatusOr<ProductUpdate> update = ToProductUpdate(group[i].request.item());
    if (update.ok()) {
      updates.push_back(*std::move(update));
      places.push_back(i);
    } else {
      ToProto(update.status(), *responses[i].mutable_error());
    }
  }
  if (updates.empty()) return responses;
  const absl::StatusOr<WriteResult> result =
      writer_->Upsert(group.front().request.collection(), updates, ProductWriter::WhenBusy::kWait,
                      DeadlineOf(*context_), [this] { return context_->IsCancelled(); });
  for (size_t i = 0; i < places.size(); ++i) {
    const absl::Status& status = result.ok() ? result->items[i] : result.status();
    if (status.ok()) {
      responses[places[i]].set_sequence(result->sequence);
      responses[places[i]].set_superseded(result->superseded[i]);
    } else {
      ToProto(status, *responses[places[i]].mutable_error());
    }
  }
  return responses;
}

void IngestSession::Answer(const std::vector<Entry>& group, const std::vector<v1::IngestResponse>& responses) {
  bool sent = true;
  {
    MutexLock lock(write_mutex_);
    for (const v1::IngestResponse& response : responses) sent = sent && stream_->Write(response);
  }
  MutexLock lock(mutex_);
  for (const Entry& entry : group) {
    unanswered_items_ -= 1;
    unanswered_bytes_ -= entry.bytes;
    ids_in_work_.erase(entry.request.item().id());
  }
  broken_ |= !sent;
  changed_.NotifyAll();
}

}  // namespace lookalike
