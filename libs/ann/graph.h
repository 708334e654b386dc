// SPDX-License-Identifier: Apache-2.0
// Private to libs/ann.
#pragma once

#include <atomic>
#include <cstddef>

#include "libs/ann/link_table.h"
#include "libs/ann/row_table.h"
#include "libs/ann/visited_set.h"

namespace lookalike {

// What an index knows. Searches read it without a lock while the parts below are changed, each by one thread at a time:
// `rows` by HnswIndex (write_mutex_), `links` by the Linker (its own lock), `linked` by BackgroundLinking.
struct Graph {
  Graph(size_t dimension, size_t M) : rows(dimension), links(M) {}

  // Rows that came after it are the backlog.
  size_t backlog() const {
    const size_t first = linked.load(std::memory_order_acquire);
    return rows.size() - first;
  }

  RowTable rows;
  LinkTable links;
  std::atomic<size_t> linked = 0;  // every row below it is in `links`, or was dead when its turn came
  mutable VisitedSets visited;
};

}  // namespace lookalike
