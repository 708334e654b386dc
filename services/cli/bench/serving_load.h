// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <grpcpp/channel.h>

#include "absl/time/time.h"

#include "libs/batching/lane.h"

namespace lookalike {

// How calls of one picture each are sent to an encoder.
struct LoadPlan {
  double calls_per_second = 0;  // at random moments, whether or not earlier ones are answered; 0: as fast as allowed
  size_t max_unanswered = 0;    // calls wait here, unsent, while so many are unanswered; 0: any number may be
  absl::Duration time = absl::Seconds(1);
  // Calls are sent before that time too, and not counted: until queues are as full as they get.
  absl::Duration lead = absl::ZeroDuration();
  absl::Duration timeout = absl::Seconds(60);  // of each call
  Lane lane = Lane::kInteractive;
};

// What became of them.
struct LoadOutcome {
  double seconds = 0;  // the plan's time
  size_t sent = 0;
  size_t answered_in_time = 0;       // with an embedding, within the plan's time: what throughput counts
  std::vector<double> microseconds;  // each call that got its embedding, from the moment it should have been sent
  size_t refused = 0;                // RESOURCE_EXHAUSTED
  size_t refused_with_delay = 0;     // of those, the ones that were told when to try again
  size_t expired = 0;                // DEADLINE_EXCEEDED
  size_t failed = 0;                 // for any other reason

  double AnsweredPerSecond() const { return static_cast<double>(answered_in_time) / seconds; }
};

// Sends calls of `picture`, a file, from this thread alone, and waits until the last is answered. A call's time counts
// from the moment it was due, not from when it was sent, so that a slow client hides nothing.
LoadOutcome RunLoad(const std::shared_ptr<grpc::Channel>& channel, const std::string& picture, const LoadPlan& plan);

}  // namespace lookalike
