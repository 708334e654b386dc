// SPDX-License-Identifier: Apache-2.0
#include "services/index/catalog_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"

#include "tests/unit/libs/query/fakes.h"

namespace lookalike {
namespace {

using testing::HasSubstr;
using testing::Not;

class CatalogMetricsTest : public testing::Test {
 protected:
  static std::string Line(const std::string& name, int value) {
    return absl::StrCat("\nlookalike_", name, "{collection=\"shoes\"} ", value, "\n");
  }

  FakeStore store_;
  Metrics metrics_;
  const std::vector<GaugeCallbackRegistration> gauges_ = AddCatalogMetrics(&store_, &metrics_);
};

TEST_F(CatalogMetricsTest, ShowsEveryFigureOfACollection) {
  CollectionInfo& info = store_.info;
  uint64_t next = 10;
  for (uint64_t* figure :
       {&info.items, &info.tombstones, &info.backlog, &info.index_bytes, &info.sequence, &info.rebuilds,
        &info.unreachable, &info.mean_items, &info.snapshot_bytes, &info.snapshot_sequence}) {
    *figure = next++;
  }
  info.rebuilding = true;
  const std::string page = metrics_.Render();
  int expected = 10;
  for (const char* name : {"items", "tombstones", "backlog", "index_bytes", "sequence", "rebuilds", "unreachable",
                           "mean_items", "snapshot_bytes", "snapshot_sequence"}) {
    EXPECT_THAT(page, HasSubstr(Line(name, expected++)));
  }
  EXPECT_THAT(page, HasSubstr(Line("rebuilding", 1)));
  EXPECT_THAT(page, HasSubstr("\nlookalike_sequence_waiters 0\n"));
}

TEST_F(CatalogMetricsTest, ASnapshotHasAnAgeOnlyWhereThereIsOne) {
  EXPECT_THAT(metrics_.Render(), Not(HasSubstr("lookalike_snapshot_age_seconds{")));
  store_.info.snapshot_time = absl::Now() - absl::Hours(1);
  const std::string page = metrics_.Render();
  const std::string series = "lookalike_snapshot_age_seconds{collection=\"shoes\"} ";
  ASSERT_THAT(page, HasSubstr(series));
  const double age = std::stod(page.substr(page.find(series) + series.size()));
  EXPECT_GE(age, 3600);
  EXPECT_LT(age, 4200);
}

}  // namespace
}  // namespace lookalike
