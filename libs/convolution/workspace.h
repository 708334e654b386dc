// SPDX-License-Identifier: Apache-2.0
// Internal to libs/convolution.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"

#include "libs/convolution/float_buffer.h"
#include "libs/convolution/layer_pass.h"
#include "libs/sync/mutex.h"

namespace lookalike {

// The memory of one run. It grows to what the largest input needs; a run of the same shape then allocates nothing.
struct Workspace {
  FloatBuffer picture;  // one image with its border, for the first layer
  FloatBuffer maps[2];  // the input of a layer and its output, in turns
  Scratch scratch;
};

// Workspaces that wait for the next run: as many as there have been runs at a time. Thread-safe.
class WorkspacePool {
 public:
  std::unique_ptr<Workspace> Take() {
    MutexLock lock(mutex_);
    if (idle_.empty()) return std::make_unique<Workspace>();
    std::unique_ptr<Workspace> workspace = std::move(idle_.back());  // the last one used is still in the caches
    idle_.pop_back();
    return workspace;
  }

  void GiveBack(std::unique_ptr<Workspace> workspace) {
    MutexLock lock(mutex_);
    idle_.push_back(std::move(workspace));
  }

 private:
  Mutex mutex_;
  std::vector<std::unique_ptr<Workspace>> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace lookalike
