// SPDX-License-Identifier: Apache-2.0
#include "services/cli/bench/serving_load.h"

#include <random>

#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>

#include "absl/time/clock.h"
#include "lookalike/v1/encoder.grpc.pb.h"

#include "libs/batching/retry_delay.h"
#include "libs/rpc/deadline.h"
#include "libs/rpc/status.h"

namespace lookalike {
namespace {

struct Call {
  absl::Time due;
  grpc::ClientContext context;
  v1::EncodeResponse response;
  grpc::Status status;
  std::unique_ptr<grpc::ClientAsyncResponseReader<v1::EncodeResponse>> reader;
};

class LoadRun {
 public:
  LoadRun(const std::shared_ptr<grpc::Channel>& channel, const std::string& picture, const LoadPlan& plan)
      : plan_(plan), stub_(v1::Encoder::NewStub(channel)) {
    request_.add_images()->set_content(picture);
    request_.set_lane(plan.lane == Lane::kBulk ? v1::LANE_BULK : v1::LANE_INTERACTIVE);
  }

  LoadOutcome Run() {
    const absl::Time begin = absl::Now();
    counts_from_ = begin + plan_.lead;
    end_ = counts_from_ + plan_.time;
    for (absl::Time due = begin; due < end_; due += Gap()) {
      while (absl::Now() < due || IsFull()) {
        if (!HearOne(IsFull() ? end_ : due) && absl::Now() >= end_) break;
      }
      if (absl::Now() >= end_) break;
      Send(plan_.calls_per_second == 0 ? absl::Now() : due);
    }
    outcome_.seconds = absl::ToDoubleSeconds(plan_.time);
    while (unanswered_ > 0) HearOne(absl::InfiniteFuture());
    return std::move(outcome_);
  }

 private:
  // Exponentially distributed: calls of people who know nothing of each other.
  absl::Duration Gap() {
    if (plan_.calls_per_second == 0) return absl::ZeroDuration();
    return absl::Seconds(std::exponential_distribution<double>(plan_.calls_per_second)(random_));
  }

  bool IsFull() const { return plan_.max_unanswered > 0 && unanswered_ >= plan_.max_unanswered; }

  void Send(absl::Time due) {
    auto* call = new Call{.due = due, .context = {}, .response = {}, .status = {}, .reader = nullptr};
    SetDeadline(call->context, due + plan_.timeout);
    call->reader = stub_->AsyncEncode(&call->context, request_, &answers_);
    call->reader->Finish(&call->response, &call->status, call);
    if (due >= counts_from_) ++outcome_.sent;
    ++unanswered_;
  }

  // Waits for one answer; false where none came before `until`.
  bool HearOne(absl::Time until) {
    void* tag = nullptr;
    bool ok = false;
    if (answers_.AsyncNext(&tag, &ok, absl::ToChronoTime(until)) != grpc::CompletionQueue::GOT_EVENT) return false;
    const std::unique_ptr<Call> call(static_cast<Call*>(tag));
    --unanswered_;
    Count(*call);
    return true;
  }

  void Count(const Call& call) {
    const absl::Time now = absl::Now();
    const absl::Status status = FromGrpcStatus(call.status);
    if (status.ok() && call.response.results_size() == 1 && call.response.results(0).has_embedding()) {
      if (now >= counts_from_ && now <= end_) ++outcome_.answered_in_time;
      if (call.due >= counts_from_) outcome_.microseconds.push_back(absl::ToDoubleMicroseconds(now - call.due));
    } else if (call.due < counts_from_) {
      return;
    } else if (absl::IsResourceExhausted(status)) {
      ++outcome_.refused;
      if (RetryDelayOf(status).has_value()) ++outcome_.refused_with_delay;
    } else if (absl::IsDeadlineExceeded(status)) {
      ++outcome_.expired;
    } else {
      ++outcome_.failed;
    }
  }

  const LoadPlan plan_;
  const std::unique_ptr<v1::Encoder::Stub> stub_;
  v1::EncodeRequest request_;
  grpc::CompletionQueue answers_;
  std::mt19937_64 random_{1};
  absl::Time counts_from_;
  absl::Time end_;
  size_t unanswered_ = 0;
  LoadOutcome outcome_;
};

}  // namespace

LoadOutcome RunLoad(const std::shared_ptr<grpc::Channel>& channel, const std::string& picture, const LoadPlan& plan) {
  return LoadRun(channel, picture, plan).Run();
}

}  // namespace lookalike
