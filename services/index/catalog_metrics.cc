// SPDX-License-Identifier: Apache-2.0
#include "services/index/catalog_metrics.h"

namespace lookalike {
namespace {

GaugeCallbackRegistration AddGauge(CatalogStore* catalog, Metrics* metrics, absl::string_view name,
                                   absl::string_view help, uint64_t CollectionInfo::*figure) {
  return metrics->AddGaugeCallback(name, help, [catalog, figure] {
    std::vector<GaugeSample> samples;
    const absl::StatusOr<std::vector<CollectionInfo>> infos = catalog->ListCollections(absl::InfiniteFuture());
    if (!infos.ok()) return samples;
    for (const CollectionInfo& info : *infos) {
      samples.push_back({{{"collection", info.spec.name}}, static_cast<double>(info.*figure)});
    }
    return samples;
  });
}

}  // namespace

std::vector<GaugeCallbackRegistration> AddCatalogMetrics(CatalogStore* catalog, Metrics* metrics) {
  std::vector<GaugeCallbackRegistration> gauges;
  gauges.push_back(AddGauge(catalog, metrics, "lookalike_items", "Items that can be found", &CollectionInfo::items));
  gauges.push_back(AddGauge(catalog, metrics, "lookalike_tombstones", "Removed embeddings that still take up memory",
                            &CollectionInfo::tombstones));
  gauges.push_back(AddGauge(catalog, metrics, "lookalike_sequence", "Writes in the history of the collection",
                            &CollectionInfo::sequence));
  return gauges;
}

}  // namespace lookalike
