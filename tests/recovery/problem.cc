// SPDX-License-Identifier: Apache-2.0
#include "tests/recovery/problem.h"

namespace lookalike {

const char* FaultName(Fault fault) {
  switch (fault) {
    case Fault::kMissing:
      return "missing item";
    case Fault::kPhantom:
      return "phantom item";
    case Fault::kDuplicate:
      return "duplicate item";
    case Fault::kStale:
      return "stale item";
    case Fault::kZeroed:
      return "zeroed item";
    case Fault::kMixed:
      return "mixed item";
    case Fault::kTorn:
      return "torn write";
    case Fault::kCount:
      return "wrong count";
    case Fault::kSequence:
      return "wrong sequence number";
    case Fault::kNotFound:
      return "not found by search";
    case Fault::kScore:
      return "wrong score";
    case Fault::kFilter:
      return "wrong filtering";
    case Fault::kAudit:
      return "audit";
    case Fault::kMissingCollection:
      return "missing collection";
    case Fault::kPhantomCollection:
      return "phantom collection";
    case Fault::kCall:
      return "failed call";
  }
  return "unknown";
}

std::ostream& operator<<(std::ostream& out, const Problem& problem) {
  return out << FaultName(problem.fault) << ": " << problem.where << ": expected " << problem.expected << ", found "
             << problem.found;
}

void OwnSearches::Add(const OwnSearches& other) {
  count += other.count;
  misses.insert(misses.end(), other.misses.begin(), other.misses.end());
}

}  // namespace lookalike
