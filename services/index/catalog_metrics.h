// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "libs/catalog/catalog_store.h"
#include "libs/telemetry/metrics.h"

namespace lookalike {

// Gauges of every collection: items, tombstones, sequence number. Both must outlive what is returned; the gauges go
// when it is destroyed.
std::vector<GaugeCallbackRegistration> AddCatalogMetrics(CatalogStore* catalog, Metrics* metrics);

}  // namespace lookalike
