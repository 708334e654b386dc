// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include <grpcpp/server_context.h>
#include <grpcpp/support/sync_stream.h>

#include "absl/container/flat_hash_set.h"
#include "lookalike/v1/search.pb.h"

#include "libs/query/product_writer.h"
#include "libs/sync/mutex.h"

namespace lookalike {

// One Ingest stream from its first message to its last: reads items while few enough are unanswered, writes them in
// groups on threads of its own, and answers each. Ends when the sender has sent all and every item is answered, or when
// the sender is gone: then what was not begun is dropped, and what was acknowledged stays.
class IngestSession {
 public:
  struct Options {
    // Items read but not yet answered. Enough for two groups in work and two more behind them.
    size_t window_items = 64;
    // The same in bytes of their messages: one item more is read when fewer are unanswered. Bounds the memory that a
    // sender of large pictures can take.
    size_t window_bytes = 64 << 20;
    // Items of one commit: they share a sync of the disk.
    size_t group_items = 16;
    // The same in bytes of their messages, but for a single larger one: a group's pictures travel to the encoder in one
    // message, which has a limit of its own.
    size_t group_bytes = 32 << 20;
    // Groups in work at one time: while one waits for the disk, another's pictures are decoded.
    size_t workers = 2;
  };
  using Stream = grpc::ServerReaderWriterInterface<v1::IngestResponse, v1::IngestRequest>;

  // All must outlive the session.
  IngestSession(const Options& options, const ProductWriter* writer, grpc::ServerContext* context, Stream* stream)
      : options_(options), writer_(writer), context_(context), stream_(stream) {}

  grpc::Status Run();

 private:
  struct Entry {
    uint64_t index = 0;  // in the stream
    size_t bytes = 0;
    v1::IngestRequest request;
  };

  void ReadAll();
  void WriteGroups();
  // The next entries, all of one collection; none when there will be no more.
  std::vector<Entry> TakeGroup() ABSL_LOCKS_EXCLUDED(mutex_);
  bool CanJoin(const std::vector<Entry>& group) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<v1::IngestResponse> WriteGroup(const std::vector<Entry>& group) const;
  void Answer(const std::vector<Entry>& group, const std::vector<v1::IngestResponse>& responses);

  const Options options_;
  const ProductWriter* const writer_;
  grpc::ServerContext* const context_;
  Stream* const stream_;  // read by one thread; written under write_mutex_

  Mutex mutex_;
  CondVar changed_;
  std::deque<Entry> waiting_ ABSL_GUARDED_BY(mutex_);
  // Ids of the groups in work. An item that the stream sends again waits for the first, so that the last one wins.
  absl::flat_hash_set<std::string> ids_in_work_ ABSL_GUARDED_BY(mutex_);
  size_t unanswered_items_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t unanswered_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool read_all_ ABSL_GUARDED_BY(mutex_) = false;
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;  // an answer could not be sent: the sender is gone

  Mutex write_mutex_;
};

}  // namespace lookalike
