// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/program.h"

#include <memory>
#include <stop_token>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/rpc/address.h"
#include "libs/rpc/shutdown_signal.h"
#include "libs/sync/mutex.h"
#include "libs/telemetry/log.h"

namespace lookalike {
namespace {

constexpr absl::Duration kBackendPollInterval = absl::Milliseconds(200);

// Why the program is not ready, if it is not; asked by /readyz on other threads.
class Readiness {
 public:
  void Set(absl::Status status) {
    MutexLock lock(mutex_);
    status_ = std::move(status);
  }
  absl::Status Get() {
    MutexLock lock(mutex_);
    return status_;
  }

 private:
  Mutex mutex_;
  absl::Status status_ ABSL_GUARDED_BY(mutex_) = absl::UnavailableError("starting");
};

// The host part of "host:port" with another port.
std::string WithPort(const std::string& address, int port) {
  return absl::StrCat(address.substr(0, address.rfind(':')), ":", port);
}

// Before anything slow: the server itself would refuse the address only when all is loaded.
absl::Status CheckAddress(const GrpcServer::Options& options) {
  const absl::StatusOr<Address> address = ParseAddress(options.address);
  if (!address.ok()) return address.status();
  return RefuseUnlessLoopback(*address, options.insecure_ok);
}

void SetServing(GrpcServer& server, const std::vector<NamedService>& services, bool serving) {
  for (const NamedService& service : services) server.SetServing(service.name, serving);
}

// Turns the services to SERVING as soon as their backends answer; gives up when asked to stop.
void ServeWhenBackendsAnswer(const std::stop_token& stop, const Program& program, GrpcServer& server,
                             const std::vector<NamedService>& services, Readiness& readiness) {
  std::string said;
  while (!stop.stop_requested()) {
    const absl::Status status = program.reach_backends ? program.reach_backends() : absl::OkStatus();
    if (status.ok() && !stop.stop_requested()) {
      readiness.Set(absl::OkStatus());
      SetServing(server, services, true);
      LogInfo("serving", {{"program", program.name}});
      return;
    }
    readiness.Set(status);
    if (said != status.message()) LogWarning("waiting for what is behind", {{"reason", status.message()}});
    said = std::string(status.message());
    std::this_thread::sleep_for(absl::ToChronoMilliseconds(kBackendPollInterval));
  }
}

}  // namespace

absl::Status RunProgram(const Program& program) {
  ShutdownSignal shutdown;
  if (absl::Status status = CheckAddress(program.grpc); !status.ok()) return status;
  Readiness readiness;
  absl::StatusOr<std::unique_ptr<HttpServer>> http = HttpServer::Create(
      program.http, program.metrics, [&readiness] { return readiness.Get(); }, program.http_handler);
  if (!http.ok()) return http.status();
  absl::StatusOr<std::vector<NamedService>> services = program.load();
  if (!services.ok()) return services.status();
  std::vector<grpc::Service*> registered;
  for (const NamedService& service : *services) registered.push_back(service.service);
  absl::StatusOr<std::unique_ptr<GrpcServer>> server = GrpcServer::Create(program.grpc, registered, program.metrics);
  if (!server.ok()) return server.status();
  SetServing(**server, *services, false);
  if (program.on_in_process_channel) program.on_in_process_channel((*server)->InProcessChannel());

  const std::string grpc_address = WithPort(program.grpc.address, (*server)->port());
  const std::string http_address = WithPort(program.http.address, (*http)->port());
  LogInfo("listening", {{"program", program.name}, {"grpc", grpc_address}, {"http", http_address}});
  if (program.on_listening) program.on_listening(grpc_address, http_address);

  std::jthread backends(
      [&](const std::stop_token& stop) { ServeWhenBackendsAnswer(stop, program, **server, *services, readiness); });
  shutdown.Wait();
  LogInfo("draining", {{"program", program.name}});
  backends.request_stop();
  backends.join();
  readiness.Set(absl::UnavailableError("draining"));
  if (program.on_in_process_channel) program.on_in_process_channel(nullptr);
  (*server)->Drain();
  LogInfo("stopped", {{"program", program.name}});
  return absl::OkStatus();
}

}  // namespace lookalike
