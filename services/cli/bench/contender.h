// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "absl/status/status.h"

#include "services/cli/bench/vector_table.h"

namespace lookalike {

struct GraphOptions {
  size_t M = 16;
  size_t ef_construction = 200;
  size_t seed = 1;
};

// What building an index took, from the first vector on.
struct BuildCost {
  double seconds = 0;              // until every vector was in the graph
  double cpu_seconds = 0;          // of the processors, all threads together
  double settled_seconds = 0;      // until nothing was left to do in the background
  double settled_cpu_seconds = 0;  // likewise
  size_t resident_bytes = 0;       // that the process has grown by, once settled
  size_t accounted_bytes = 0;      // that the index says it takes; 0 where it does not say

  size_t bytes() const { return std::max(resident_bytes, accounted_bytes); }
};

// A graph that a bench builds and searches: ours, or the one we compare with.
class Contender {
 public:
  // What stands in the place of a result that a search did not find.
  static constexpr uint32_t kNone = UINT32_MAX;

  virtual ~Contender() = default;

  virtual std::string name() const = 0;
  virtual std::string vector_unit() const = 0;
  // Once, first. ResourceExhausted where there is no memory.
  virtual absl::Status Build(const VectorTable& base) = 0;
  // Candidates of the searches that follow.
  virtual void SetEf(size_t ef) = 0;
  // Fills `results` with the numbers of the nearest, best first.
  virtual void Search(std::span<const float> query, std::span<uint32_t> results) = 0;

  const BuildCost& build_cost() const { return build_cost_; }

 protected:
  BuildCost build_cost_;
};

// hnswlib over float32, which it adds to on one thread.
std::unique_ptr<Contender> MakeHnswlibContender(const GraphOptions& options);

// HnswIndex with one thread that links, and its audit.
class LookalikeContender : public Contender {
 public:
  // Embeddings to which no path leads.
  virtual size_t CountUnreachable() = 0;
};
std::unique_ptr<LookalikeContender> MakeLookalikeContender(const GraphOptions& options);

}  // namespace lookalike
