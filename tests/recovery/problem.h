// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

namespace lookalike {

enum class Fault {
  kMissing,            // an acknowledged item is not there
  kPhantom,            // an item is there that was deleted, or never written
  kDuplicate,          // an id comes twice
  kStale,              // an item has an older value than the one acknowledged, or one never sent
  kZeroed,             // an item's parts are empty or zeros
  kMixed,              // an item is not in every part what one write made of it
  kTorn,               // of one unacknowledged write a part is there
  kCount,              // figures that should be one number are not
  kSequence,           // a sequence number is lower than one acknowledged
  kNotFound,           // a search finds less than it must
  kScore,              // a score is not the cosine, or results are out of order
  kFilter,             // a filtered search finds what does not match
  kAudit,              // the server's own audit finds something
  kMissingCollection,  // an acknowledged collection is not there
  kPhantomCollection,  // a collection is there that was deleted, or never made
  kCall,               // a call failed that cannot
};
const char* FaultName(Fault fault);

// Something that is not as it must be.
struct Problem {
  Fault fault = Fault::kMissing;
  std::string where;  // the collection, and the id or the query
  std::string expected;
  std::string found;
};
std::ostream& operator<<(std::ostream& out, const Problem& problem);

using Problems = std::vector<Problem>;

// Searches for items by their own embeddings, and those that did not find them. They are counted apart from the other
// problems: a graph is approximate, and how many it may miss is for the caller to say.
struct OwnSearches {
  uint64_t count = 0;
  Problems misses;

  void Add(const OwnSearches& other);
};

}  // namespace lookalike
