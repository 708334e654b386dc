// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"

#include "libs/ann/vector_index.h"
#include "libs/file/blocks.h"
#include "libs/sync/mutex.h"
#include "libs/sync/permits.h"

namespace lookalike {

class BackgroundLinking;
struct Graph;

// A VectorIndex in memory: codes of the embeddings (libs/vector/code.h) and an HNSW graph of them (Malkov and Yashunin,
// arXiv 1603.09320) that hnswlib builds and that we search.
//
// An embedding that is put goes into the backlog: searches compare with each of these. Threads in the background link
// them into the graph, one after another. So a Put() takes microseconds, whatever the size of the graph.
//
// Searches take no lock: they neither wait for Put() and Remove() nor for the linking, nor hold them up.
//
// Results are exact (to the precision of codes, about 1e-5) where a search scans: in a small index, for a filter that
// lets few through, for a k that is a large part of the whole, for what is in the backlog, and where the graph could
// not lead to k of them. Elsewhere they are approximate, with the recall that `M`, `ef_construction` and `ef` buy.
//
// A removed or replaced embedding stays as a tombstone: a step on the way to others, never a result. Tombstones take up
// memory and a part of the searches' time for the life of the index; whoever wants both back builds a new one.
//
// Memory: about 2 × dimension + 8 × M + 50 bytes for each embedding and tombstone.
class HnswIndex final : public VectorIndex {
 public:
  struct Options {
    size_t dimension = 0;  // floats an embedding, 1 to 65,536

    // Links of an embedding, twice as many on the lowest level; 2 to 256. Memory and time to add grow with it. At 16,
    // 100,000 VGG embeddings have a recall@10 of 0.95 from an ef_search of 64 on.
    size_t M = 16;
    // Candidates among which the links of a new embedding are chosen; at least 1. Time to link is proportional to it.
    size_t ef_construction = 200;
    // Candidates that a search keeps where it does not say; at least 1, and k where that is larger. Time to search is
    // proportional to it.
    size_t ef_search = 100;

    // An index of at most this many embeddings is scanned, and has no graph: exact, and at 512 dimensions as fast.
    size_t exact_threshold = 2000;

    size_t link_threads = 1;  // that link in the background, 1 to 64
    // Bounds how many threads of several indexes link at once. Not owned, outlives the index; may be null.
    Permits* link_permits = nullptr;
    size_t seed = 100;  // of the levels that embeddings are put on
  };

  struct Figures {
    size_t live = 0;        // embeddings that can be found
    size_t tombstones = 0;  // removed or replaced ones that still take up memory
    size_t backlog = 0;     // rows that are not in the graph yet
    size_t mended = 0;      // embeddings that a search for them did not find, and that got new links, since the start
    size_t bytes = 0;       // of memory, all together
  };

  // What an audit of the graph found.
  struct Audit {
    std::vector<Slot> unreachable;  // of embeddings in the graph to which no path leads from its entry
    size_t mended = 0;              // of these, how many have one now
  };

  // InvalidArgument, naming it, where an option is out of its range; ResourceExhausted where there is no memory.
  static absl::StatusOr<std::unique_ptr<HnswIndex>> Create(const Options& options);
  // Stops the linking.
  ~HnswIndex() override;

  absl::Status Put(Slot slot, uint64_t version, std::span<const float> embedding) override;
  absl::Status Remove(Slot slot) override;
  absl::StatusOr<std::vector<Neighbor>> Search(const NeighborQuery& query) const override;

  size_t dimension() const override { return options_.dimension; }
  size_t size() const override;
  size_t backlog() const;
  Figures figures() const;

  // The version with which the slot's embedding was put; nothing where it has none.
  std::optional<uint64_t> VersionOf(Slot slot) const;
  // Fills `embedding` (dimension() floats) with the slot's, to the precision of its code. False, and nothing happens,
  // where it has none of this version.
  bool Read(Slot slot, uint64_t version, std::span<float> embedding) const;
  // Every slot that has an embedding, once, in their order.
  void ForEachSlot(const std::function<void(Slot, uint64_t version)>& visit) const;

  // Waits until at most `rows` rows are in the backlog (an index below its exact_threshold has none to wait for).
  // False where the deadline passed first.
  bool WaitForBacklog(size_t rows, absl::Time deadline) const;

  // Waits until nothing is left to do in the background. False where the deadline passed first.
  bool WaitUntilIdle(absl::Time deadline) const;

  // Walks the whole graph: which of the embeddings in it can be reached? Beside searches and writes, whose rows it may
  // or may not see. Time: some tens of nanoseconds a link.
  Audit AuditGraph(bool repair);

  // Writes the index as blocks, while it is used: a Put() or Remove() that runs beside it may be part of it or not.
  // Format: docs/storage.md.
  absl::Status Save(BlockWriter& writer) const;
  // Reads what Save() wrote. An embedding comes to life if `is_current` says so of its slot and version; of
  // several of a slot, the one that was put last. FailedPrecondition where the snapshot is of another dimension or M;
  // DataLoss where it is damaged.
  static absl::StatusOr<std::unique_ptr<HnswIndex>> Load(const Options& options, BlockReader& reader,
                                                         const std::function<bool(Slot, uint64_t version)>& is_current);

 private:
  explicit HnswIndex(const Options& options);

  absl::Status Check(std::span<const float> embedding) const;

  const Options options_;
  mutable Mutex write_mutex_;           // held to change the graph's rows
  const std::unique_ptr<Graph> graph_;  // its members say who may change what
  const std::unique_ptr<BackgroundLinking> linking_;
};

}  // namespace lookalike
