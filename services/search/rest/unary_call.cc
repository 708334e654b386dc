// SPDX-License-Identifier: Apache-2.0
#include "services/search/rest/unary_call.h"

#include <optional>

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include "absl/strings/str_cat.h"

#include "libs/rpc/deadline.h"
#include "libs/rpc/status.h"
#include "libs/sync/mutex.h"

namespace lookalike {
namespace {

using Bytes = grpc::SerializationTraits<google::protobuf::Message>;

// What a call came to, once it has.
class Outcome {
 public:
  void Set(grpc::Status status) {
    MutexLock lock(mutex_);
    status_ = std::move(status);
    set_.NotifyAll();
  }
  grpc::Status Wait() {
    MutexLock lock(mutex_);
    while (!status_.has_value()) set_.Wait(mutex_);
    return *status_;
  }

 private:
  Mutex mutex_;
  CondVar set_;
  std::optional<grpc::Status> status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

void UnaryCaller::Connect(std::shared_ptr<grpc::Channel> channel) {
  MutexLock lock(mutex_);
  channel_ = std::move(channel);
}

absl::Status UnaryCaller::Call(const google::protobuf::MethodDescriptor& method,
                               const google::protobuf::Message& request, absl::Time deadline,
                               google::protobuf::Message& response) {
  grpc::ByteBuffer sent, received;
  bool own_buffer = false;
  const grpc::Status serialized = Bytes::Serialize(request, &sent, &own_buffer);
  if (!serialized.ok()) return FromGrpcStatus(serialized);
  grpc::ClientContext context;
  SetDeadline(context, deadline);
  Outcome outcome;
  {
    MutexLock lock(mutex_);
    if (channel_ == nullptr) return absl::UnavailableError("the service is starting or stopping");
    grpc::GenericStub(channel_).UnaryCall(
        &context, absl::StrCat("/", method.service()->full_name(), "/", method.name()), grpc::StubOptions(), &sent,
        &received, [&outcome](grpc::Status status) { outcome.Set(std::move(status)); });
  }
  const grpc::Status status = outcome.Wait();
  if (!status.ok()) return FromGrpcStatus(status);
  return FromGrpcStatus(Bytes::Deserialize(&received, &response));
}

}  // namespace lookalike
