// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"

#include "libs/convolution/helper_threads.h"
#include "libs/convolution/packed_chain.h"
#include "libs/convolution/workspace.h"
#include "libs/sync/mutex.h"

namespace lookalike {

// Runs a chain, for any number of threads at a time. Each run has a workspace, kept for later ones: after the first few
// nothing is allocated. A run that finds itself alone is helped: each of its layers is split over the caller and the
// helpers, so that one picture on an idle machine uses all cores. As soon as there are two, each works by itself, which
// gets more done.
//
// A result does not depend on who helped, nor on the other images of a batch: not in a single bit.
class ChainRunner {
 public:
  // `helpers`: threads of its own; one less than the cores that the process may use.
  ChainRunner(std::shared_ptr<const PackedChain> chain, size_t helpers);

  const PackedChain& chain() const { return *chain_; }

  // `input` is [batch][chain().inputs()][height][width] floats, `output` [batch][chain().outputs()].
  // InvalidArgument: a side that the poolings leave nothing of.
  absl::Status Run(const float* input, size_t batch, size_t height, size_t width, float* output);

 private:
  void RunImages(const float* input, size_t images, size_t height, size_t width, float* output, Workspace& workspace);
  Crew CrewNow(Workspace& workspace);

  const std::shared_ptr<const PackedChain> chain_;
  HelperThreads helpers_;
  std::vector<Scratch> helpers_scratch_;  // used by helpers_ only, hence by one run at a time
  std::atomic<size_t> running_ = 0;
  WorkspacePool workspaces_;
};

}  // namespace lookalike
