// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"

#include "libs/sync/mutex.h"
#include "tests/recovery/expectation.h"
#include "tests/recovery/journal.h"

namespace lookalike {

// A collection as a worker sees it.
struct Target {
  std::string name;
  uint32_t dimension = 0;
  uint64_t incarnation = 0;
};

// One item of a write: a version to upsert, or kAbsent to delete.
struct Change {
  std::string id;
  Version version = kAbsent;
};

// What came of a call, or of one item of a write.
enum class Outcome {
  kDone,
  kRefused,  // the store says it did not happen
  kOpen,     // nobody knows
};

// What the store must hold, by what it has acknowledged. It stands outside the store: in memory, and in a journal on
// disk that tells how it came to that. Thread-safe.
class Oracle {
 public:
  // The journal is written from now on to this file, beginning with all that is expected now.
  void StartJournal(const std::string& path);
  // A line of the harness itself.
  void Note(const std::string& line);

  // Whether a collection may be made: false where the name is taken, or writes to the one before it still run, which
  // could reach the new one.
  bool BeginCreate(const std::string& name, uint32_t dimension);
  void EndCreate(const std::string& name, Outcome outcome, bool centered);
  // From Begin on nobody else begins a write there. False where somebody else is dropping it.
  bool BeginDrop(const Target& target);
  void EndDrop(const Target& target, Outcome outcome);

  // Every write is announced before it is sent. Where an id stands twice in it, the later change counts. Returns the
  // ticket to end it with; 0 where the collection is not alive any more: then it must not be sent.
  uint64_t BeginWrite(const Target& target, const std::vector<Change>& changes);
  // One outcome for each change; `sequence` is that of the answer. Changes that were done have consecutive numbers up
  // to it.
  void EndWrite(uint64_t ticket, const std::vector<Outcome>& outcomes, uint64_t sequence);
  // No answer came.
  void LoseWrite(uint64_t ticket);

  std::vector<Target> Alive() const;
  // Whether this life of it goes on.
  bool IsAlive(const Target& target) const;
  // That an acknowledgement of a write there named.
  uint64_t HighestSequence(const Target& target) const;
  // The ids with what is expected of each, from `first_id` on, at most `limit`.
  std::vector<std::pair<std::string, ExpectedItem>> Items(const Target& target, const std::string& first_id,
                                                          size_t limit) const;
  ExpectedItem Item(const Target& target, const std::string& id) const;
  Expectation expectation() const;

  // Takes what a check found to be right as what must be there from now on: no write is open any more.
  void Settle(const Observation& observation);

 private:
  struct RunningWrite {
    Target target;
    std::vector<Change> changes;
    uint64_t began_at = 0;
  };

  mutable Mutex mutex_;
  Journal journal_ ABSL_GUARDED_BY(mutex_);
  Expectation collections_ ABSL_GUARDED_BY(mutex_);
  std::map<uint64_t, RunningWrite> running_ ABSL_GUARDED_BY(mutex_);  // by ticket
  // Counts what begins and ends: tickets, incarnations and times all come from it.
  uint64_t clock_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace lookalike
