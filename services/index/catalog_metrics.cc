// SPDX-License-Identifier: Apache-2.0
#include "services/index/catalog_metrics.h"

#include <functional>
#include <optional>

#include "absl/time/clock.h"

#include "libs/catalog/sequence_gate.h"

namespace lookalike {
namespace {

// One figure of a collection; nothing where it has none now.
using Figure = std::function<std::optional<double>(const CollectionInfo&)>;

struct CollectionGauge {
  const char* name;
  const char* help;
  Figure figure;
};

std::optional<double> SnapshotAge(const CollectionInfo& info) {
  if (info.snapshot_time == absl::InfinitePast()) return std::nullopt;
  return absl::ToDoubleSeconds(absl::Now() - info.snapshot_time);
}

Figure Of(uint64_t CollectionInfo::*figure) {
  return [figure](const CollectionInfo& info) { return static_cast<double>(info.*figure); };
}

std::vector<CollectionGauge> CollectionGauges() {
  using Info = CollectionInfo;
  return {
      {"lookalike_items", "Items that can be found", Of(&Info::items)},
      {"lookalike_tombstones", "Removed embeddings that still take up memory", Of(&Info::tombstones)},
      {"lookalike_backlog", "Embeddings that the graph does not hold yet; every search compares with each of them",
       Of(&Info::backlog)},
      {"lookalike_index_bytes", "Memory of the vector index, in bytes", Of(&Info::index_bytes)},
      {"lookalike_sequence", "Writes in the history of the collection", Of(&Info::sequence)},
      {"lookalike_rebuilds", "Rebuilds of the index since the start; only goes up", Of(&Info::rebuilds)},
      {"lookalike_rebuilding", "1 while the index is being rebuilt, else 0",
       [](const Info& info) { return info.rebuilding ? 1.0 : 0.0; }},
      {"lookalike_unreachable", "Embeddings that the last audit of the graph found no path to", Of(&Info::unreachable)},
      {"lookalike_mean_items", "Items that a centred collection's mean was fitted on; 0 while there is none",
       Of(&Info::mean_items)},
      {"lookalike_snapshot_age_seconds", "Seconds since the snapshot on disk was made; absent where there is none",
       SnapshotAge},
      {"lookalike_snapshot_bytes", "Size of the snapshot on disk, in bytes", Of(&Info::snapshot_bytes)},
      {"lookalike_snapshot_sequence", "The last write that the snapshot on disk covers; 0 where there is none",
       Of(&Info::snapshot_sequence)},
  };
}

std::vector<GaugeSample> Samples(CatalogStore* catalog, const Figure& figure) {
  std::vector<GaugeSample> samples;
  const absl::StatusOr<std::vector<CollectionInfo>> infos = catalog->ListCollections(absl::InfiniteFuture());
  if (!infos.ok()) return samples;
  for (const CollectionInfo& info : *infos) {
    const std::optional<double> value = figure(info);
    if (value) samples.push_back({{{"collection", info.spec.name}}, *value});
  }
  return samples;
}

}  // namespace

std::vector<GaugeCallbackRegistration> AddCatalogMetrics(CatalogStore* catalog, Metrics* metrics) {
  std::vector<GaugeCallbackRegistration> gauges;
  for (const CollectionGauge& gauge : CollectionGauges()) {
    gauges.push_back(metrics->AddGaugeCallback(gauge.name, gauge.help,
                                               [catalog, figure = gauge.figure] { return Samples(catalog, figure); }));
  }
  gauges.push_back(metrics->AddGaugeCallback("lookalike_sequence_waiters", "Reads that wait for their min_sequence", {},
                                             [] { return static_cast<double>(SequenceGate::Waiting()); }));
  return gauges;
}

StorageObserver ObserveCommits(Metrics* metrics) {
  const Histogram items = metrics->AddHistogram("lookalike_commit_items", "Items written or deleted by one commit",
                                                {1, 4, 16, 64, 256, 1024, 4096, 16384});
  const Histogram seconds = metrics->AddHistogram("lookalike_commit_seconds",
                                                  "Time of a commit to disk, its sync above all", LatencyBuckets());
  return {.on_commit_items = [items](size_t count) { items.Observe(static_cast<double>(count)); },
          .on_sync = [seconds](absl::Duration time) { seconds.Observe(absl::ToDoubleSeconds(time)); }};
}

}  // namespace lookalike
