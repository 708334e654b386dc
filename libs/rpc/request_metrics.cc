// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/request_metrics.h"

#include <functional>
#include <map>
#include <string>

#include <google/protobuf/descriptor.h>

#include "absl/status/status.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"

#include "libs/rpc/status.h"
#include "libs/sync/mutex.h"

namespace lookalike {
namespace {

using grpc::experimental::InterceptionHookPoints;

// "lookalike.v1.Encoder/Encode", if there is such a method in this program. The client chooses the name, and gRPC runs
// interceptors for those that it does not know as well.
bool IsKnown(absl::string_view method) {
  // gRPC answers health checks without generated code, so they are not in the pool.
  if (method == "grpc.health.v1.Health/Check") return true;
  const std::string full_name = absl::StrReplaceAll(method, {{"/", "."}});
  return google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(full_name) != nullptr;
}

// The series of one method. Thread-safe.
class MethodMetrics {
 public:
  MethodMetrics(Metrics* metrics, std::string method)
      : metrics_(metrics),
        method_(std::move(method)),
        seconds_(metrics->AddHistogram("lookalike_grpc_request_seconds", "Time from a call's headers to its status.",
                                       LatencyBuckets(), {{"method", method_}})),
        in_flight_(
            metrics->AddGauge("lookalike_grpc_requests_in_flight", "Calls being answered.", {{"method", method_}})) {}

  void Began() { in_flight_.Add(1); }

  void Ended(absl::StatusCode code, absl::Duration time) {
    in_flight_.Add(-1);
    seconds_.Observe(absl::ToDoubleSeconds(time));
    metrics_
        ->AddCounter("lookalike_grpc_requests_total", "Calls answered, by the status sent.",
                     {{"method", method_}, {"code", absl::StatusCodeToString(code)}})
        .Increment();
  }

 private:
  Metrics* const metrics_;
  const std::string method_;
  const Histogram seconds_;
  const Gauge in_flight_;
};

// Lives as long as its call.
class RequestInterceptor final : public grpc::experimental::Interceptor {
 public:
  explicit RequestInterceptor(MethodMetrics* method) : method_(method) { method_->Began(); }
  ~RequestInterceptor() override { method_->Ended(code_, absl::Now() - began_); }

  void Intercept(grpc::experimental::InterceptorBatchMethods* hook) override {
    if (hook->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      code_ = FromGrpcStatus(hook->GetSendStatus()).code();
    }
    hook->Proceed();
  }

 private:
  MethodMetrics* const method_;
  const absl::Time began_ = absl::Now();
  // A call that ends without a status of ours was given up by its client or by the connection.
  absl::StatusCode code_ = absl::StatusCode::kCancelled;
};

class RequestInterceptorFactory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit RequestInterceptorFactory(Metrics* metrics) : metrics_(metrics) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(grpc::experimental::ServerRpcInfo* call) override {
    // Every channel of ours holds one open for as long as it lives: neither its time nor its end says anything.
    if (absl::string_view(call->method()) == "/grpc.health.v1.Health/Watch") return nullptr;
    return new RequestInterceptor(Find(absl::StripPrefix(call->method(), "/")));
  }

 private:
  MethodMetrics* Find(absl::string_view method) {
    MutexLock lock(mutex_);
    const auto found = methods_.find(method);
    return found != methods_.end() ? found->second.get() : Add(IsKnown(method) ? method : "unknown");
  }

  MethodMetrics* Add(absl::string_view method) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    std::unique_ptr<MethodMetrics>& added = methods_[std::string(method)];
    if (added == nullptr) added = std::make_unique<MethodMetrics>(metrics_, std::string(method));
    return added.get();
  }

  Metrics* const metrics_;
  Mutex mutex_;
  std::map<std::string, std::unique_ptr<MethodMetrics>, std::less<>> methods_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> MakeRequestMetrics(Metrics* metrics) {
  return std::make_unique<RequestInterceptorFactory>(metrics);
}

}  // namespace lookalike
