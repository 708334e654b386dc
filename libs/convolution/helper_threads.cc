// SPDX-License-Identifier: Apache-2.0
#include "libs/convolution/helper_threads.h"

#include <chrono>

namespace lookalike {
namespace {

// Longer than the pauses between the layers of a network, short beside the network itself.
constexpr std::chrono::microseconds kLookout(200);

void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// Waits a moment for `done`; returns whether it came.
template <typename Predicate>
bool LookOutFor(Predicate done) {
  const auto end = std::chrono::steady_clock::now() + kLookout;
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    for (int i = 0; i < 16; ++i) Pause();
  }
  return true;
}

}  // namespace

HelperThreads::HelperThreads(size_t threads) {
  for (size_t i = 1; i <= threads; ++i) threads_.emplace_back([this, i] { Help(i); });
}

HelperThreads::~HelperThreads() {
  {
    MutexLock lock(mutex_);
    closing_ = true;
    ++jobs_;
    news_.NotifyAll();
  }
  for (std::thread& thread : threads_) thread.join();
}

void HelperThreads::TakeItems(Work work, size_t items, size_t thread) {
  for (size_t item = next_item_++; item < items; item = next_item_++) work(item, thread);
}

void HelperThreads::ForEach(size_t items, Work work) {
  if (threads_.empty() || items < 2) {
    for (size_t item = 0; item < items; ++item) work(item, 0);
    return;
  }
  {
    MutexLock lock(mutex_);
    work_ = &work;
    items_ = items;
    next_item_ = 0;
    ++jobs_;
    news_.NotifyAll();
  }
  TakeItems(work, items, 0);
  {
    MutexLock lock(mutex_);
    work_ = nullptr;  // who wakes up now comes too late
  }
  LookOutFor([this] { return helping_now_ == 0; });
  MutexLock lock(mutex_);
  while (helping_ > 0) news_.Wait(mutex_);
}

bool HelperThreads::AwaitJob(uint64_t& seen) {
  LookOutFor([this, seen] { return jobs_ != seen; });
  MutexLock lock(mutex_);
  while (jobs_ == seen) news_.Wait(mutex_);
  seen = jobs_;
  return !closing_;
}

void HelperThreads::Help(size_t thread) {
  for (uint64_t seen = 0; AwaitJob(seen);) {
    const Work* work = nullptr;
    size_t items = 0;
    {
      MutexLock lock(mutex_);
      if (work_ == nullptr) continue;
      work = work_;
      items = items_;
      helping_now_ = ++helping_;
    }
    TakeItems(*work, items, thread);
    MutexLock lock(mutex_);
    helping_now_ = --helping_;
    if (helping_ == 0) news_.NotifyAll();
  }
}

}  // namespace lookalike
