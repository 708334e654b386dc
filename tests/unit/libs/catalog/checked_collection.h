// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/catalog/collection.h"
#include "tests/unit/libs/ann/clustered_vectors.h"
#include "tests/unit/libs/catalog/expected_items.h"
#include "tests/unit/temporary_folder.h"

namespace lookalike {

// Draws items with attributes of every type, and queries near them.
class RandomItems {
 public:
  static constexpr size_t kDimension = 16;

  // Items have 1 to `most_images` images.
  explicit RandomItems(unsigned seed, size_t most_images = 1)
      : most_images_(most_images), vectors_(kDimension, seed), filters_(seed), random_(seed) {}

  Item Draw(const std::string& id);
  // Items "first", "first + 1", … (as numbers).
  std::vector<Item> Draw(size_t first, size_t count);
  Embedding Vector() { return vectors_.Draw(); }
  FilterSample Filter() { return filters_.Expression(2); }
  size_t Below(size_t limit) { return std::uniform_int_distribution<size_t>(0, limit - 1)(random_); }

 private:
  const size_t most_images_;
  ClusteredVectors vectors_;
  RandomFilters filters_;
  std::mt19937 random_;
};

// A collection in a data directory of its own and, beside it, all that should be in it. Whatever it answers is compared
// with that. One thread at a time, but for what is called on collection() itself.
class CheckedCollection {
 public:
  // Searches walk the graph from a few hundred items on, and nothing is done unless it is asked for.
  static Collection::Options SmallGraph();

  explicit CheckedCollection(const Collection::Options& options = SmallGraph(), bool centered = false);

  // In one write each, checked item by item.
  void Put(std::vector<Item> items);
  void Remove(const std::vector<std::string>& ids);

  // What the background does otherwise; each is expected to work.
  void Maintain();
  void Rebuild();
  void SaveSnapshot();

  // Ends collection and store without a snapshot, and opens them again.
  void Reopen() { Reopen(options_); }
  void Reopen(const Collection::Options& options);
  // The same with the store left open.
  void Reload();
  // Goes on with a copy of the data directory as it is at this moment, as after kill -9.
  void Kill();
  // Ends both, for the time of a change to the files.
  void Close();

  // The answer, checked; exact where the contract says so.
  std::vector<ScoredItem> Search(const CheckedQuery& query);
  // Checks figures, every item, and some searches.
  void ExpectAgrees();
  // Expects an audit that finds nothing wrong.
  void ExpectHealthy();
  // Ids that are not among the 10 nearest to their own embedding.
  std::vector<std::string> Lost();
  // The part of the true nearest that searches found, of all that were not exact by contract.
  double recall() const { return wanted_ == 0 ? 1 : static_cast<double>(found_) / static_cast<double>(wanted_); }
  void WaitForLinking() const;

  Collection& collection() { return *collection_; }
  Storage& storage() { return *storage_; }
  StoredCollection stored() const { return storage_->LoadCollections().value().front(); }
  ExpectedItems& expected() { return expected_; }
  CollectionInfo Info() const { return collection_->Info(); }
  const Collection::Options& options() const { return options_; }
  std::filesystem::path directory() const { return directory_; }
  std::filesystem::path snapshot() const;

 private:
  void Open();
  void Load();
  void ExpectStoredItems();

  const TemporaryFolder folder_;
  std::filesystem::path directory_;
  size_t copies_ = 0;
  Collection::Options options_;
  std::unique_ptr<Storage> storage_;
  std::unique_ptr<Collection> collection_;
  ExpectedItems expected_;
  uint64_t sequence_ = 0;  // of the last write
  RandomItems random_{77};
  size_t wanted_ = 0;
  size_t found_ = 0;
};

}  // namespace lookalike
