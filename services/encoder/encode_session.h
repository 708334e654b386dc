// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include <grpcpp/server_context.h>
#include <grpcpp/support/sync_stream.h>

#include "absl/status/statusor.h"
#include "lookalike/v1/encoder.pb.h"

#include "libs/encoding/encoder.h"
#include "libs/sync/mutex.h"

namespace lookalike {

// One EncodeStream from its first message to its last: reads pictures while few enough are unanswered, has them encoded
// in groups, in the bulk lane, and answers each. A group for which there is no room waits until there is; an error of a
// group is each of its pictures'. Ends when the sender has sent all and every picture is answered, or is gone.
class EncodeSession {
 public:
  struct Options {
    // Pictures read but not yet answered: two groups in work and two behind them.
    size_t window_images = 64;
    // The same in bytes of their messages: one picture more is read when fewer are unanswered.
    size_t window_bytes = 64 << 20;
    // Pictures of one call of the encoder.
    size_t group_images = 16;
    // Groups in work at one time.
    size_t workers = 2;
  };
  using Stream = grpc::ServerReaderWriterInterface<v1::EncodeStreamResponse, v1::EncodeStreamRequest>;

  // All must outlive the session.
  EncodeSession(const Options& options, Encoder* encoder, grpc::ServerContext* context, Stream* stream)
      : options_(options), encoder_(encoder), context_(context), stream_(stream) {}

  grpc::Status Run();

 private:
  struct Entry {
    uint64_t index = 0;  // in the stream
    size_t bytes = 0;
    v1::EncodeStreamRequest request;
  };

  void ReadAll();
  void EncodeGroups();
  // The next entries; none when there will be no more.
  std::vector<Entry> TakeGroup() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<Encoded> EncodeWhenThereIsRoom(std::span<const ImageInput> images) ABSL_LOCKS_EXCLUDED(mutex_);
  void Answer(const std::vector<Entry>& group, const absl::StatusOr<Encoded>& encoded) ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  Encoder* const encoder_;
  grpc::ServerContext* const context_;
  Stream* const stream_;  // read by one thread; written under write_mutex_

  Mutex mutex_;
  CondVar changed_;
  std::deque<Entry> waiting_ ABSL_GUARDED_BY(mutex_);
  size_t unanswered_images_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t unanswered_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool read_all_ ABSL_GUARDED_BY(mutex_) = false;
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;  // an answer could not be sent: the sender is gone

  Mutex write_mutex_;
};

}  // namespace lookalike
