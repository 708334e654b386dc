// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpcpp/channel.h>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "libs/sync/mutex.h"

namespace lookalike {

// Calls methods that are known only at run time, over a channel that comes and goes. Thread-safe.
class UnaryCaller {
 public:
  // From now on calls go over `channel`; null: there are no more. Returns when no call is being begun on the channel
  // before; those that were begun go on.
  void Connect(std::shared_ptr<grpc::Channel> channel);

  // Calls and waits for the end. Unavailable while there is no channel.
  absl::Status Call(const google::protobuf::MethodDescriptor& method, const google::protobuf::Message& request,
                    absl::Time deadline, google::protobuf::Message& response);

 private:
  Mutex mutex_;  // held while a call is begun: see GrpcServer::InProcessChannel()
  std::shared_ptr<grpc::Channel> channel_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace lookalike
