// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "health.pb.h"
#include "lookalike/v1/encoder.grpc.pb.h"
#include "lookalike/v1/index.grpc.pb.h"
#include "lookalike/v1/search.grpc.pb.h"

#include "tests/support/process.h"

namespace lookalike {

using Flags = std::vector<std::string>;
using Health = grpc::health::v1::HealthCheckResponse;

// Runs `lookalike` with these arguments to its end.
Ended Lookalike(Flags arguments);

// A bundle with the project's starter weights, made once by the test program's first call; its file lives as long as
// the program.
const std::string& StarterModel();

// A server program on free ports of 127.0.0.1.
class Server {
 public:
  // Returns when it listens. Throws std::runtime_error with what the program said, which GoogleTest reports, where it
  // ends instead. A port other than 0 is one that an earlier server had.
  Server(const std::string& program, Flags flags, const std::string& grpc_address = "127.0.0.1:0");

  const std::string& grpc_address() const { return grpc_address_; }
  const std::string& http_address() const { return http_address_; }
  Process& process() { return process_; }

  // What grpc.health.v1 says now of a service's name.
  Health::ServingStatus HealthOf(absl::string_view service) const;
  // Watches until it says so; false after kPatience.
  bool WaitForHealth(absl::string_view service, Health::ServingStatus status) const;

  // SIGTERM; the exit code. And SIGKILL.
  int Stop();
  void Kill();

 private:
  Process process_;
  std::string grpc_address_;
  std::string http_address_;
};

// `lookalike serve` that is SERVING.
std::unique_ptr<Server> Serve(const std::string& data_dir, const std::string& model, Flags flags = {});

// The three services as programs of their own: one index, several encoders, and one search service before them.
struct SplitDeployment {
  // Returns when all are SERVING.
  SplitDeployment(const std::string& data_dir, const std::string& model, int encoder_count);

  std::unique_ptr<Server> index;
  std::vector<std::unique_ptr<Server>> encoders;
  std::unique_ptr<Server> search;
};

// The response to HTTP GET.
struct Page {
  int status;
  std::string body;
};
Page Fetch(const Server& server, const std::string& path);

// The value of a series in the server's /metrics, by its name with labels as they stand there; -1 where it is not.
double Metric(const Server& server, const std::string& series);

// Asks again and again until it is true; false after kPatience.
template <class Condition>
bool Eventually(Condition condition) {
  for (const absl::Time deadline = absl::Now() + kPatience; absl::Now() < deadline;
       absl::SleepFor(absl::Milliseconds(20))) {
    if (condition()) return true;
  }
  return false;
}

}  // namespace lookalike
