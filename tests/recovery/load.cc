// SPDX-License-Identifier: Apache-2.0
#include "tests/recovery/load.h"

#include "absl/time/clock.h"

namespace lookalike {
namespace {

constexpr uint64_t kWorkers = 4;

}  // namespace

Load::Load(const std::string& address, Oracle* oracle, uint64_t seed, uint64_t cycle) {
  const auto channel = ConnectTo(address);
  for (uint64_t number = 0; number < kWorkers; ++number) {
    workers_.push_back(std::make_unique<Worker>(channel, oracle, seed, cycle, number, kWorkers));
  }
  for (const auto& worker : workers_) threads_.emplace_back([this, &worker] { Run(*worker); });
}

Load::~Load() { Stop(); }

void Load::Run(Worker& worker) {
  while (!stopping_ && worker.problems().empty() && worker.Step()) continue;
  MutexLock lock(mutex_);
  ++ended_;
  ended_changed_.NotifyAll();
}

bool Load::WaitForEnd(absl::Duration most) {
  const absl::Time deadline = absl::Now() + most;
  MutexLock lock(mutex_);
  while (ended_ < workers_.size() && ended_changed_.WaitUntil(mutex_, deadline)) continue;
  return ended_ == workers_.size();
}

void Load::Stop() {
  stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

Problems Load::problems() const {
  Problems problems;
  for (const auto& worker : workers_) {
    problems.insert(problems.end(), worker->problems().begin(), worker->problems().end());
  }
  return problems;
}

uint64_t Load::calls() const {
  uint64_t calls = 0;
  for (const auto& worker : workers_) calls += worker->calls();
  return calls;
}

OwnSearches Load::own_searches() const {
  OwnSearches searches;
  for (const auto& worker : workers_) searches.Add(worker->own_searches());
  return searches;
}

}  // namespace lookalike
