// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "services/cli/bench/vector_table.h"

namespace lookalike {

inline constexpr size_t kNeighbors = 10;  // results of a search: the k of recall@10

// What an exhaustive search says: the numbers of base vectors.
using ExactNeighbors = std::vector<uint32_t>;

// Calls `visit` for each query with its similarity to every base vector, in the order of the base.
void ForEachQuery(const VectorTable& base, const VectorTable& queries,
                  const std::function<void(size_t query, std::span<const float> similarities)>& visit);

// The k most similar, in no order, of those that `allowed` says true of; fewer where there are no more.
ExactNeighbors MostSimilar(std::span<const float> similarities, size_t k,
                           const std::function<bool(uint32_t)>& allowed = nullptr);

// For each query its k nearest of the base.
std::vector<ExactNeighbors> FindExactly(const VectorTable& base, const VectorTable& queries, size_t k);

// How many of `exact` are among the results.
size_t CountFound(const ExactNeighbors& exact, std::span<const uint32_t> results);

}  // namespace lookalike
