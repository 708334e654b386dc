// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/server_runner.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <grpc/grpc.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/support/channel_arguments.h>

#include "absl/time/clock.h"

#include "libs/encoding/usable_cores.h"
#include "libs/rpc/address.h"
#include "libs/rpc/grpc_lifetime.h"
#include "libs/rpc/request_metrics.h"

namespace lookalike {
namespace {

// gRPC keeps both settings process-wide and reads them when a server is built.
void EnableHealthAndReflection() {
  static std::once_flag enabled;
  std::call_once(enabled, [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  });
}

int Milliseconds(absl::Duration duration) { return static_cast<int>(absl::ToInt64Milliseconds(duration)); }

void SetLimits(const GrpcServer::Options& options, grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(options.max_receive_message_bytes);
  builder.SetMaxSendMessageSize(options.max_send_message_bytes);
  grpc::ResourceQuota quota("server");
  quota.SetMaxThreads(options.max_concurrent_threads);
  builder.SetResourceQuota(quota);
  // One queue of events for each core that the process may use. By itself gRPC makes one for each core of the host,
  // with a thread that polls it.
  builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, static_cast<int>(UsableCores()));
}

void SetConnectionRules(const GrpcServer::Options& options, grpc::ServerBuilder& builder) {
  // With SO_REUSEPORT two servers on one port would silently share its connections.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, Milliseconds(options.max_connection_age));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, Milliseconds(options.max_connection_age_grace));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(kServerPingInterval));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(kPingTimeout));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, Milliseconds(kMinPingInterval));
}

void AddRequestMetrics(Metrics* metrics, grpc::ServerBuilder& builder) {
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(MakeRequestMetrics(metrics));
  builder.experimental().SetInterceptorCreators(std::move(interceptors));
}

}  // namespace

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::Create(const Options& options,
                                                               std::span<grpc::Service* const> services,
                                                               Metrics* metrics) {
  const absl::StatusOr<Address> address = ParseAddress(options.address);
  if (!address.ok()) return address.status();
  if (absl::Status refused = RefuseUnlessLoopback(*address, options.insecure_ok); !refused.ok()) return refused;

  KeepGrpcRunning();
  EnableHealthAndReflection();
  grpc::ServerBuilder builder;
  SetLimits(options, builder);
  SetConnectionRules(options, builder);
  AddRequestMetrics(metrics, builder);
  for (grpc::Service* service : services) builder.RegisterService(service);
  int port = 0;
  builder.AddListeningPort(address->ToString(), grpc::InsecureServerCredentials(), &port);

  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) return WhyCannotListen(*address);
  server->GetHealthCheckService()->SetServingStatus("", false);
  return std::unique_ptr<GrpcServer>(new GrpcServer(std::move(server), port, options));
}

GrpcServer::GrpcServer(std::unique_ptr<grpc::Server> server, int port, const Options& options)
    : server_(std::move(server)),
      port_(port),
      max_message_bytes_(std::max(options.max_receive_message_bytes, options.max_send_message_bytes)),
      drain_notice_(options.drain_notice),
      drain_timeout_(options.drain_timeout) {}

GrpcServer::~GrpcServer() { Drain(); }

std::shared_ptr<grpc::Channel> GrpcServer::InProcessChannel() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(max_message_bytes_);
  arguments.SetMaxSendMessageSize(max_message_bytes_);
  return server_->InProcessChannel(arguments);
}

void GrpcServer::SetServing(absl::string_view service_name, bool serving) {
  MutexLock lock(mutex_);
  serving_[std::string(service_name)] = serving;
  const bool all = std::all_of(serving_.begin(), serving_.end(), [](const auto& service) { return service.second; });
  server_->GetHealthCheckService()->SetServingStatus(std::string(service_name), serving);
  server_->GetHealthCheckService()->SetServingStatus("", all);
}

void GrpcServer::Drain() {
  std::call_once(drained_, [this] {
    server_->GetHealthCheckService()->Shutdown();
    absl::SleepFor(drain_notice_);
    server_->Shutdown(absl::ToChronoTime(absl::Now() + drain_timeout_));
  });
}

}  // namespace lookalike
