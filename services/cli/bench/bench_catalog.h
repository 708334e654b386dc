// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "libs/catalog/catalog.h"
#include "services/cli/bench/vector_table.h"

namespace lookalike {

// A catalog with one collection for a bench, as durable as any other.
class BenchCatalog {
 public:
  static constexpr char kCollection[] = "bench";

  // The catalog in `folder`, which gets the collection if it has none yet.
  static absl::StatusOr<std::unique_ptr<BenchCatalog>> Open(const std::string& folder, size_t dimension,
                                                            StorageObserver observer = {});

  // Adds each vector as an item whose id is its number, and waits until all is quiet.
  absl::Status Load(const VectorTable& vectors, const std::function<Attributes(uint32_t)>& attributes_of);
  // Waits until everything is linked, no rebuild is under way, and the background has come to rest.
  absl::Status WaitUntilQuiet();
  // Waits until everything is linked, but for so many embeddings.
  absl::Status WaitUntilLinked(size_t but_for = 0);

  absl::StatusOr<CollectionInfo> Info() { return catalog_->GetCollection(kCollection, absl::InfiniteFuture()); }
  absl::StatusOr<WriteResult> Upsert(std::vector<Item> items);
  absl::StatusOr<WriteResult> Delete(const std::vector<std::string>& ids);
  // The numbers of the kNeighbors most similar items, best first.
  absl::StatusOr<std::vector<uint32_t>> Search(std::span<const float> query, const Filter& filter = {});
  // With its embedding.
  absl::StatusOr<Item> Get(const std::string& id);

 private:
  explicit BenchCatalog(std::unique_ptr<Catalog> catalog) : catalog_(std::move(catalog)) {}
  const std::unique_ptr<Catalog> catalog_;
};

// An item of a bench.
Item MakeItem(uint32_t number, std::span<const float> embedding, Attributes attributes = {});

}  // namespace lookalike
