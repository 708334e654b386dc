// SPDX-License-Identifier: Apache-2.0
// Durable writes of 512-dimensional items through GroupCommit and Storage, one item a write, by the number of threads
// at it. The store is on the disk of TMPDIR. items_per_commit says how many writes share a sync.
#include <atomic>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <unistd.h>

#include "libs/catalog/group_commit.h"
#include "libs/catalog/storage.h"

namespace lookalike {
namespace {

constexpr size_t kDimension = 512;
constexpr size_t kEmbeddings = 1000;  // made before the clock runs

std::vector<Embedding> MakeEmbeddings() {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<Embedding> embeddings(kEmbeddings, Embedding(kDimension));
  for (Embedding& embedding : embeddings) {
    for (float& value : embedding) value = normal(random);
    Normalize(embedding).IgnoreError();  // cannot be all zero
  }
  return embeddings;
}

// A store with one collection, in a directory that goes with the program.
class Store {
 public:
  Store() {
    std::string pattern = (std::filesystem::temp_directory_path() / "lookalike-bench-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) std::abort();
    directory_ = pattern;
    storage_ = Storage::Open(directory_.string()).value();
    collection_ = storage_->CreateCollection({"bench", kDimension, ""}).value();
  }
  ~Store() {
    storage_.reset();
    std::filesystem::remove_all(directory_);
  }

  bool Put(size_t i) {
    Request request;
    request.item.id = "product-" + std::to_string(i);
    request.item.images = {{.embedding = embeddings_[i % kEmbeddings], .digest = std::string(64, 'a')}};
    request.item.attributes = {{"category", "shoes"}, {"price", 79.9}, {"in_stock", true}};
    return commit_.Run(request, absl::InfiniteFuture()).ok() && request.ok;
  }

  uint64_t commits() const { return commits_; }
  uint64_t items() const { return collection_.sequence; }

 private:
  struct Request {
    Item item;
    bool ok = false;
  };

  void Commit(std::span<Request* const> requests) {
    std::vector<Storage::Change> changes;
    for (Request* request : requests) {
      request->item.sequence = ++collection_.sequence;
      changes.emplace_back(&request->item);
    }
    const bool ok = storage_->Write(collection_, changes, /*new_schema=*/false).ok();
    for (Request* request : requests) request->ok = ok;
    ++commits_;
  }

  const std::vector<Embedding> embeddings_ = MakeEmbeddings();
  std::filesystem::path directory_;
  std::unique_ptr<Storage> storage_;
  StoredCollection collection_;  // changed by the commit only
  std::atomic<uint64_t> commits_{0};
  GroupCommit<Request> commit_{[this](std::span<Request* const> requests) { Commit(requests); }};
};

Store& TheStore() {
  static Store store;
  return store;
}

void BM_DurableWrite(benchmark::State& state) {
  static std::atomic<size_t> next{0};
  Store& store = TheStore();
  const uint64_t items = store.items(), commits = store.commits();
  for (auto _ : state) {
    if (!store.Put(next.fetch_add(1))) state.SkipWithError("the write failed");
  }
  state.SetItemsProcessed(state.iterations());
  if (state.thread_index() == 0 && store.commits() > commits) {
    state.counters["items_per_commit"] =
        static_cast<double>(store.items() - items) / static_cast<double>(store.commits() - commits);
  }
}
BENCHMARK(BM_DurableWrite)->Threads(1)->Threads(16)->Threads(64)->UseRealTime();

}  // namespace
}  // namespace lookalike
