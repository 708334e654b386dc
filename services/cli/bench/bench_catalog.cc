// SPDX-License-Identifier: Apache-2.0
#include "services/cli/bench/bench_catalog.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "services/cli/bench/ground_truth.h"
#include "services/cli/bench/statistics.h"

namespace lookalike {
namespace {

constexpr size_t kLoadBatch = 1000;
constexpr absl::Duration kLook = absl::Milliseconds(10);
// Fewer than a collection refuses more writes at: nobody measures the filling, so that it may wait.
constexpr size_t kMostBacklogWhileLoading = 30'000;

// At rest: so little of a processor for so long.
constexpr absl::Duration kRest = absl::Milliseconds(500);
constexpr double kRestingCpuSeconds = 0.02;

// The error of the first item that was not written.
absl::StatusOr<WriteResult> Complete(absl::StatusOr<WriteResult> result) {
  if (!result.ok()) return result;
  for (const absl::Status& item : result->items) {
    if (!item.ok()) return item;
  }
  return result;
}

}  // namespace

absl::StatusOr<std::unique_ptr<BenchCatalog>> BenchCatalog::Open(const std::string& folder, size_t dimension,
                                                                 StorageObserver observer) {
  Catalog::Options options;
  options.data_directory = folder;
  options.observer = std::move(observer);
  // A rebuild for want of anything better to do would fall into what is measured.
  options.collection.idle_rebuild_share = options.collection.rebuild_share;
  absl::StatusOr<std::unique_ptr<Catalog>> catalog = Catalog::Open(options);
  if (!catalog.ok()) return catalog.status();
  const absl::Status created = (*catalog)->CreateCollection(
      {.name = kCollection, .dimension = dimension, .model_id = ""}, absl::InfiniteFuture());
  if (!created.ok() && !absl::IsAlreadyExists(created)) return created;
  return std::unique_ptr<BenchCatalog>(new BenchCatalog(*std::move(catalog)));
}

absl::Status BenchCatalog::Load(const VectorTable& vectors, const std::function<Attributes(uint32_t)>& attributes_of) {
  std::vector<Item> items;
  for (uint32_t i = 0; i < vectors.size(); ++i) {
    items.push_back(MakeItem(i, vectors[i], attributes_of(i)));
    if (items.size() < kLoadBatch && i + 1 < vectors.size()) continue;
    const auto written = Upsert(std::exchange(items, {}));
    if (!written.ok()) return written.status();
    if (absl::Status status = WaitUntilLinked(kMostBacklogWhileLoading); !status.ok()) return status;
  }
  return WaitUntilQuiet();
}

absl::Status BenchCatalog::WaitUntilLinked(size_t but_for) {
  for (;;) {
    const absl::StatusOr<CollectionInfo> info = Info();
    if (!info.ok()) return info.status();
    if (info->backlog <= but_for) return absl::OkStatus();
    absl::SleepFor(kLook);
  }
}

absl::Status BenchCatalog::WaitUntilQuiet() {
  for (;;) {
    if (absl::Status status = WaitUntilLinked(); !status.ok()) return status;
    const double cpu = CpuSeconds();
    absl::SleepFor(kRest);
    const absl::StatusOr<CollectionInfo> info = Info();
    if (!info.ok()) return info.status();
    if (info->backlog == 0 && !info->rebuilding && CpuSeconds() - cpu < kRestingCpuSeconds) return absl::OkStatus();
  }
}

absl::StatusOr<WriteResult> BenchCatalog::Upsert(std::vector<Item> items) {
  return Complete(catalog_->Upsert(kCollection, /*model_id=*/"", std::move(items), absl::InfiniteFuture()));
}

absl::StatusOr<WriteResult> BenchCatalog::Delete(const std::vector<std::string>& ids) {
  return Complete(catalog_->Delete(kCollection, ids, absl::InfiniteFuture()));
}

absl::StatusOr<std::vector<uint32_t>> BenchCatalog::Search(std::span<const float> query, const Filter& filter) {
  const Embedding embedding(query.begin(), query.end());
  StoreQuery store_query;
  store_query.embeddings = std::span(&embedding, 1);
  store_query.k = kNeighbors;
  store_query.filter = filter;
  const auto found = catalog_->Search(kCollection, store_query, absl::InfiniteFuture());
  if (!found.ok()) return found.status();
  std::vector<uint32_t> numbers;
  for (const ScoredItem& result : found->front()) {
    if (!absl::SimpleAtoi(result.item.id, &numbers.emplace_back())) {
      return absl::InternalError(absl::StrCat("found an item that was never written: ", result.item.id));
    }
  }
  return numbers;
}

absl::StatusOr<Item> BenchCatalog::Get(const std::string& id) {
  auto items = catalog_->Get(kCollection, std::span(&id, 1), {.with_embeddings = true}, absl::InfiniteFuture());
  if (!items.ok()) return items.status();
  return std::move(items->front());
}

Item MakeItem(uint32_t number, std::span<const float> embedding, Attributes attributes) {
  Item item;
  item.id = absl::StrCat(number);
  item.attributes = std::move(attributes);
  item.embedding.assign(embedding.begin(), embedding.end());
  return item;
}

}  // namespace lookalike
