// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

#include "libs/ann/hnsw_index.h"
#include "services/cli/bench/vector_table.h"

namespace lookalike {

// Where a bench has its vectors from: the flags that all of them share.
struct VectorFlags {
  std::string base = {};
  std::string queries = {};
  size_t dimension = 512;
  size_t limit = 0;
  size_t synthetic = 0;
  uint64_t seed = 1;

  void AddTo(CLI::App& command);
};

// The fewest of which an index makes a graph; it scans what is less.
inline constexpr size_t kLeastForGraph = HnswIndex::Options().exact_threshold + 1;

// Normalised vectors to search among and to search for.
struct BenchVectors {
  std::string source;  // the file's path, or "synthetic"
  VectorTable base;
  VectorTable queries;
};

// Reads or makes what the flags say. InvalidArgument, naming the flag, where they contradict each other, or there are
// fewer than `least` base vectors; errors of ReadVectorFile.
absl::StatusOr<BenchVectors> LoadVectors(const VectorFlags& flags, size_t least);

}  // namespace lookalike
