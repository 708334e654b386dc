// SPDX-License-Identifier: Apache-2.0
#include "libs/ann/hnsw_index.h"

#include <algorithm>
#include <cmath>
#include <new>

#include "absl/strings/str_cat.h"

#include "libs/ann/background_linking.h"
#include "libs/ann/graph.h"
#include "libs/ann/graph_audit.h"
#include "libs/ann/graph_search.h"
#include "libs/ann/graph_snapshot.h"
#include "libs/vector/dot.h"

namespace lookalike {
namespace {

// Far wider than the rounding of Normalize(), far narrower than any mistake; NaN is outside it.
constexpr float kSquaredNormTolerance = 1e-3f;

absl::Status CheckRange(absl::string_view option, size_t value, size_t least, size_t most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("index option ", option, " is ", value, ", wanted ", least, " to ", most));
}

absl::Status CheckOptions(const HnswIndex::Options& options) {
  constexpr size_t kMostCandidates = 1 << 20;
  absl::Status status = CheckRange("dimension", options.dimension, 1, 65'536);
  status.Update(CheckRange("M", options.M, 2, 256));
  status.Update(CheckRange("ef_construction", options.ef_construction, 1, kMostCandidates));
  status.Update(CheckRange("ef_search", options.ef_search, 1, kMostCandidates));
  status.Update(CheckRange("link_threads", options.link_threads, 1, 64));
  return status;
}

absl::Status NoMemory() { return absl::ResourceExhaustedError("index: not enough memory"); }

}  // namespace

absl::StatusOr<std::unique_ptr<HnswIndex>> HnswIndex::Create(const Options& options) {
  if (absl::Status status = CheckOptions(options); !status.ok()) return status;
  try {
    return std::unique_ptr<HnswIndex>(new HnswIndex(options));
  } catch (const std::bad_alloc&) {
    return NoMemory();
  }
}

HnswIndex::HnswIndex(const Options& options)
    : options_(options),
      graph_(std::make_unique<Graph>(options.dimension, options.M)),
      linking_(std::make_unique<BackgroundLinking>(
          *graph_,
          BackgroundLinking::Options{.threads = options.link_threads,
                                     .permits = options.link_permits,
                                     .exact_threshold = options.exact_threshold,
                                     .ef_search = options.ef_search,
                                     .linker = {.ef_construction = options.ef_construction, .seed = options.seed}})) {}

HnswIndex::~HnswIndex() = default;

absl::Status HnswIndex::Check(std::span<const float> embedding) const {
  if (embedding.size() != options_.dimension) {
    return absl::InvalidArgumentError(
        absl::StrCat("embedding has ", embedding.size(), " values, the index wants ", options_.dimension));
  }
  const float squared_norm = Dot(embedding.data(), embedding.data(), embedding.size());
  if (!(std::abs(squared_norm - 1) <= kSquaredNormTolerance)) {
    return absl::InvalidArgumentError(absl::StrCat("embedding has the norm ", std::sqrt(squared_norm), ", wanted 1"));
  }
  return absl::OkStatus();
}

absl::Status HnswIndex::Put(Slot slot, uint64_t version, std::span<const float> embedding) {
  try {
    if (absl::Status status = Check(embedding); !status.ok()) return status;
    {
      MutexLock lock(write_mutex_);
      graph_->rows.Append(slot, version, embedding);
    }
    linking_->Notify();
    return absl::OkStatus();
  } catch (const std::bad_alloc&) {
    return NoMemory();
  }
}

absl::Status HnswIndex::Remove(Slot slot) {
  MutexLock lock(write_mutex_);
  if (graph_->rows.Kill(slot) != kNoRow) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("slot ", slot, " is not in the index"));
}

absl::StatusOr<std::vector<Neighbor>> HnswIndex::Search(const NeighborQuery& query) const {
  try {
    if (absl::Status status = Check(query.embedding); !status.ok()) return status;
    return GraphSearch(*graph_, query, {.ef = options_.ef_search, .exact_threshold = options_.exact_threshold}).Run();
  } catch (const std::bad_alloc&) {
    return NoMemory();
  }
}

size_t HnswIndex::size() const { return graph_->rows.live(); }

size_t HnswIndex::backlog() const { return graph_->backlog(); }

HnswIndex::Figures HnswIndex::figures() const {
  MutexLock lock(write_mutex_);
  const size_t live = graph_->rows.live();
  return {.live = live,
          .tombstones = graph_->rows.size() - live,
          .backlog = graph_->backlog(),
          .mended = linking_->mended(),
          .bytes = graph_->rows.bytes() + graph_->visited.bytes() + linking_->bytes()};
}

std::optional<uint64_t> HnswIndex::VersionOf(Slot slot) const {
  const Row row = graph_->rows.RowOf(slot);
  if (row == kNoRow) return std::nullopt;
  return graph_->rows.version(row);
}

bool HnswIndex::Read(Slot slot, uint64_t version, std::span<float> embedding) const {
  const RowTable& rows = graph_->rows;
  const Row row = rows.RowOf(slot);
  if (row == kNoRow || rows.version(row) != version) return false;
  Decode(rows.scaling(row).scale, rows.high(row), rows.low(row), embedding);
  return true;
}

void HnswIndex::ForEachSlot(const std::function<void(Slot, uint64_t)>& visit) const {
  const size_t slots = graph_->rows.slots();
  for (Slot slot = 0; slot < slots; ++slot) {
    if (const std::optional<uint64_t> version = VersionOf(slot)) visit(slot, *version);
  }
}

bool HnswIndex::WaitForBacklog(size_t rows, absl::Time deadline) const {
  return linking_->WaitForBacklog(rows, deadline);
}

bool HnswIndex::WaitUntilIdle(absl::Time deadline) const { return linking_->WaitUntilIdle(deadline); }

HnswIndex::Audit HnswIndex::AuditGraph(bool repair) {
  Audit audit;
  const std::vector<Row> unreachable = FindUnreachable(*graph_);
  for (const Row row : unreachable) audit.unreachable.push_back(graph_->rows.slot(row));
  if (!repair) return audit;
  for (const Row row : unreachable) linking_->linker().MakeReachable(row, options_.ef_search);
  // Writes beside it can have left others unreachable meanwhile.
  audit.mended = unreachable.size() - std::min(unreachable.size(), FindUnreachable(*graph_).size());
  return audit;
}

absl::Status HnswIndex::Save(BlockWriter& writer) const { return SaveGraph(*graph_, linking_->patrolled(), writer); }

absl::StatusOr<std::unique_ptr<HnswIndex>> HnswIndex::Load(const Options& options, BlockReader& reader,
                                                           const std::function<bool(Slot, uint64_t)>& is_current) {
  absl::StatusOr<std::unique_ptr<HnswIndex>> index = Create(options);
  if (!index.ok()) return index.status();
  Graph& graph = *(*index)->graph_;
  try {
    const absl::StatusOr<LoadedGraph> loaded = LoadGraph(reader, graph);
    if (!loaded.ok()) return loaded.status();
    for (Row row = static_cast<Row>(graph.rows.size()); row-- > 0;) {
      if (is_current(graph.rows.slot(row), graph.rows.version(row))) graph.rows.Revive(row);
    }
    (*index)->linking_->Resume(loaded->linked, loaded->patrolled);
  } catch (const std::bad_alloc&) {
    return NoMemory();
  }
  (*index)->linking_->Notify();
  return index;
}

}  // namespace lookalike
