// SPDX-License-Identifier: Apache-2.0
// What one process's catalog does in a second: searches and durable writes of 512-dimensional embeddings, by the number
// of threads at it. The baseline of a ratio is the run with one thread, or the one without a filter.
#include <atomic>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <unistd.h>

#include "libs/catalog/catalog.h"

namespace lookalike {
namespace {

constexpr size_t kDimension = 512;
constexpr size_t kItems = 10'000;
constexpr size_t kClusters = 200;
constexpr char kCollection[] = "bench";

// Embeddings in clusters, as a catalog's are: independent random ones would have no near neighbours to find.
Embedding ClusteredEmbedding(size_t i) {
  std::mt19937 center(static_cast<unsigned>(i % kClusters)), own(static_cast<unsigned>(i + kClusters));
  std::normal_distribution<float> normal;
  Embedding embedding(kDimension);
  for (float& value : embedding) value = normal(center) + 0.5f * normal(own);
  Normalize(embedding).IgnoreError();  // cannot be all zero
  return embedding;
}

Item MakeItem(const std::string& id, size_t i) {
  Item item;
  item.id = id;
  item.images = {{.embedding = ClusteredEmbedding(i)}};
  item.attributes = {{"price", static_cast<double>(i % 100)}};
  return item;
}

// A catalog with kItems items, made once, in a directory that goes with the program.
class Filled {
 public:
  Filled() {
    std::string pattern = (std::filesystem::temp_directory_path() / "lookalike-bench-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) std::abort();
    directory_ = pattern;
    Catalog::Options options;
    options.data_directory = directory_.string();
    catalog_ = Catalog::Open(options).value();
    if (!catalog_->CreateCollection({kCollection, kDimension, ""}, absl::InfiniteFuture()).ok()) std::abort();
    std::vector<Item> items;
    for (size_t i = 0; i < kItems; ++i) items.push_back(MakeItem("item" + std::to_string(i), i));
    if (!catalog_->Upsert(kCollection, "", std::move(items), absl::InfiniteFuture()).ok()) std::abort();
  }
  ~Filled() {
    catalog_.reset();
    std::filesystem::remove_all(directory_);
  }

  Catalog& catalog() { return *catalog_; }

 private:
  std::filesystem::path directory_;
  std::unique_ptr<Catalog> catalog_;
};

Catalog& TheCatalog() {
  static Filled filled;
  return filled.catalog();
}

void Search(benchmark::State& state, const std::string& filter) {
  Catalog& catalog = TheCatalog();
  const Embedding embedding = ClusteredEmbedding(kItems + static_cast<size_t>(state.thread_index()));
  StoreQuery query;
  query.embeddings = std::span<const Embedding>(&embedding, 1);
  query.filter = Filter::Parse(filter).value();
  for (auto _ : state) {
    benchmark::DoNotOptimize(catalog.Search(kCollection, query, absl::InfiniteFuture()).value());
  }
  state.SetItemsProcessed(state.iterations());
}

void BM_Search(benchmark::State& state) { Search(state, ""); }
BENCHMARK(BM_Search)->Threads(1)->Threads(2)->UseRealTime();

void BM_SearchWithFilter(benchmark::State& state) { Search(state, "price < 10"); }
BENCHMARK(BM_SearchWithFilter)->Threads(1)->Threads(2)->UseRealTime();

// Replaces items one by one: more threads share more of the disk's syncs.
void BM_DurableUpsert(benchmark::State& state) {
  static std::atomic<size_t> next{0};
  Catalog& catalog = TheCatalog();
  for (auto _ : state) {
    const size_t i = next.fetch_add(1);
    std::vector<Item> items;
    items.push_back(MakeItem("written" + std::to_string(i % 1000), i));
    if (!catalog.Upsert(kCollection, "", std::move(items), absl::InfiniteFuture()).ok()) {
      state.SkipWithError("the write failed");
    }
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_DurableUpsert)->Threads(1)->Threads(16)->UseRealTime();

}  // namespace
}  // namespace lookalike
