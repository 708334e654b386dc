// SPDX-License-Identifier: Apache-2.0
// Embeddings that no link leads to any more: that they are noticed, and get links again.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/ann/background_linking.h"
#include "libs/ann/graph.h"
#include "libs/ann/graph_audit.h"
#include "libs/ann/graph_snapshot.h"
#include "libs/ann/linker.h"
#include "tests/unit/libs/ann/block_memory.h"
#include "tests/unit/libs/ann/checked_index.h"
#include "tests/unit/libs/ann/clustered_vectors.h"
#include "tests/unit/libs/ann/failing_memory.h"

namespace lookalike {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

// A graph whose links are cut by hand. Slot and row of an embedding are the same number.
class GraphMendingTest : public testing::Test {
 protected:
  static constexpr size_t kDimension = 16;
  static constexpr size_t kM = 8;
  static constexpr Row kRows = 1000;
  static constexpr size_t kEf = 50;

  GraphMendingTest() {
    Linker linker(graph_.rows, graph_.links, {.ef_construction = 100});
    for (Row row = 0; row < kRows; ++row) {
      embeddings_.push_back(vectors_.Draw());
      graph_.rows.Append(row, row, embeddings_.back());
      linker.Link(row);
    }
    graph_.linked = kRows;
  }

  // Takes every link to `row` away. Not from the entry: one begins there.
  void CutOff(Row row) {
    ASSERT_NE(row, graph_.links.entry().row);
    std::vector<Row> links(graph_.links.Capacity(0));
    for (Row from = 0; from < graph_.rows.size(); ++from) {
      for (int level = 0; level <= graph_.links.Level(from); ++level) {
        const size_t count = graph_.links.Read(from, level, links.data());
        const auto kept = std::remove(links.begin(), links.begin() + static_cast<ptrdiff_t>(count), row);
        graph_.links.Write(from, level, {links.data(), static_cast<size_t>(kept - links.begin())});
      }
    }
  }

  // Adds links to rows that are linked to, until no list has room.
  void FillLists() {
    std::vector<Row> links(graph_.links.Capacity(0));
    for (Row row = 0; row < kRows; ++row) {
      graph_.links.Read(row, 0, links.data());
      const Row target = links[0];
      for (Row to = 0; to < kRows && graph_.links.Append(row, 0, target); ++to) {
      }
    }
  }

  // The graph as an index that was loaded. One that never was on patrol goes on it at once.
  std::unique_ptr<HnswIndex> Load(size_t patrolled) const {
    const std::string snapshot = StreamOf([&](BlockWriter& writer) { return SaveGraph(graph_, patrolled, writer); });
    const auto reader = ReaderOf(snapshot);
    const HnswIndex::Options options = {.dimension = kDimension, .M = kM, .ef_search = kEf, .exact_threshold = 0};
    return HnswIndex::Load(options, *reader, [](Slot, uint64_t) { return true; }).value();
  }

  // With so narrow a beam that the graph is walked.
  std::vector<Slot> SlotsNear(const HnswIndex& index, Row row) const {
    return SlotsOf(index.Search({.embedding = embeddings_[row], .k = 3, .ef = 20}).value());
  }

  ClusteredVectors vectors_{kDimension, 1};
  std::vector<Embedding> embeddings_;
  Graph graph_{kDimension, kM};
};

TEST_F(GraphMendingTest, AGraphThatWasLinkedReachesAll) { EXPECT_THAT(FindUnreachable(graph_), IsEmpty()); }

TEST_F(GraphMendingTest, TheAuditFindsWhatWasCutOff) {
  CutOff(123);
  EXPECT_THAT(FindUnreachable(graph_), ElementsAre(123));
}

TEST_F(GraphMendingTest, TheAuditPassesOverWhatIsDeadOrNotLinkedYet) {
  CutOff(123);
  graph_.rows.Kill(123);
  graph_.rows.Append(kRows, 1, vectors_.Draw());
  EXPECT_THAT(FindUnreachable(graph_), IsEmpty());
}

TEST_F(GraphMendingTest, APatrolGivesLinksToWhatItDoesNotFind) {
  CutOff(123);
  Linker linker(graph_.rows, graph_.links, {});
  EXPECT_FALSE(linker.Patrol(123, kEf));
  EXPECT_THAT(FindUnreachable(graph_), IsEmpty());
  EXPECT_TRUE(linker.Patrol(123, kEf));
}

// The row takes a place in a full list then, and nobody else loses the way.
TEST_F(GraphMendingTest, APatrolGivesALinkWhereNoListHasRoom) {
  CutOff(123);
  FillLists();
  EXPECT_THAT(FindUnreachable(graph_), ElementsAre(123));
  Linker linker(graph_.rows, graph_.links, {});
  EXPECT_FALSE(linker.Patrol(123, kEf));
  EXPECT_THAT(FindUnreachable(graph_), IsEmpty());
  EXPECT_TRUE(linker.Patrol(123, kEf));
}

TEST_F(GraphMendingTest, APatrolLeavesWhatItFindsAsItIs) {
  Linker linker(graph_.rows, graph_.links, {});
  const auto degrees = [this] {
    std::vector<size_t> counts;
    std::vector<Row> links(graph_.links.Capacity(0));
    for (Row row = 0; row < kRows; ++row) counts.push_back(graph_.links.Read(row, 0, links.data()));
    return counts;
  };
  const std::vector<size_t> before = degrees();
  for (Row row = 0; row < kRows; ++row) ASSERT_TRUE(linker.Patrol(row, 500));
  EXPECT_EQ(degrees(), before);
}

TEST_F(GraphMendingTest, MendsManyAtOnce) {
  std::vector<Row> cut;
  for (Row row = 7; row < kRows; row += 20) {
    if (row != graph_.links.entry().row) cut.push_back(row);
  }
  for (const Row row : cut) CutOff(row);
  EXPECT_EQ(FindUnreachable(graph_), cut);
  const auto index = Load(/*patrolled=*/kRows);
  EXPECT_EQ(index->AuditGraph(false).unreachable, cut);
  EXPECT_EQ(index->AuditGraph(true).mended, cut.size());
  EXPECT_THAT(index->AuditGraph(false).unreachable, IsEmpty());
  for (const Row row : cut) EXPECT_THAT(SlotsNear(*index, row), Contains(row));
}

// Doubles of what is found, which a search for them does not need: only a walk through all links shows that no path
// leads to them.
TEST_F(GraphMendingTest, AnAuditMendsDoublesThatOnlyLeadToEachOther) {
  const Embedding same = vectors_.Draw();
  constexpr Row kDoubles = 200;
  Linker linker(graph_.rows, graph_.links, {.ef_construction = 100});
  for (Row row = kRows; row < kRows + kDoubles; ++row) {
    graph_.rows.Append(row, row, same);
    linker.Link(row);
  }
  graph_.linked = kRows + kDoubles;
  const Row first = kRows + kDoubles - 2, second = first + 1;
  for (const Row row : {first, second}) CutOff(row);
  graph_.links.Write(first, 0, std::vector<Row>{second});
  graph_.links.Write(second, 0, std::vector<Row>{first});
  const auto index = Load(/*patrolled=*/kRows + kDoubles);
  EXPECT_THAT(index->AuditGraph(false).unreachable, ElementsAre(first, second));
  EXPECT_EQ(index->AuditGraph(true).mended, 2u);
  EXPECT_THAT(index->AuditGraph(false).unreachable, IsEmpty());
}

TEST_F(GraphMendingTest, AnAuditThatDoesNotRepairChangesNothing) {
  CutOff(123);
  const auto index = Load(/*patrolled=*/kRows);
  EXPECT_EQ(index->AuditGraph(false).mended, 0u);
  EXPECT_THAT(index->AuditGraph(false).unreachable, ElementsAre(123));
  EXPECT_THAT(SlotsNear(*index, 123), Not(Contains(123)));
}

TEST_F(GraphMendingTest, AGraphThatNeverWasOnPatrolGoesOnItAndIsMended) {
  CutOff(123);
  const auto index = Load(/*patrolled=*/0);
  ASSERT_TRUE(index->WaitUntilIdle(absl::InfiniteFuture()));
  EXPECT_EQ(index->figures().mended, 1u);
  EXPECT_THAT(index->AuditGraph(false).unreachable, IsEmpty());
  EXPECT_THAT(SlotsNear(*index, 123), Contains(123));
}

TEST_F(GraphMendingTest, AGraphThatHasGrownByHalfSinceItsPatrolGoesOnAnother) {
  CutOff(123);
  const auto index = Load(/*patrolled=*/kRows);
  ASSERT_TRUE(index->WaitUntilIdle(absl::InfiniteFuture()));
  EXPECT_EQ(index->figures().mended, 0u);
  for (Slot slot = kRows; slot < kRows + kRows / 2 + 1; ++slot) {
    ASSERT_TRUE(index->Put(slot, slot, vectors_.Draw()).ok());
  }
  ASSERT_TRUE(index->WaitUntilIdle(absl::InfiniteFuture()));
  EXPECT_GE(index->figures().mended, 1u);
  EXPECT_THAT(SlotsNear(*index, 123), Contains(123));
}

TEST_F(GraphMendingTest, APatrolThatWasDoneIsNotDoneAgainAfterLoading) {
  const auto patrolled = Load(/*patrolled=*/0);
  ASSERT_TRUE(patrolled->WaitUntilIdle(absl::InfiniteFuture()));
  const std::string snapshot = SnapshotOf(*patrolled);
  const auto reader = ReaderOf(snapshot);
  Graph loaded(kDimension, kM);
  EXPECT_EQ(LoadGraph(*reader, loaded).value().patrolled, size_t{kRows});
}

TEST_F(GraphMendingTest, APatrolThatIsUnderWayIsWorkToWaitForAndBeginsAnewAfterLoading) {
  CutOff(123);
  std::string snapshot;
  {
    const FailingMemoryElsewhere memory;  // the patrol does not get on
    const auto stuck = Load(/*patrolled=*/0);
    memory.WaitForFailures(1);
    EXPECT_FALSE(stuck->WaitUntilIdle(absl::InfinitePast()));
    snapshot = SnapshotOf(*stuck);
  }
  const auto reader = ReaderOf(snapshot);
  Graph loaded(kDimension, kM);
  EXPECT_EQ(LoadGraph(*reader, loaded).value().patrolled, 0u);
}

TEST(BackgroundLinkingTest, TheLastRowOfAPatrolIsWorkToWaitForToo) {
  Graph graph(2, 2);
  graph.rows.Append(0, 1, Embedding{1, 0});
  Linker(graph.rows, graph.links, {}).Link(0);
  BackgroundLinking linking(graph, {.exact_threshold = 0, .linker = {}});
  const FailingMemoryElsewhere memory;
  linking.Resume(1, 0);
  linking.Notify();
  memory.WaitForFailures(1);
  EXPECT_FALSE(linking.WaitUntilIdle(absl::InfinitePast()));
}

}  // namespace
}  // namespace lookalike
