// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/recovery/value.h"

// What must be in the store, and what was found there: plain data, which the checker compares.
namespace lookalike {

// A write that has happened, or what was found: version kAbsent for a deletion.
struct Written {
  Version version = kAbsent;
  uint64_t sequence = 0;
};

// A write of which nobody knows whether it happened.
struct PendingWrite {
  uint64_t ticket = 0;
  Version version = kAbsent;
  // Of the write acknowledged last when this one began.
  uint64_t sequence_before = 0;
  // The oracle's clock when an answer came that left it open; 0 where none came.
  uint64_t answered_at = 0;
};

struct ExpectedItem {
  // The last write, by its sequence number, that was acknowledged.
  Written acknowledged;
  // The version before that; kAbsent where there was none. No search may find it.
  Version former = kAbsent;
  // Each of them may have come after it.
  std::vector<PendingWrite> pending;
};

enum class Life { kCreating, kAlive, kDropping, kDropped };

// One life of a collection: made again under its name, it is another.
struct ExpectedCollection {
  std::string name;
  uint32_t dimension = 0;
  bool centered = false;
  uint64_t incarnation = 0;
  Life life = Life::kCreating;
  uint64_t highest_sequence = 0;  // that an acknowledgement named
  int writes_running = 0;
  std::map<std::string, ExpectedItem> items;  // those that were deleted too
};

// By name.
using Expectation = std::map<std::string, ExpectedCollection>;

struct ObservedCollection {
  bool centered = false;
  uint64_t sequence = 0;
  std::map<std::string, Written> items;
};
using Observation = std::map<std::string, ObservedCollection>;

}  // namespace lookalike
