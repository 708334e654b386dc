// SPDX-License-Identifier: Apache-2.0
// What is saved is loaded as it was, and nothing but that.
#include <functional>
#include <optional>
#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/libs/ann/block_memory.h"
#include "tests/unit/libs/ann/checked_index.h"
#include "tests/unit/libs/ann/clustered_vectors.h"

namespace lookalike {
namespace {

using testing::HasSubstr;

class HnswIndexSnapshotTest : public testing::Test {
 protected:
  static constexpr size_t kDimension = 16;
  static constexpr HnswIndex::Options kOptions = {.dimension = kDimension, .M = 8, .exact_threshold = 100};
  static constexpr size_t kNarrow = 20;  // so that an index of some 2,000 is walked

  using IsCurrent = std::function<bool(Slot, uint64_t)>;
  static bool All(Slot, uint64_t) { return true; }

  void PutMany(Slot first, Slot end) {
    for (Slot slot = first; slot < end; ++slot) checked_.Put(slot, vectors_.Draw());
  }

  bool IsTheOneThere(Slot slot, uint64_t version) const {
    const auto item = checked_.items().find(slot);
    return item != checked_.items().end() && item->second.version == version;
  }

  absl::StatusOr<std::unique_ptr<HnswIndex>> Load(absl::string_view snapshot, const IsCurrent& is_current = All,
                                                  const HnswIndex::Options& options = kOptions) const {
    const auto reader = ReaderOf(snapshot);
    return HnswIndex::Load(options, *reader, is_current);
  }

  std::unique_ptr<HnswIndex> SaveAndLoad(const IsCurrent& is_current = All) const {
    return Load(SnapshotOf(checked_.index()), is_current).value();
  }

  // The first `rounds` of always the same queries, and the answers to them.
  std::vector<std::vector<Neighbor>> Answers(const HnswIndex& index, int rounds) const {
    ClusteredVectors vectors(kDimension, 77);
    std::vector<std::vector<Neighbor>> answers;
    for (int round = 0; round < rounds; ++round) {
      const Embedding query = vectors.Draw();
      answers.push_back(index.Search({.embedding = query, .k = 5, .ef = kNarrow}).value());
    }
    return answers;
  }

  void ExpectSameAnswers(const HnswIndex& one, const HnswIndex& other, int rounds) const {
    const auto answers = Answers(one, rounds), others = Answers(other, rounds);
    for (size_t i = 0; i < answers.size(); ++i) {
      ASSERT_EQ(answers[i].size(), others[i].size());
      for (size_t j = 0; j < answers[i].size(); ++j) {
        ASSERT_EQ(answers[i][j].slot, others[i][j].slot);
        ASSERT_EQ(answers[i][j].version, others[i][j].version);
        ASSERT_EQ(answers[i][j].similarity, others[i][j].similarity);
      }
    }
  }

  ClusteredVectors vectors_{kDimension, 1};
  CheckedIndex checked_{kOptions};
};

TEST_F(HnswIndexSnapshotTest, GivesTheSameAnswersAndFigures) {
  PutMany(0, 2000);
  for (Slot slot = 0; slot < 2000; slot += 10) checked_.Remove(slot);
  PutMany(500, 600);
  checked_.WaitUntilIdle();
  const auto loaded = SaveAndLoad([this](Slot slot, uint64_t version) { return IsTheOneThere(slot, version); });
  ExpectSameAnswers(checked_.index(), *loaded, 200);
  const HnswIndex::Figures before = checked_.index().figures(), after = loaded->figures();
  EXPECT_EQ(after.live, before.live);
  EXPECT_EQ(after.tombstones, before.tombstones);
  EXPECT_EQ(after.backlog, 0u);
  EXPECT_TRUE(loaded->AuditGraph(false).unreachable.empty());
}

TEST_F(HnswIndexSnapshotTest, AnEmptyIndexIsLoadedEmpty) {
  const auto loaded = SaveAndLoad();
  EXPECT_EQ(loaded->size(), 0u);
  EXPECT_TRUE(Answers(*loaded, 1)[0].empty());
  EXPECT_TRUE(loaded->Put(0, 1, vectors_.Draw()).ok());
}

TEST_F(HnswIndexSnapshotTest, AnIndexWithoutAGraphIsLoadedAsOne) {
  PutMany(0, 100);
  const auto loaded = SaveAndLoad();
  ExpectSameAnswers(checked_.index(), *loaded, 20);
  EXPECT_EQ(loaded->backlog(), 100u);
  EXPECT_TRUE(loaded->WaitUntilIdle(absl::InfinitePast())) << "nothing is to be linked below the threshold";
}

TEST_F(HnswIndexSnapshotTest, TheBacklogIsSavedAndLinkedAfterLoading) {
  PutMany(0, 1500);
  const auto loaded = SaveAndLoad();
  EXPECT_EQ(loaded->size(), 1500u);
  EXPECT_TRUE(loaded->WaitUntilIdle(absl::InfiniteFuture()));
  EXPECT_EQ(loaded->backlog(), 0u);
  for (const auto& [slot, item] : checked_.items()) {
    ASSERT_EQ(loaded->Search({.embedding = item.embedding, .k = 1}).value().at(0).slot, slot);
  }
}

TEST_F(HnswIndexSnapshotTest, ComesToLifeAsFarAsItIsCurrent) {
  PutMany(0, 300);
  const auto loaded = SaveAndLoad([](Slot slot, uint64_t) { return slot % 3 == 0; });
  EXPECT_EQ(loaded->size(), 100u);
  EXPECT_EQ(loaded->figures().tombstones, 200u);
  EXPECT_EQ(loaded->VersionOf(3), checked_.index().VersionOf(3));
  EXPECT_EQ(loaded->VersionOf(4), std::nullopt);
}

TEST_F(HnswIndexSnapshotTest, NothingOfItNeedBeCurrent) {
  PutMany(0, 1500);
  checked_.WaitUntilIdle();
  const auto loaded = SaveAndLoad([](Slot, uint64_t) { return false; });
  EXPECT_EQ(loaded->size(), 0u);
  EXPECT_TRUE(Answers(*loaded, 1)[0].empty());
  EXPECT_TRUE(loaded->Put(0, 1, vectors_.Draw()).ok());
  EXPECT_TRUE(loaded->WaitUntilIdle(absl::InfiniteFuture()));
  EXPECT_EQ(Answers(*loaded, 1)[0].size(), 1u);
}

TEST_F(HnswIndexSnapshotTest, AReplacedEmbeddingIsLoadedAsItWasLast) {
  const Embedding first = vectors_.Draw(), last = vectors_.Draw();
  ASSERT_TRUE(checked_.index().Put(0, 7, first).ok());
  ASSERT_TRUE(checked_.index().Put(0, 7, last).ok());
  const auto loaded = SaveAndLoad();
  EXPECT_EQ(loaded->size(), 1u);
  EXPECT_NEAR(loaded->Search({.embedding = last, .k = 1}).value().at(0).similarity, 1, 1e-4);
}

TEST_F(HnswIndexSnapshotTest, ALoadedGraphGoesOn) {
  PutMany(0, 1000);
  checked_.WaitUntilIdle();
  const auto loaded = SaveAndLoad();
  PutMany(1000, 2000);
  for (Slot slot = 1000; slot < 2000; ++slot) {
    const Item& item = checked_.items().at(slot);
    ASSERT_TRUE(loaded->Put(slot, item.version, item.embedding).ok());
  }
  ASSERT_TRUE(loaded->WaitUntilIdle(absl::InfiniteFuture()));
  EXPECT_EQ(loaded->backlog(), 0u);
  size_t found = 0;
  for (int round = 0; round < 200; ++round) {
    const Embedding embedding = vectors_.Draw();
    const NeighborQuery query = {.embedding = embedding, .k = 10, .ef = 60};
    const auto answer = loaded->Search(query).value();
    ExpectSoundAnswer(checked_.items(), query, answer);
    found += CountFound(BruteForce(checked_.items(), query), answer);
  }
  EXPECT_GE(found, 1980u) << "of 2,000";
  EXPECT_TRUE(loaded->AuditGraph(false).unreachable.empty());
}

TEST_F(HnswIndexSnapshotTest, IsWhatWasThereWhileTheIndexIsWrittenTo) {
  PutMany(0, 1200);
  std::thread writer([this] { PutMany(1200, 2200); });
  std::vector<std::string> snapshots;
  for (int i = 0; i < 5; ++i) snapshots.push_back(SnapshotOf(checked_.index()));
  writer.join();
  for (const std::string& snapshot : snapshots) {
    const auto loaded = Load(snapshot).value();
    EXPECT_GE(loaded->size(), 1200u);
    loaded->ForEachSlot([&](Slot slot, uint64_t version) {
      const Item& item = checked_.items().at(slot);
      EXPECT_EQ(version, item.version);
    });
    ASSERT_TRUE(loaded->WaitUntilIdle(absl::InfiniteFuture()));
    EXPECT_TRUE(loaded->AuditGraph(false).unreachable.empty());
  }
}

TEST_F(HnswIndexSnapshotTest, IsNotLoadedWithAnotherDimensionOrM) {
  PutMany(0, 10);
  const std::string snapshot = SnapshotOf(checked_.index());
  HnswIndex::Options wider = kOptions, denser = kOptions;
  wider.dimension = 17;
  denser.M = 9;
  for (const HnswIndex::Options& options : {wider, denser}) {
    const absl::Status status = Load(snapshot, All, options).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(status.message(), HasSubstr("dimension 16 and M 8"));
  }
}

TEST_F(HnswIndexSnapshotTest, IsNotLoadedWithOptionsOutOfTheirRange) {
  HnswIndex::Options options = kOptions;
  options.ef_search = 0;
  EXPECT_EQ(Load(SnapshotOf(checked_.index()), All, options).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(HnswIndexSnapshotTest, AnyFlippedByteIsFound) {
  PutMany(0, 1100);
  checked_.WaitUntilIdle();
  std::string snapshot = SnapshotOf(checked_.index());
  std::mt19937 random(3);
  size_t loaded = 0;
  for (int i = 0; i < 3000; ++i) {
    // The heads of the blocks are few among so many bytes: the first of them is tried on purpose.
    const size_t at = i < 200 ? static_cast<size_t>(i) : random() % snapshot.size();
    const char flip = static_cast<char>(1 << random() % 8);
    snapshot[at] ^= flip;
    const auto index = Load(snapshot);
    snapshot[at] ^= flip;
    if (index.ok()) {
      ++loaded;
      ExpectSameAnswers(checked_.index(), **index, 5);
    } else {
      ASSERT_EQ(index.status().code(), absl::StatusCode::kDataLoss) << index.status() << " byte " << at;
    }
  }
  EXPECT_LT(loaded, 10u) << "only the end of the stream, which its owner reads, can be damaged unnoticed";
}

TEST_F(HnswIndexSnapshotTest, AnyTruncationIsFound) {
  PutMany(0, 1100);
  checked_.WaitUntilIdle();
  const std::string snapshot = SnapshotOf(checked_.index());
  std::mt19937 random(4);
  for (size_t i = 0; i < 1000; ++i) {
    const size_t length = i < 200 ? i : i < 300 ? snapshot.size() - 1 - (i - 200) : random() % snapshot.size();
    const auto index = Load(absl::string_view(snapshot).substr(0, length));
    if (index.ok()) {
      EXPECT_GE(length + 100, snapshot.size()) << "more than the end of the stream is missing";
      ExpectSameAnswers(checked_.index(), **index, 5);
    } else {
      ASSERT_EQ(index.status().code(), absl::StatusCode::kDataLoss) << index.status() << " length " << length;
    }
  }
}

TEST_F(HnswIndexSnapshotTest, SavingAnswersTheErrorOfItsSink) {
  PutMany(0, 1100);
  size_t left = 3;
  BlockWriter writer([&left](absl::string_view) {
    return left-- > 0 ? absl::OkStatus() : absl::ResourceExhaustedError("the disk is full");
  });
  EXPECT_EQ(checked_.index().Save(writer).message(), "the disk is full");
}

}  // namespace
}  // namespace lookalike
