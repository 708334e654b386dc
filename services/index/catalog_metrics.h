// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "libs/catalog/catalog_store.h"
#include "libs/catalog/storage.h"
#include "libs/telemetry/metrics.h"

namespace lookalike {

// Gauges of every collection, from its CollectionInfo, and of the reads that wait for a write. Both must outlive what
// is returned; the gauges go when it is destroyed. docs/operations.md says which to watch.
std::vector<GaugeCallbackRegistration> AddCatalogMetrics(CatalogStore* catalog, Metrics* metrics);

// For Catalog::Options: histograms of the commits. `metrics` must outlive it.
StorageObserver ObserveCommits(Metrics* metrics);

}  // namespace lookalike
